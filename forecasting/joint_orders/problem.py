"""The same problem in the order that the kernels want: items of a supplier side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray, SupplierTerms
from forecasting.joint_orders.arrays import ItemOptions
from forecasting.joint_orders.terms import TOLERANCE, Options

FREIGHT_CASES = 2
"""An order pays its freight (case 0), or is large enough to be free of it (case 1)."""


@dataclass(frozen=True)
class Problem:
    """Items sorted by supplier. Limits are widened by ``TOLERANCE``.

    Attributes:
        order: (items,): the original number of each sorted item.
        indptr, value, money, volume: as in ``Options``, in sorted order.
        first: (suppliers + 1,): supplier s has the sorted items ``first[s]:first[s + 1]``.
        owner: (items,): the supplier of each sorted item.
        limits: (suppliers, FREIGHT_CASES, 2): least money and most volume of either case; one that cannot be
            or need not be looked at has the least money inf.
        fixed: (suppliers, FREIGHT_CASES): what an order costs besides its goods.
        free_from: (suppliers,): the value from which no freight is paid.

    """

    order: IntArray
    indptr: IntArray
    value: FloatArray
    money: FloatArray
    volume: FloatArray
    first: IntArray
    owner: IntArray
    limits: FloatArray
    fixed: FloatArray
    free_from: FloatArray
    terms: SupplierTerms

    @property
    def suppliers(self) -> int:
        """How many suppliers there are."""
        return len(self.first) - 1

    @property
    def options(self) -> ItemOptions:
        """The options of all items, for kernels."""
        return ItemOptions(self.indptr, self.value, self.money, self.volume)

    @property
    def nothing(self) -> IntArray:
        """(items,): each item's option to order nothing."""
        return self.indptr[:-1]

    def ordered(self, chosen: IntArray) -> BoolArray:
        """(suppliers,): who is ordered from where the items have the options ``chosen``, (items,)."""
        return self.by_supplier((chosen != self.nothing).astype(float)) > 0

    def least_now(self, money: FloatArray) -> FloatArray:
        """What each supplier's order must keep to, to stay in the freight case it is in at this ``money``."""
        free = money >= self.free_from
        return np.maximum(self.limits[:, 0, 0], np.where(free, self.free_from, 0.0))

    def charges(self, ordered: BoolArray, money: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Freight and order costs (suppliers,) of orders of this ``money``."""
        pays = ordered & (money < self.free_from)
        return np.where(pays, self.terms.freight_cost, 0.0), np.where(ordered, self.terms.order_cost, 0.0)

    def by_supplier(self, per_item: FloatArray) -> FloatArray:
        """Sums over each supplier's items."""
        return np.bincount(self.owner, per_item, self.suppliers).astype(np.float64)


def sort(options: Options, terms: SupplierTerms) -> Problem:
    """The problem with its items sorted by supplier.

    Raises ValueError where an item's supplier is no row of ``terms``.

    """
    if options.items and not (options.supplier.min() >= 0 and options.supplier.max() < terms.suppliers):
        raise ValueError(f"supplier numbers must lie in 0..{terms.suppliers - 1}")
    order = np.argsort(options.supplier, kind="stable")
    lengths = np.diff(options.indptr)[order]
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    flat = (
        np.arange(indptr[-1])
        - np.repeat(indptr[:-1], lengths)
        + np.repeat(options.indptr[:-1][order], lengths)
    )

    counts = np.bincount(options.supplier, minlength=terms.suppliers)
    limits = np.empty((terms.suppliers, FREIGHT_CASES, 2))
    limits[:, :, 1] = (terms.max_volume * (1 + TOLERANCE))[:, None]
    least = terms.min_order_value * (1 - TOLERANCE)
    free_from = np.where(terms.freight_cost > 0, terms.free_freight_value * (1 - TOLERANCE), 0.0)
    limits[:, 0, 0] = least
    limits[:, 1, 0] = np.where(free_from > 0, np.maximum(least, free_from), np.inf)
    always_free = free_from <= least
    limits[always_free, 1, 0] = np.inf  # both cases are the same: the first is looked at
    fixed = np.stack(
        [terms.order_cost + np.where(always_free, 0.0, terms.freight_cost), terms.order_cost], axis=1
    )
    return Problem(
        order=order,
        indptr=indptr,
        value=options.value[flat],
        money=options.money[flat],
        volume=options.volume[flat],
        first=np.concatenate(([0], np.cumsum(counts))),
        owner=options.supplier[order],
        limits=limits,
        fixed=fixed,
        free_from=free_from,
        terms=terms,
    )
