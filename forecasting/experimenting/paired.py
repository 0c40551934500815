"""Two contenders on the same items and windows: what lies between them, and how surely.

Items and windows are drawn with replacement, the same ones for both (as ``replay.compare.weights`` draws
them): an interval over items alone would say nothing of another quarter, one over windows alone nothing of
other items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray
from forecasting.replay.compare import INTERVAL, weights
from forecasting.replay.windows import ENOUGH


@dataclass(frozen=True)
class Saving:
    """What B saves against A: in money, and as a share of what A costs, each with its 90 % interval.

    Attributes:
        items: how many items were compared.
        cost: what A costs, money.
        saved: A's cost less B's, money; ``low``, ``high``: its interval.
        share, share_low, share_high: the same as a share; NaN where A costs nothing.

    """

    items: int
    cost: float
    saved: float
    low: float
    high: float
    share: float
    share_low: float
    share_high: float

    @property
    def surely(self) -> int:
        """1: B saves, -1: it costs more, 0: neither can be told."""
        return int(self.low > 0) - int(self.high < 0)


def savings(cost_a: FloatArray, cost_b: FloatArray, groups: BoolArray, seed: int, draws: int) -> list[Saving]:
    """What B saves against A, in each group of items.

    With fewer than ``ENOUGH`` windows there is nothing to draw windows from: items alone are drawn.

    Args:
        cost_a, cost_b: float64, shape (n, w), money, of n items and w windows.
        groups: bool, shape (g, n): which items are in each group.
        seed: of the draws.
        draws: how many.

    Returns g savings.

    """
    difference, windows = cost_a - cost_b, cost_a.shape[1]
    saved: list[list[FloatArray]] = [[] for _ in groups]
    spent: list[list[FloatArray]] = [[] for _ in groups]
    for by_item, by_window in weights((draws, *cost_a.shape), seed):
        of_window = by_window if windows >= ENOUGH else np.ones_like(by_window)
        for place, group in enumerate(groups):
            drawn = by_item[:, group]
            saved[place].append(((drawn @ difference[group]) * of_window).sum(axis=1))
            spent[place].append(((drawn @ cost_a[group]) * of_window).sum(axis=1))
    return [
        _saving(difference[group], cost_a[group], np.concatenate(saved[place]), np.concatenate(spent[place]))
        for place, group in enumerate(groups)
    ]


def _saving(difference: FloatArray, cost: FloatArray, saved: FloatArray, spent: FloatArray) -> Saving:
    point, base = float(difference.sum()), float(cost.sum())
    low, high = np.quantile(saved, INTERVAL)
    share = point / base if base > 0 else np.nan
    some = spent > 0
    drawn = saved[some] / spent[some]
    ends = np.quantile(drawn, INTERVAL) if some.any() else (np.nan, np.nan)
    return Saving(
        items=len(difference),
        cost=base,
        saved=point,
        # An interval holds what it is of.
        low=float(min(low, point)),
        high=float(max(high, point)),
        share=float(share),
        share_low=float(np.fmin(ends[0], share)),
        share_high=float(np.fmax(ends[1], share)),
    )
