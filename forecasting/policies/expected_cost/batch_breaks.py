"""The usual order where larger ones are cheaper: its size, and the levels that go with it.

All units of an order of b or more cost less. Either the usual order is as large anyway, or it is just b: then
S is what s and b come to, and of all s the one is chosen whose cost per review (``batch_curve``),

    (K + C(y) + U(y) - U(S0)) / N(y) + d x price of a unit        with y such that N(y) d = b,

is least, as in an (r,Q) policy. G(s) is more than g there: orders wait for longer than they would if they
could be smaller at that price. So s does not follow from g, and each price has an s of its own; that of the
lowest cost is taken. An order is N(y) d on average, because it is given at a review, some way below s.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.domain import FloatArray
from forecasting.policies.expected_cost.batch_curve import BatchCurve
from forecasting.policies.expected_cost.search import lowest


def with_breaks(batch: BatchCurve, level: FloatArray) -> tuple[BatchCurve, FloatArray]:
    """``batch``, whose best level at one price is ``level``, and its best level, at all of its prices.

    ``level``, both: float64, shape (n,), units.
    """
    rows = np.flatnonzero(batch.terms.has_breaks)
    if len(rows) == 0:
        return batch, level

    part, part_level = _cheapest(batch.take(rows), level[rows])
    level, changed = level.copy(), {}
    level[rows] = part_level
    for name in ("reorder", "smallest", "usual_cost"):
        changed[name] = getattr(batch, name).copy()
        changed[name][rows] = getattr(part, name)
    return replace(batch, **changed), level


def _cheapest(batch: BatchCurve, level: FloatArray) -> tuple[BatchCurve, FloatArray]:
    """The same where all of the items have breaks."""
    terms, demand = batch.terms, batch.review_demand
    assert terms.breaks is not None
    most = terms.largest_packs * terms.pack_size
    plain = np.clip(batch.lasting(level[:, None])[1][:, 0] * demand, terms.smallest, most)
    reorder, smallest, usual_cost = batch.reorder, terms.smallest, terms.price(plain)
    cost = batch.rate(level[:, None])[:, 0] + demand * usual_cost

    for asked, price in zip(terms.breaks.quantity.T, terms.breaks.unit_cost.T, strict=True):
        least = np.maximum(np.ceil(asked / terms.pack_size - 1e-9) * terms.pack_size, terms.smallest)
        # Reached anyway: no order is smaller, though.
        smallest = np.where((price == usual_cost) & (asked <= plain), np.maximum(least, smallest), smallest)

        possible = np.isfinite(least) & (least > plain) & (least <= most)
        above = np.where(possible, _above_reorder_point(batch, least), 0.0)
        low, up_to, rate = _best_of_size(batch, above)
        possible &= up_to <= batch.highest
        cheaper = possible & (rate + demand * price < cost)
        reorder, level = np.where(cheaper, low, reorder), np.where(cheaper, up_to, level)
        smallest, usual_cost = np.where(cheaper, least, smallest), np.where(cheaper, price, usual_cost)
        cost = np.where(cheaper, rate + demand * price, cost)
    return replace(batch, reorder=reorder, smallest=smallest, usual_cost=usual_cost), level


def _above_reorder_point(batch: BatchCurve, size: FloatArray) -> FloatArray:
    """Units of S above s at which orders are ``size`` units on average, N(S) d: float64, shape (n,)."""
    above = size - batch.idle * batch.review_demand + batch.step
    return np.ceil(np.maximum(above, 0.0) / batch.unit - 1e-9) * batch.unit


def _best_of_size(batch: BatchCurve, above: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """s, S and their cost per review where S is ``above`` units more than s: float64, shape (n,) each."""
    unit = batch.unit

    def cost(units: FloatArray) -> FloatArray:
        low = units * unit[:, None]
        return batch.rate(low + above[:, None], low)

    bottom, top = batch.levels[:, 0] / unit + 1.0, batch.each / unit - 1.0
    low = lowest(cost, np.round(bottom), np.round(top))
    return low * unit, low * unit + above, cost(low[:, None])[:, 0]
