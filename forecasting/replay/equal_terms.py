"""Policies on equal terms: what one would leave short with the stock, or for the cost, of another.

One that holds more stock runs short less, whatever it is worth; side by side the two figures say nothing. On
the frontier of a policy lies a setting of its knob that holds as much as another does, one that costs as
much, and one that leaves as many order lines short. What it comes to there is read off between the two
settings next to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray
from forecasting.policies.registry import IN_HINDSIGHT, RECORDED

COLUMNS = (
    "policy",
    "against",
    "equal",
    "aggressiveness",
    "average_on_hand_value",
    "short_lines",
    "cost_total",
    "backorders_avoided",
    "stock_saved",
    "cost_saved",
)

EQUAL = {"stock": "average_on_hand_value", "cost": "cost_total", "service": "short_lines"}
"""What is held equal, and by which measure."""

MEASURED = ("aggressiveness", "average_on_hand_value", "short_lines", "cost_total")
BOUNDS = (*(name for name in IN_HINDSIGHT if name != RECORDED), "no_orders")


def equal_terms(frontier: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """A row for each policy that was swept, each other one as replayed, and each of ``EQUAL``.

    No row where no setting holds as much, costs as much or leaves as many short, and none of bounds, which
    nobody can follow. Equal cost is looked for from the setting of least cost on to more stock.

    Args:
        frontier: as ``frontier.frontier`` makes it.
        summary: as ``compare.summary`` makes it.

    Returns:
        The columns of ``COLUMNS``. ``backorders_avoided`` (order lines), ``stock_saved`` and ``cost_saved``
        (money) are what ``against`` has less what ``policy`` has there: above zero is better.

    """
    swept, others = _with_short_lines(frontier), _with_short_lines(summary)
    others = others[~others["policy"].isin(BOUNDS)]
    rows = []
    for policy, points in swept.groupby("policy", sort=False):
        curve = points.sort_values("average_on_hand_value", kind="stable")[list(MEASURED)].to_numpy(float)
        for other in others[others["policy"] != policy].itertuples(index=False):
            for equal, measure in EQUAL.items():
                # What costs more than need be because too little is there is no one's equal.
                begin = int(np.argmin(curve[:, MEASURED.index("cost_total")])) if equal == "cost" else 0
                there = _where(curve[begin:], measure, float(getattr(other, measure)))
                if there is not None:
                    rows.append((policy, other.policy, equal, *there, *_saved(there, other)))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    figures = {name: table[name].astype(float).round(4) + 0.0 for name in COLUMNS[3:]}
    return table.assign(**figures)


def _with_short_lines(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(short_lines=table["backordered_lines"] + table["lost_lines"])


def _where(curve: FloatArray, measure: str, target: float) -> FloatArray | None:
    """The point of a curve at which one measure has a value: float64, of the columns of ``MEASURED``.

    ``curve``: a row a setting, in the order of their stock. Where it has the value at several points it is
    that of least stock. None: nowhere.
    """
    along = curve[:, MEASURED.index(measure)]
    before, after = along[:-1], along[1:]
    met = np.flatnonzero((np.minimum(before, after) <= target) & (target <= np.maximum(before, after)))
    if len(met) == 0:
        return None
    part = met[0]
    step = after[part] - before[part]
    share = (target - before[part]) / step if step else 0.0
    return np.asarray(curve[part] + share * (curve[part + 1] - curve[part]))


def _saved(there: FloatArray, other: Any) -> tuple[float, float, float]:
    """Order lines short, stock value and cost in all that the other one has more."""
    stock, short, cost = there[1:]
    return other.short_lines - short, other.average_on_hand_value - stock, other.cost_total - cost
