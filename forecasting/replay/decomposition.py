"""Where a saving comes from: how much from the forecast, how much from the rule that decides on it.

Min/max on the mean of the last weeks and least cost on the learnt forecast differ in both. The two between
them, each with one of the two swapped, tell them apart. A swap may be worth more after the other one
than before it; so each part is the mean of its worth in both orders, and the two sum to the whole.
(That is the Shapley value of two players.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.domain import Costs, FloatArray
from forecasting.replay.compare import INTERVAL, drawn_totals, totals
from forecasting.replay.measures import measures
from forecasting.replay.policy_run import PolicyRun

NEITHER, FORECAST, RULE, BOTH = "min_max", "min_max_forecast", "cost_optimal_average", "cost_optimal"
"""The four policies: with neither, with only our forecast, with only our rule, with both."""

PARTS = {
    "forecast": {NEITHER: 0.5, FORECAST: -0.5, RULE: 0.5, BOTH: -0.5},
    "rule": {NEITHER: 0.5, FORECAST: 0.5, RULE: -0.5, BOTH: -0.5},
    "both": {NEITHER: 1.0, BOTH: -1.0},
}
"""What each part saves, as a sum of what the policies have."""

SAVED = {"cost_saved": "cost_total", "backorders_avoided": "short_lines"}


def decomposition(
    runs: Sequence[PolicyRun], costs: Costs, unit_cost: FloatArray, seed: int, draws: int
) -> pd.DataFrame:
    """A row a part: ``part`` (forecast, rule, both); money and order lines saved, and their 90 % intervals.

    No rows where one of the four policies is missing. Arguments as in ``compare.summary``; the draws are
    those of the summary.
    """
    found = {run.policy: run for run in runs}
    columns = ["part", *(f"{name}{end}" for name in SAVED for end in ("", "_low", "_high"))]
    if not {NEITHER, FORECAST, RULE, BOTH} <= set(found):
        return pd.DataFrame(columns=columns)
    shape = (draws, *found[BOTH].flows.lines.shape)
    points, drawn = {}, {}
    for name in (NEITHER, FORECAST, RULE, BOTH):
        points[name] = measures(totals(found[name], costs, unit_cost))
        drawn[name] = measures(drawn_totals(found[name], costs, unit_cost, shape, seed))
    rows = []
    for part, weights in PARTS.items():
        row: dict[str, object] = {"part": part}
        for saved, measure in SAVED.items():
            point = sum(weight * float(points[name][measure]) for name, weight in weights.items())
            spread = sum(weight * drawn[name][measure] for name, weight in weights.items())
            low, high = np.quantile(spread, INTERVAL)
            row |= {
                saved: round(point, 4),
                f"{saved}_low": round(min(low, point), 4),
                f"{saved}_high": round(max(high, point), 4),
            }
        rows.append(row)
    return pd.DataFrame(rows, columns=columns)
