"""The arrays that the ledger's kernels work on: what each holds, its shape and its unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray
from forecasting.simulation.flows import places

TOLERANCE = 1e-9
"""Units. Less than this is what float arithmetic leaves over of fractions, neither stock nor shortage."""

NEVER = DemandLines.NEVER


class Lines(NamedTuple):
    """The order lines: ``DemandLines`` without what the ledger has no use for, and when customers leave.

    ``impatient`` are the numbers of the lines whose customer will not wait for ever: item ``i`` has
    ``impatient[impatient_indptr[i]:impatient_indptr[i + 1]]``, by the day of ``cancels_on`` on which each
    cancels. ``cancels_on`` is empty where there are none.
    """

    indptr: IntArray
    day: IntArray
    due: IntArray
    quantity: FloatArray
    cancels_on: IntArray  # (m,), or (0,)
    impatient_indptr: IntArray
    impatient: IntArray


ITEM = np.dtype(
    [(name, np.float64) for name in ("on_hand", "backlog", "late")]
    + [
        (name, np.int64)
        for name in ("since", "line", "head", "tail", "overdue", "impatient", "receipt", "last")
    ]
)
"""What changes of an item from day to day, side by side: an event then touches one place in memory.

on_hand, backlog, late (owed after its deadline): units. What was on hand, owed and overdue has
been counted for the closes before day ``since``, and has not changed since. ``line``, ``impatient``: the next
of the item's order lines, and of its lines that may be cancelled. ``receipt``, ``last``: the first and
the last of its receipts to come; a ``receipt`` of -1: none.

Its open lines are ``queue[head:tail]``, by deadline, of which those before ``overdue`` have passed theirs.
A line enters the queue once at most, so that the item's own share of ``queue`` (as many places as it has
lines) always suffices. A line that was cancelled keeps its place, with nothing open.
"""


class State(NamedTuple):
    """All that changes from day to day. Nothing happens to an item before the start of day ``wake``."""

    items: npt.NDArray[np.void]  # (n,) of ITEM
    wake: IntArray  # (n,)
    queue: IntArray  # (m,)
    open_units: FloatArray  # (m,)
    short: FloatArray  # (m,)
    cancelled: FloatArray  # (m,)
    shipped_on: IntArray  # (m,)
    lost: FloatArray  # (m,); (0,) where nothing is refused beside what items refuse as a whole


class Receipts(NamedTuple):
    """Receipts to come, each item's a chain: ``following`` is the place of its next one, -1: none."""

    day: IntArray
    quantity: FloatArray
    ordered: FloatArray
    following: IntArray


class Closes(NamedTuple):
    """What is noted at the closes of days."""

    stockout: BoolArray  # (n, days): closed with nothing on hand
    edges: IntArray  # (p + 1,): the first days of the periods, and the day after the last
    period: IntArray  # (days,): the period that each day belongs to
    sums: (
        FloatArray  # (p, n, 4): the flows summed at closes. A step goes through all items, from left to right
    )


ON_HAND, BACKLOG, LATE, RECEIVED = places(
    "on_hand_unit_days", "backlog_unit_days", "late_unit_days", "received_units"
)
"""Columns of ``Closes.sums``."""


class Outcome(NamedTuple):
    """What became of each line. Shape (m,) each."""

    short: FloatArray  # units that could not ship when due
    cancelled: FloatArray  # units that the customer cancelled while they waited
    shipped_on: IntArray  # the day on which it was shipped in full, or NEVER
    substituted: FloatArray  # units that an alternative stood in for; shape (0,) where there are none
    lost: FloatArray  # units refused beyond what may wait; shape (0,) where there is no such limit


class Rules(NamedTuple):
    """What holds of each item. Shape (n,) each."""

    backorder_allowed: BoolArray  # short units wait; else they are lost
    count_from: IntArray  # the day from which its flows are counted
    cap: FloatArray  # the most units that may wait; what is short beyond them is lost
