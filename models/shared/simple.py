"""The shortest way to a demand model: a user says mean and spread, or quantiles, from a table of past demand.

All that every model does alike (a distribution at the levels of this house, whole units, no demand over no
time) is done here. What comes back from the user is held to its shape, and otherwise left as it is:
``reorder experiment check`` says what is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from models.shared.distribution import LEVELS, Distribution, negative_binomial
from models.shared.error_variance import checked_horizon
from models.shared.history import FloatArray, History, IntArray
from models.shared.steps import floors, known_buckets, steps

NORMAL_SCORES = special.ndtri(LEVELS)


class Simple:
    """Base of a model that looks at each item's last ``buckets`` buckets. Define one of its two methods.

    Attributes:
        buckets: how many buckets back it looks.
        levels: the probabilities of what ``quantiles`` returns, rising: between them quantiles are
            interpolated in normal scores, and beyond the outermost two they go on in the same way.

    A mean of the last four weeks, and a Poisson's spread:

    >>> class LastFour(Simple):
    ...     def mean_and_sd(self, demand, horizon):
    ...         mean = np.nanmean(demand[:, -4:], axis=1) * horizon
    ...         return mean, np.sqrt(mean)
    >>> weekly = History(np.array([9.0, 1.0, 3.0, 2.0, 2.0]), np.array([0, 5]))
    >>> LastFour().name, LastFour().fit(weekly).demand(np.array([2.0])).mean.round(1)
    ('last_four', array([4.]))

    """

    buckets: ClassVar[int] = 104
    levels: ClassVar[tuple[float, ...]] = tuple(LEVELS.tolist())

    @property
    def name(self) -> str:
        """The name that outputs use: that of the class, in small letters."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()

    def mean_and_sd(self, demand: FloatArray, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and standard deviation of each item's demand summed over its horizon.

        Args:
            demand: float64, shape (n, buckets), units: a row an item, the last bucket last; NaN where the
                item was not there yet, or nothing is known.
            horizon: float64, shape (n,), > 0: buckets to sum over; may hold a part of one.

        Returns:
            Two arrays, float64, shape (n,), units. The distribution is a negative binomial, in the item's
            own unit; a Poisson where the variance is not above the mean.

        """
        raise NotImplementedError(f"{type(self).__name__} must define mean_and_sd or quantiles")

    def quantiles(self, demand: FloatArray, horizon: FloatArray) -> FloatArray:
        """The quantiles of the same sums at ``levels``: float64, shape (n, len(levels)), units."""
        raise NotImplementedError(f"{type(self).__name__} must define mean_and_sd or quantiles")

    def fit(self, history: History) -> SimpleForecast:
        """See ``models.shared.base.Model``."""
        return SimpleForecast(self, table(history, self.buckets), steps(history), known_buckets(history))


@dataclass(frozen=True)
class SimpleForecast:
    """What such a model says.

    Attributes:
        model: the user's.
        past: float64, shape (n, buckets), units.
        step: float64, shape (n,): the unit in which each item is sold.
        known: float64, shape (n,): known buckets of each item.

    """

    model: Simple
    past: FloatArray
    step: FloatArray
    known: FloatArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.past), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        ahead = checked_horizon(horizon, len(self.past))[items]
        values = np.zeros((len(items), len(LEVELS)))
        asked = np.flatnonzero(ahead > 0)
        if len(asked):
            rows = items[asked]
            # A copy: what the user does to it is not seen by the next who asks.
            values[asked] = self._values(self.past[rows], ahead[asked], self.step[rows], self.known[rows])
        return Distribution(values)

    def _values(
        self, past: FloatArray, horizon: FloatArray, step: FloatArray, known: FloatArray
    ) -> FloatArray:
        if type(self.model).quantiles is not Simple.quantiles:
            given = self._shaped(
                "quantiles", self.model.quantiles(past, horizon), (len(past), len(self.model.levels))
            )
            return _at_levels(given, np.asarray(self.model.levels), step)

        mean, sd = self.model.mean_and_sd(past, horizon)
        mean = self._shaped("mean", mean, (len(past),))
        sd = self._shaped("sd", sd, (len(past),))
        for what, said in (("mean", mean), ("sd", sd)):
            wrong = np.flatnonzero(~(np.isfinite(said) & (said >= 0)))
            if len(wrong):
                raise ValueError(
                    f"mean_and_sd gives {len(wrong)} of {len(said)} items a {what} that is not finite, or "
                    f"negative, such as {said[wrong[0]]:g}"
                )
        # Zeros alone never make demand impossible.
        mean = np.maximum(mean, floors(known, step) * horizon)
        counts = negative_binomial(mean / step, (sd / step) ** 2)
        return counts.values * step[:, None]

    def _shaped(self, what: str, given: FloatArray, shape: tuple[int, ...]) -> FloatArray:
        array = np.asarray(given, dtype=np.float64)
        if array.shape != shape:
            raise ValueError(f"{what} has shape {array.shape}, which must be {shape}")
        return array


def table(history: History, buckets: int) -> FloatArray:
    """The last buckets of each item as a row, the last one last: float64, shape (n, buckets), NaN: unknown.

    >>> table(History(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 3, 4])), 2)
    array([[ 2.,  3.],
           [nan,  4.]])

    """
    out = np.full((len(history), buckets), np.nan)
    before_end = np.repeat(history.indptr[1:], history.lengths) - np.arange(len(history.data))
    recent = before_end <= buckets
    out[history.item[recent], buckets - before_end[recent]] = history.data[recent]
    return out


def _at_levels(given: FloatArray, levels: FloatArray, step: FloatArray) -> FloatArray:
    """Quantiles at a few levels as those at ``LEVELS``, in whole units: float64, shape (n, G)."""
    if len(levels) == len(LEVELS) and np.array_equal(levels, LEVELS):
        return given
    scores = special.ndtri(levels)
    right = np.clip(np.searchsorted(scores, NORMAL_SCORES), 1, len(levels) - 1)
    part = (NORMAL_SCORES - scores[right - 1]) / (scores[right] - scores[right - 1])
    values = given[:, right - 1] + part * (given[:, right] - given[:, right - 1])
    # Below the lowest level a straight line may fall under zero, where nobody said so.
    values = np.where((part < 0) & (given[:, :1] >= 0), np.maximum(values, 0.0), values)
    return np.floor(values / step[:, None] + 0.5) * step[:, None]
