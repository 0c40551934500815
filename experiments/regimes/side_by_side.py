"""A market in which every item stands several times, so that many settings of a rule are walked at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from experiments.regimes.panels.base import Panel
from forecasting.domain import DemandLines, FloatArray
from forecasting.inputs.unconstrained_demand import Availability
from forecasting.planning.observer import Observer
from forecasting.policies.base import Policy
from forecasting.policies.seasonal_mean import SeasonalMean, expected_in_season
from forecasting.policies.situation import Decision, Situation
from models.shared.history import History, Traits


@dataclass(frozen=True)
class SideBySide(Policy):
    """A rule whose degree of safety is an array, one an item: it decides as it does, and is not described."""

    rule: Policy
    name: str = "side by side"

    def decide(self, situation: Situation) -> Decision:
        """As the rule does."""
        return self.rule.decide(situation)


@dataclass(frozen=True)
class SeasonalSideBySide(SeasonalMean):
    """The seasonal mean, looked up once for all the lots."""

    def expected(self, situation: Situation) -> FloatArray:
        """See ``SeasonalMean.expected``."""
        history = situation.history
        if not isinstance(history, TiledHistory) or history.one is None:
            return super().expected(situation)
        n, bucket_days = len(history.one), situation.bucket_days
        ahead = situation.protection_days[:n] / bucket_days
        buckets = max(1, round(self.window_days / bucket_days))
        return np.tile(expected_in_season(history.one, buckets, ahead), history.times)


def side_by_side(rule: Policy, parameters: Mapping[str, Any]) -> Policy:
    """The rule with these parameters, of which some are arrays, one an item."""
    if isinstance(rule, SeasonalMean):
        return SideBySide(SeasonalSideBySide(**parameters))
    return SideBySide(rule.at(parameters))


@dataclass(frozen=True)
class TiledHistory(History):
    """The history of items that stand ``times`` times: means are looked up in that of ``one``."""

    one: History | None = None
    times: int = 1

    def recent_mean(self, buckets: int) -> FloatArray:
        """See ``History.recent_mean``."""
        if self.one is None:
            return super().recent_mean(buckets)
        return np.tile(self.one.recent_mean(buckets), self.times)

    def recent_variance(self, buckets: int) -> FloatArray:
        """See ``History.recent_variance``."""
        if self.one is None:
            return super().recent_variance(buckets)
        return np.tile(self.one.recent_variance(buckets), self.times)


@dataclass
class Seen:
    """What an observer of the items, each once, saw on each day it was asked for."""

    observer: Observer
    histories: dict[int, History] = field(default_factory=dict)
    line_sizes: dict[int, FloatArray] = field(default_factory=dict)

    def history(self, as_of: int) -> History:
        """As ``Observer.history``."""
        if as_of not in self.histories:
            self.histories[as_of] = self.observer.history(as_of)
        return self.histories[as_of]

    def line_size(self, as_of: int) -> FloatArray:
        """As ``Observer.line_size``."""
        if as_of not in self.line_sizes:
            self.line_sizes[as_of] = self.observer.line_size(as_of)
        return self.line_sizes[as_of]


@dataclass(frozen=True)
class TiledObserver(Observer):
    """An observer of a tiled panel: what it sees is what one of the panel sees, so many times.

    It comes to the same as looking at the tiled order lines, at a fraction of the time.
    """

    seen: Seen | None = None
    times: int = 1

    def history(
        self, as_of: int, lines: DemandLines | None = None, unavailable: Availability | None = None
    ) -> History:
        """See ``Observer.history``."""
        if self.seen is None or lines is not None or unavailable is not None:
            return super().history(as_of, lines, unavailable)
        return tiled_history(self.seen.history(as_of), self.times)

    def line_size(self, as_of: int) -> FloatArray:
        """See ``Observer.line_size``."""
        if self.seen is None:
            return super().line_size(as_of)
        return np.tile(self.seen.line_size(as_of), self.times)


def tiled_observer(tiled: Observer, seen: Seen, times: int) -> TiledObserver:
    """The observer of a tiled panel, which looks where that of the panel has looked already."""
    return TiledObserver(
        tiled.records,
        tiled.lines,
        tiled.record,
        tiled.catalogue,
        tiled.calendar,
        tiled.config,
        tiled.unavailable,
        tiled.announced,
        seen=seen,
        times=times,
    )


def tiled_panel(panel: Panel, times: int) -> Panel:
    """The panel with all its items so many times, one lot after the other."""
    return replace(
        panel,
        counts=np.tile(panel.counts, (times, 1)),
        category=np.array([f"{lot} {name}" for lot in range(times) for name in panel.category], dtype=object),
        price=np.tile(panel.price, times),
        truth=None,
    )


def tiled_history(history: History, times: int) -> TiledHistory:
    """The same of the items so many times. Raises ValueError where drivers move demand."""
    if history.drivers is not None:
        raise ValueError("a history with drivers cannot stand side by side")
    ends = history.indptr[1:] + history.indptr[-1] * np.arange(times)[:, None]
    traits = history.traits
    if traits is not None:
        # Each lot is a market of its own: what items of a category lend each other stays within it.
        lot = np.arange(times)[:, None] * (traits.category.max(initial=0) + 2)
        traits = Traits((traits.category + lot).ravel(), np.tile(traits.price, times))
    return TiledHistory(
        np.tile(history.data, times),
        np.concatenate([[0], ends.ravel()]).astype(np.int64),
        history.season,
        traits,
        None,
        None if history.orders is None else np.tile(history.orders, times),
        weekdays=history.weekdays,
        one=history,
        times=times,
    )
