"""Walks one policy through the past: each review decides on what could be known then.

The policy object is the one that a plan uses, and it is asked through the same observer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from forecasting.demand import Availability
from forecasting.domain import DemandLines, FloatArray, IntArray
from forecasting.observer import LazyChoice, LazyForecast
from forecasting.policies.base import Policy
from forecasting.policies.order_together import order_together
from forecasting.replay.ledger import Ledger
from forecasting.replay.scenario import Scenario
from forecasting.replay.tallies import Tallies
from models.history import History


@dataclass(frozen=True)
class PolicyRun:
    """What came of one policy.

    Attributes:
        policy: its name.
        parameters: its parameters in words.
        tallies: the flows of every item and period.
        purchased_units: float64, shape (n, p).
        purchase_orders: float64, shape (p,): orders to suppliers.
        cost_ordering: float64, shape (n, p): money per order and line, and freight; an order's is shared by
            its lines. What price breaks save is taken off.

    """

    policy: str
    parameters: str
    tallies: Tallies
    purchased_units: FloatArray
    purchase_orders: FloatArray
    cost_ordering: FloatArray


@dataclass
class Memory:
    """What policies that see the same demand need not work out twice: by model and day, and by day."""

    forecasts: dict[tuple[str, int], LazyForecast] = field(default_factory=dict)
    line_sizes: dict[int, FloatArray] = field(default_factory=dict)


def walk(
    policy: Policy,
    scenario: Scenario,
    memory: Memory | None = None,
    progress: Callable[[], None] = lambda: None,
) -> PolicyRun:
    """Simulate the scenario with ``policy`` deciding at every review.

    Args:
        memory: shared between policies of one scenario, to save time; it changes no result.
        progress: called after each review.

    """
    observer = scenario.observer.serving(policy)
    config = observer.config
    catalogue = observer.catalogue
    memory = Memory() if memory is None else memory
    ledger = Ledger(
        scenario.lines,
        scenario.opening,
        catalogue.backorder_allowed,
        first_day=scenario.first_day,
        last_day=scenario.last_day,
        count_from=scenario.count_from,
        period_edges=scenario.period_edges,
    )
    ledger.schedule(scenario.pipeline.item, scenario.pipeline.day, scenario.pipeline.quantity)
    due = [(scenario.pipeline.item, scenario.pipeline.day, scenario.pipeline.quantity)]
    buys = _Purchases(scenario)
    hidden = config.observe == "sales" and not catalogue.backorder_allowed.all()
    choice: LazyChoice | None = None
    for number, day in enumerate(scenario.review_days):
        ledger.advance(day)
        shared = memory if number == 0 or not hidden else Memory()
        if (config.model, day) not in shared.forecasts:
            seen = _history(scenario, ledger, day, hidden and number > 0)
            if choice is None or day - choice.as_of >= config.reselect_days:
                choice = LazyChoice(day, partial(observer.choose_models, day, seen))
            shared.forecasts[config.model, day] = LazyForecast(choice, seen)
        forecast = shared.forecasts[config.model, day]
        choice = forecast.choice
        if day not in memory.line_sizes:
            memory.line_sizes[day] = observer.line_size(day)
        item = np.flatnonzero(scenario.reviewed(day)[catalogue.supplier])
        situation = observer.situation(
            day,
            item,
            ledger.stock.take(item),
            forecast,
            beyond=_beyond(due, day, item, catalogue.protection_days),
            line_size=memory.line_sizes[day],
        )
        orders = order_together(
            policy, situation, catalogue.supplier[item], catalogue.suppliers.terms, config.budget
        )
        quantity = orders.decision.quantity
        bought = quantity > 0
        arrives, _ = scenario.arrivals(day, item)
        order = (item[bought], arrives[bought], quantity[bought])
        ledger.schedule(*order)
        due = [entry for entry in due if len(entry[1]) and entry[1].max() > day]
        due.append(order)
        buys.add(day, item[bought], quantity[bought], orders.freight)
        progress()
    ledger.advance(scenario.last_day)
    describe = getattr(policy, "describe", None)
    return PolicyRun(
        policy=policy.name,
        parameters=describe() if describe else "",
        tallies=ledger.tallies,
        purchased_units=buys.units,
        purchase_orders=buys.orders,
        cost_ordering=buys.cost,
    )


class _Purchases:
    """Counts what was bought, by item and period. Warm-up purchases count for nothing."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        catalogue = scenario.observer.catalogue
        shape = (len(catalogue), len(scenario.period_edges) - 1)
        self.units, self.cost = np.zeros(shape), np.zeros(shape)
        self.orders = np.zeros(shape[1])

    def add(self, day: int, item: IntArray, quantity: FloatArray, freight: FloatArray) -> None:
        """Orders placed at the close of ``day``: one to each supplier, one line an item.

        ``freight``: float64, shape (suppliers,), money, of each order.
        """
        counted = day + 1 >= self.scenario.count_from[item]
        item, quantity = item[counted], quantity[counted]
        if len(item) == 0:
            return
        catalogue = self.scenario.observer.catalogue
        period = int(np.searchsorted(self.scenario.period_edges, day + 1, side="right") - 1)
        supplier = catalogue.supplier[item]
        lines = np.bincount(supplier, minlength=len(catalogue.suppliers.name))
        self.orders[period] += np.count_nonzero(lines)
        self.units[item, period] += quantity
        share = (catalogue.suppliers.order_cost + freight)[supplier] / lines[supplier]
        terms = catalogue.terms.take(item)
        cheaper = quantity * (terms.unit_cost - terms.price(quantity))
        self.cost[item, period] += share + catalogue.costs.line_cost[item] - cheaper


def _history(scenario: Scenario, ledger: Ledger, day: int, hidden: bool) -> History:
    """Demand as the policy could see it: where sales are lost unseen, less than there was."""
    if hidden:
        lines, unavailable = _observed_sales(scenario, ledger)
        return scenario.observer.history(day, lines, unavailable)
    return scenario.observer.history(day)


def _observed_sales(scenario: Scenario, ledger: Ledger) -> tuple[DemandLines, Availability]:
    """The lines less what was lost of them, and the days on which an item was out of stock."""
    observer = scenario.observer
    before = observer.lines.where(observer.lines.day < scenario.first_day)
    since = scenario.lines
    sold = replace(since, quantity=since.quantity - ledger.lost)
    lines = _merged(before, sold.where((since.day >= scenario.first_day) & (sold.quantity > 0)))
    refused = ~observer.catalogue.backorder_allowed
    item, day = np.nonzero(ledger.stockout & refused[:, None])
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
    return DemandLines(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        *(
            np.concatenate([getattr(first, name), getattr(second, name)])[order]
            for name in ("day", "due", "quantity", "order", "known_until", "known_from")
        ),
    )


def _beyond(
    due: list[tuple[IntArray, IntArray, FloatArray]], day: int, item: IntArray, protection: FloatArray
) -> FloatArray:
    """Units on order that come only after each item's protection interval."""
    beyond = np.zeros(len(protection))
    for which, arrives, quantity in due:
        late = arrives > day + protection[which]
        np.add.at(beyond, which[late], quantity[late])
    return beyond[item]
