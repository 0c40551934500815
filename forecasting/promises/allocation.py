"""Which units go to which line: by rules, each unit to one line at most.

The lines of an item are served in turn (``serving_order``). A line that was promised a day, or that must be
served by its deadline, first takes the LATEST units that still come in time: that leaves early ones to
whoever needs them, and keeps as many of such promises as can be kept, those served first before those served
later (sequencing of unit jobs with deadlines: Lawler, "Combinatorial Optimization", 1976, chapter 7). Once
all of these are safe, lines move to earlier units as their rule has it: what a line gives back when it moves
is at least as good as what it held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.domain import BoolArray, IntArray
from forecasting.promises.lines import OpenLines
from forecasting.promises.rules import Rule
from forecasting.promises.supply import Pool, Supply
from models.shared.compile import compiled, compiled_within, over_items

NO_NEED = -1
"""The day by which a line must be served, where it may be served at any."""

SKIP, WIN, GAIN, IMPROVE, REDISTRIBUTE, FILL = (int(rule) for rule in list(Rule)[:6])
COMMON, PREORDERS, ANYBODY = (int(pool) for pool in Pool)


class Problem(NamedTuple):
    """Lines and sources of n items, both by item; item i owns lines ``line_at[i]:line_at[i + 1]``, sources
    ``source_at[i]:..``, and a cell for each pair of these from ``cell_at[i]`` on, line after line.

    Of lines: ``rule``, ``need`` (days after now, NO_NEED), ``moves`` (whether it gains by an earlier date
    than it needs), ``pool``, ``wanted`` parts. Of sources: ``open_to``
    (a pool), ``sure_in`` days. ``taken``, of cells, and ``left``, of sources, are parts, and written.
    """

    line_at: IntArray
    source_at: IntArray
    cell_at: IntArray
    rule: IntArray
    need: IntArray
    moves: BoolArray
    pool: IntArray
    wanted: IntArray
    open_to: IntArray
    sure_in: IntArray
    taken: IntArray
    left: IntArray


@dataclass(frozen=True)
class Asks:
    """What m lines want; each of shape (m,).

    Attributes:
        rule: int64, a ``Rule``.
        need: int64, days after now by which a line must be served; NO_NEED.
        moves: bool: an earlier day than that is of use to it.
        preorder: bool.
        parts: int64.

    """

    rule: IntArray
    need: IntArray
    moves: BoolArray
    preorder: BoolArray
    parts: IntArray


@dataclass(frozen=True)
class Pins:
    """Units that a person set aside: ``line``, ``source`` (numbers), ``parts``: int64, shape (k,)."""

    line: IntArray
    source: IntArray
    parts: IntArray

    @classmethod
    def none(cls) -> Pins:
        """Nothing is pinned."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing)


@dataclass(frozen=True)
class Allocation:
    """Who gets what: one row for each line and source of which it gets something, by line, then source.

    Attributes:
        line, source: int64, shape (k,): numbers.
        parts: int64, shape (k,), > 0.
        left: int64, shape (sources,): parts that nobody got.
        missing: int64, shape (lines,): parts that nothing was found for.

    """

    line: IntArray
    source: IntArray
    parts: IntArray
    left: IntArray
    missing: IntArray


def serving_order(lines: OpenLines, rule: IntArray) -> IntArray:
    """Lines by item, rule, deadline, age, then as their table has them: int64, shape (m,).

    A line without a deadline stands where the day is on which it was due to ship.
    """
    deadline = np.where(lines.has_deadline, lines.deadline, lines.due_to_ship)
    return np.lexsort((lines.row, lines.ordered, deadline, rule, lines.item))


def allocate(item: IntArray, asks: Asks, sources: Supply, pins: Pins) -> Allocation:
    """Give the sources to the lines.

    Args:
        item: int64, shape (m,): of each line, in ``serving_order``.
        asks: what the lines want.
        sources: by item.
        pins: what is set aside by hand, in this order, as far as it is there.

    """
    items = int(max(item.max(initial=-1), sources.item.max(initial=-1))) + 1
    line_at = np.searchsorted(item, np.arange(items + 1)).astype(np.int64)
    source_at = np.searchsorted(sources.item, np.arange(items + 1)).astype(np.int64)
    cells = np.diff(line_at) * np.diff(source_at)
    cell_at = np.concatenate([[0], np.cumsum(cells)]).astype(np.int64)
    problem = Problem(
        line_at=line_at,
        source_at=source_at,
        cell_at=cell_at,
        rule=asks.rule,
        need=asks.need,
        moves=asks.moves,
        pool=np.where(asks.preorder, PREORDERS, COMMON),
        wanted=asks.parts.copy(),
        open_to=sources.pool,
        sure_in=sources.sure_in,
        taken=np.zeros(int(cell_at[-1]), dtype=np.int64),
        left=sources.parts.copy(),
    )
    width = np.diff(source_at)
    first_cell = cell_at[item] + (np.arange(len(item)) - line_at[item]) * width[item]
    pinned = _pin(problem, pins, first_cell - source_at[item])

    over_items(_allocate, items, problem)
    cell = np.flatnonzero(problem.taken + pinned)
    line = np.searchsorted(first_cell + width[item], cell, side="right")
    return Allocation(
        line=line.astype(np.int64),
        source=cell - first_cell[line] + source_at[item[line]],
        parts=(problem.taken + pinned)[cell],
        left=problem.left,
        missing=problem.wanted,
    )


