"""What every demand model offers. See ``docs/models.md`` for the list, ``models/registry.py`` to add one.

>>> import numpy as np
>>> from models.registry import model
>>> weekly = History(np.tile([4.0, 6.0], 26), np.array([0, 52]))
>>> demand = model("ses").fit(weekly).demand(np.array([4.0]))
>>> demand.mean.round(), bool(demand.quantile(0.95)[0] > 20)
(array([20.]), True)
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from models.shared.distribution import Distribution
from models.shared.history import FloatArray, History, IntArray


class Forecast(Protocol):
    """What a model knows after it has seen a history."""

    def demand(self, horizon: FloatArray) -> Distribution:
        """The distribution of demand SUMMED over the next ``horizon[i]`` buckets of each item.

        Args:
            horizon: float64, shape (n,), >= 0, in buckets. A part of a bucket counts in proportion.

        Returns:
            n distributions. Parameter uncertainty is in them: they are predictive.

        Raises ValueError where the horizon is no such array.

        """


class Model(Protocol):
    """A way of forecasting: parameters only. It learns nothing itself; ``fit`` returns what is learnt."""

    @property
    def name(self) -> str:
        """The name that configurations and outputs use."""

    def fit(self, history: History) -> Forecast:
        """Learn from the history of n items, all at once."""


@runtime_checkable
class Trainable(Protocol):
    """A model that first learns from a panel what it later applies to any history of its items."""

    @property
    def name(self) -> str:
        """The name that configurations and outputs use."""

    def train(self, history: History, horizon: FloatArray) -> Model:
        """Learn. Where there is too little to learn from, another model comes back, under its own name.

        Args:
            history: n items.
            horizon: float64, shape (n,), buckets: the sums that will be asked about.

        """


@runtime_checkable
class PartialForecast(Protocol):
    """A forecast that can answer for some of its items at less cost than for all."""

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """The demand of k of the n items, as it is among all of them.

        Args:
            items: int64, shape (k,), 0..n - 1.
            horizon: float64, shape (n,), buckets: that of every item, as in ``Forecast.demand``.

        Returns:
            k distributions, in the order of ``items``.

        """


@runtime_checkable
class BatchForecast(Protocol):
    """A forecast that answers for many horizons at once at less cost than for one after the other."""

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """As ``PartialForecast.demand_of`` for each row of ``horizons``: float64, shape (h, n), buckets."""


def demands_of(forecast: Forecast, items: IntArray, horizons: FloatArray) -> list[Distribution]:
    """The demand of some items of any forecast over each of several horizons.

    Args:
        forecast: of n items.
        items: int64, shape (k,), 0..n - 1.
        horizons: float64, shape (h, n), buckets: those of every item.

    Returns:
        h times k distributions.

    """
    if isinstance(forecast, BatchForecast):
        return forecast.demands_of(items, horizons)
    return [demand_of(forecast, items, horizon) for horizon in horizons]


def demand_of(forecast: Forecast, items: IntArray, horizon: FloatArray) -> Distribution:
    """The demand of some items of any forecast. See ``PartialForecast.demand_of``."""
    if isinstance(forecast, PartialForecast):
        return forecast.demand_of(items, horizon)
    return forecast.demand(horizon).take(items)
