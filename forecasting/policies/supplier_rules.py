"""How a rule that weighs no costs meets its supplier's terms, as a buyer with a spreadsheet would.

* An order worth less than the supplier's minimum is topped up: the levels that all its items are ordered
  up to are raised by the same number of days of demand, the fewest that reach the minimum. Where even
  ``MOST_DAYS`` do not, nothing is ordered. Where nothing is due, nothing is topped up.
* An order of more than the supplier's volume, or orders worth more than the budget, are cut: the items
  with most days of cover first, all of them or as many packs as still fit.
* An order that a cut leaves below the minimum is not placed.

Freight and order costs are paid as they come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, SupplierTerms
from forecasting.joint_orders.terms import TOLERANCE, Bound
from forecasting.policies.incumbents import daily_demand
from forecasting.policies.situation import Decision, Situation

WINDOW_DAYS = 91.0
"""The mean demand that days of cover are counted in."""

MOST_DAYS = 364
"""Days of demand that an order is topped up by at most."""


def bring_under_terms(
    situation: Situation, decision: Decision, supplier: IntArray, terms: SupplierTerms, budget: float
) -> tuple[FloatArray, tuple[Bound, ...]]:
    """The quantities Q, float64, shape (n,), units, and what decided about each supplier's order.

    Args:
        situation: of the n items under review.
        decision: what the rule wants of them.
        supplier: int64, shape (n,): each item's row in ``terms``.
        terms: of all m suppliers.
        budget: most money that all orders together may be worth; inf: no limit.

    """
    order = _Order(situation, decision, supplier, terms, daily_demand(situation, WINDOW_DAYS))
    wanted = decision.quantity
    least = terms.min_order_value * (1 - TOLERANCE)

    # First up to the minimum, so that what a cut then takes off is seen to fall below it.
    asked = order.money(wanted)
    short = (asked > 0) & (asked < least)
    quantity = order.topped_up(wanted, short)
    money = order.money(quantity) if short.any() else asked
    topped, held = money > asked, (asked > 0) & (money < least)
    if held.any():
        quantity = np.where(held[supplier], 0.0, quantity)
        money = order.money(quantity)

    full, dropped = order.volume(quantity) > terms.max_volume * (1 + TOLERANCE), np.zeros_like(held)
    if full.any():
        volume = situation.terms.volume(np.ones(len(situation)))
        fits = order.cut(quantity, volume, terms.max_volume[supplier], supplier)
        quantity = np.where(full[supplier], fits, quantity)
        money = order.money(quantity)
        dropped = (money > 0) & (money < least)
        quantity = np.where(dropped[supplier], 0.0, quantity)
        money = order.money(quantity) if dropped.any() else money

    poor = np.zeros(terms.suppliers, dtype=bool)
    if money.sum() > budget * (1 + TOLERANCE):
        everyone = np.zeros(len(supplier), dtype=np.int64)
        # Without a break's saving: cutting may lose it.
        price = np.maximum(situation.terms.unit_cost, situation.terms.price(quantity))
        fits = order.cut(quantity, price, np.full(len(supplier), budget), everyone)
        left = order.money(fits)
        poor, poor_now = left < money, (left > 0) & (left < least)
        quantity = np.where(poor_now[supplier], 0.0, fits)
        money = order.money(quantity)

    ordered = money > 0
    words = np.select(
        [held, dropped | (full & ~poor), poor, topped, ordered],
        [Bound.MINIMUM_TOO_HIGH, Bound.VOLUME, Bound.BUDGET, Bound.MINIMUM, Bound.FREE],
        Bound.NOTHING_WANTED,
    )
    return quantity, tuple(Bound(word) for word in words)


@dataclass(frozen=True)
class _Order:
    """What the steps above ask of an order. ``daily``: float64, shape (n,): mean demand of a day."""

    situation: Situation
    decision: Decision
    supplier: IntArray
    terms: SupplierTerms
    daily: FloatArray

    def money(self, quantity: FloatArray) -> FloatArray:
        """float64, shape (m,): what each supplier's order is worth."""
        amount = quantity * self.situation.terms.price(quantity)
        return np.bincount(self.supplier, amount, self.terms.suppliers).astype(np.float64)

    def volume(self, quantity: FloatArray) -> FloatArray:
        """float64, shape (m,): the volume of each supplier's order."""
        each = self.situation.terms.volume(quantity)
        return np.bincount(self.supplier, each, self.terms.suppliers).astype(np.float64)

    def topped_up(self, quantity: FloatArray, short: BoolArray) -> FloatArray:
        """Orders of the suppliers that are ``short`` raised to their minimum, by the fewest days."""
        if not short.any():
            return quantity

        # All items by the same days: cover stays in step, so that they fall due together again.
        def raised(days: IntArray) -> FloatArray:
            up_to = self.decision.order_up_to + self.daily * days[self.supplier]
            wanted = np.where(self.situation.orderable, up_to - self.situation.position, 0.0)
            more = np.maximum(self.situation.terms.at_least(wanted), quantity)
            return np.where(short[self.supplier] & (days > 0)[self.supplier], more, quantity)

        least = self.terms.min_order_value * (1 - TOLERANCE)
        low = np.zeros(self.terms.suppliers, dtype=np.int64)
        high = np.where(short, MOST_DAYS, 0)
        while np.any(low < high):
            middle = (low + high) // 2
            enough = self.money(raised(middle)) >= least
            high = np.where((low < high) & enough, middle, high)
            low = np.where((low < high) & ~enough, middle + 1, low)
        return raised(high)

    def cut(self, quantity: FloatArray, unit: FloatArray, most: FloatArray, group: IntArray) -> FloatArray:
        """The most urgent of ``quantity`` that use up to ``most`` of something, ``unit`` of it each, in
        each ``group`` of items. The item that fits in part gets the packs that do.
        """
        terms = self.situation.terms
        with np.errstate(divide="ignore", invalid="ignore"):
            cover = np.where(self.daily > 0, self.situation.position / self.daily, np.inf)

        # How much is left for each item once the more urgent ones of its group have theirs.
        order = np.lexsort((np.arange(len(cover)), cover, group))
        used = (quantity * unit)[order]
        begins = np.searchsorted(group[order], group[order])
        total = np.concatenate([[0.0], np.cumsum(used)])
        before = total[:-1] - total[begins]
        left = np.empty(len(cover))
        left[order] = np.maximum(most[order] - before, 0.0)

        with np.errstate(divide="ignore", invalid="ignore"):
            packs = np.floor(np.where(unit > 0, left / unit, np.inf) / terms.pack_size * (1 + TOLERANCE))
        fitting = np.where(packs >= terms.smallest_packs, packs * terms.pack_size, 0.0)
        return np.minimum(quantity, fitting)
