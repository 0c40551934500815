"""What every demand model offers. See ``docs/models.md`` for the list, ``models/registry.py`` to add one."""

from __future__ import annotations

from typing import Protocol

from models.distribution import Distribution
from models.history import FloatArray, History


class Forecast(Protocol):
    """What a model knows after it has seen a history."""

    def demand(self, horizon: FloatArray) -> Distribution:
        """The distribution of demand SUMMED over the next ``horizon[i]`` buckets of each item.

        Args:
            horizon: float64, shape (n,), >= 0, in buckets. A part of a bucket counts in proportion.

        Returns:
            n distributions. Parameter uncertainty is in them: they are predictive.

        """


class Model(Protocol):
    """A way of forecasting: parameters only. It learns nothing itself; ``fit`` returns what is learnt."""

    @property
    def name(self) -> str:
        """The name that configurations and outputs use."""

    def fit(self, history: History) -> Forecast:
        """Learn from the history of n items, all at once."""
