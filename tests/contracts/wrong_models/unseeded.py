"""A bootstrap whose draws are others each time."""

import numpy as np

from models import Simple


class Bootstrap(Simple):
    def mean_and_sd(self, demand: np.ndarray, horizon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        drawn = np.random.default_rng().integers(0, demand.shape[1], 200)
        chosen = demand[:, drawn]
        mean = np.nan_to_num(chosen).sum(axis=1) / np.maximum((~np.isnan(chosen)).sum(axis=1), 1)
        return mean * horizon, np.sqrt(2 * mean * horizon)
