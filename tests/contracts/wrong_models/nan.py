"""The mean of what is known, which of items without a history is 0 / 0."""

import numpy as np

from models import Distribution, History
from models.shared.distribution import LEVELS


class Forecast:
    def __init__(self, mean: np.ndarray) -> None:
        self.mean = mean

    def demand(self, horizon: np.ndarray) -> Distribution:
        return Distribution(np.repeat(np.round(self.mean * horizon)[:, None], len(LEVELS), axis=1))


class Mean:
    name = "mean_of_known"

    def fit(self, history: History) -> Forecast:
        known = ~np.isnan(history.data)
        # Of the last four buckets alone: an item that was away for so long has none that is known.
        recent = np.repeat(history.indptr[1:], history.lengths) - np.arange(len(history.data)) <= 1
        total = np.bincount(history.item, np.where(known & recent, history.data, 0.0), len(history))
        count = np.bincount(history.item, known & recent, len(history))
        with np.errstate(invalid="ignore"):
            return Forecast(total / count)
