"""How far ahead customers order: learnt from the lines of the last year, and what is on the books now."""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray
from forecasting.inputs.demand import known_at
from forecasting.policies.known_demand import KnownDemand

DAYS_BACK = 364
"""What customers did longer ago says nothing of how far ahead they order now."""

FURTHEST = 182
"""No line counts as ordered further ahead than this, in days."""

PSEUDO_LINES = 5.0
"""The items that are ordered ahead count together as this many lines of each of them."""


def known_demand(
    lines: DemandLines,
    in_advance: BoolArray,
    launched: IntArray,
    as_of: int,
    gone: FloatArray | None = None,
) -> KnownDemand | None:
    """Of each of n items, as known at the close of ``as_of``; None where nothing was ever ordered ahead.

    Projects are on the books as anything else; how far ahead they were ordered says nothing of other demand.
    Nor do the lines that waited for an item to be launched.

    Args:
        lines: of the n items.
        in_advance: bool, shape (m,): lines that are wanted on their deadline, not at once.
        launched: int64, shape (n,): the first day on which an item can be had.
        gone: float64, shape (m,), units of each line that left before they were due; None: none.

    """
    seen = known_at(lines, as_of)
    to_come = lines.quantity if gone is None else lines.quantity - gone
    books = np.flatnonzero(seen & (lines.day > as_of) & (to_come > 0))
    if len(books) == 0 and not in_advance.any():
        return None
    n, item = len(launched), lines.item
    to_learn = seen & lines.usual & (lines.day > as_of - DAYS_BACK) & (lines.day != launched[item])
    past = np.flatnonzero(to_learn & (lines.day <= as_of))
    lead = np.where(in_advance, np.minimum(lines.day - lines.known_from, FURTHEST), 0)

    # Whose demand is never ordered ahead has no row: it stays as it is.
    rows = np.unique(item[to_learn & (lead > 0)])
    row = np.full(n, -1, dtype=np.int64)
    row[rows] = np.arange(len(rows))
    past = past[row[item[past]] >= 0]
    usually, size = _usually_known(row[item[past]], lead[past], lines.quantity[past], len(rows))
    return KnownDemand(
        usually=usually,
        row=row,
        size=size,
        step=np.ones(len(rows)),
        item=item[books],
        ahead=lines.day[books] - as_of,
        quantity=to_come[books],
    )


def _usually_known(
    row: IntArray, lead: IntArray, quantity: FloatArray, k: int
) -> tuple[FloatArray, FloatArray]:
    """S(1) + .. + S(t) for t = 0, 1, .., float64, shape (k, h + 1), and the mean line, float64, shape (k,).

    Args:
        row: int64, shape (m,), 0..k - 1.
        lead: int64, shape (m,), days from the order to the day that it is wanted on.
        quantity: float64, shape (m,), > 0, units.

    """
    h = int(lead.max(initial=0))
    cell = row * (h + 1) + lead
    units = np.bincount(cell, quantity, k * (h + 1)).reshape(k, h + 1)
    count = np.bincount(row, minlength=k)
    overall = quantity.sum() / len(quantity) if len(quantity) else 1.0
    size = np.where(count > 0, units.sum(axis=1) / np.maximum(count, 1), overall)

    # Units and lines that were ordered t days ahead or more. One line that was not is never ruled out.
    panel = np.bincount(lead, minlength=h + 1)[::-1].cumsum()[::-1] / (len(lead) + 1.0)
    ordered = units[:, ::-1].cumsum(axis=1)[:, ::-1]
    prior = PSEUDO_LINES * size[:, None]
    share = (ordered + prior * panel) / (units.sum(axis=1, keepdims=True) + prior)
    share[:, 0] = 0.0
    return share.cumsum(axis=1), size
