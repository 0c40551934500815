"""The ledger: against its slow twin at every close, by hand, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.domain import DemandLines, day_number
from forecasting.simulation.flows import Flows
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.stretch import Stretch
from forecasting.simulation.substitution import Alternatives
from tests.reference.ledger import NEVER, Item, tell, tell_all

FIRST, LAST = 100, 113
EDGES = [98, 104, 107, 115]

days = st.integers(FIRST - 2, LAST + 2)
whole = st.integers(1, 12).map(float)
fractions = st.integers(1, 120).map(lambda tenths: tenths / 10)


def demand_lines(items: list[list[tuple[int, int, float]]]) -> DemandLines:
    flat = [line for item in items for line in item]
    day = np.array([line[0] for line in flat], dtype=np.int64)
    indptr = np.concatenate([[0], np.cumsum([len(item) for item in items])]).astype(np.int64)
    return DemandLines(
        indptr=indptr,
        day=day,
        due=np.array([line[1] for line in flat], dtype=np.int64),
        quantity=np.array([line[2] for line in flat], dtype=np.float64),
        order=np.arange(len(flat)),
        known_until=np.full(len(flat), DemandLines.NEVER),
        known_from=day,
    )


def ledger_of(
    items, opening, allowed, *, count_from=None, first=FIRST, last=LAST, edges=None, **options
) -> Ledger:
    return Ledger(
        demand_lines(items),
        np.array(opening, dtype=float),
        np.array(allowed, dtype=bool),
        Stretch(
            first,
            last,
            np.array([first] * len(items) if count_from is None else count_from, dtype=np.int64),
            np.array([first, last + 1] if edges is None else edges, dtype=np.int64),
        ),
        **options,
    )


def schedule(ledger: Ledger, receipts: list[list[tuple]], lowest: int, highest: int) -> None:
    """Schedule what is due from ``lowest`` to ``highest``: (day, units, and units ordered)."""
    chosen = [
        (i, receipt[0], receipt[1], receipt[-1])
        for i, item in enumerate(receipts)
        for receipt in item
        if lowest <= receipt[0] <= highest
    ]
    item, day, units, ordered = zip(*chosen, strict=True) if chosen else ((), (), (), ())
    ledger.schedule(
        np.array(item, dtype=int),
        np.array(day, dtype=int),
        np.array(units, dtype=float),
        np.array(ordered, dtype=float),
    )


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


def test_a_week_by_hand():
    """Opens with 5. Deadlines out of order; the earliest gets the goods.

    day 0: A wants 3 (ships), B wants 4 by day 6 (2 ship, 2 wait).
    day 1: C wants 5 by day 1 (waits, late at once).
    day 3: 6 arrive: C, due first, gets 5; B gets 1, and is owed 1.
    day 4: D wants 1 by day 9 (waits).
    day 6: 4 arrive: B 1 (on its last day), D 1, 2 stay on the shelf.
    """
    lines = [[(0, 0, 3.0), (0, 6, 4.0), (1, 1, 5.0), (4, 9, 1.0)]]
    ledger = ledger_of(lines, [5], [True], first=0, last=6)
    ledger.schedule(np.array([0, 0, 0]), np.array([3, 6, 7]), np.array([6.0, 4.0, 9.0]))
    ledger.advance(6)

    assert ledger.short.tolist() == [0, 2, 5, 1]
    assert ledger.shipped_on.tolist() == [0, 6, 3, 6]
    stock, tallies = ledger.stock, ledger.flows
    assert (stock.on_hand[0], stock.on_order[0], stock.backlog[0]) == (2, 9, 0)
    assert {name: getattr(tallies, name).item() for name in Flows._fields} == {
        "lines": 4,
        "units": 13,
        "backordered_lines": 3,
        "backordered_units": 8,
        "lost_lines": 0,
        "lost_units": 0,
        "late_lines": 1,
        "in_full_lines": 3,
        "backlog_unit_days": 2 + 7 + 7 + 1 + 2 + 2,
        "late_unit_days": 5 + 5,
        "on_hand_unit_days": 2,
        "days": 7,
        "received_units": 10,
        "short_periods": 1,
        "cancelled_lines": 0,
        "cancelled_units": 0,
        "substituted_units": 0,
    }
    assert ledger.stockout.tolist() == [[True] * 6 + [False]]


def test_a_refused_line_ships_what_there_is():
    lines = [[(0, 0, 3.0), (0, 0, 4.0), (2, 2, 1.0)]]
    ledger = ledger_of(lines, [5], [False], first=0, last=2)
    ledger.schedule(np.array([0]), np.array([2]), np.array([3.0]))
    ledger.advance(2)
    tallies = ledger.flows
    assert ledger.lost.tolist() == [0, 2, 0]
    assert ledger.shipped_on.tolist() == [0, NEVER, 2]
    assert (tallies.lost_lines.item(), tallies.lost_units.item()) == (1, 2)
    assert (tallies.backordered_lines.item(), tallies.late_lines.item()) == (0, 0)
    assert tallies.in_full_lines.item() == 2
    assert ledger.stock.on_hand[0] == 2
    # A day on which units were lost hides demand, even if the shelf is full again at its close.
    assert ledger.stockout.tolist() == [[True, True, False]]


def test_what_is_short_beyond_what_may_wait_is_lost_and_the_line_does_not_ship_in_full():
    # Two of the first line's five may wait; they ship on day 2, and leave room for two of the next.
    lines = [[(0, 0, 5.0), (1, 1, 1.0), (3, 3, 1.0), (3, 5, 3.0)]]
    ledger = ledger_of(lines, [0], [True], first=0, last=6, caps=np.array([2.0]))
    ledger.schedule(np.array([0, 0]), np.array([2, 5]), np.array([2.0, 3.0]))
    ledger.advance(6)
    assert ledger.short.tolist() == [5, 1, 1, 3]
    assert ledger.lost.tolist() == [3, 1, 0, 2]
    assert ledger.shipped_on.tolist() == [NEVER, NEVER, 5, NEVER]
    flows = {name: getattr(ledger.flows, name).sum() for name in Flows._fields}
    assert (flows["lost_lines"], flows["lost_units"]) == (3, 6)
    assert (flows["backordered_lines"], flows["backordered_units"]) == (1, 4)
    assert (flows["late_lines"], flows["in_full_lines"]) == (1, 0)
    assert flows["backlog_unit_days"] == 2 + 2 + 2 + 2
    assert ledger.stock.on_hand.tolist() == [1] and ledger.stock.backlog.tolist() == [0]


@pytest.mark.parametrize("caps", [[1.0, 2.0], [-1.0], [np.nan]])
def test_caps_that_do_not_fit_are_refused(caps):
    with pytest.raises(ValueError, match="caps must have one value >= 0 for each of 1 items"):
        ledger_of([[(0, 0, 5.0)]], [0], [True], first=0, last=6, caps=np.array(caps))


def test_what_was_owed_at_the_opening_is_served_first_and_is_no_backorder_of_this_time():
    """Owed since before: 4 due on day -1, 3 due on day 9. 2 lie on the shelf: they go out on day 0."""
    lines = [[(-5, 9, 6.0), (-3, -1, 4.0), (2, 2, 1.0)]]
    ledger = ledger_of(lines, [2], [True], first=0, last=5, owed=np.array([3.0, 4.0, 0.0]))
    assert (ledger.stock.on_hand[0], ledger.stock.backlog[0]) == (2, 7)
    ledger.schedule(np.array([0]), np.array([3]), np.array([6.0]))
    ledger.advance(5)
    # Closes 0 to 2 owe 2 late and 3 more, the third one unit on top, from then on late too; the 6 go to
    # the line of day -3, that of day 2, and the last by its far deadline.
    assert ledger.shipped_on.tolist() == [3, 3, 3]
    tallies = ledger.flows
    assert tallies.backlog_unit_days.item() == 5 + 5 + 6
    assert tallies.late_unit_days.item() == 2 + 2 + 3
    assert (tallies.lines.item(), tallies.backordered_lines.item(), tallies.units.item()) == (1, 1, 1)
    assert tallies.on_hand_unit_days.item() == 0


def test_customers_who_have_waited_long_enough_leave_and_need_no_goods():
    """A (4, leaves on day 2) and B (5, leaves on day 3) wait; 6 come on day 3: B is there to get them."""
    lines = [[(0, 1, 4.0), (0, 0, 5.0), (4, 4, 1.0)]]
    ledger = ledger_of(lines, [0], [True], first=0, last=4, cancels_on=np.array([2, 3, NEVER]))
    ledger.schedule(np.array([0]), np.array([3]), np.array([6.0]))
    ledger.advance(4)
    assert ledger.cancelled.tolist() == [4, 0, 0]
    assert ledger.shipped_on.tolist() == [NEVER, 3, 4]
    tallies = ledger.flows
    assert tallies.backlog_unit_days.item() == 9 + 9 + 5
    assert (tallies.cancelled_lines.item(), tallies.cancelled_units.item()) == (1, 4)
    assert tallies.backordered_units.item() == 9
    # Both were open at the close of their deadline; that one of them left later makes it no less late.
    assert tallies.late_lines.item() == 2
    assert ledger.stock.on_hand[0] == 0


def test_an_alternative_serves_its_own_customers_first():
    """Item 0 is asked for 5 of its 2; item 1 has 6, of which its own customers want 2 that day."""
    lines = [[(0, 0, 5.0), (1, 1, 1.0)], [(0, 0, 2.0), (1, 1, 4.0)]]
    pairs = Alternatives(np.array([0]), np.array([1]), np.array([1.5]), np.array([True, True, False, False]))
    ledger = ledger_of(lines, [2, 6], [False, True], first=0, last=1, alternatives=pairs)
    ledger.advance(1)
    # 4 are left of item 1: enough for 2 of the 3 units (3 pieces); the next day it is short itself.
    assert ledger.substituted.tolist() == [2, 0, 0, 0]
    assert ledger.stood_in.tolist() == [0, 3]
    assert ledger.lost.tolist() == [3, 1, 0, 0]
    assert ledger.short.tolist() == [3, 1, 0, 3]
    assert ledger.flows.substituted_units[:, 0].tolist() == [2, 0]
    assert ledger.flows.on_hand_unit_days[:, 0].tolist() == [0, 1]


def test_what_comes_short_was_on_order_in_full_until_it_came():
    ledger = ledger_of([[]], [0], [True], first=0, last=3)
    ledger.schedule(np.array([0, 0]), np.array([1, 2]), np.array([7.0, 0.0]), np.array([10.0, 5.0]))
    seen = []
    for day in range(3):
        ledger.advance(day)
        seen.append((ledger.stock.on_hand[0], ledger.stock.on_order[0]))
    assert seen == [(0, 15), (7, 5), (7, 0)]


def test_a_weekly_panel_pays_seven_days_for_each_weekly_backlog():
    """Lines on the first day of each week agree with a weekly simulation: DESIGN, section 4."""
    weekly = [3.0, 0.0, 5.0, 1.0]
    lines = [[(7 * week, 7 * week, units) for week, units in enumerate(weekly) if units]]
    ledger = ledger_of(lines, [1], [True], first=0, last=27)
    ledger.schedule(np.array([0, 0]), np.array([7, 21]), np.array([4.0, 6.0]))
    ledger.advance(27)
    # Ends of weeks: backlog 2, 0, 3, 0; on hand 0, 2, 0, 2.
    assert ledger.flows.backlog_unit_days.item() == 7 * (2 + 3)
    assert ledger.flows.late_unit_days.item() == 7 * (2 + 3)
    assert ledger.flows.on_hand_unit_days.item() == 7 * (2 + 2)


def test_an_open_line_is_late_only_once_its_deadline_has_passed():
    ledger = ledger_of([[(0, 2, 1.0)]], [0], [True], first=0, last=5)
    late = []
    for day in range(4):
        ledger.advance(day)
        late.append((ledger.flows.late_lines.item(), ledger.flows.late_unit_days.item()))
    assert late == [(0, 0), (0, 0), (1, 1), (1, 2)]


def test_fractions_that_do_not_add_up_are_no_shortage():
    lines = [[(0, 0, 0.1), (0, 0, 0.2), (1, 1, 0.3), (2, 2, 0.6)]]
    ledger = ledger_of(lines, [0.3], [True], first=0, last=3)
    ledger.schedule(np.array([0, 0, 0]), np.array([1, 3, 3]), np.array([0.3, 0.1, 0.5]))
    ledger.advance(3)
    assert ledger.short.tolist() == [0, 0, 0, 0.6]
    assert ledger.shipped_on.tolist() == [0, 0, 1, 3]
    assert ledger.stock.backlog[0] == 0
    assert ledger.stock.on_hand[0] == 0


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


def test_the_stock_handed_out_is_a_copy():
    ledger = ledger_of([[(FIRST, FIRST, 1.0)]], [3], [True])
    before = ledger.stock
    ledger.advance(FIRST)
    assert before.on_hand[0] == 3
    assert ledger.stock.on_hand[0] == 2


def test_what_does_not_fit_is_refused():
    ledger = ledger_of([[(FIRST, FIRST, 1.0)]], [3], [True], first=day_number("2011-01-03"), last=15_000)
    ledger.advance(day_number("2011-01-04"))
    one = np.array([0])
    with pytest.raises(ValueError, match="2011-01-04 is closed already"):
        ledger.schedule(one, np.array([day_number("2011-01-04")]), np.array([1.0]))
    with pytest.raises(ValueError, match="finite"):
        ledger.schedule(one, np.array([15_000]), np.array([-1.0]))
    with pytest.raises(ValueError, match="no such item"):
        ledger.schedule(np.array([1]), np.array([15_000]), np.array([1.0]))
    with pytest.raises(ValueError, match="beyond the last day"):
        ledger.advance(15_001)
    with pytest.raises(ValueError, match="opening"):
        ledger_of([[]], [-1], [True])
    with pytest.raises(ValueError, match="period_edges"):
        ledger_of([[]], [1], [True], edges=[FIRST, LAST])
    with pytest.raises(ValueError, match="ordered by item and day"):
        ledger_of([[(FIRST + 1, FIRST, 1.0), (FIRST, FIRST, 1.0)]], [1], [True])
    with pytest.raises(ValueError, match="one value for each"):
        ledger_of([[]], [1, 2], [True])
    with pytest.raises(ValueError, match="before the first day can be owed"):
        ledger_of([[(FIRST, FIRST, 1.0)]], [0], [True], owed=np.array([1.0]))
    with pytest.raises(ValueError, match="day after they ordered"):
        ledger_of([[(FIRST, FIRST, 1.0)]], [0], [True], cancels_on=np.array([FIRST]))
    with pytest.raises(ValueError, match="its own alternative"):
        Alternatives(np.array([0]), np.array([0]), np.array([1.0]), np.array([True]))
