"""Quantiles of several models, averaged with weights by what each has lost at past dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.history_sums import HistorySums
from models.negative_binomial import NegativeBinomial
from models.shared.activity import activity_class
from models.shared.base import Forecast, Model, demand_of
from models.shared.distribution import LEVELS, Distribution
from models.shared.expected_losses import expected_losses
from models.shared.history import FloatArray, History, IntArray
from models.shared.pooled import usual_horizon
from models.shared.rolling_origin import past_origins, rolling_losses
from models.shared.scores import LEVELS as JUDGED
from models.shared.steps import steps
from models.shared.window_features import OFFSET
from models.tsb import TSB

ORIGINS = 8
"""Past dates that the weights come from, as the automatic choice has them."""

SHARPNESS = 20.0
"""A model that is expected to lose 1 / SHARPNESS more has 1 / e of the weight."""


@dataclass(frozen=True)
class Combination:
    """Models that err differently, together: no item hangs on one of them.

    The weights are those of an item's class of activity, leaning on its own losses, as in
    ``models.shared.expected_losses``, with the pinball (tick) loss averaged over several levels. What is
    averaged is the logarithm of each quantile, so that no model is heard for its size alone.

    Attributes:
        parts: at least one model.

    Source: Timmermann (2006), Forecast combinations, Handbook of Economic Forecasting 1, section 4; weights
    by exponentiated loss as in Vovk (1990).

    """

    parts: tuple[Model, ...] = (NegativeBinomial(), TSB(), HistorySums())
    name: ClassVar[str] = "combination"

    def fit(self, history: History) -> Forecast:
        """See ``models.shared.base.Model``."""
        return self.train(history, usual_horizon(history)).fit(history)

    def train(self, history: History, horizon: FloatArray) -> Model:
        """See ``models.shared.base.Trainable``."""
        dates = past_origins(history, horizon, ORIGINS)
        levels = np.tile(np.array(JUDGED), (len(history), 1))
        losses, classes = rolling_losses(self.parts, history, horizon, levels, dates)
        expected = expected_losses(losses, classes, activity_class(history))
        weight = np.exp(-SHARPNESS * (expected - expected.min(axis=1, keepdims=True)))
        return Weighted(self.name, self.parts, weight / weight.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Weighted:
    """A combination whose weights are known: float64, shape (n, parts), rows summing to 1."""

    name: str
    parts: Sequence[Model]
    weight: FloatArray

    def fit(self, history: History) -> WeightedForecast:
        """See ``models.shared.base.Model``. Raises ValueError for other items than those weighed."""
        if len(history) != len(self.weight):
            raise ValueError(f"there are weights of {len(self.weight)} items, the history has {len(history)}")
        forecasts = tuple(part.fit(history) for part in self.parts)
        return WeightedForecast(forecasts, self.weight, steps(history))


@dataclass(frozen=True)
class WeightedForecast:
    """The forecasts of n items by each model, their weights, and the items' units."""

    forecasts: tuple[Forecast, ...]
    weight: FloatArray
    step: FloatArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.step), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        step = self.step[items][:, None]
        mean = np.zeros((len(items), len(LEVELS)))
        for forecast, weight in zip(self.forecasts, self.weight.T, strict=True):
            values = demand_of(forecast, items, horizon).values
            mean += weight[items][:, None] * np.log(values / step + OFFSET)
        whole = np.floor(np.maximum(np.exp(mean) - OFFSET, 0.0) + 0.5)
        return Distribution(np.maximum.accumulate(whole, axis=1) * step)
