"""The ledger by hand: a week, and each thing that can happen to a line; what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.domain import day_number
from forecasting.simulation.flows import Flows
from forecasting.simulation.substitution import Alternatives
from tests.reference.ledger import NEVER
from tests.support.ledgers import FIRST, LAST, ledger_of


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
