"""Forecasts that are made when they are first asked for, and remember what they answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from forecasting.domain import FloatArray, IntArray
from models.selection import Choice, ChosenForecast
from models.shared.distribution import LEVELS, Distribution
from models.shared.history import History

MOST_AT_ONCE = 50_000
"""Answers of a forecast in one go. Of few items all horizons together are faster; of many they are not, and
take as much memory again as all that is kept of them.
"""


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


class _Answers:
    """The demand of n items over one horizon each, as far as anybody has asked for it.

    Attributes:
        known: bool, shape (n,): whose demand it is.

    """

    def __init__(self, items: int) -> None:
        self.known = np.zeros(items, dtype=np.bool_)
        self._everything = np.arange(items)
        self._demand = Distribution(np.zeros((0, len(LEVELS))))

    def put(self, item: IntArray, demand: Distribution) -> None:
        """The demand of more of them: int64, shape (k,)."""
        if np.array_equal(item, self._everything):
            self._demand = demand
        else:
            if not len(self._demand):
                # Of a page that is never written to nothing is held.
                self._demand = Distribution(np.empty((len(self.known), len(LEVELS))))
            self._demand.values[item] = demand.values
        self.known[item] = True

    def of(self, item: IntArray) -> Distribution:
        """The demand of some: int64, shape (k,)."""
        if np.array_equal(item, self._everything):
            return self._demand
        return self._demand.take(item)


@dataclass
class LazyForecast:
    """A forecast of all items that is fitted when it is first asked, and remembers what it answered.

    Several policies ask the same of one forecast.
    """

    choice: LazyChoice
    seen: History
    _answered: dict[bytes, _Answers] = field(default_factory=dict, repr=False)

    @cached_property
    def _fitted(self) -> ChosenForecast:
        return self.choice.made.fit(self.seen)

    def demands_of(self, item: IntArray, horizons: FloatArray) -> list[Distribution]:
        """As ``ChosenForecast.demands_of``."""
        answers = []
        for horizon in horizons:
            key = horizon.tobytes()
            if key not in self._answered:
                self._answered[key] = _Answers(len(self.seen))
            answers.append(self._answered[key])

        # What each horizon still lacks; those that lack the same are asked together.
        lacking: dict[bytes, list[int]] = {}
        for row, answer in enumerate(answers):
            new = item[~answer.known[item]]
            lacking.setdefault(new.tobytes(), []).append(row)
        for which, rows in lacking.items():
            new = np.frombuffer(which, dtype=np.int64)
            at_once = max(1, MOST_AT_ONCE // max(len(new), 1))
            for part in (rows[begin : begin + at_once] for begin in range(0, len(rows), at_once)):
                if len(new):
                    for row, demand in zip(part, self._fitted.demands_of(new, horizons[part]), strict=True):
                        answers[row].put(new, demand)
        return [answer.of(item) for answer in answers]


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
