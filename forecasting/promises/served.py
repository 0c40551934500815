"""What serves each line, in short: what ships at once, what decides its date, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, IntArray, TextArray
from forecasting.promises.allocation import Allocation
from forecasting.promises.facts import Facts
from forecasting.promises.rules import Rule
from forecasting.promises.supply import Source

NOTHING = len(Source)
"""The ``last_kind`` of a line that nothing was found for."""


@dataclass(frozen=True)
class Served:
    """Of m lines; each of shape (m,).

    Attributes:
        now: int64, parts that ship at once: of a line that may not be split, all or nothing.
        last: int64, the source that comes last, and so decides the date; -1: none.
        last_kind: int64, its ``Source``; NOTHING.
        undated: bool: some of it comes on no day that can be said.

    """

    now: IntArray
    last: IntArray
    last_kind: IntArray
    undated: BoolArray


def served_by(found: Facts, given: Allocation) -> Served:
    """What serves each line."""
    m, sources = len(found.lines), found.sources
    stock = sources.kind[given.source] == Source.STOCK
    now = np.bincount(given.line, np.where(stock, given.parts, 0), m).astype(np.int64)
    now = np.where(found.split | (now == found.wanted), now, 0)
    now = np.where(found.lines.not_before > found.as_of + 1, 0, now)

    last = np.full(m, -1, dtype=np.int64)
    # Sources of an item are numbered by when they come: the last one written is the latest.
    last[given.line] = given.source
    kind = np.where(last >= 0, sources.kind[last] if len(sources) else NOTHING, NOTHING)
    undated = np.bincount(given.line, ~sources.dated[given.source], m) > 0
    return Served(now, last, kind.astype(np.int64), undated)


def missing_words(found: Facts, given: Allocation, served: Served) -> TextArray:
    """Why a line has no date: text, shape (m,), empty where it has one."""
    words = np.full(len(found.lines), "", dtype=object)
    undated = np.flatnonzero(served.undated)
    items, each = np.unique(found.lines.item[undated], return_inverse=True)
    words[undated] = np.array([_unknown(found, item) for item in items.tolist()], dtype=object)[each]
    lacks = given.missing > 0
    words[lacks] = "nothing more of it is on its way, and none will be ordered"
    words[lacks & (found.rule == Rule.LOSE)] = "nothing is set aside for it"
    words[lacks & (found.rule == Rule.SKIP)] = "it was left out"
    return words


def _unknown(found: Facts, item: int) -> str:
    """What is not known of an item, for which no day can be given."""
    known = found.known
    sku, supplier = known.items.sku[item], known.suppliers.name[known.supplier[item]]
    if supplier:
        return f"the lead time of {supplier}, who supplies {sku}, is not known"
    return f"neither a supplier nor a lead time is known of {sku}"
