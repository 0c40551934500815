"""What happened to each item in each period: the flows that costs and service are made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.domain import FloatArray


class Flows(NamedTuple):
    """Flows of n items in p periods. Every attribute is float64, shape (n, p).

    What a line brings about (its shortage, its being late) belongs to the period of the line's own day,
    whenever it ships; what is counted at the close of a day belongs to the period of that day.
    ``docs/replay.md`` says when a line is short, lost, late or in full. NaN: not known (of what was
    recorded; a simulation knows everything).

    Attributes:
        on_hand_unit_days: units on hand, summed over the closes of days.
        backlog_unit_days: units owed, summed over the closes of days.
        late_unit_days: units owed at the close of their deadline or later, summed over the closes.
        received_units: units that arrived.
        lines, units: demand.
        backordered_lines, backordered_units: short when due to ship from stock, and waiting.
        lost_lines, lost_units: short when due to ship from stock, and refused. A line of which a part waits
            and a part is refused is among the lost lines alone.
        late_lines: not shipped in full by the close of their deadline; lost lines are not among them.
        in_full_lines: shipped in full by the close of their deadline.
        short_periods: 1 where any line was short, else 0.
        days: the closes that were counted.
        cancelled_lines, cancelled_units: backordered, and cancelled while waiting.
        substituted_units: units lost for which an alternative was taken.

    """

    on_hand_unit_days: FloatArray
    backlog_unit_days: FloatArray
    late_unit_days: FloatArray
    received_units: FloatArray
    lines: FloatArray
    units: FloatArray
    backordered_lines: FloatArray
    backordered_units: FloatArray
    lost_lines: FloatArray
    lost_units: FloatArray
    late_lines: FloatArray
    in_full_lines: FloatArray
    short_periods: FloatArray
    days: FloatArray
    cancelled_lines: FloatArray
    cancelled_units: FloatArray
    substituted_units: FloatArray

    @classmethod
    def of(cls, **flows: FloatArray) -> Flows:
        """The flows of these names. Raises ValueError where they are not of one shape (items, periods)."""
        made = cls(**flows)
        shapes = {name: np.shape(flow) for name, flow in made._asdict().items()}
        if len(set(shapes.values())) != 1 or len(shapes["lines"]) != 2:
            raise ValueError(f"flows must all have one shape (items, periods), not {shapes}")
        return made


def places(*names: str) -> tuple[int, ...]:
    """Where the flows of these names stand among the fields of ``Flows``."""
    return tuple(Flows._fields.index(name) for name in names)


CLOSE_FLOWS: tuple[str, ...] = Flows._fields[:4]
"""Summed at the closes of days, as they are simulated; the others follow from the lines."""
