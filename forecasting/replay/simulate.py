"""Walks one policy through the past: each review decides on what could be known then.

The policy object is the one that a plan uses, and it is asked through the same observer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from forecasting.domain import FloatArray, IntArray, OrderCrossover, Receipts
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.stock import overtaken
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.policies.base import Policy, Situation
from forecasting.policies.order_together import order_together
from forecasting.replay.checkpoints import Checkpoints, NoCheckpoints
from forecasting.replay.observations import Sight, observed_sales
from forecasting.replay.purchases import Purchases, Waste
from forecasting.replay.scenario import Scenario
from forecasting.simulation.flows import Flows
from models.shared.history import History


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
        cost_waste: float64, shape (n, p): money lost with what was left on the day an item ended.

    """

    policy: str
    parameters: str
    flows: Flows
    purchased_units: FloatArray
    purchase_orders: FloatArray
    cost_ordering: FloatArray
    cost_waste: FloatArray


@dataclass(frozen=True)
class Order:
    """What a policy bought at one review. ``item``: int64, ``quantity``: float64, > 0, shape (k,)."""

    item: IntArray
    quantity: FloatArray


class Walk:
    """One policy on its way through a scenario, review by review."""

    def __init__(self, policy: Policy, scenario: Scenario) -> None:
        catalogue = scenario.observer.catalogue
        self.policy, self._scenario = policy, scenario
        self._observer = scenario.observer.serving(policy)
        self._ledger = scenario.ledger()
        coming = scenario.pipeline
        self._ledger.schedule(coming.item, coming.day, coming.quantity)
        self._coming = [(int(coming.day.max()), coming)] if len(coming.day) else []
        self._purchases, self._waste = Purchases(scenario), Waste(scenario)
        self._hidden = self._observer.config.observe == "sales" and not catalogue.backorder_allowed.all()
        self._choice: LazyChoice | None = None

    def review(self, day: int, sight: Sight, decided: Order | None = None) -> Order:
        """Simulate up to the close of ``day``, and order there.

        Args:
            day: the next review day of the scenario.
            sight: what all policies that see the same demand share.
            decided: what the policy is known to have ordered then; it is not asked again.

        """
        self._waste.advance(self._ledger, day)
        situation = self._situation(day, sight)
        order = decided
        if order is None:
            asked = situation()
            catalogue, budget = self._scenario.observer.catalogue, self._observer.config.budget
            supplier = catalogue.supplier[asked.item]
            orders = order_together(self.policy, asked, supplier, catalogue.suppliers.terms, budget)
            quantity = orders.decision.quantity
            bought = quantity > 0
            order = Order(asked.item[bought], quantity[bought])
        self._coming = [entry for entry in self._coming if entry[0] > day]
        self._expect(day, order, sight)
        self._purchases.add(day, order.item, order.quantity)
        return order

    def _situation(self, day: int, sight: Sight) -> Callable[[], Situation]:
        """What the policy decides on at the close of ``day``, from the demand that it saw."""
        if not self._hidden or self._choice is None:
            # Where nothing has been simulated yet, nothing is hidden either: all see the same.
            self._choice = sight.choice(self._observer, day)
            return lambda: self._with_stock(day, sight.situation(self._observer, day))
        if day - self._choice.as_of >= self._observer.config.reselect_days:
            seen = self._observed(day)
            self._choice = LazyChoice(day, partial(self._observer.choose_models, day, seen))
        choice = self._choice

        def own() -> Situation:
            forecast = LazyForecast(choice, self._observed(day))
            return self._with_stock(day, sight.without_stock(self._observer, day, forecast))

        return own

    def _expect(self, day: int, order: Order, sight: Sight) -> None:
        """Have an order arrive, and note when to expect it: when it really comes nobody knows yet."""
        came = self._scenario.received(day, order.item, order.quantity)
        self._ledger.schedule(order.item, sight.arrives(day)[order.item], came, order.quantity)
        if len(order.item):
            lead_days = self._scenario.observer.catalogue.lead_times.mean[order.item]
            due = day + 1 + np.round(lead_days).astype(np.int64)
            self._coming.append((int(due.max()), Receipts(order.item, due, order.quantity)))

    def _with_stock(self, day: int, situation: Situation) -> Situation:
        catalogue = self._scenario.observer.catalogue
        return replace(
            situation,
            stock=self._ledger.stock.take(situation.item),
            on_order_later=_beyond(self._coming, day, catalogue.protection_days)[situation.item],
            crossover=_overtaken(self._coming, day, situation.item, catalogue),
        )

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
            cost_waste=self._waste.cost,
        )


def walk(policy: Policy, scenario: Scenario) -> PolicyRun:
    """Simulate the scenario with ``policy`` deciding at every review."""
    return walk_together([policy], scenario)[0]


def walk_together(
    policies: Sequence[Policy],
    scenario: Scenario,
    checkpoints: Checkpoints | None = None,
    progress: Callable[[], None] = lambda: None,
) -> list[PolicyRun]:
    """Simulate the scenario once with each policy, all of them at the same day at any time.

    Together they cost less than one after the other: what they see alike is worked out once a review. What
    comes of a policy does not depend on which others there are.

    Args:
        checkpoints: where orders are kept after each review. Those that it holds already, from a replay
            that was stopped, are taken as they are: the simulated stock follows from the orders alone.
        progress: called after each review.

    """
    checkpoints = NoCheckpoints() if checkpoints is None else checkpoints
    walks = [Walk(policy, scenario) for policy in policies]
    sight = Sight(scenario)
    for number, day in enumerate(scenario.review_days):
        name = f"review-{number:05d}"
        decided = checkpoints.read(name)
        if decided is not None:
            for place, each in enumerate(walks):
                order = Order(decided[f"item-{place}"], decided[f"quantity-{place}"])
                each.review(day, sight, order)
        else:
            orders = [each.review(day, sight) for each in walks]
            items = {f"item-{place}": order.item for place, order in enumerate(orders)}
            checkpoints.write(
                name, items | {f"quantity-{place}": order.quantity for place, order in enumerate(orders)}
            )
        progress()
    return [each.finish() for each in walks]


def _beyond(coming: list[tuple[int, Receipts]], day: int, protection: FloatArray) -> FloatArray:
    """Units on order that come only after each item's protection interval: float64, shape (n,)."""
    beyond = np.zeros(len(protection))
    soon = day + protection.min(initial=0.0)
    for last, goods in coming:
        if last > soon:
            late = goods.day > day + protection[goods.item]
            np.add.at(beyond, goods.item[late], goods.quantity[late])
    return beyond


def _overtaken(
    coming: list[tuple[int, Receipts]], day: int, item: IntArray, catalogue: Catalogue
) -> OrderCrossover | None:
    """What of the goods on order an order placed now may overtake, of the items under review."""
    soonest = day + 1 + catalogue.lead_times.days.min(initial=0.0)
    later = [goods for last, goods in coming if last > soonest]
    if not later:
        return None
    place = np.full(len(catalogue), -1, dtype=np.int64)
    place[item] = np.arange(len(item))
    which = np.concatenate([goods.item for goods in later])
    due = np.concatenate([goods.day for goods in later])
    quantity = np.concatenate([goods.quantity for goods in later])
    keep = (due > day) & (place[which] >= 0)
    receipts = Receipts(place[which[keep]], due[keep], quantity[keep])
    return overtaken(receipts, day, catalogue.lead_times.take(item), catalogue.review_days[item])
