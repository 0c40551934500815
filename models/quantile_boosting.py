"""Gradient-boosted trees, one ensemble a quantile, learnt from all items at once.

Also called: GBM, gradient boosting machine with quantile (pinball) loss; of the kind of LightGBM, XGBoost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.negative_binomial import NegativeBinomial
from models.shared.base import Forecast, Model
from models.shared.binned_features import binned
from models.shared.boosted_trees import BoostedTrees
from models.shared.history import FloatArray, History
from models.shared.pooled import Curves, Learner, train, usual_horizon
from models.shared.quantile_curve import LEARNT
from models.shared.quantile_trees import drawn, learn
from models.shared.tree_kernels import Growth


@dataclass(frozen=True)
class QuantileBoosting:
    """Trees find what no formula was written for: that an item silent for long restarts, or does not.

    Attributes:
        iterations, learning_rate, leaves, fewest_in_leaf, share_of_features: of the boosting; results
            hardly depend on them.
        seed: of the windows and the features drawn.

    Source: Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of
    Statistics 29, section 4.

    A step of one feature is found by one split, at every quantile:

    >>> steps = np.repeat([[0.0], [1.0]], 500, axis=0)
    >>> rule = QuantileBoosting(iterations=60, share_of_features=1.0).learn(steps, 3.0 * steps[:, 0])
    >>> rule(np.array([[0.0], [1.0]]))[:, [0, 2, 7]].round(1)
    array([[0., 0., 0.],
           [3., 3., 3.]])

    """

    iterations: int = 40
    learning_rate: float = 0.14
    leaves: int = 15
    fewest_in_leaf: int = 100
    share_of_features: float = 0.5
    seed: int = 1
    name: ClassVar[str] = "quantile_boosting"

    def fit(self, history: History) -> Forecast:
        """See ``models.shared.base.Model``."""
        return self.train(history, usual_horizon(history)).fit(history)

    def train(self, history: History, horizon: FloatArray) -> Model:
        """See ``models.shared.base.Trainable``."""
        return train(self.name, [self.learner], history, horizon, self.seed, NegativeBinomial())

    @property
    def learner(self) -> Learner:
        """Of ratios to the level: what trees make of the season, among all else, they find themselves."""
        return Learner(self.learn)

    def learn(self, values: FloatArray, target: FloatArray) -> Curves:
        """See ``models.shared.pooled.Learner``."""
        # Trees send what is unknown the better way; of what is never known there is none.
        known = np.flatnonzero(~np.isnan(values).all(axis=0))
        growth = Growth(self.iterations, self.learning_rate, self.leaves, self.fewest_in_leaf)
        looked_at = drawn(len(known), self.share_of_features, growth, self.seed)
        return BoostedTrees(learn(binned(values[:, known]), target, LEARNT, growth, looked_at), known)
