"""What leads back to itself: a kit that contains itself, a place that supplies itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.source import Fault, Rows
from forecasting.domain import BoolArray, IntArray

LINKS = {
    "kits": (
        ("sku", "component"),
        "the kit contains itself",
        "the kit contains itself through other kits",
        "Leave the row out, or correct component.",
    ),
    "locations": (
        ("location", "supplied_by"),
        "the place supplies itself",
        "the place supplies itself through other places",
        "Leave supplied_by empty where goods come from outside, or correct it.",
    ),
}
"""Per table: a column and the one that it leads to, what is wrong, and what to do."""


def circles(table: str, frame: pd.DataFrame) -> Iterator[Fault]:
    """The rows of a table that lead back to themselves: directly, or through others."""
    if table not in LINKS or frame.empty:
        return
    columns, directly, through_others, todo = LINKS[table]
    start, end = _numbered(*(frame[name] for name in columns))
    itself = (start == end) & (end >= 0)
    yield Fault(columns, np.flatnonzero(itself), directly, todo)
    linked = np.flatnonzero((end >= 0) & ~itself)
    yield Fault(columns, linked[on_a_circle(start[linked], end[linked])], through_others, todo)


def on_a_circle(start: IntArray, end: IntArray) -> BoolArray:
    """Which of m links, from ``start`` to ``end`` (int64, shape (m,)), lie on a circle, or between two.

    Links are taken away until each goes on where it ends, and comes from where it starts.
    """
    left = np.ones(len(start), dtype=np.bool_)
    while True:
        stays = left & np.isin(end, start[left]) & np.isin(start, end[left])
        if np.array_equal(stays, left):
            return left
        left = stays


def _numbered(start: pd.Series, end: pd.Series) -> tuple[Rows, Rows]:
    """The words of two columns as numbers of one list; -1 where there is none."""
    words = pd.concat([start.astype(object), end.astype(object)])
    number = pd.factorize(words)[0].astype(np.int64)
    return number[: len(start)], number[len(start) :]
