"""What happened to each item in each period of a replay: the flows that costs and service are made of."""

from __future__ import annotations

from dataclasses import dataclass, fields

from forecasting.domain import FloatArray


@dataclass(frozen=True)
class Tallies:
    """Flows of n items in p periods. Every attribute is float64, shape (n, p).

    What a line brings about (its shortage, its being late) belongs to the period of the line's own day,
    whenever it ships; what is counted at the close of a day belongs to the period of that day.
    ``docs/replay.md`` says when a line is short, lost, late or in full. NaN: not known (of what was
    recorded; a simulation knows everything).

    Attributes:
        lines, units: demand.
        backordered_lines, backordered_units: short when due to ship from stock, and waiting.
        lost_lines, lost_units: short when due to ship from stock, and refused.
        late_lines: not shipped in full by the close of their deadline; lost lines are not among them.
        in_full_lines: shipped in full by the close of their deadline.
        backlog_unit_days: units owed, summed over the closes of days.
        late_unit_days: units owed at the close of their deadline or later, summed over the closes.
        on_hand_unit_days: units on hand, summed over the closes of days.
        days: the closes that were counted.
        received_units: units that arrived.
        short_periods: 1 where any line was short, else 0.
        cancelled_lines, cancelled_units: backordered, and cancelled while waiting.
        substituted_units: units lost for which an alternative was taken.

    """

    lines: FloatArray
    units: FloatArray
    backordered_lines: FloatArray
    backordered_units: FloatArray
    lost_lines: FloatArray
    lost_units: FloatArray
    late_lines: FloatArray
    in_full_lines: FloatArray
    backlog_unit_days: FloatArray
    late_unit_days: FloatArray
    on_hand_unit_days: FloatArray
    days: FloatArray
    received_units: FloatArray
    short_periods: FloatArray
    cancelled_lines: FloatArray
    cancelled_units: FloatArray
    substituted_units: FloatArray

    def __post_init__(self) -> None:
        shapes = {field.name: getattr(self, field.name).shape for field in fields(self)}
        if len(set(shapes.values())) != 1 or len(self.lines.shape) != 2:
            raise ValueError(f"tallies must all have one shape (items, periods), not {shapes}")
