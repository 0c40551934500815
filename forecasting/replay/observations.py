"""What a policy gets to see at a review: the demand that happened, or what its own shop saw of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.domain import DemandLines, FloatArray, IntArray, StockPosition
from forecasting.inputs.dependent import all_demand
from forecasting.inputs.unconstrained_demand import Availability
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.observer import Observer
from forecasting.policies.base import Situation
from forecasting.replay.scenario import Scenario
from forecasting.simulation.ledger import Ledger
from models.shared.history import History


class Observations:
    """What policies that see the same demand need not each work out: of one review day at a time."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._choices: dict[str, LazyChoice] = {}
        self._day = scenario.first_day - 2

    def _look(self, day: int) -> None:
        if day == self._day:
            return
        self._day = day
        catalogue = self._scenario.observer.catalogue
        everything = np.arange(len(catalogue), dtype=np.int64)
        self._reviewed = np.flatnonzero(self._scenario.reviewed(day)[catalogue.supplier])
        self._arrives = self._scenario.arrives(day, everything)
        self._line_size: FloatArray | None = None
        self._seen: History | None = None
        self._situations: dict[str, Situation] = {}

    def arrives(self, day: int) -> IntArray:
        """int64, shape (n,): the day from whose start what is ordered now can be used."""
        self._look(day)
        return self._arrives

    def choice(self, observer: Observer, day: int) -> LazyChoice:
        """The models chosen at the last review at which that was due, up to the close of ``day``."""
        last = self._choices.get(observer.config.model)
        if last is None or day - last.as_of >= observer.config.reselect_days:
            last = LazyChoice(day, lambda: observer.choose_models(day, observer.history(day)))
            self._choices[observer.config.model] = last
        return last

    def situation(self, observer: Observer, day: int) -> Situation:
        """The situation of the items under review, but for their stock, on the demand that happened.

        ``observer`` says by which model it is forecast.
        """
        self._look(day)
        name = observer.config.model
        if name not in self._situations:
            if self._seen is None:
                self._seen = observer.history(day)
            forecast = LazyForecast(self.choice(observer, day), self._seen)
            self._situations[name] = self.without_stock(observer, day, forecast)
        return self._situations[name]

    def without_stock(self, observer: Observer, day: int, forecast: LazyForecast) -> Situation:
        """The situation of the items under review, but for their stock."""
        self._look(day)
        if self._line_size is None:
            self._line_size = observer.line_size(day)
        position = StockPosition.none(len(self._reviewed))
        return observer.situation(day, self._reviewed, position, forecast, line_size=self._line_size)


def observed_sales(scenario: Scenario, ledger: Ledger) -> tuple[DemandLines, Availability]:
    """The lines less what was lost of them, and the days on which an item was out of stock, or no more of it
    might wait.
    """
    observer = scenario.observer
    before = observer.lines.where(observer.lines.day < scenario.first_day)
    since = scenario.lines
    sold = replace(since, quantity=since.quantity - ledger.lost)
    sold = sold.where((since.day >= scenario.first_day) & (sold.quantity > 0))
    lines = _merged(before, all_demand(sold, observer.records))
    refused = ~observer.catalogue.backorder_allowed
    closed = ledger.stockout & refused[:, None]
    if scenario.caps is not None:
        lost = np.flatnonzero(ledger.lost > 0)
        closed[since.item[lost], since.day[lost] - scenario.first_day] = True
    item, day = np.nonzero(closed)
    earlier = observer.unavailable
    kept = earlier.day < scenario.first_day
    return lines, Availability(
        np.concatenate([earlier.item[kept], item]),
        np.concatenate([earlier.day[kept], day + scenario.first_day]),
        np.concatenate([earlier.share[kept], np.zeros(len(item))]),
    )


def _merged(first: DemandLines, second: DemandLines) -> DemandLines:
    """Both sets of lines, ordered by item and day."""
    item = np.concatenate([first.item, second.item])
    day = np.concatenate([first.day, second.day])
    order = np.lexsort((day, item))
    counts = np.bincount(item, minlength=len(first.indptr) - 1)
    merged = DemandLines(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        *(
            np.concatenate([getattr(first, name), getattr(second, name)])[order]
            for name in ("day", "due", "quantity", "order", "known_until", "known_from")
        ),
    )
    if first.project is None and second.project is None:
        return merged
    return replace(merged, project=~np.concatenate([first.usual, second.usual])[order])
