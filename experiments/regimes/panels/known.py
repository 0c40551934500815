"""Distributions that demand was drawn from, summed over any stretch of buckets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forecasting.domain import FloatArray
from models.shared.distribution import LEVELS, Distribution, negative_binomial

LONGEST_PMF = 4096
"""Counts whose probabilities are computed one by one."""


@dataclass(frozen=True)
class NegativeBinomialTruth:
    """Independent negative binomial counts.

    Their sum is one, too, where variance over mean is the same in every bucket; elsewhere the one of its
    mean and variance stands in for it.

    Attributes:
        mean, variance: float64, shape (n, t), units; after the last bucket its year goes on.
        season: buckets in a year.

    """

    mean: FloatArray
    variance: FloatArray
    season: int = 52

    def demand(self, begin: int, horizon: FloatArray) -> Distribution:
        """See ``Truth``."""
        return negative_binomial(
            self._sum(self.mean, begin, horizon), self._sum(self.variance, begin, horizon)
        )

    def _sum(self, values: FloatArray, begin: int, horizon: FloatArray) -> FloatArray:
        last = int(np.ceil(horizon.max(initial=0.0))) + 1
        bucket = begin + np.arange(last)
        beyond = np.maximum(bucket - values.shape[1] + 1, 0)
        bucket = bucket - self.season * -(-beyond // self.season)
        running = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values[:, bucket], axis=1)], axis=1)
        whole = np.floor(horizon).astype(np.int64)
        row, part = np.arange(len(values)), horizon - whole
        low, high = running[row, whole], running[row, np.minimum(whole + 1, last)]
        return low + part * (high - low)


@dataclass(frozen=True)
class CompoundPoissonTruth:
    """Customers come at a steady rate, and ask for one of a few sizes each.

    The distribution of a sum is exact, by Fourier transform of its generating function, up to
    ``LONGEST_PMF`` units; beyond, the negative binomial of its mean and variance stands in.

    Attributes:
        rate: float64, shape (n,): customers per bucket.
        sizes: float64, shape (k,): units. ``chance``: float64, shape (n, k): of each size.

    """

    rate: FloatArray
    sizes: FloatArray
    chance: FloatArray
    _known: dict[bytes, Distribution] = field(default_factory=dict, repr=False)

    def demand(self, begin: int, horizon: FloatArray) -> Distribution:
        """See ``Truth``: it is the same from any bucket on."""
        key = horizon.tobytes()
        if key not in self._known:
            self._known[key] = self._demand(horizon)
        return self._known[key]

    def _demand(self, horizon: FloatArray) -> Distribution:
        customers = self.rate * horizon
        mean, square = customers * (self.chance @ self.sizes), customers * (self.chance @ self.sizes**2)
        values = negative_binomial(mean, square).values.copy()
        exact = np.flatnonzero(mean + 12 * np.sqrt(square) + 12 * self.sizes.max() < LONGEST_PMF)

        turn = np.exp(-2j * np.pi * np.outer(np.arange(LONGEST_PMF // 2 + 1), self.sizes) / LONGEST_PMF)
        size = self.chance[exact] @ turn.T
        pmf = np.fft.irfft(np.exp(customers[exact, None] * (size - 1.0)), LONGEST_PMF, axis=1)
        cdf = np.cumsum(np.maximum(pmf, 0.0), axis=1)
        for row, item in enumerate(exact):
            values[item] = np.searchsorted(cdf[row], np.minimum(LEVELS, cdf[row, -1]) - 1e-9)
        return Distribution(values)
