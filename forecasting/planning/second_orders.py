"""What is asked of faster suppliers beside the ones that items are bought from, and what that
leaves to these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import FloatArray, IntArray, Receipts, StockPosition, SupplierTerms
from forecasting.inputs.catalogue import Catalogue
from forecasting.joint_orders.allocate import allocate
from forecasting.joint_orders.terms import Options
from forecasting.planning.lazy_forecast import LazyForecast
from forecasting.planning.observer import Observer
from forecasting.planning.sources import Sources
from forecasting.policies.dual_sourcing import Fast, beside, fast_orders
from forecasting.policies.order_together import Orders
from forecasting.policies.situation import Situation


@dataclass(frozen=True)
class SecondOrders:
    """Orders from faster suppliers, of the k items that have one.

    Attributes:
        row: int64, shape (k,): their places in the situation. supplier: int64, who is asked.
        quantity: float64, shape (k,), units; 0 where nothing is worth its premium.
        saved: float64, shape (k,), money: what it saves against waiting for the slow one.
        lower: float64, shape (k,), units: by how much the slow one's level is lower.
        unit_cost: float64, shape (k,), money, at that quantity.
        charges: float64, shape (suppliers,), money: freight and order cost of these orders.

    """

    row: IntArray
    supplier: IntArray
    quantity: FloatArray
    saved: FloatArray
    lower: FloatArray
    unit_cost: FloatArray
    charges: FloatArray

    def of_all(self, items: int) -> FloatArray:
        """float64, shape (items,), units: what is asked of the fast supplier of each."""
        quantity = np.zeros(items)
        quantity[self.row] = self.quantity
        return quantity

    def left_of(self, budget: float | None) -> float | None:
        """What is left of a budget once these are ordered; None where there is none."""
        if budget is None:
            return None
        return max(budget - float((self.quantity * self.unit_cost).sum()), 0.0)


def second_orders(
    sources: Sources,
    observed: Observer,
    slow: Situation,
    forecast: LazyForecast,
    line_size: FloatArray,
    coming: Receipts,
) -> SecondOrders | None:
    """What to ask of the fast suppliers, as their own terms allow; None where no item under review has one.

    Args:
        sources: where items are bought. ``observed``: what is looked at.
        slow: of the items under review, at the suppliers that were chosen.
        forecast, line_size: of all items.
        coming: what is on its way, ``item`` being a place in ``slow``.

    """
    row = np.flatnonzero(sources.has_fast[slow.item])
    if sources.fast is None or not len(row):
        return None
    item, day = slow.item[row], slow.as_of
    there = StockPosition(slow.stock.take(row), slow.on_order_later[row])

    def at(known: Catalogue) -> Situation:
        seen = replace(observed, catalogue=known)
        part = seen.situation(day, item, there, forecast, line_size=line_size)
        return replace(part, reserved=slow.reserved[row])

    place = np.full(len(slow), -1, dtype=np.int64)
    place[row] = np.arange(len(row))
    mine = place[coming.item] >= 0
    on_its_way = Receipts(place[coming.item[mine]], coming.day[mine], coming.quantity[mine])

    chosen, fast = at(sources.catalogue), at(sources.fast)
    premium = np.maximum(fast.terms.unit_cost - chosen.terms.unit_cost, 0.0)
    found = fast_orders(chosen, fast, on_its_way, premium)
    supplier = sources.fast_supplier[item]
    quantity, saved, costs = _under_terms(found, fast, supplier, sources.fast.suppliers.terms)
    return SecondOrders(row, supplier, quantity, saved, found.lower, fast.terms.price(quantity), costs)


def with_them(slow: Situation, orders: SecondOrders) -> Situation:
    """The slow suppliers' situation once these are ordered."""
    ordered, lower = np.zeros(len(slow)), np.zeros(len(slow))
    ordered[orders.row], lower[orders.row] = orders.quantity, orders.lower
    return beside(slow, ordered, lower)


def in_real_levels(orders: Orders, second: SecondOrders) -> Orders:
    """The slow suppliers' orders, with levels as they are held against stock, what the fast ones
    bring among it.
    """
    lower = np.zeros(len(orders.wanted))
    lower[second.row] = second.lower
    decided = orders.decision
    levels = replace(
        decided, reorder_point=decided.reorder_point - lower, order_up_to=decided.order_up_to - lower
    )
    return replace(orders, decision=levels)


def _under_terms(
    found: Fast, fast: Situation, supplier: IntArray, terms: SupplierTerms
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The quantities chosen together under the fast suppliers' terms, what each saves, what orders cost."""
    n = len(found.quantity)
    # A quantity that is the same as the one before is no choice of its own.
    new = np.diff(found.quantity, axis=1, prepend=-1.0) > 1e-9
    indptr = np.concatenate([[0], np.cumsum(new.sum(axis=1))]).astype(np.int64)
    quantity, saved = found.quantity[new], found.saved[new]
    item = np.repeat(np.arange(n), np.diff(indptr))
    money = quantity * fast.terms.price(found.quantity)[new]
    volume = fast.terms.take(item).volume(quantity)
    chosen = allocate(Options(indptr, saved, money, volume, supplier), terms)
    at = indptr[:-1] + chosen.option
    costs = chosen.freight + np.where(chosen.ordered, terms.order_cost, 0.0)
    return quantity[at], saved[at], costs
