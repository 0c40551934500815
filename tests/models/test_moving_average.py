"""The plain mean of the last weeks."""

from itertools import pairwise

import numpy as np

from models.moving_average import MovingAverage, moving_means
from models.shared.history import History


def test_the_kernel_equals_its_slow_twin() -> None:
    generator = np.random.default_rng(3)
    lengths = np.array([0, 1, 3, 20, 57])
    data = generator.poisson(2.0, lengths.sum()).astype(float)
    data[generator.random(len(data)) < 0.2] = np.nan
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    for buckets in (1, 4, 13):
        slow = np.full(len(data), np.nan)
        for first, end in pairwise(indptr):
            for t in range(first, end):
                seen = data[max(first, t - buckets + 1) : t + 1]
                seen = seen[~np.isnan(seen)]
                slow[t] = seen.mean() if len(seen) else np.nan
        np.testing.assert_allclose(moving_means(History(data, indptr), buckets), slow, rtol=1e-12)


def test_the_mean_is_that_of_thirteen_weeks_times_the_horizon() -> None:
    """Two hundred items that sold 10 a week until thirteen weeks ago and 2 since then."""
    data = np.tile(np.concatenate([np.full(60, 10.0), np.full(13, 2.0)]), 200)
    history = History(data, np.arange(0, 200 * 73 + 1, 73))
    mean = MovingAverage().fit(history).demand(np.full(200, 4.0)).mean
    np.testing.assert_allclose(mean, 8.0, rtol=0.15)
