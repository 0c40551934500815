"""A user's model in use: what it answers is looked at each time, so that no wrong forecast becomes an order.

The check (``models/contract/``) looks at more, and once; who did not run it is stopped here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from models.extensions.arrays import no_numbers
from models.extensions.loading import ExtensionError, place_of
from models.shared.base import BatchForecast, Forecast, Model, PartialForecast, Trainable
from models.shared.distribution import LEVELS, Distribution
from models.shared.history import FloatArray, History, IntArray

Answer = TypeVar("Answer")


def guarded(model: Model, called: str) -> Model:
    """The same model, held to its answers. ``called``: how the setting calls it."""
    return GuardedTrainable(model, called) if isinstance(model, Trainable) else Guarded(model, called)


@dataclass(frozen=True)
class Guarded:
    """A user's model.

    Attributes:
        model: as it was written.
        called: how the setting calls it.

    """

    model: Any
    called: str

    @property
    def name(self) -> str:
        """See ``models.shared.base.Model``."""
        name: str = self.model.name
        return name

    def fit(self, history: History) -> Forecast:
        """See ``models.shared.base.Model``."""
        forecast = _run(self.called, lambda: self.model.fit(history))
        kind = GuardedForecast
        if isinstance(forecast, BatchForecast) and isinstance(forecast, PartialForecast):
            kind = GuardedBatch
        elif isinstance(forecast, PartialForecast):
            kind = GuardedPart
        return kind(forecast, self.called)


@dataclass(frozen=True)
class GuardedTrainable(Guarded):
    """One that first learns from a panel."""

    def train(self, history: History, horizon: FloatArray) -> Model:
        """See ``models.shared.base.Trainable``."""
        return Guarded(_run(self.called, lambda: self.model.train(history, horizon)), self.called)


@dataclass(frozen=True)
class GuardedForecast:
    """What it forecasts."""

    forecast: Any
    called: str

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return _sound(self.called, _run(self.called, lambda: self.forecast.demand(horizon)), len(horizon))


@dataclass(frozen=True)
class GuardedPart(GuardedForecast):
    """One that answers for some items."""

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.PartialForecast``."""
        answer = _run(self.called, lambda: self.forecast.demand_of(items, horizon))
        return _sound(self.called, answer, len(items))


@dataclass(frozen=True)
class GuardedBatch(GuardedPart):
    """And for many horizons."""

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """See ``models.shared.base.BatchForecast``."""
        answers = _run(self.called, lambda: self.forecast.demands_of(items, horizons))
        return [_sound(self.called, answer, len(items)) for answer in answers]


def _run(called: str, work: Callable[[], Answer]) -> Answer:
    """What the user's code answers. Raises ExtensionError where it fails."""
    try:
        return work()
    except ExtensionError:
        raise
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        raise ExtensionError(
            f"model {called}: fails: {type(error).__name__}: {said}{place_of(error)}; "
            "`reorder experiment check` tries it"
        ) from error


def _sound(called: str, answer: Any, items: int) -> Distribution:
    """The answer. Raises ExtensionError where it can be no demand of so many items."""
    wrong = _wrong(answer, items)
    if wrong:
        raise ExtensionError(
            f"model {called}: it answers {wrong}; `reorder experiment check` tells what it breaks"
        )
    sound: Distribution = answer
    return sound


def _wrong(answer: Any, items: int) -> str | None:
    if not isinstance(answer, Distribution):
        return f"{type(answer).__name__}, not a Distribution"
    values = answer.values
    unfit = no_numbers(values)
    if unfit:
        return f"quantiles that are {unfit}"
    if values.shape != (items, len(LEVELS)):
        return f"quantiles of shape {values.shape}, which must be ({items}, {len(LEVELS)})"
    if values.dtype != np.float64:
        return f"quantiles of {values.dtype}, which must be float64"
    if not np.all(np.isfinite(values)):
        return "NaN or infinite quantiles"
    if np.any(values < 0):
        return "negative demand"
    if np.any(values[:, 1:] < values[:, :-1]):
        return "quantiles that cross"
    return None
