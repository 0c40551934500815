"""The same problem in the order that the kernels want: items of a supplier side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import SupplierTerms
from forecasting.joint_orders.terms import TOLERANCE, Floats, Integers, Options

WAYS = 2
"""An order pays its freight (way 0), or is large enough to be free of it (way 1)."""


@dataclass(frozen=True)
class Problem:
    """Items sorted by supplier. Limits are widened by ``TOLERANCE``.

    Attributes:
        order: (items,): the original number of each sorted item.
        indptr, value, money, volume: as in ``Options``, in sorted order.
        first: (suppliers + 1,): supplier s has the sorted items ``first[s]:first[s + 1]``.
        owner: (items,): the supplier of each sorted item.
        limits: (suppliers, WAYS, 2): least money and most volume of either way; a way that cannot be or
            need not be looked at has the least money inf.
        fixed: (suppliers, WAYS): what an order costs besides its goods.
        free_from: (suppliers,): the value from which no freight is paid.

    """

    order: Integers
    indptr: Integers
    value: Floats
    money: Floats
    volume: Floats
    first: Integers
    owner: Integers
    limits: Floats
    fixed: Floats
    free_from: Floats
    terms: SupplierTerms

    @property
    def suppliers(self) -> int:
        """How many suppliers there are."""
        return len(self.first) - 1

    def of(self, supplier: int) -> slice:
        """The sorted items of a supplier."""
        return slice(int(self.first[supplier]), int(self.first[supplier + 1]))

    def least_now(self, money: Floats) -> Floats:
        """What each supplier's order must keep to, to stay in the way it is in at this ``money``."""
        free = money >= self.free_from
        return np.maximum(self.limits[:, 0, 0], np.where(free, self.free_from, 0.0))

    def charges(self, ordered: np.ndarray, money: Floats) -> tuple[Floats, Floats]:
        """Freight and order costs (suppliers,) of orders of this ``money``."""
        pays = ordered & (money < self.free_from)
        return np.where(pays, self.terms.freight_cost, 0.0), np.where(ordered, self.terms.order_cost, 0.0)

    def by_supplier(self, per_item: Floats) -> Floats:
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
    limits = np.empty((terms.suppliers, WAYS, 2))
    limits[:, :, 1] = (terms.max_volume * (1 + TOLERANCE))[:, None]
    least = terms.min_order_value * (1 - TOLERANCE)
    free_from = np.where(terms.freight_cost > 0, terms.free_freight_value * (1 - TOLERANCE), 0.0)
    limits[:, 0, 0] = least
    limits[:, 1, 0] = np.where(free_from > 0, np.maximum(least, free_from), np.inf)
    always_free = free_from <= least
    limits[always_free, 1, 0] = np.inf  # both ways are the same: the first is looked at
    fixed = np.stack(
        [terms.order_cost + np.where(always_free, 0.0, terms.freight_cost), terms.order_cost], axis=1
    )
    return Problem(
        order,
        indptr,
        options.value[flat],
        options.money[flat],
        options.volume[flat],
        np.concatenate(([0], np.cumsum(counts))),
        options.supplier[order],
        limits,
        fixed,
        free_from,
        terms,
    )
