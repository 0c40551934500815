"""What was chosen for each item, and the one forecast that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from models.selection.revision import quarter, revision
from models.shared.base import Forecast, Model, demands_of
from models.shared.distribution import LEVELS, Distribution
from models.shared.effects import Effects, with_effects
from models.shared.history import FloatArray, History, IntArray


class Taught(Protocol):
    """What was learnt from other items."""

    @property
    def revision(self) -> float | None:
        """As of ``Choice``."""


@dataclass(frozen=True)
class Choice:
    """Which of m models each of n items gets, and why.

    Attributes:
        models: the m candidates; those that learn from the panel have learnt, where they are chosen.
        index: int64, shape (n,): the chosen one.
        loss: float64, shape (n, m): mean pinball loss of the sum over the horizon at the item's
            critical ratio, as a share of what the item sold before; NaN without a window.
        windows: int64, shape (n,): past windows that it was measured on.
        history: what was known when they were chosen.
        horizon: float64, shape (n,), buckets: what they were chosen for.
        taught: by what they were chosen, where that was learnt from other items.

    """

    models: tuple[Model, ...]
    index: IntArray
    loss: FloatArray
    windows: IntArray
    history: History
    horizon: FloatArray
    taught: Taught | None = None

    @cached_property
    def revision(self) -> float | None:
        """What these models revise within a quarter (``models/selection/revision.py``); None: not known."""
        if self.taught is not None:
            return self.taught.revision
        before = self.history.until(quarter(self.history))
        return revision(self.fit(before), self.fit(self.history), self.history, self.horizon)

    @property
    def names(self) -> tuple[str, ...]:
        """The chosen model's name of each item."""
        return tuple(self.models[chosen].name for chosen in self.index)

    def fit(self, history: History) -> ChosenForecast:
        """Every chosen model fitted on ALL items, so that what is pooled does not hang on the choice.

        Raises ValueError where ``history`` has other items than were chosen for.
        """
        return self._own_forecast if history is self.history else self._fitted(history)

    @cached_property
    def _own_forecast(self) -> ChosenForecast:
        """Of the history that they were chosen by: what a forecast is revised by, and orders, both ask it."""
        return self._fitted(self.history)

    def _fitted(self, history: History) -> ChosenForecast:
        if len(history) != len(self.index):
            raise ValueError(
                f"models were chosen for {len(self.index)} items, the history has {len(history)}"
            )
        effects = with_effects(history)
        parts = tuple(
            Part(np.flatnonzero(self.index == chosen), self.models[chosen].fit(effects.adjusted))
            for chosen in np.unique(self.index)
        )
        return ChosenForecast(len(history), parts, effects)


class Part(NamedTuple):
    """The items that one model was chosen for, int64, shape (k,), and its forecast of ALL n items."""

    items: IntArray
    forecast: Forecast


@dataclass(frozen=True)
class ChosenForecast:
    """One forecast of n items, each by its own model.

    Attributes:
        items: n.
        parts: one a model; their forecasts are without what drives demand.
        effects: what drives demand.

    """

    items: int
    parts: tuple[Part, ...]
    effects: Effects

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(self.items, dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        return self.demands_of(items, np.asarray(horizon)[None, :])[0]

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """See ``models.shared.base.BatchForecast``."""
        values = np.empty((len(horizons), len(items), len(LEVELS)))
        for part in self.parts:
            rows = np.flatnonzero(np.isin(items, part.items))
            for index, demand in enumerate(demands_of(part.forecast, items[rows], horizons)):
                values[index, rows] = demand.values

        return [
            self.effects.apply(Distribution(plain), items, horizon)
            for plain, horizon in zip(values, horizons, strict=True)
        ]
