"""The average of boosted and of linear quantiles, both learnt from all items at once."""

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
    """

    boosting: QuantileBoosting = field(default_factory=QuantileBoosting)
    regression: QuantileRegression = field(default_factory=QuantileRegression)
    name: ClassVar[str] = "quantile_average"

    def fit(self, history: History) -> Forecast:
        """See ``models.shared.base.Model``."""
        return self.train(history, usual_horizon(history)).fit(history)

    def train(self, history: History, horizon: FloatArray) -> Model:
        """See ``models.shared.base.Trainable``."""
        learners = [self.boosting.learn, self.regression.learn]
        return train(self.name, learners, history, horizon, self.boosting.seed, NegativeBinomial())
