"""A replay cut into windows: how often a policy is better, beside how much it is better in all.

The stretch is simulated once, so that what is bought too much of in one window is still held in the next.
Only what is counted is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import Costs, FloatArray, IntArray
from forecasting.policies.registry import RECORDED
from forecasting.replay.compare import INTERVAL, frame, weights
from forecasting.replay.equal_terms import BOUNDS
from forecasting.replay.measures import COSTS, additive, measures
from forecasting.replay.policy_run import PolicyRun
from forecasting.replay.request import OURS

WEEKS = 8
"""About as many weeks make a window, where the number of windows is not given."""

ENOUGH = 4
"""Windows from which on they are resampled: of fewer there is nothing to draw from."""


def cut(periods: int, windows: int | None = None) -> IntArray:
    """Where ``periods`` are cut into windows, as even as they go, longer ones first.

    None: as many windows as there are stretches of ``WEEKS`` periods, at least one.

    Returns int64, shape (windows + 1,): the first period of each window, and the number of periods.

    Raises ValueError unless there is a period for each window.
    """
    count = max(1, periods // WEEKS) if windows is None else windows
    if not 1 <= count <= periods:
        raise ValueError(f"{periods} periods cannot be cut into {count} windows")
    size, longer = divmod(periods, count)
    sizes = np.full(count, size, dtype=np.int64)
    sizes[:longer] += 1
    return np.append(0, np.cumsum(sizes)).astype(np.int64)


def windows(
    runs: Sequence[PolicyRun],
    costs: Costs,
    unit_cost: FloatArray,
    period_edges: IntArray,
    cuts: IntArray,
    baseline: str,
) -> pd.DataFrame:
    """One row per window and policy: what is additive adds up to the summary, to the rounding.

    Args:
        runs: one per policy, on the same demand, items and periods.
        costs: the rates that the flows are charged at.
        unit_cost: float64, shape (n,), money: what a unit on hand is worth.
        period_edges: int64, shape (p + 1,), day numbers, as the ledger had them.
        cuts: int64, shape (w + 1,), as ``cut`` gives them for p periods.
        baseline: the policy that the others are compared with; one of the runs.

    Returns:
        Columns: ``window`` (1 is the first), ``first_day``, ``last_day``, ``policy``, ``backorders_avoided``
        (order lines), ``cost_saved`` (money) and the measures, averages over the days of the window.

    """
    edges = period_edges[cuts]
    figures = {run.policy: measures(_by_window(run, costs, unit_cost, cuts)) for run in runs}
    base = figures[baseline]
    frames = []
    for run in runs:
        ours = figures[run.policy]
        saved = {
            "backorders_avoided": ("short_lines", base["short_lines"] - ours["short_lines"]),
            "cost_saved": ("cost_total", base["cost_total"] - ours["cost_total"]),
        }
        head = {
            "window": np.arange(1, len(cuts)),
            "first_day": _times(edges[:-1]),
            "last_day": _times(edges[1:] - 1),
            "policy": run.policy,
        }
        frames.append(frame(head, ours, saved))
    return pd.concat(frames, ignore_index=True).sort_values("window", kind="stable", ignore_index=True)


def _by_window(run: PolicyRun, costs: Costs, unit_cost: FloatArray, cuts: IntArray) -> dict[str, FloatArray]:
    """What may be summed, summed over the items and periods of each window: float64, shape (w,) each."""
    starts = cuts[:-1]
    days = np.add.reduceat(run.flows.days, starts, axis=1)
    flows = additive(run, costs, unit_cost, np.repeat(days, np.diff(cuts), axis=1))
    sums = {name: np.add.reduceat(flow.sum(axis=0), starts) for name, flow in flows.items()}
    return {**sums, "purchase_orders": np.add.reduceat(run.purchase_orders, starts)}


def _times(days: IntArray) -> Any:
    return np.asarray(days, dtype="datetime64[D]").astype("datetime64[us]")


def intervals(
    runs: Sequence[PolicyRun],
    costs: Costs,
    unit_cost: FloatArray,
    cuts: IntArray,
    baseline: str,
    seed: int,
    draws: int,
) -> dict[str, list[float]]:
    """The 90 % interval of each policy's ``cost_saved``, resampled over items and windows.

    As in ``compare.summary``, with whole windows in the place of periods: a shortage that lasts for weeks is
    drawn as one. Empty with fewer than ``ENOUGH`` windows; none of a policy whose cost is not known.

    Returns, by policy, the lower and the upper end, money. They hold the saving itself.
    """
    if len(cuts) - 1 < ENOUGH:
        return {}
    cost = {run.policy: _cost_by_item(run, costs, unit_cost, cuts) for run in runs}
    saved = {name: cost[baseline] - ours for name, ours in cost.items() if name != baseline}
    drawn: dict[str, list[FloatArray]] = {
        name: [] for name, each in saved.items() if not np.isnan(each).any()
    }
    for by_item, by_window in weights((draws, *cost[baseline].shape), seed):
        for name, parts in drawn.items():
            parts.append(((by_item @ saved[name]) * by_window).sum(axis=1))
    ends = {}
    for name, parts in drawn.items():
        low, high = np.quantile(np.concatenate(parts), INTERVAL)
        point = saved[name].sum()
        ends[name] = [float(np.round(end, 4)) + 0.0 for end in (min(low, point), max(high, point))]
    return ends


def _cost_by_item(run: PolicyRun, costs: Costs, unit_cost: FloatArray, cuts: IntArray) -> FloatArray:
    """``cost_total`` of each item and window: float64, shape (n, w), money."""
    flows = additive(run, costs, unit_cost, run.flows.days)
    total = sum((flows[name] for name in COSTS), np.zeros_like(flows["lines"]))
    return np.asarray(np.add.reduceat(total, cuts[:-1], axis=1))


def windows_that_decide(table: pd.DataFrame, baseline: str) -> list[str]:
    """The sentences of ``one_decides`` of the policy that the replay is about: ours, else of all.

    ``table``: as ``windows`` makes it.
    """
    left_out = (baseline, RECORDED, *BOUNDS)
    names = [name for name in dict.fromkeys(table["policy"]) if name not in left_out]
    about = [OURS] if OURS in names else names
    return list(filter(None, (one_decides(table, name, baseline) for name in about)))


def one_decides(table: pd.DataFrame, policy: str, baseline: str) -> str:
    """A sentence where one window decides what ``policy`` saves in all, or costs more; else empty.

    It decides where the rest has another sign, or where more than half comes from it. (Of two windows one
    always brings half: there only the sign tells.)

    Args:
        table: as ``windows`` makes it.

    """
    rows = table[table["policy"] == policy]
    saved = rows["cost_saved"].to_numpy(dtype=np.float64)
    total = float(saved.sum())
    if len(saved) < 2 or not np.isfinite(total) or total == 0:
        return ""
    most = int(np.argmax(saved * np.sign(total)))
    rest = total - float(saved[most])
    turns = rest * total <= 0
    if not turns and (len(saved) == 2 or saved[most] / total <= 0.5):
        return ""

    which = rows.iloc[most]
    word, other = ("less", "more") if total > 0 else ("more", "less")
    said = (
        f"One window decides, {span(which)}: {policy} costs {abs(total):,.0f} {word} than {baseline} in all, "
    )
    if turns:
        without = f"{abs(rest):,.0f} {other}" if round(abs(rest)) else "as much"
        return f"{said}and without that window {without}."
    return f"{said}and {saved[most] / total:.0%} of that comes from that window alone."


def span(row: Any) -> str:
    """The days of a window, a row of the table: ``2011-01-03 to 2011-02-27``."""
    return f"{row.first_day:%Y-%m-%d} to {row.last_day:%Y-%m-%d}"
