"""What came of a cell, in one record: ours against the best fitted rule, and regret taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.regimes.contestants import AUTO, AVERAGE, EXCESS_SHARES, LEVELS, OURS, PERFECT, RULES, TRUE
from experiments.regimes.sharing import KNOWN
from experiments.regimes.walk import SINGLE, Walked
from forecasting.domain import FloatArray

DRAWS, SEED = 1000, 1
INTERVAL = (0.05, 0.95)


def costs_by_contestant(walked: Sequence[Walked]) -> dict[str, FloatArray]:
    """What each cost: float64, shape (windows, n), money."""
    names = dict.fromkeys(each.contestant for each in walked)
    return {name: np.array([each.cost for each in walked if each.contestant == name]) for name in names}


def ratio_interval(ours: FloatArray, theirs: FloatArray, draws: int = DRAWS) -> tuple[float, float, float]:
    """The quotient of two total costs, and its 90 % interval: items and windows are drawn with replacement.

    The same items and windows are drawn for both. Windows that overlap are drawn as if they did not.

    Args:
        ours, theirs: float64, shape (windows, n), money, on the same demand.
        draws: how many.

    """
    windows, items = ours.shape
    random = np.random.default_rng(SEED)
    by_item = random.multinomial(items, np.full(items, 1.0 / items), draws)
    by_window = random.multinomial(windows, np.full(windows, 1.0 / windows), draws)
    drawn = [((by_item @ cost.T) * by_window).sum(axis=1) for cost in (ours, theirs)]
    low, high = np.quantile(drawn[0] / np.maximum(drawn[1], 1e-12), INTERVAL)
    return float(ours.sum() / max(theirs.sum(), 1e-12)), float(low), float(high)


def summarise(walked: Sequence[Walked]) -> dict[str, Any]:
    """The record of one cell. Money, and shares of what ours costs on ``quantile_average``."""
    cost = costs_by_contestant(walked)
    total = {name: float(each.sum()) for name, each in cost.items()}
    best = min(RULES, key=total.__getitem__)
    record: dict[str, Any] = {
        "items": cost[best].shape[1],
        "windows": cost[best].shape[0],
        "best_rule": best,
        "best_rule_cost": total[best],
        "best_rule_parameters": _said(walked, best, "parameters"),
        "best_rule_at_limit": sorted(
            {name for each in walked for name in each.at_limit if each.contestant == best}
        ),
        "rules": {name: total[name] for name in RULES},
    }
    for model, name in OURS.items():
        ratio, low, high = ratio_interval(cost[name], cost[best])
        won = int((cost[name].sum(axis=1) < cost[best].sum(axis=1)).sum())
        record[model] = {"cost": total[name], "ratio": ratio, "low": low, "high": high, "windows_won": won}
    return {**record, "service": _service(walked, best), **_regret(total)}


def _said(walked: Sequence[Walked], contestant: str, what: str) -> list[str]:
    """What is said of a contestant, each once, in the order of the windows."""
    return list(dict.fromkeys(getattr(each, what) for each in walked if each.contestant == contestant))


def _service(walked: Sequence[Walked], best: str) -> dict[str, dict[str, float]]:
    """The share of units short, and the share of cost that holding is, of ours and of the best rule."""
    found = {}
    for name in (*OURS.values(), best):
        own = [each for each in walked if each.contestant == name]
        cost, units = sum(each.cost.sum() for each in own), sum(each.units for each in own)
        found[name] = {
            "short": sum(each.short_units for each in own) / max(units, 1.0),
            "holding": sum(each.holding for each in own) / max(cost, 1e-12),
        }
    return found


def _regret(total: Mapping[str, float]) -> dict[str, Any]:
    """Where the money is, as shares of what ours costs on ``quantile_average``; None: not known.

    A share above zero is what could be saved.
    """
    base = total[OURS[AVERAGE]]
    levels = {level: total[f"level {level:g} on {AVERAGE}"] for level in LEVELS}
    excess = {share: total[f"excess {share:g} on {AVERAGE}"] for share in EXCESS_SHARES}
    level, share = min(levels, key=levels.__getitem__), min(excess, key=excess.__getitem__)
    single = total.get(f"{OURS[AVERAGE]}, {SINGLE}")

    def saved(by: float | None) -> float | None:
        return None if by is None else (base - by) / base

    return {
        "foresight_cost": total[PERFECT],
        "regret": {
            "foresight": saved(total[PERFECT]),
            "known": saved(total.get(TRUE)),
            "known_base_stock": saved(total.get(f"base_stock on {KNOWN}")),
            "choice": (total[OURS[AUTO]] - base) / base,
            "level": saved(levels[level]),
            "base_stock": saved(total[f"base_stock on {AVERAGE}"]),
            "excess": saved(min(excess[share], base)),
            "packs": saved(single),
        },
        "best_level": level,
        "best_excess_share": share,
    }
