"""Alternatives: what a customer takes where an item that refuses backorders is short.

It joins items, so the ledger goes day by day: every item's own lines of the day come first; then those
that were short and would take an alternative are served, in the order of items and lines, each from its
alternatives by rank. What an alternative gives is gone from its shelf at that day's close.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray
from forecasting.simulation.kernels import no_dust, sum_closes
from forecasting.simulation.state import TOLERANCE, Closes, Lines, Rules, State
from models.shared.compile import compiled


@dataclass(frozen=True)
class Alternatives:
    """What stands in for what.

    Attributes:
        item, alternative: int64, shape (k,): by item, and of one item the first choice first.
        ratio: float64, shape (k,), > 0: units of the alternative in the place of one unit.
        accepts: bool, shape (m,): whether the customer of each line would take an alternative.

    """

    item: IntArray
    alternative: IntArray
    ratio: FloatArray
    accepts: BoolArray

    def __len__(self) -> int:
        return len(self.item)

    def __post_init__(self) -> None:
        if np.any(np.diff(self.item) < 0):
            raise ValueError("alternatives must be ordered by item")
        if np.any(self.item == self.alternative):
            raise ValueError("an item cannot be its own alternative")
        if not np.all(np.isfinite(self.ratio) & (self.ratio > 0)):
            raise ValueError("ratio must be finite and > 0")


@dataclass(frozen=True)
class Substitution:
    """The alternatives of one ledger, and what was taken of them.

    Attributes:
        alternatives: as given, of items that refuse backorders alone.
        whole: bool, shape (n,): items that are sold by the piece: no part of a unit changes hands.
        substituted: float64, shape (m,): units of each line that an alternative stood in for.
        stood_in: float64, shape (n,): units of each item that shipped in the place of others.

    """

    alternatives: Alternatives
    whole: BoolArray
    substituted: FloatArray
    stood_in: FloatArray

    @staticmethod
    def of(
        alternatives: Alternatives, lines: DemandLines, opening: FloatArray, backorder_allowed: BoolArray
    ) -> Substitution:
        """Nothing taken yet. Raises ValueError where the alternatives are not of these items and lines."""
        n, m = len(opening), len(lines)
        if np.shape(alternatives.accepts) != (m,):
            raise ValueError(f"accepts must have one value for each of {m} lines")
        numbers = np.concatenate([alternatives.item, alternatives.alternative])
        if numbers.min() < 0 or numbers.max() >= n:
            raise ValueError(f"an alternative is none of the {n} items")
        refusing = ~backorder_allowed[alternatives.item]
        parts = np.bincount(lines.item[lines.quantity != np.floor(lines.quantity)], minlength=n)
        return Substitution(
            Alternatives(
                np.ascontiguousarray(alternatives.item[refusing], dtype=np.int64),
                np.ascontiguousarray(alternatives.alternative[refusing], dtype=np.int64),
                np.ascontiguousarray(alternatives.ratio[refusing], dtype=np.float64),
                np.ascontiguousarray(alternatives.accepts, dtype=np.bool_),
            ),
            (parts == 0) & (np.floor(opening) == opening),
            np.zeros(m),
            np.zeros(n),
        )

    def serve(
        self,
        span: tuple[int, int],
        lines: Lines,
        state: State,
        rules: Rules,
        closes: Closes,
    ) -> None:
        """Hand out alternatives on one day, after its lines. ``span``: the ledger's first day, and this."""
        offered = self.alternatives
        serve_alternatives(
            span,
            lines,
            state,
            Offered(offered.item, offered.alternative, offered.ratio, offered.accepts),
            Taken(self.whole, self.substituted, self.stood_in),
            rules.count_from,
            closes,
        )


class Offered(NamedTuple):
    """``Alternatives`` as the kernel takes them: k offers by item, and of each line who accepts."""

    item: IntArray  # (k,)
    alternative: IntArray  # (k,)
    ratio: FloatArray  # (k,): units of the alternative in the place of one unit
    accepts: BoolArray  # (m,)


class Taken(NamedTuple):
    """What the kernel writes, and which items have whole units."""

    whole: BoolArray  # (n,): sold by the piece
    substituted: FloatArray  # (m,): units of each line that an alternative stood in for
    stood_in: FloatArray  # (n,): units of each item that shipped in the place of others


@compiled
def serve_alternatives(
    span: tuple[int, int],
    lines: Lines,
    state: State,
    offered: Offered,
    taken: Taken,
    count_from: IntArray,
    closes: Closes,
) -> None:
    """Serve what was short on the last day of ``span`` from the alternatives; see the module."""
    first, day = span
    items, alternatives, ratios, accepts = offered
    whole, substituted, stood_in = taken
    _, edges, period_of, sums = closes
    begin = 0
    while begin < len(items):
        i, end = items[begin], begin + 1
        while end < len(items) and items[end] == i:
            end += 1
        line = state.items[i].line
        while line > lines.indptr[i] and lines.day[line - 1] == day:
            line -= 1
        for short in range(line, state.items[i].line):
            wanted = state.short[short] if accepts[short] else 0.0
            for k in range(begin, end):
                other, ratio = alternatives[k], ratios[k]
                shelf = state.items[other]
                units = min(wanted, shelf.on_hand / ratio)
                units = np.floor(units + TOLERANCE) if whole[i] else units
                given = units * ratio
                given = np.ceil(given - TOLERANCE) if whole[other] else given
                # A piece may be wanted of what is only partly left.
                if units <= TOLERANCE or given > shelf.on_hand + TOLERANCE:
                    continue
                # The days before closed with what there was until now.
                days = (max(shelf.since, count_from[other]), day)
                sum_closes(other, days, first, shelf, edges, period_of, sums)
                shelf.since = day

                shelf.on_hand = no_dust(shelf.on_hand - given)
                stood_in[other] += given
                substituted[short] += units
                wanted = no_dust(wanted - units)
        begin = end
