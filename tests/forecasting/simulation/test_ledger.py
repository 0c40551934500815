"""The ledger against its slow twin at every close, and what always holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.simulation.flows import Flows
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.substitution import Alternatives
from tests.reference.ledger import NEVER, Item, tell, tell_all
from tests.support.ledgers import FIRST, LAST, demand_lines, ledger_of, schedule

EDGES = [98, 104, 107, 115]

days = st.integers(FIRST - 2, LAST + 2)
whole = st.integers(1, 12).map(float)
fractions = st.integers(1, 120).map(lambda tenths: tenths / 10)


@st.composite
def worlds(draw, quantities=whole):
    """Some items with every option at random: what waits at the opening, customers who leave or take an
    alternative, receipts that come short or with too much, limits to what may wait."""
    n = draw(st.integers(1, 4))

    def line(day):
        # Deadlines out of order, far ahead, and now and then before the line can even ship.
        quantity = draw(quantities)
        owed = draw(st.sampled_from([0.0, quantity, quantity / 2])) if day < FIRST else 0.0
        cancels_on = max(day, FIRST - 1) + draw(st.integers(1, 6)) if draw(st.booleans()) else NEVER
        return day, day + draw(st.integers(-2, 6)), quantity, owed, cancels_on, draw(st.booleans())

    def item(number):
        lines = [line(day) for day in sorted(draw(days) for _ in range(draw(st.integers(0, 12))))]
        arrivals = st.tuples(st.integers(FIRST, LAST + 3), st.one_of(st.just(0.0), quantities), quantities)
        receipts = draw(st.lists(arrivals, max_size=6))
        opening = draw(st.one_of(st.just(0.0), quantities))
        count_from = draw(st.integers(FIRST - 1, LAST + 1))
        others = draw(st.permutations([other for other in range(n) if other != number]))
        ratios = st.sampled_from([0.5, 1.0, 1.5, 2.0])
        alternatives = [(other, draw(ratios)) for other in others[: draw(st.integers(0, 2))]]
        cap = draw(st.one_of(st.just(float("inf")), st.just(0.0), quantities))
        return Item(lines, receipts, opening, draw(st.booleans()), count_from, alternatives, cap)

    return [item(number) for number in range(n)]


def ledger_in(world: list[Item]) -> Ledger:
    flat = [line for item in world for line in item.lines]
    offered = [(i, *offer) for i, item in enumerate(world) for offer in item.alternatives]
    item, other, ratio = zip(*offered, strict=True) if offered else ((), (), ())
    return ledger_of(
        [[line[:3] for line in item.lines] for item in world],
        [item.opening for item in world],
        [item.allowed for item in world],
        count_from=[item.count_from for item in world],
        edges=EDGES,
        owed=np.array([line[3] for line in flat], dtype=float),
        cancels_on=np.array([line[4] for line in flat], dtype=np.int64),
        alternatives=Alternatives(
            np.array(item, dtype=np.int64),
            np.array(other, dtype=np.int64),
            np.array(ratio, dtype=float),
            np.array([line[5] for line in flat], dtype=bool),
        ),
        caps=np.array([item.cap for item in world]),
    )


def receipts_in(world: list[Item]) -> list[list[tuple]]:
    return [item.receipts for item in world]


def assert_as_told(ledger: Ledger, world: list[Item], until: int) -> None:
    told = tell_all(world, FIRST, LAST, EDGES, until)
    stock, tallies = ledger.stock, ledger.flows
    close = {"rtol": 0, "atol": 1e-7}
    np.testing.assert_allclose(stock.on_hand, [item.on_hand[-1] for item in told], **close)
    np.testing.assert_allclose(stock.backlog, [item.backlog[-1] for item in told], **close)
    np.testing.assert_allclose(stock.on_order, [item.on_order[-1] for item in told], **close)
    np.testing.assert_allclose(ledger.stood_in, [item.stood_in for item in told], **close)
    simulated = until - FIRST + 1
    np.testing.assert_array_equal(ledger.stockout[:, :simulated], [item.stockout for item in told])
    assert not ledger.stockout[:, simulated:].any()
    for name in ("short", "lost", "cancelled", "substituted"):
        expected = [getattr(line, name) for item in told for line in item.lines]
        np.testing.assert_allclose(getattr(ledger, name), expected, err_msg=name, **close)
    np.testing.assert_array_equal(ledger.shipped_on, [x.shipped_on for item in told for x in item.lines])
    for name in Flows._fields:
        expected = [item.flows[name] for item in told]
        np.testing.assert_allclose(getattr(tallies, name), expected, err_msg=name, **close)


@pytest.mark.parametrize("quantities", [whole, fractions], ids=["whole", "fractions"])
def test_agrees_with_the_slow_twin_at_every_close(quantities):
    @settings(deadline=None, max_examples=150, derandomize=True)
    @given(world=worlds(quantities), stops=st.sets(st.integers(FIRST, LAST)))
    def check(world, stops):
        ledger = ledger_in(world)
        schedule(ledger, receipts_in(world), FIRST, LAST + 3)
        for stop in sorted({*stops, LAST}):
            ledger.advance(stop)
            assert_as_told(ledger, world, stop)

    check()


@settings(deadline=None, max_examples=60, derandomize=True)
@given(world=worlds(fractions), stops=st.sets(st.integers(FIRST, LAST)))
def test_steps_and_late_scheduling_change_nothing(world, stops):
    """Not a bit: a replay that was stopped is resumed by running its orders again."""
    at_once = ledger_in(world)
    schedule(at_once, receipts_in(world), FIRST, LAST + 3)
    at_once.advance(LAST)

    in_steps = ledger_in(world)
    closed = FIRST - 1
    for stop in sorted({*stops, LAST}):
        schedule(in_steps, receipts_in(world), closed + 1, LAST + 3 if stop == LAST else stop)
        in_steps.advance(stop)
        assert in_steps.flows.days.shape == (len(world), len(EDGES) - 1)  # looking changes nothing
        closed = stop

    for name in Flows._fields:
        np.testing.assert_array_equal(getattr(in_steps.flows, name), getattr(at_once.flows, name))
    for name in ("shipped_on", "stockout", "short", "lost", "cancelled", "substituted", "stood_in"):
        np.testing.assert_array_equal(getattr(in_steps, name), getattr(at_once, name))
    for name in ("on_hand", "on_order", "backlog"):
        np.testing.assert_array_equal(getattr(in_steps.stock, name), getattr(at_once.stock, name))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(world=worlds(fractions))
def test_nothing_is_made_or_lost(world):
    """opening + received = shipped + on hand, and demand and what was owed = shipped + backlog + lost +
    cancelled, every day; what an alternative ships it ships on top of its own lines."""
    world = [replace(item, count_from=FIRST) for item in world]
    demand = demand_lines([[line[:3] for line in item.lines] for item in world])
    owed = np.array([line[3] for item in world for line in item.lines])
    n = len(world)
    ledger = ledger_in(world)
    schedule(ledger, receipts_in(world), FIRST, LAST + 3)

    def per_item(units):
        return np.bincount(demand.item, units, minlength=n)

    for day in range(FIRST, LAST + 1):
        ledger.advance(day)
        so_far = (demand.day >= FIRST) & (demand.day <= day)
        asked = per_item(np.where(so_far, demand.quantity, owed))
        stock, received = ledger.stock, ledger.flows.received_units.sum(axis=1)
        shipped = np.array([item.opening for item in world]) + received - stock.on_hand - ledger.stood_in
        gone = per_item(ledger.lost) + per_item(ledger.cancelled)
        np.testing.assert_allclose(asked, shipped + stock.backlog + gone, atol=1e-7)
        to_come = [sum(ordered for when, _, ordered in item.receipts if when > day) for item in world]
        np.testing.assert_allclose(stock.on_order, to_come, atol=1e-7)
        assert np.all(ledger.substituted <= ledger.lost + 1e-9)
        assert np.all((stock.on_hand == 0) | (stock.backlog == 0))
        assert np.all(stock.on_hand >= 0)
        assert np.all(stock.backlog >= -1e-9)


def test_many_items_on_threads_agree_with_each_alone():
    generator = np.random.default_rng(4)
    n = 1_100
    items = [
        sorted((int(day), int(day) + 1, float(units)) for day, units in zip(*draw, strict=True))
        for draw in zip(
            generator.integers(FIRST, LAST + 1, (n, 5)), generator.integers(1, 9, (n, 5)), strict=True
        )
    ]
    opening = generator.integers(0, 9, n)
    together = ledger_of(items, opening, [True] * n)
    together.schedule(np.arange(n), np.full(n, FIRST + 5), np.full(n, 6.0))
    together.advance(LAST)
    for i in range(0, n, 97):
        told = tell(items[i], [(FIRST + 5, 6.0)], opening[i], True, FIRST, LAST, FIRST, [FIRST, LAST + 1])
        assert together.stock.on_hand[i] == told.on_hand[-1]
        assert together.flows.backlog_unit_days[i, 0] == told.flows["backlog_unit_days"][0]
