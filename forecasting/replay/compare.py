"""The policies of a replay side by side: the tables ``summary``, ``periods`` and ``items``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from forecasting.domain import Costs, FloatArray, IntArray, Items
from forecasting.replay.measures import (
    COUNTS,
    MEASURED_SOMETIMES,
    MEASURES,
    SHARES,
    additive,
    costs_of,
    measures,
)
from forecasting.replay.policy_run import PolicyRun

INTERVAL = (0.05, 0.95)
"""The ends of a 90 % interval."""

TOGETHER = 2_000_000
"""Weights drawn at a time: item weights of this many are held at once, and no more."""


def summary(
    runs: Sequence[PolicyRun],
    costs: Costs,
    unit_cost: FloatArray,
    baseline: str,
    seed: int,
    draws: int = 1_000,
) -> pd.DataFrame:
    """One row per policy, in the order of ``runs``: its measures, and how they differ from the baseline's.

    A difference is the policy's figure less the baseline's. Its interval comes from a paired bootstrap
    over items and over periods: each draw takes n items and p periods with replacement, independently,
    and the same ones for every policy (Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1
    (2007): no exact bootstrap of both exists, and this one errs on the wide side).

    Args:
        runs: one per policy, on the same demand, items and periods.
        costs: the rates that the flows are charged at.
        unit_cost: float64, shape (n,), money: what a unit on hand is worth.
        baseline: the policy that the others are compared with.
        seed: of the draws.
        draws: how many.

    Returns:
        Columns: ``policy``; the measures of ``MEASURES``; ``backorders_avoided`` (order lines) and
        ``cost_saved`` (money), each with ``_low`` and ``_high``; and for each measure ``_difference``,
        ``_difference_low``, ``_difference_high``.

    Raises ValueError where the baseline is not among the runs.

    """
    names = [run.policy for run in runs]
    if baseline not in names:
        raise ValueError(f"the baseline {baseline!r} is not among the policies {names}")
    first = runs[names.index(baseline)]
    items, periods = first.flows.lines.shape
    shape = (draws, items, periods)
    base = measures(totals(first, costs, unit_cost))
    base_drawn = measures(drawn_totals(first, costs, unit_cost, shape, seed))
    measured, rows = _measured(base), []
    for run in runs:
        figures = measures(totals(run, costs, unit_cost))
        drawn = base_drawn if run is first else measures(drawn_totals(run, costs, unit_cost, shape, seed))
        row: dict[str, object] = {"policy": run.policy}
        row |= {name: _rounded(name, figures[name]).item() for name in measured}
        for name, measure in (("backorders_avoided", "short_lines"), ("cost_saved", "cost_total")):
            row |= _difference(
                name, measure, base[measure] - figures[measure], base_drawn[measure] - drawn[measure]
            )
        for name in measured:
            row |= _difference(
                f"{name}_difference", name, figures[name] - base[name], drawn[name] - base_drawn[name]
            )
        rows.append(row)
    return pd.DataFrame(rows)


def periods(
    runs: Sequence[PolicyRun], costs: Costs, unit_cost: FloatArray, period_edges: IntArray
) -> pd.DataFrame:
    """One row per policy and period: ``policy``, ``period_start`` and the measures.

    ``period_edges``: int64, shape (p + 1,), day numbers, as the ledger had them.
    """
    starts = np.asarray(period_edges[:-1], dtype="datetime64[D]").astype("datetime64[us]")
    frames = []
    for run in runs:
        sums = {
            name: flow.sum(axis=0) for name, flow in additive(run, costs, unit_cost, run.flows.days).items()
        }
        sums["purchase_orders"] = run.purchase_orders
        frames.append(frame({"policy": run.policy, "period_start": starts}, measures(sums)))
    return pd.concat(frames, ignore_index=True)


def items(runs: Sequence[PolicyRun], costs: Costs, unit_cost: FloatArray, items: Items) -> pd.DataFrame:
    """One row per policy and item: ``policy``, ``location``, ``sku`` and the measures.

    Purchase orders are of a supplier, not of an item: they are not among these measures.
    """
    frames = []
    for run in runs:
        days = run.flows.days.sum(axis=1, keepdims=True)
        sums = {name: flow.sum(axis=1) for name, flow in additive(run, costs, unit_cost, days).items()}
        head = {"policy": run.policy, "location": items.location, "sku": items.sku}
        frames.append(frame(head, measures(sums)))
    return pd.concat(frames, ignore_index=True)


def frame(
    head: Mapping[str, object],
    figures: Mapping[str, FloatArray],
    differences: Mapping[str, tuple[str, FloatArray]] | None = None,
) -> pd.DataFrame:
    """The columns of ``head``, ``differences`` (each with the measure that it is of), then the measures."""
    between = {name: _rounded(measure, values) for name, (measure, values) in (differences or {}).items()}
    columns = {name: _rounded(name, figures[name]) for name in _measured(figures)}
    return pd.DataFrame({**head, **between, **columns})


def _measured(figures: Mapping[str, FloatArray]) -> list[str]:
    """The measures that there are, in their order: all, and what only some datasets know of."""
    sometimes = (name for name in MEASURED_SOMETIMES if name in figures)
    return [*(name for name in MEASURES if name in figures), *sometimes]


def totals(run: PolicyRun, costs: Costs, unit_cost: FloatArray) -> dict[str, FloatArray]:
    """The flows of a run, summed over items and periods."""
    days = run.flows.days.sum(axis=1, keepdims=True)
    sums = {name: np.asarray(flow.sum()) for name, flow in additive(run, costs, unit_cost, days).items()}
    return {**sums, "purchase_orders": np.asarray(run.purchase_orders.sum())}


def drawn_totals(
    run: PolicyRun, costs: Costs, unit_cost: FloatArray, shape: tuple[int, int, int], seed: int
) -> dict[str, FloatArray]:
    """The totals of each draw: float64, shape (draws,). The same seed draws the same for every run.

    ``shape``: draws, items, periods.
    """
    days = run.flows.days.sum(axis=1, keepdims=True)
    flows = additive(run, costs, unit_cost, days)
    parts: dict[str, list[FloatArray]] = {name: [] for name in (*flows, "purchase_orders")}
    for by_item, by_period in weights(shape, seed):
        for name, flow in flows.items():
            parts[name].append(((by_item @ flow) * by_period).sum(axis=1))
        parts["purchase_orders"].append(by_period @ run.purchase_orders)
    return {name: np.concatenate(part) for name, part in parts.items()}


def weights(shape: tuple[int, int, int], seed: int) -> Iterator[tuple[FloatArray, FloatArray]]:
    """How often each draw takes each item and each period: (k, n) and (k, p), draws in lots of k.

    ``shape``: draws, items, periods.
    """
    draws, items, periods = shape
    generator = np.random.default_rng(seed)
    lot = max(1, TOGETHER // max(items, 1))
    for start in range(0, draws, lot):
        size = min(lot, draws - start)
        yield _counts(generator, size, items), _counts(generator, size, periods)


def _counts(generator: np.random.Generator, draws: int, of: int) -> FloatArray:
    """float64, shape (draws, of): each row counts ``of`` picks with replacement out of ``of``."""
    picks = generator.integers(0, of, (draws, of)) + of * np.arange(draws)[:, None]
    return np.bincount(picks.ravel(), minlength=draws * of).reshape(draws, of).astype(np.float64)


def _difference(name: str, measure: str, point: FloatArray, drawn: FloatArray) -> dict[str, object]:
    """The difference with its interval, which always holds the difference itself."""
    low, high = np.quantile(drawn, INTERVAL)
    ends = np.minimum(low, point), np.maximum(high, point)
    return {
        name: _rounded(measure, point).item(),
        f"{name}_low": _round(measure, ends[0]).item(),
        f"{name}_high": _round(measure, ends[1]).item(),
    }


def _rounded(measure: str, figures: FloatArray) -> FloatArray | IntArray:
    """Counts as whole numbers (unless one is not known: NaN); shares to 6 decimals; units and money to 4."""
    if measure in COUNTS and not np.isnan(figures).any():
        return np.rint(figures).astype(np.int64)
    return _round(measure, figures)


def _round(measure: str, figures: FloatArray) -> FloatArray:
    # Adding zero turns -0.0 into 0.0.
    return np.round(figures, 6 if measure in SHARES else 4) + 0.0


__all__ = ["costs_of", "drawn_totals", "frame", "items", "periods", "summary", "totals", "weights"]
