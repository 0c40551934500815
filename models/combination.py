"""Quantiles of several models, averaged with weights by what each has lost at past dates.

Also called: forecast combination, ensemble, quantile averaging with exponential (Hedge) weights.
"""

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
from models.shared.window_statistics import OFFSET
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
    averaged is the logarithm of each quantile, so that no model counts for its size alone.

    Attributes:
        parts: at least one model.

    Source: Timmermann (2006), Forecast combinations, Handbook of Economic Forecasting 1, section 4; weights
    by exponentiated loss as in Vovk (1990), Aggregating strategies.

    Demand that jumped from 2 to 10 a week half a year ago: sums of the year before lose more than the recent
    level does, and weigh less.

    >>> demand = np.tile(np.repeat([2.0, 10.0], [78, 26]), 40)
    >>> history = History(demand, np.arange(0, 4161, 104))
    >>> weighted = Combination((NegativeBinomial(), HistorySums())).train(history, np.full(40, 4.0))
    >>> bool(weighted.weight[0, 0] > 0.9)
    True

    """

    parts: tuple[Model, ...] = (NegativeBinomial(), TSB(), HistorySums())
    name: ClassVar[str] = "combination"

    def fit(self, history: History) -> Forecast:
        """See ``models.shared.base.Model``."""
        return self.train(history, usual_horizon(history)).fit(history)

    def train(self, history: History, horizon: FloatArray) -> Weighted:
        """See ``models.shared.base.Trainable``."""
        dates = past_origins(history, horizon, ORIGINS)
        levels = np.tile(np.array(JUDGED), (len(history), 1))
        losses, classes = rolling_losses(self.parts, history, horizon, levels, dates)
        expected = expected_losses(losses, classes, activity_class(history))
        return Weighted(self.name, self.parts, exponential_weights(expected))


def exponential_weights(expected: FloatArray) -> FloatArray:
    """Weights that fall by e for each 1 / ``SHARPNESS`` that a model is expected to lose more.

    Args:
        expected: float64, shape (n, m): what each model is expected to lose, about 1.

    Returns:
        float64, shape (n, m), rows sum to 1.

    >>> exponential_weights(np.array([[1.0, 1.0 + np.log(3.0) / SHARPNESS]]))
    array([[0.75, 0.25]])

    """
    weight = np.exp(-SHARPNESS * (expected - expected.min(axis=1, keepdims=True)))
    normalised: FloatArray = weight / weight.sum(axis=1, keepdims=True)
    return normalised


@dataclass(frozen=True)
class Weighted:
    """A combination whose weights are known.

    Attributes:
        name: of the model that weighed them.
        parts: m models.
        weight: float64, shape (n, m), rows sum to 1.

    """

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
    """The forecasts of n items by m models.

    Attributes:
        forecasts: m.
        weight: float64, shape (n, m), rows sum to 1.
        step: float64, shape (n,): the items' units.

    """

    forecasts: tuple[Forecast, ...]
    weight: FloatArray
    step: FloatArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(len(self.step), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        step = self.step[items][:, None]
        mean_log = np.zeros((len(items), len(LEVELS)))
        for forecast, weight in zip(self.forecasts, self.weight.T, strict=True):
            values = demand_of(forecast, items, horizon).values
            mean_log += weight[items][:, None] * np.log(values / step + OFFSET)
        whole = np.floor(np.maximum(np.exp(mean_log) - OFFSET, 0.0) + 0.5)
        return Distribution(np.maximum.accumulate(whole, axis=1) * step)
