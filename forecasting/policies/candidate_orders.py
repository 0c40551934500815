"""The quantities worth looking at for each item, and what each would cost.

A buyer sees what a changed quantity costs without asking again, and quantities of many items are chosen
together from these (``order_together``). They are bounded in number and exact: nothing, the best one and the
packs beside it, parts of it, enough for some reviews more, and the next price breaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.policies.expected_cost.relative_value import RelativeValue

PARTS = (0.25, 0.5, 0.75)
"""Of the best quantity."""

REVIEWS_MORE = 4.0
"""Reviews' demand beyond the best quantity that are looked at, unless more are asked for."""

MORE = (0.125, 0.25, 0.5, 1.0)
"""Of that."""

BREAKS = 2
"""Price breaks above the best quantity."""


@dataclass(frozen=True)
class Choices:
    """Quantities of n items, ragged: item i has ``quantity[indptr[i]:indptr[i + 1]]``, rising from 0.

    Attributes:
        indptr: int64, shape (n + 1,).
        quantity: float64, shape (m,), units. ``unit_cost``: money. ``cost``: expected cost, money.
        chosen: int64, shape (n,): the index of the recommended quantity among all m.

    """

    indptr: IntArray
    quantity: FloatArray
    unit_cost: FloatArray
    cost: FloatArray
    chosen: IntArray

    @property
    def item(self) -> IntArray:
        """int64, shape (m,): the item of each."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    @property
    def saved(self) -> FloatArray:
        """float64, shape (m,), money: against ordering nothing."""
        return np.repeat(self.cost[self.indptr[:-1]], np.diff(self.indptr)) - self.cost


def choices(
    value: RelativeValue,
    best: FloatArray,
    reviews_more: FloatArray | float = REVIEWS_MORE,
    *others: FloatArray,
) -> Choices:
    """The candidate order quantities of each item, around the one that is best by itself.

    Args:
        value: what orders cost.
        best: float64, shape (n,), units: the recommended quantities Q, feasible or 0.
        reviews_more: how far the choices reach beyond ``best``, in reviews of expected demand (d).
        others: quantities that are to be among them, float64, shape (n,), units each.

    """
    quantity, keep = _candidates(value, best, reviews_more, *others)
    cost = value.cost(quantity)
    unit_cost = value.terms.price(quantity)
    chosen = keep & (np.abs(quantity - best[:, None]) <= 1e-9)
    indptr = np.concatenate([[0], np.cumsum(keep.sum(axis=1))]).astype(np.int64)
    return Choices(indptr, quantity[keep], unit_cost[keep], cost[keep], np.flatnonzero(chosen[keep]))


def _candidates(
    value: RelativeValue, best: FloatArray, reviews_more: FloatArray | float, *others: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Quantities, float64, shape (n, k), rising along each row, and which of them are no repetition."""
    terms = value.terms
    packs = np.round(best / terms.pack_size)
    review = value.curve.review_demand / terms.pack_size
    far = np.broadcast_to(np.asarray(reviews_more, dtype=np.float64), packs.shape)

    candidates = [np.ceil(packs * part) for part in PARTS]
    candidates += [terms.smallest_packs, packs - 1.0, packs, packs + 1.0]
    candidates += [packs + np.ceil(review * far * part) for part in MORE]
    if terms.breaks is not None:
        ahead = np.where(terms.breaks.quantity > best[:, None] + 1e-9, terms.breaks.quantity, np.inf)
        candidates += list(np.ceil(np.sort(ahead, axis=1)[:, :BREAKS] / terms.pack_size[:, None] - 1e-9).T)

    table = np.stack(candidates, axis=1)
    fits = (table >= terms.smallest_packs[:, None]) & (table <= terms.largest_packs[:, None])
    fits &= (value.orderable & terms.feasible)[:, None] & np.isfinite(table)
    units = np.where(fits, table * terms.pack_size[:, None], 0.0)

    # The recommended quantity to the last bit, not as its packs come to.
    units = np.where(np.abs(units - best[:, None]) <= 1e-9, best[:, None], units)
    units = np.sort(np.column_stack([np.zeros(len(best)), units, best, *others]), axis=1)
    keep = np.diff(units, axis=1, prepend=-1.0) > 1e-9
    return units, keep
