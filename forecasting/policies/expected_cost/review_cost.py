"""What a position costs between two arrivals: the part of every expected cost that a review decides.

An order placed now can arrive after the lead time L, and the next one a review period R later. With D_t the
demand of the next t days, E[short by t] = E[(D_t - y)+] and E[left at t] = E[(y - D_t)+], the position ``y``
costs in the R days in between

    p  (E[short by L+R] - E[short by L])                          units that fall short in between, once
    + b  ((R-1)/2 E[short by L] + (R+1)/2 E[short by L+R])        backlog, at each close
    + h  ((R-1)/2 E[left at L] + (R+1)/2 E[left at L+R])          stock, at each close

Days are counted at their closes: the R closes between two arrivals are the line through the two ends, summed
over the days L+1 .. L+R.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecasting.domain import Columns, FloatArray
from forecasting.policies.expected_cost.kernels import expected
from models.shared.compile import over_items
from models.shared.distribution import WEIGHTS, Distribution

PARTS = ("holding", "lost_business", "goodwill", "admin", "word_of_mouth", "ordering", "waste")
"""What an expected cost is the sum of."""


@dataclass(frozen=True)
class ShortageShares(Columns):
    """What a unit short costs once (p), by the parts of ``PARTS``: its shares, float64, shape (n,) each."""

    lost_business: FloatArray
    goodwill: FloatArray
    admin: FloatArray
    word_of_mouth: FloatArray


@dataclass(frozen=True)
class ReviewCost(Columns):
    """Expected cost of n items between two arrivals, as a function of the position after ordering.

    Attributes:
        before: demand until an order placed now can arrive (D_L), or what stock it takes.
        after: demand until the next one can (D_{L+R}).
        shortage: p, money per unit. ``waiting``: b, per unit and day. ``holding``: h, per unit and day.
        review_days: R. Each of these four float64, shape (n,).
        shares: the parts of p.

    """

    before: Distribution
    after: Distribution
    shortage: FloatArray
    waiting: FloatArray
    holding: FloatArray
    review_days: FloatArray
    shares: ShortageShares

    def cost(self, position: FloatArray) -> FloatArray:
        """Expected cost, money: float64, shape (n, k), of positions in ascending rows."""
        return expected_cost((self.before, self.after), *self.rates, position)

    @cached_property
    def rates(self) -> tuple[FloatArray, FloatArray]:
        """Money per unit of D_L and of D_{L+R} above the position, and below: float64, shape (n, 2) each."""
        first, last = self.closes
        p, b, h = self.shortage, self.waiting, self.holding
        short = np.stack([b * first - p, b * last + p], axis=1)
        left = np.stack([h * first, h * last], axis=1)
        return short, left

    @property
    def closes(self) -> tuple[FloatArray, FloatArray]:
        """How many closes each end of the interval stands for: float64, shape (n,) each."""
        days = self.review_days
        return np.maximum(days - 1.0, 0.0) / 2, np.where(days > 0, (days + 1.0) / 2, 0.0)

    def parts(self, position: FloatArray, lying: FloatArray | float = 0.0) -> dict[str, FloatArray]:
        """The same by name, for one position an item: each of ``PARTS``, float64, shape (n,), money.

        ``lying``: float64, shape (n,), unit-days that stock is held for besides.
        """
        first, last = self.closes
        short = self.before.shortage(position), self.after.shortage(position)
        left = self.before.leftover(position), self.after.leftover(position)
        once = self.shortage * (short[1] - short[0])

        named = {name: np.zeros(len(position)) for name in PARTS}
        named |= {name: share * once for name, share in vars(self.shares).items()}
        named["goodwill"] = named["goodwill"] + self.waiting * (first * short[0] + last * short[1])
        named["holding"] = self.holding * (first * left[0] + last * left[1] + lying)
        return named

    @property
    def highest(self) -> FloatArray:
        """float64, shape (n,): a position above which the cost only rises."""
        return np.maximum(self.after.values[:, -1], self.before.values[:, -1])


def expected_cost(
    demands: tuple[Distribution, ...], short: FloatArray, left: FloatArray, position: FloatArray
) -> FloatArray:
    """Sum over k demands D of ``short`` E[(D - y)+] + ``left`` E[(y - D)+]: money, the shape of ``position``.

    Args:
        demands: k distributions of the same n items.
        short: float64, shape (n, k), money per unit of each demand above the position.
        left: float64, shape (n, k), money per unit of the position above each demand.
        position: float64, shape (n, points), rows ascending.

    """
    points = np.ascontiguousarray(position, dtype=np.float64)
    out = np.empty_like(points)
    values = tuple(np.ascontiguousarray(demand.values) for demand in demands)
    short, left = np.ascontiguousarray(short), np.ascontiguousarray(left)
    over_items(expected, len(points), values, WEIGHTS, short, left, points, out)
    return out
