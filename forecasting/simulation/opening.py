"""The state that a ledger opens with, and what its arguments must hold to."""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray
from forecasting.simulation.state import ITEM, NEVER, State
from forecasting.simulation.stretch import Stretch


def check(lines: DemandLines, opening: FloatArray, backorder_allowed: BoolArray, stretch: Stretch) -> None:
    """Raises ValueError where the arguments of a ledger do not fit together."""
    n, m = len(lines.indptr) - 1, len(lines)
    for name, array in (
        ("opening", opening),
        ("backorder_allowed", backorder_allowed),
        ("count_from", stretch.count_from),
    ):
        require(np.shape(array) == (n,), f"{name} must have one value for each of {n} items")
    require(bool(np.all(np.isfinite(opening) & (opening >= 0))), "opening must be finite and >= 0")

    falls = np.diff(lines.day) < 0
    ends = lines.indptr[1:-1] - 1
    falls[ends[(ends >= 0) & (ends < m - 1)]] = False
    require(not falls.any(), "lines must be ordered by item and day")


def opened(lines: DemandLines, opening: FloatArray, owed: FloatArray | None, first_day: int) -> State:
    """The state at the close of ``first_day - 1``, with the lines that wait then in their queues."""
    n, m = len(lines.indptr) - 1, len(lines)
    starts = lines.indptr[:-1].astype(np.int64)
    earlier = np.concatenate([[0], np.cumsum(lines.day < first_day)])
    items = np.zeros(n, dtype=ITEM)
    items["on_hand"] = opening
    items["since"] = first_day
    items["line"] = starts + earlier[lines.indptr[1:]] - earlier[starts]
    items["head"] = items["tail"] = items["overdue"] = starts
    items["receipt"] = items["last"] = -1
    state = State(
        items=items,
        wake=np.full(n, first_day, dtype=np.int64),
        queue=np.zeros(m, dtype=np.int64),
        open_units=np.zeros(m),
        short=np.zeros(m),
        cancelled=np.zeros(m),
        shipped_on=np.full(m, NEVER, dtype=np.int64),
        lost=np.zeros(0),
    )
    if owed is None:
        return state
    require(np.shape(owed) == (m,), f"owed must have one value for each of {m} lines")
    require(bool(np.all(np.isfinite(owed) & (owed >= 0))), "owed must be finite and >= 0")
    waiting = np.flatnonzero(owed > 0)
    require(bool(np.all(lines.day[waiting] < first_day)), "only lines from before the first day can be owed")
    item = np.searchsorted(lines.indptr, waiting, side="right") - 1
    order = np.lexsort((waiting, lines.due[waiting], item))
    waiting, item = waiting[order], item[order]
    count = np.bincount(item, minlength=n)
    rank = np.arange(len(waiting)) - (np.cumsum(count) - count)[item]
    state.queue[starts[item] + rank] = waiting
    state.open_units[waiting] = owed[waiting]
    past = lines.due[waiting] < first_day
    items["backlog"] = np.bincount(item, owed[waiting], n)
    items["late"] = np.bincount(item[past], owed[waiting][past], n)
    items["tail"] += count
    items["overdue"] += np.bincount(item[past], minlength=n)
    return state


def impatient(
    lines: DemandLines, cancels_on: IntArray | None, first_day: int, state: State
) -> tuple[IntArray, IntArray, IntArray]:
    """``cancels_on``, and the lines that may be cancelled, by item and day, as ``Lines`` has them."""
    n, m = len(lines.indptr) - 1, len(lines)
    if cancels_on is None:
        return np.zeros(0, dtype=np.int64), np.zeros(n + 1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    require(np.shape(cancels_on) == (m,), f"cancels_on must have one value for each of {m} lines")
    cancels_on = np.ascontiguousarray(cancels_on, dtype=np.int64)
    require(bool(np.all(cancels_on > lines.day)), "nobody leaves before the day after they ordered")
    impatient = np.flatnonzero((cancels_on < NEVER) & ((lines.day >= first_day) | (state.open_units > 0)))
    require(bool(np.all(cancels_on[impatient] >= first_day)), "nobody leaves before the first day")
    item = np.searchsorted(lines.indptr, impatient, side="right") - 1
    indptr = np.concatenate([[0], np.cumsum(np.bincount(item, minlength=n))]).astype(np.int64)
    state.items["impatient"] = indptr[:-1]
    return cancels_on, indptr, impatient[np.lexsort((impatient, cancels_on[impatient], item))]


def require(holds: bool, otherwise: str) -> None:
    """Raises ValueError unless it holds."""
    if not holds:
        raise ValueError(otherwise)
