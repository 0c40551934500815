"""No unit is given twice, whatever the rules; what is promised is kept as far as it can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.domain import LONG_AGO
from forecasting.promises.allocation import NO_NEED, Asks, Pins, allocate
from forecasting.promises.arrivals import LEVELS
from forecasting.promises.rules import Rule
from forecasting.promises.supply import Pool, Supply

RULES = st.sampled_from(list(Rule))
LINES = st.lists(
    st.tuples(
        st.integers(0, 2),  # item
        RULES,
        st.one_of(st.just(NO_NEED), st.integers(1, 30)),  # need
        st.booleans(),  # moves
        st.booleans(),  # preorder
        st.integers(1, 20),  # parts
    ),
    max_size=14,
)
SOURCES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(list(Pool)), st.integers(1, 30), st.integers(1, 25)),
    max_size=10,
)


def asks(lines) -> tuple[np.ndarray, Asks]:
    """Lines of (item, rule, need, moves, preorder, parts), in the order in which they are served."""
    lines = sorted(lines, key=lambda line: (line[0], line[1]))
    columns = [np.array([line[k] for line in lines], dtype=np.int64) for k in range(6)]
    item, rule, need, moves, preorder, parts = columns
    return item, Asks(rule, need, moves.astype(bool), preorder.astype(bool), parts)


def supply(sources) -> Supply:
    """Sources of (item, pool, days, parts)."""
    sources = sorted(sources, key=lambda source: (source[0], source[2]))
    item, pool, days, parts = (np.array([s[k] for s in sources], dtype=np.int64) for k in range(4))
    m = len(sources)
    return Supply(
        item=item,
        kind=np.ones(m, dtype=np.int64),
        pool=pool,
        purchase=np.arange(m),
        ordered_on=np.full(m, LONG_AGO),
        parts=parts,
        days=np.repeat(days[:, None].astype(float), len(LEVELS), axis=1),
        chance=np.ones(m),
        sure_in=days,
    )


def one(lines, sources, pins=None):
    """Of item 0: lines (rule, need, parts) and sources (days, parts); parts of each line by source."""
    item, wanted = asks([(0, rule, need, rule in MOVING, False, parts) for rule, need, parts in lines])
    there = supply([(0, Pool.COMMON, days, parts) for days, parts in sources])
    found = allocate(item, wanted, there, pins or Pins.none())
    table = np.zeros((len(lines), len(sources)), dtype=int)
    table[found.line, found.source] = found.parts
    return table.tolist()


MOVING = (Rule.WIN, Rule.GAIN, Rule.IMPROVE)


@settings(max_examples=400, deadline=None)
@given(LINES, SOURCES, st.randoms(use_true_random=False))
def test_no_unit_is_promised_twice_and_none_is_lost(lines, sources, chance):
    item, wanted = asks(lines)
    there = supply(sources)
    pairs = [
        (line, source)
        for line in range(len(item))
        for source in range(len(there))
        if item[line] == there.item[source]
    ]
    chosen = [pair for pair in pairs if chance.random() < 0.2]
    held = [chance.randint(1, 9) for _ in chosen]
    pins = Pins(
        *(np.array([pair[k] for pair in chosen], dtype=np.int64) for k in (0, 1)), np.array(held, int)
    )

    found = allocate(item, wanted, there, pins)

    given_away = np.bincount(found.source, found.parts, len(there)).astype(int)
    np.testing.assert_array_equal(given_away + found.left, there.parts)
    got = np.bincount(found.line, found.parts, len(item)).astype(int)
    np.testing.assert_array_equal(got + found.missing, wanted.parts)
    assert (found.parts > 0).all() and (found.left >= 0).all() and (found.missing >= 0).all()
    assert (item[found.line] == there.item[found.source]).all()
    assert len(set(zip(found.line, found.source, strict=True))) == len(found.line)

    # A line that lacks something leaves nothing behind, but for those that are given nothing by their rule.
    asking = (wanted.rule > Rule.SKIP) & (wanted.rule < Rule.LOSE)
    lacking = np.isin(there.item, item[(found.missing > 0) & asking])
    assert found.left[lacking].sum() == 0
    pinned = np.isin(np.arange(len(item)), pins.line)
    assert got[(wanted.rule == Rule.LOSE) & ~pinned].sum() == 0


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 5, 9]), st.integers(1, 6)), min_size=1, max_size=6), SOURCES)
def test_every_promise_is_kept_where_all_can_be(promises, sources):
    """All of the promises can be kept at once exactly where enough comes by each of their days."""
    sources = [source for source in sources if source[0] == 0]
    lines = [(0, Rule.GAIN, day, True, False, parts) for day, parts in promises]
    item, wanted = asks(lines)
    there = supply([(0, Pool.COMMON, days, parts) for _, _, days, parts in sources])
    found = allocate(item, wanted, there, Pins.none())
    late = there.sure_in[found.source] > wanted.need[found.line]
    kept = not late.any() and not found.missing.any()
    days = sorted({day for day, _ in promises})
    can = all(
        sum(parts for promised, parts in promises if promised <= day)
        <= sum(parts for _, _, comes, parts in sources if comes <= day)
        for day in days
    )
    assert kept == can


def test_gain_keeps_a_promise_and_a_newcomer_takes_the_rest():
    # The older line was promised day 9: it moves to the stock of day 1 only as far as nobody needs it.
    lines = [(Rule.GAIN, 9, 4), (Rule.IMPROVE, 1, 3)]
    assert one(lines, [(1, 5), (9, 5)]) == [[2, 2], [3, 0]]


def test_a_line_that_wins_is_in_time_and_leaves_early_units_to_those_who_need_them():
    lines = [(Rule.WIN, 9, 5), (Rule.REDISTRIBUTE, NO_NEED, 5)]
    assert one(lines, [(1, 5), (9, 5)]) == [[0, 5], [5, 0]]


def test_a_line_that_wins_without_a_deadline_is_first():
    lines = [(Rule.WIN, NO_NEED, 5), (Rule.GAIN, 1, 5)]
    assert one(lines, [(1, 5), (9, 5)]) == [[5, 0], [0, 5]]


def test_fill_gets_what_is_left_and_lose_nothing():
    lines = [(Rule.REDISTRIBUTE, NO_NEED, 4), (Rule.FILL, NO_NEED, 4), (Rule.LOSE, NO_NEED, 4)]
    assert one(lines, [(1, 6), (9, 9)]) == [[4, 0], [2, 2], [0, 0]]


def test_skip_holds_what_it_was_promised_and_does_not_move():
    lines = [(Rule.SKIP, 9, 4), (Rule.WIN, NO_NEED, 4)]
    assert one(lines, [(1, 9), (9, 5)]) == [[0, 4], [4, 0]]


def test_a_pin_holds_against_every_rule():
    pins = Pins(np.array([1]), np.array([0]), np.array([4]))
    lines = [(Rule.WIN, NO_NEED, 5), (Rule.FILL, NO_NEED, 4)]
    assert one(lines, [(1, 5), (9, 5)], pins) == [[1, 4], [4, 0]]


@pytest.mark.parametrize("preorder", [False, True])
def test_the_pool_of_pre_orders_serves_others_only_with_what_it_has_over(preorder):
    lines = [
        (0, Rule.REDISTRIBUTE, NO_NEED, False, preorder, 3),
        (0, Rule.REDISTRIBUTE, NO_NEED, False, True, 3),
    ]
    item, wanted = asks(lines)
    there = supply([(0, Pool.PREORDERS, 1, 4), (0, Pool.COMMON, 5, 2)])
    found = allocate(item, wanted, there, Pins.none())
    first = found.parts[found.line == 0].tolist()
    assert first == ([3] if preorder else [1, 2])
    assert found.missing.tolist() == [0, 0]
