"""The average of boosted and of linear quantiles, both learnt from all items at once: the default model.

Also called: quantile averaging (Vincentization), forecast combination of global (cross-learning) models.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from models.negative_binomial import NegativeBinomial
from models.quantile_boosting import QuantileBoosting
from models.quantile_regression import QuantileRegression
from models.shared.base import Forecast, Model
from models.shared.history import FloatArray, History
from models.shared.pooled import train, usual_horizon


@dataclass(frozen=True)
class QuantileAverage:
    """Trees and lines err differently: where they disagree, the middle is better than either.

    Their log ratios are averaged, level by level (the geometric mean of their quantiles).

    Attributes:
        boosting, regression: what is averaged; the windows are drawn with the first one's seed.

    Source: Lichtendahl, Grushka-Cockayne, Winkler (2013), Is it better to average probabilities or
    quantiles?, Management Science 59.

    A hundred items of Poisson demand with a mean of 10 a week, of which a panel has learnt: four more
    weeks sell about 40, and 51 or less with a probability of .95.

    >>> import numpy as np
    >>> demand = np.random.default_rng(1).poisson(10.0, 100 * 60).astype(float)
    >>> history, month = History(demand, np.arange(0, 6001, 60)), np.full(100, 4.0)
    >>> model = QuantileAverage(QuantileBoosting(iterations=10)).train(history, month)
    >>> sums = model.fit(history).demand(month)
    >>> model.name, bool(abs(sums.mean.mean() - 40) < 1), bool(abs(sums.quantile(0.95).mean() - 51) < 3)
    ('quantile_average', True, True)

    """

    boosting: QuantileBoosting = field(default_factory=QuantileBoosting)
    regression: QuantileRegression = field(default_factory=QuantileRegression)
    name: ClassVar[str] = "quantile_average"

    def fit(self, history: History) -> Forecast:
        """See ``models.shared.base.Model``."""
        return self.train(history, usual_horizon(history)).fit(history)

    def train(self, history: History, horizon: FloatArray) -> Model:
        """See ``models.shared.base.Trainable``."""
        learners = [self.boosting.learner, self.regression.learner]
        return train(self.name, learners, history, horizon, self.boosting.seed, NegativeBinomial())
