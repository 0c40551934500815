"""One policy in a scenario: what it decides at each review, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, Receipts, Stock
from forecasting.inputs.dependent import transfer_days
from forecasting.planning.between_places import between_places, echelon_reserved
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.position import daily_demand
from forecasting.planning.second_orders import with_them
from forecasting.policies.base import Policy
from forecasting.policies.order_together import order_together
from forecasting.policies.situation import Situation
from forecasting.replay.expected_goods import ExpectedGoods
from forecasting.replay.observations import Observations, observed_sales
from forecasting.replay.purchases import Purchases, Waste
from forecasting.replay.scenario import Scenario
from forecasting.replay.sourcing import asked_of_fast_ones, at_the_fast_suppliers
from forecasting.simulation.flows import Flows
from models.shared.history import History


@dataclass(frozen=True)
class PlacedOrders:
    """The order lines that a policy placed, each attribute of shape (k,), in their order.

    Attributes:
        day: int64, the day at whose close each was placed.
        item: int64.
        quantity, came: float64, units ordered, and that come of them.
        arrives: int64, the day from whose start they can be used; it may lie after the last day.
        source: int64, the item whose shelf they come from, at another place; -1: they are bought.

    """

    day: IntArray
    item: IntArray
    quantity: FloatArray
    came: FloatArray
    arrives: IntArray
    source: IntArray

    @classmethod
    def joined(cls, parts: Sequence[PlacedOrders]) -> PlacedOrders:
        """All of these, one after the other."""
        kinds = dict.fromkeys(("day", "item", "arrives", "source"), np.int64)
        return cls(
            **{
                column.name: np.concatenate(
                    [
                        np.zeros(0, kinds.get(column.name, np.float64)),
                        *(getattr(each, column.name) for each in parts),
                    ]
                )
                for column in fields(cls)
            }
        )


@dataclass(frozen=True)
class PolicyRun:
    """What came of one policy.

    Attributes:
        policy: its name.
        parameters: its parameters in words.
        flows: the flows of every item and period.
        purchased_units: float64, shape (n, p).
        purchase_orders: float64, shape (p,): orders to suppliers.
        cost_ordering: float64, shape (n, p): money per order and line, and freight; an order's is shared by
            its lines. What price breaks save is taken off.
        cost_waste: float64, shape (n, p): money lost with what was left on the day an item ended, and with
            what expired.
        orders: the order lines that were simulated; none of what was recorded.
        wasted_units: float64, shape (n, p), units that expired; None: nothing can.

    """

    policy: str
    parameters: str
    flows: Flows
    purchased_units: FloatArray
    purchase_orders: FloatArray
    cost_ordering: FloatArray
    cost_waste: FloatArray
    orders: PlacedOrders = field(default_factory=lambda: PlacedOrders.joined(()))
    wasted_units: FloatArray | None = None


@dataclass(frozen=True)
class Order:
    """What a policy bought or moved at one review, each attribute of shape (k,).

    Attributes:
        item: int64.
        quantity: float64, > 0, units.
        source: int64, the item whose shelf it comes from; -1: it is bought.
        fast: int64, 1 where it is bought from the item's fast supplier.

    """

    item: IntArray
    quantity: FloatArray
    source: IntArray
    fast: IntArray

    @staticmethod
    def nothing() -> Order:
        """No order."""
        none = np.zeros(0, dtype=np.int64)
        return Order(none, np.zeros(0), none, none)

    @property
    def bought(self) -> BoolArray:
        """bool, shape (k,)."""
        return np.asarray(self.source < 0)


class PolicySimulation:
    """One policy on its way through a scenario, review by review.

    The policy object is the one that a plan uses, and it is asked through the same observer.
    """

    def __init__(self, policy: Policy, scenario: Scenario) -> None:
        catalogue, coming = scenario.observer.catalogue, scenario.pipeline
        self.policy, self._scenario = policy, scenario
        self._fast = at_the_fast_suppliers(scenario)
        self._observer = scenario.observer.serving(policy)
        self._ledger = scenario.ledger()
        self._ledger.schedule(coming.item, coming.day, coming.quantity)
        self._expected = ExpectedGoods(catalogue, coming)
        self._purchases, self._waste = Purchases(scenario), Waste(scenario)
        loses = scenario.caps is not None or not catalogue.backorder_allowed.all()
        self._hidden = self._observer.config.observe == "sales" and loses
        # Money lost with a unit that expires: float64, shape (n, 1).
        self._expired = catalogue.end_of_life.waste_per_unit[:, None]
        self._choice: LazyChoice | None = None
        self._placed: list[PlacedOrders] = []

    def review(self, day: int, observations: Observations, decided: Order | None = None) -> Order:
        """Simulate up to the close of ``day``, and order there.

        Args:
            day: the next review day of the scenario.
            observations: what all policies that see the same demand share.
            decided: what the policy is known to have ordered then; it is not asked again.

        """
        self._waste.advance(self._ledger, day)
        situation = self._situation(day, observations)
        if decided is None:
            stock = self._scenario.stock_of(self._ledger)
            order = self._decide(day, self._with_stock(day, situation(), stock), stock)
        else:
            order = decided

        usual = np.flatnonzero(order.bought & (order.fast == 0))
        item = order.item[usual]
        self._place(day, item, order.quantity[usual], observations.arrives(day)[item], self._scenario)
        fast, moved = np.flatnonzero(order.fast == 1), np.flatnonzero(~order.bought)
        if self._fast is not None and len(fast):
            item = order.item[fast]
            self._place(day, item, order.quantity[fast], self._fast.arrives(day, item), self._fast)
        if len(moved):
            self._move(day, order.item[moved], order.quantity[moved], order.source[moved])
        return order

    def _place(self, day: int, item: IntArray, quantity: FloatArray, arrives: IntArray, at: Scenario) -> None:
        """Order at the suppliers of ``at``; what comes of it arrives on ``arrives``, shape of ``item``."""
        if not len(item):
            return
        came, known = at.received(day, item, quantity), at.observer.catalogue
        self._ledger.schedule(item, arrives, came, quantity)
        self._expected.order(day, item, quantity, known)
        self._purchases.add(day, item, quantity, known)
        nowhere = np.full_like(item, -1)
        self._placed.append(PlacedOrders(np.full_like(item, day), item, quantity, came, arrives, nowhere))

    def _move(self, day: int, item: IntArray, quantity: FloatArray, source: IntArray) -> None:
        """Take what is moved off the shelves, and put it on its way."""
        places, config = self._observer.records.places, self._observer.config
        arrives = day + 1 + transfer_days(places, config)[item].astype(np.int64)
        self._ledger.withdraw(source, quantity)
        self._ledger.schedule(item, arrives, quantity, quantity)
        self._expected.add(Receipts(item, arrives, quantity))
        self._purchases.move(day, item, quantity)
        self._placed.append(PlacedOrders(np.full_like(item, day), item, quantity, quantity, arrives, source))

    def _decide(self, day: int, situation: Situation, stock: Stock) -> Order:
        """``stock``: of all items, on which the situation rests."""
        catalogue, budget = self._scenario.observer.catalogue, self._observer.config.budget
        supplier, terms = catalogue.supplier[situation.item], catalogue.suppliers.terms
        second = None
        if self._fast is not None:
            second = asked_of_fast_ones(self._scenario, situation, self._expected.all_after(day))
        if second is not None:
            budget, situation = second.left_of(budget), with_them(situation, second)
        orders = order_together(self.policy, situation, supplier, terms, budget)
        between = between_places(orders.decision, situation, self._observer, stock, orders.value)

        bought, moves = (between.quantity > 0) & ~between.supplied, between.moves
        item = [situation.item[bought], moves.item]
        quantity = [between.quantity[bought], moves.quantity]
        if second is not None:
            more = second.quantity > 0
            item.append(situation.item[second.row[more]])
            quantity.append(second.quantity[more])
        sizes = [len(part) for part in item]
        source = np.full(sum(sizes), -1, dtype=np.int64)
        source[sizes[0] : sizes[0] + sizes[1]] = moves.source
        return Order(
            np.concatenate(item),
            np.concatenate(quantity),
            source,
            (np.arange(sum(sizes)) >= sizes[0] + sizes[1]).astype(np.int64),
        )

    def _situation(self, day: int, observations: Observations) -> Callable[[], Situation]:
        """What the policy decides on at the close of ``day``, but for its stock, from the demand that it saw.

        Which models forecast it is settled at once, the rest only where the policy is asked.
        """
        if not self._hidden or self._choice is None:
            # Where nothing has been simulated yet, nothing is hidden either: all see the same.
            self._choice = observations.choice(self._observer, day)
            return lambda: observations.situation(self._observer, day)

        if day - self._choice.as_of >= self._observer.config.reselect_days:
            seen = self._observed(day)
            self._choice = LazyChoice(day, partial(self._observer.choose_models, day, seen))
        choice = self._choice

        def own() -> Situation:
            forecast = LazyForecast(choice, self._observed(day))
            return observations.without_stock(self._observer, day, forecast)

        return own

    def _with_stock(self, day: int, situation: Situation, stock: Stock) -> Situation:
        elsewhere = echelon_reserved(self._observer, stock)[situation.item]
        return replace(
            situation,
            stock=stock.take(situation.item),
            reserved=situation.reserved + elsewhere + self._expiring(day, situation),
            on_order_later=self._expected.after_protection(day)[situation.item],
            crossover=self._expected.crossover(day, situation.item),
        )

    def _expiring(self, day: int, situation: Situation) -> FloatArray:
        """Units on the shelf that will expire unsold before the next order can arrive: float64, shape of the
        situation.
        """
        if self._scenario.lots is None:
            return np.zeros(len(situation))
        item, n = situation.item, len(self._scenario.opening)
        until, daily = np.zeros(n), np.zeros(n)
        until[item] = day + situation.protection_days
        daily[item] = daily_demand(situation.history, situation.bucket_days)
        return self._ledger.expiring(until, daily)[item]

    def _observed(self, day: int) -> History:
        lines, unavailable = observed_sales(self._scenario, self._ledger)
        return self._observer.history(day, lines, unavailable)

    def finish(self) -> PolicyRun:
        """Simulate to the end, and count."""
        self._waste.advance(self._ledger, self._scenario.last_day)
        return PolicyRun(
            policy=self.policy.name,
            parameters=self.policy.describe(),
            flows=self._ledger.flows,
            purchased_units=self._purchases.units,
            purchase_orders=self._purchases.orders,
            cost_ordering=self._purchases.cost,
            cost_waste=self._waste.cost + self._expired * self._ledger.wasted,
            orders=PlacedOrders.joined(self._placed),
            wasted_units=None if self._scenario.lots is None else self._ledger.wasted,
        )
