"""From flows to measures: what a policy's flows come to, in units, shares and money.

``docs/replay.md`` defines each measure. Everything additive is summed first; shares are quotients of sums.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecasting.domain import Costs, FloatArray
from forecasting.replay.policy_run import PolicyRun
from forecasting.simulation.flows import Flows

COSTS = (
    "cost_holding",
    "cost_lost_business",
    "cost_goodwill",
    "cost_admin",
    "cost_word_of_mouth",
    "cost_ordering",
    "cost_waste",
)
"""The parts that ``cost_total`` is the sum of."""

MEASURES = (
    "lines",
    "units",
    "backordered_lines",
    "backordered_units",
    "backlog_unit_days",
    "late_lines",
    "lost_units",
    "lost_lines",
    "fill_rate",
    "line_fill_rate",
    "otif",
    "cycle_service",
    "average_on_hand_units",
    "average_on_hand_value",
    "purchase_orders",
    "purchased_units",
    *COSTS,
    "cost_total",
    "cancelled_lines",
    "cancelled_units",
    "substituted_units",
)
"""Every measure of the summary, in its order."""

MEASURED_SOMETIMES = ("wasted_units",)
"""Measures that come behind them where the dataset knows of what they count."""

COUNTS = frozenset(
    {
        "lines",
        "backordered_lines",
        "late_lines",
        "lost_lines",
        "short_lines",
        "purchase_orders",
        "cancelled_lines",
    }
)
SHARES = frozenset({"fill_rate", "line_fill_rate", "otif", "cycle_service"})


def costs_of(flows: Flows, costs: Costs) -> dict[str, FloatArray]:
    """The money that the flows cost, by its named parts: all of ``COSTS`` but ``cost_ordering``
    and ``cost_waste``.

    Returns float64 arrays of the flows' shape (n, p).
    """
    short_units = flows.backordered_units + flows.lost_units
    short_lines = flows.backordered_lines + flows.lost_lines
    left = flows.cancelled_units + flows.lost_units - flows.substituted_units
    return {
        "cost_holding": costs.holding_per_unit_day[:, None] * flows.on_hand_unit_days,
        "cost_lost_business": np.where(
            costs.leaving_simulated[:, None],
            costs.lost_margin[:, None] * left,
            costs.lost_business_per_unit[:, None] * flows.backordered_units
            + costs.refused_per_unit[:, None] * flows.lost_units,
        ),
        "cost_goodwill": costs.goodwill_per_unit[:, None] * short_units
        + costs.goodwill_per_late_unit_day[:, None] * flows.late_unit_days
        + costs.backlog_per_unit_day[:, None] * flows.backlog_unit_days,
        "cost_admin": costs.admin_per_line[:, None] * short_lines,
        "cost_word_of_mouth": costs.word_of_mouth_per_line[:, None] * short_lines,
    }


def additive(run: PolicyRun, costs: Costs, unit_cost: FloatArray, days: FloatArray) -> dict[str, FloatArray]:
    """All that may be summed over items and periods: float64, shape (n, p) each.

    ``unit_cost``, shape (n,): what a unit on hand is worth. ``days``, shape (n, 1) or (n, p): the days
    that an average stock is taken over.
    """
    flows = run.flows
    on_hand = flows.on_hand_unit_days / np.maximum(days, 1.0)
    return {
        **flows._asdict(),
        "item_periods": (flows.days > 0).astype(np.float64),
        "average_on_hand_units": on_hand,
        "average_on_hand_value": on_hand * unit_cost[:, None],
        "purchased_units": run.purchased_units,
        **costs_of(flows, costs),
        "cost_ordering": run.cost_ordering,
        "cost_waste": run.cost_waste,
        **({} if run.wasted_units is None else {"wasted_units": run.wasted_units}),
    }


def measures(sums: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """The measures, from sums of what ``additive`` gives (any one shape); a share of nothing is 1."""
    short_units = sums["backordered_units"] + sums["lost_units"]
    short_lines = sums["backordered_lines"] + sums["lost_lines"]
    derived = {
        "fill_rate": 1.0 - _share(short_units, sums["units"], 0.0),
        "line_fill_rate": 1.0 - _share(short_lines, sums["lines"], 0.0),
        "otif": _share(sums["in_full_lines"], sums["lines"], 1.0),
        "cycle_service": 1.0 - _share(sums["short_periods"], sums["item_periods"], 0.0),
        "cost_total": sum((sums[name] for name in COSTS), np.zeros_like(sums["lines"])),
        "short_lines": short_lines,
    }
    known = {**sums, **derived}
    return {name: known[name] for name in (*MEASURES, *MEASURED_SOMETIMES, "short_lines") if name in known}


def _share(part: FloatArray, whole: FloatArray, of_nothing: float) -> FloatArray:
    some = whole > 0
    return np.where(some, part / np.where(some, whole, 1.0), of_nothing)
