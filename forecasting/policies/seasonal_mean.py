"""A recent mean times seasonal indices that the items of a category share.

With m an item's mean per bucket over a recent window, its season taken out, and i_k the index of the k-th
bucket from now on,

    S = factor x m x (i_1 + ... + i_P), to the nearest unit        P = R + L, in buckets

An index is what the category sold in that bucket of the year over what it sold in an average bucket: over
each item's own last whole years, the neighbouring buckets averaged in. An item on sale for less than a year
lends nothing to it, and is moved by it all the same. The literature's (R, S), on classical multiplicative
decomposition with group seasonal indices (Withycombe, "Forecasting with combined seasonal indices",
International Journal of Forecasting 5, 1989).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.policies.base import Policy, Setting, turned
from forecasting.policies.grid import Axis
from forecasting.policies.incumbents import WINDOW, in_words
from forecasting.policies.situation import Decision, Situation
from models.shared.cold_start import categories
from models.shared.history import History

FACTOR = Axis(
    "factor",
    (0.7, 0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0),
    below=(0.55, 0.4, 0.25, 0.0),
    above=(2.5, 3.0, 4.0, 6.0, 9.0),
)
"""Multiples of the demand that is expected over the protection interval."""

NEIGHBOURS = 1 / 52
"""Buckets within this part of a year on either side are averaged into an index."""

FEWEST_UNITS = 20.0
"""An index counts as if so many units more had sold in its bucket, without any season."""


@dataclass(frozen=True)
class SeasonalMean(Policy):
    """Order up to a multiple of the seasonal mean of the protection interval.

    Attributes:
        window_days: days that the mean is taken over.
        factor: multiple of the expected demand.

    Two units a day without a season, 20 on hand, two weeks of lead time and a review each week: up to
    1.5 x 42.

    >>> from forecasting.policies.one_item import one_item
    >>> SeasonalMean(factor=1.5).decide(one_item([14.0] * 26, on_hand=20)).quantity
    array([43.])

    """

    window_days: float = 91.0
    factor: float = 1.3
    name: str = "seasonal_mean"

    def decide(self, situation: Situation) -> Decision:
        """Order what is missing to the level."""
        level = np.floor(self.factor * self.expected(situation) + 0.5)
        wanted = np.where(situation.orderable, level - situation.position, 0.0)
        return Decision(situation.terms.at_least(wanted), level - 1.0, level)

    def expected(self, situation: Situation) -> FloatArray:
        """Expected demand over the protection interval: float64, shape (n,), units."""
        bucket_days = situation.bucket_days
        ahead = situation.protection_days / bucket_days
        buckets = max(1, round(self.window_days / bucket_days))
        return expected_in_season(situation.history, buckets, ahead)

    def axes(self) -> tuple[Axis, ...]:
        """The averaging window, and the factor."""
        return WINDOW, FACTOR

    def at(self, parameters: Mapping[str, float]) -> Policy:
        """The rule with these parameters."""
        return replace(self, window_days=parameters["window_days"], factor=parameters["factor"])

    def settings(self) -> tuple[Setting, ...]:
        """A higher factor, more stock."""
        return turned(
            self,
            self.factor,
            FACTOR.around(self.factor),
            lambda factor: replace(self, factor=factor),
            "{:g} times what is expected".format,
        )

    def describe(self) -> str:
        """The parameters in words."""
        return in_words(self.window_days, f"in season, {self.factor:g} times what is expected")


def expected_in_season(history: History, buckets: int, ahead: FloatArray) -> FloatArray:
    """Demand of the next buckets, by the mean of the last ``buckets`` and the season of the category.

    ``ahead``: float64, shape (n,), buckets. Returns float64, shape (n,), units.
    """
    season, category = history.season, categories(history)
    index = seasonal_indices(history, category)

    # The deseasonalised level: what sold in the window over what its buckets would sell at an index of 1.
    known = ~np.isnan(history.data)
    inside = known & (_ago(history) < buckets)
    item, ago = history.item[inside], _ago(history)[inside]
    usual = np.bincount(item, index[category[item], (-1 - ago) % season], len(history))
    level = np.bincount(item, history.data[inside], len(history)) / np.maximum(usual, 1e-9)

    running = np.cumsum(index, axis=1)
    running = np.concatenate([np.zeros((len(index), 1)), running], axis=1)
    whole = np.floor(ahead).astype(np.int64)
    years, whole, part = whole // season, whole % season, ahead - whole
    return level * (
        years * running[category, -1]
        + running[category, whole]
        + part * (running[category, whole + 1] - running[category, whole])
    )


def seasonal_indices(history: History, category: IntArray) -> FloatArray:
    """The index of each bucket of the year to come, of each category: float64, shape (categories, season).

    Column 0 is the next bucket. ``category``: int64, shape (n,), from 0 on.
    """
    season, categories = history.season, int(category.max(initial=-1)) + 1
    years, ago = history.lengths // season, _ago(history)
    inside = ~np.isnan(history.data) & (ago < (years * season)[history.item])
    item, demand = history.item[inside], history.data[inside]
    count = np.bincount(item, minlength=len(history))
    mean = np.bincount(item, demand, len(history)) / np.maximum(count, 1)

    place = category[item] * season + (-1 - ago[inside]) % season
    size = categories * season
    sold = np.bincount(place, demand, size).reshape(categories, season)
    usual = np.bincount(place, mean[item], size).reshape(categories, season)

    near = round(season * NEIGHBOURS)
    turns = range(-near, near + 1)
    sold = sum((np.roll(sold, turn, axis=1) for turn in turns), np.zeros_like(sold))
    usual = sum((np.roll(usual, turn, axis=1) for turn in turns), np.zeros_like(usual))
    index = (sold + FEWEST_UNITS) / (usual + FEWEST_UNITS)
    return np.asarray(index / index.mean(axis=1, keepdims=True))


def _ago(history: History) -> IntArray:
    """int64, shape of ``data``: how many buckets lie between each one and the last."""
    return np.repeat(history.indptr[1:], history.lengths) - 1 - np.arange(len(history.data))
