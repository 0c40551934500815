"""It smooths over neighbours, as if items stood in any meaningful order."""

import numpy as np

from models import Simple


class Neighbours(Simple):
    def mean_and_sd(self, demand: np.ndarray, horizon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        known = np.maximum((~np.isnan(demand)).sum(axis=1), 1)
        own = np.nan_to_num(demand).sum(axis=1) / known
        mean = 0.7 * own + 0.3 * np.roll(own, 1)
        return mean * horizon, np.sqrt(2 * mean * horizon)