def _pin(problem: Problem, pins: Pins, cell_of_source_0: IntArray) -> IntArray:
    """Set aside what is pinned. Returns int64, shape (cells,), parts."""
    pinned = np.zeros_like(problem.taken)
    for line, source, parts in zip(pins.line, pins.source, pins.parts, strict=True):
        given = min(parts, problem.wanted[line], problem.left[source])
        pinned[cell_of_source_0[line] + source] += given
        problem.wanted[line] -= given
        problem.left[source] -= given
    return pinned


@compiled
def _allocate(start: int, stop: int, problem: Problem) -> None:
    """Serve the lines of the items ``start`` to ``stop``; ``wanted`` ends as what is missing."""
    for item in range(start, stop):
        begin, end = problem.line_at[item], problem.line_at[item + 1]

        # What was promised, or must be in time, is made safe, rule by rule.
        for rule in (SKIP, WIN, GAIN, IMPROVE):
            for line in range(begin, end):
                if problem.rule[line] == rule and problem.need[line] >= 0:
                    _take_latest(item, line, problem)
            for line in range(begin, end):
                if problem.rule[line] == rule and (problem.need[line] >= 0 or rule == WIN):
                    _take_earliest(item, line, False, problem)

        # Then each takes, or moves to, the earliest that there still is.
        for rule in (IMPROVE, GAIN, REDISTRIBUTE, FILL, WIN):
            _serve(item, rule, problem)

        # What one pool has left over serves the other.
        for line in range(begin, end):
            if SKIP < problem.rule[line] <= FILL:
                _take_earliest(item, line, True, problem)


@compiled_within
def _serve(item: int, rule: int, problem: Problem) -> None:
    """Give the lines of a rule what they want, early where that is of use to them."""
    for line in range(problem.line_at[item], problem.line_at[item + 1]):
        if problem.rule[line] == rule:
            if problem.moves[line]:
                _give_back(item, line, problem)
            elif problem.need[line] >= 0:
                _take_latest(item, line, problem)
            _take_earliest(item, line, False, problem)


@compiled_within
def _cell(item: int, line: int, problem: Problem) -> int:
    """The cell of a line and its item's first source."""
    width = problem.source_at[item + 1] - problem.source_at[item]
    return problem.cell_at[item] + (line - problem.line_at[item]) * width


@compiled_within
def _take(line: int, source: int, cell: int, problem: Problem) -> None:
    given = min(problem.wanted[line], problem.left[source])
    problem.taken[cell] += given
    problem.left[source] -= given
    problem.wanted[line] -= given


@compiled_within
def _take_latest(item: int, line: int, problem: Problem) -> None:
    """The latest units that still come by the day that the line needs them."""
    first = problem.source_at[item]
    cell = _cell(item, line, problem)
    source = problem.source_at[item + 1] - 1
    while source >= first and problem.wanted[line] > 0:
        for_all = problem.open_to[source] == ANYBODY
        if (for_all or problem.open_to[source] == problem.pool[line]) and (
            problem.sure_in[source] <= problem.need[line]
        ):
            _take(line, source, cell + source - first, problem)
        source -= 1


@compiled_within
def _take_earliest(item: int, line: int, any_pool: bool, problem: Problem) -> None:
    """The earliest units that are left: of the line's own pool, or of any."""
    first = problem.source_at[item]
    cell = _cell(item, line, problem)
    source = first
    while source < problem.source_at[item + 1] and problem.wanted[line] > 0:
        for_all = any_pool or problem.open_to[source] == ANYBODY
        if for_all or problem.open_to[source] == problem.pool[line]:
            _take(line, source, cell + source - first, problem)
        source += 1


@compiled_within
def _give_back(item: int, line: int, problem: Problem) -> None:
    """All that the line holds, but for what is pinned."""
    first = problem.source_at[item]
    cell = _cell(item, line, problem)
    for source in range(first, problem.source_at[item + 1]):
        given = problem.taken[cell + source - first]
        problem.taken[cell + source - first] = 0
        problem.left[source] += given
        problem.wanted[line] += given
