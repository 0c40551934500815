"""Models that are trained once and used by every window, and by every cell that asks the same of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.regimes.panels.base import Truth
from forecasting.domain import FloatArray, IntArray
from forecasting.planning.lazy_forecast import LazyChoice
from forecasting.planning.observer import Observer
from forecasting.replay.observations import Observations
from forecasting.replay.scenario import Scenario
from models.shared.distribution import Distribution

KNOWN = "known"
"""As a policy's model: the distribution that demand was drawn from."""


@dataclass
class Trained:
    """Choices of models, by the model's name and the day of the choice; made when first asked for.

    The days lie ``every`` days apart from the first that was asked for on. A model that does not look at
    costs is the same in all cells that share the dictionary.
    """

    every: int
    anchor: int
    kept: dict[tuple[str, int], LazyChoice] = field(default_factory=dict)

    def at(self, observer: Observer, day: int) -> LazyChoice:
        """The last choice of the observer's model up to the close of ``day``."""
        as_of = self.anchor + (day - self.anchor) // self.every * self.every
        key = observer.config.model, as_of
        if key not in self.kept:
            self.kept[key] = LazyChoice(as_of, lambda: observer.choose_models(as_of, observer.history(as_of)))
        return self.kept[key]


@dataclass(frozen=True)
class KnownForecast:
    """The distribution that demand was drawn from, asked as a forecast is."""

    truth: Truth
    begin: int

    @property
    def revision(self) -> float:
        """It never changes its mind."""
        return 0.0

    def fit(self, seen: object) -> KnownForecast:
        """There is nothing to learn."""
        return self

    def demands_of(self, item: IntArray, horizons: FloatArray) -> list[Distribution]:
        """As ``ChosenForecast.demands_of``."""
        return [self.truth.demand(self.begin, horizon).take(item) for horizon in horizons]


class SharedObservations(Observations):
    """As a replay's, with models that are shared, and with the truth for who asks for it."""

    def __init__(
        self,
        past: Scenario,
        trained: Mapping[str, Trained],
        truth: Truth | None,
        origin: int,
        bucket_days: int,
    ) -> None:
        super().__init__(past)
        self._trained, self._truth = trained, truth
        self._origin, self._bucket_days = origin, bucket_days

    def choice(self, observer: Observer, day: int) -> LazyChoice:
        """See ``Observations.choice``."""
        if observer.config.model == KNOWN and self._truth is not None:
            known = KnownForecast(self._truth, (day + 1 - self._origin) // self._bucket_days)
            return LazyChoice(day, lambda: known)  # type: ignore[arg-type, return-value]  # answers alike
        return self._trained[observer.config.model].at(observer, day)
