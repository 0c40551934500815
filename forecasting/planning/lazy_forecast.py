"""Forecasts that are made when they are first asked for, and remember what they answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from forecasting.domain import FloatArray, IntArray
from models.selection import Choice, ChosenForecast
from models.shared.distribution import Distribution
from models.shared.history import History


@dataclass
class LazyChoice:
    """The models of all items, chosen when they are first asked for: some rules need no forecast.

    Attributes:
        as_of: the day of the choice.
        choose: makes it; it is called once, if at all.

    """

    as_of: int
    choose: Callable[[], Choice]

    @cached_property
    def made(self) -> Choice:
        """The choice."""
        return self.choose()


@dataclass(frozen=True)
class Made:
    """A choice that is made already, to be handed to ``LazyChoice``; unlike a function it can be kept."""

    choice: Choice

    def __call__(self) -> Choice:
        """The choice."""
        return self.choice


@dataclass
class LazyForecast:
    """A forecast of all items that is fitted when it is first asked, and remembers what it answered.

    Several policies ask the same of one forecast.
    """

    choice: LazyChoice
    seen: History
    _answered: dict[tuple[bytes, bytes], Distribution] = field(default_factory=dict, repr=False)

    @cached_property
    def _fitted(self) -> ChosenForecast:
        return self.choice.made.fit(self.seen)

    def demands_of(self, item: IntArray, horizons: FloatArray) -> list[Distribution]:
        """As ``ChosenForecast.demands_of``."""
        which = item.tobytes()
        keys = [(which, horizon.tobytes()) for horizon in horizons]

        new = [row for row, key in enumerate(keys) if key not in self._answered]
        if new:
            for row, demand in zip(new, self._fitted.demands_of(item, horizons[new]), strict=True):
                self._answered[keys[row]] = demand
        return [self._answered[key] for key in keys]


@dataclass(frozen=True)
class ForecastOf:
    """The forecast of some of the items, as if there were no others.

    ``item``: int64, shape (k,), their numbers among the n items of ``forecast``.
    """

    forecast: LazyForecast
    item: IntArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """As ``models.shared.base.Forecast.demand``, of the k items."""
        return self.demands_of(np.arange(len(self.item)), horizon[None, :])[0]

    @property
    def revision(self) -> float | None:
        """See ``policies.lead_time_demand.Revised``; as of the day on which models were chosen."""
        return self.forecast.choice.made.revision

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """See ``models.shared.base.BatchForecast``. ``items``: their numbers among the k."""
        everywhere = np.zeros((len(horizons), len(self.forecast.seen)))
        everywhere[:, self.item] = horizons
        return self.forecast.demands_of(self.item[items], everywhere)
