"""Goods expire: the first to expire leaves first, and what is left of a lot at its end is written off."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.simulation.ledger import Ledger
from forecasting.simulation.lots import KEEPS, Lots
from forecasting.simulation.stretch import Stretch
from tests.reference.lots import tell
from tests.support.builders import demand_lines

LAST = 39


def ledger_of(lines, opening, lots, **more):
    n = len(opening)
    stretch = Stretch(0, LAST, np.zeros(n, dtype=np.int64), np.array([0, 20, LAST + 1]))
    allowed = np.zeros(n, dtype=bool)
    return Ledger(demand_lines(lines), np.asarray(opening, float), allowed, stretch, lots=lots, **more)


def random_item(draw):
    lines = sorted((int(day), int(draw.integers(1, 4))) for day in draw.integers(0, LAST + 1, 30))
    receipts = [(int(day), int(draw.integers(1, 12))) for day in draw.integers(0, LAST + 1, 8)]
    lots = [(int(draw.integers(0, 30)), int(draw.integers(1, 6))) for _ in range(4)]
    return lines, receipts, lots, int(draw.integers(1, 9))


@pytest.mark.parametrize("step", [1, 5])
@pytest.mark.parametrize("seed", range(10))
def test_the_ledger_agrees_with_one_that_keeps_every_unit(seed, step):
    draw = np.random.default_rng(seed)
    items = [random_item(draw) for _ in range(6)]
    rows = [(i, day, units) for i, (*_, lots, _) in enumerate(items) for day, units in lots]
    item, expires, units = (np.array(column) for column in zip(*rows, strict=True))
    shelf = np.array([float(days) for *_, days in items])
    opening = np.bincount(item, units)
    ledger = ledger_of(
        [[(day, float(q)) for day, q in lines] for lines, *_ in items],
        opening,
        Lots(item, expires, units.astype(float), shelf),
    )
    for i, (_, receipts, _, _) in enumerate(items):
        for day, quantity in receipts:
            ledger.schedule(np.array([i]), np.array([day]), np.array([float(quantity)]))
    for day in range(step - 1, LAST, step):
        ledger.advance(day)
    ledger.advance(LAST)

    for i, (lines, receipts, lots, days) in enumerate(items):
        on_hand, wasted = tell(lines, receipts, lots, days, 0, LAST)
        assert ledger.wasted[i].tolist() == [sum(wasted[:20]), sum(wasted[20:])]
        assert ledger.flows.on_hand_unit_days[i].sum() == sum(on_hand)
        # Nothing is lost on the way: what was there and came was sold, is there, or was written off.
        sold = sum(q for _, q in lines) - ledger.flows.lost_units[i].sum()
        there = ledger.stock.on_hand[i] + ledger.wasted[i].sum()
        assert opening[i] + sum(q for _, q in receipts) == sold + there


def test_goods_without_a_last_day_keep():
    nothing = np.zeros(0, dtype=np.int64)
    ledger = ledger_of([[], []], [5, 5], Lots(nothing, nothing, np.zeros(0), np.array([3.0, np.inf])))
    ledger.advance(LAST)
    # Fresh at the opening, they can be sold for three days.
    assert ledger.stock.on_hand.tolist() == [0, 5]
    assert ledger.flows.on_hand_unit_days.sum(axis=1).tolist() == [15, 200]


def test_what_is_likely_to_expire_is_what_will_not_be_asked_for_in_time():
    lots = Lots(
        np.zeros(3, dtype=np.int64), np.array([4, 9, KEEPS]), np.array([6.0, 3.0, 5.0]), np.array([np.inf])
    )
    ledger = ledger_of([[]], [14], lots)
    ledger.advance(0)
    # One a day: four of the first six by day 4, and eight of nine by day 9.
    assert ledger.expiring(np.array([30.0]), np.array([1.0])).tolist() == [2.0]
    assert ledger.expiring(np.array([3.0]), np.array([1.0])).tolist() == [0.0]


def test_of_lots_counted_earlier_what_has_left_since_cannot_expire():
    lots = Lots(np.zeros(2, dtype=np.int64), np.array([4, 9]), np.array([6.0, 3.0]), np.array([np.inf]))
    # The first to expire left first: two of the second lot are there.
    assert ledger_of([[]], [2], lots).expiring(np.array([30.0]), np.array([0.0])).tolist() == [2.0]
    assert ledger_of([[]], [2], lots).expiring(np.array([5.0]), np.array([0.0])).tolist() == [0.0]
    assert ledger_of([[]], [0], lots).expiring(np.array([30.0]), np.array([0.0])).tolist() == [0.0]


def test_lots_below_zero_are_refused():
    with pytest.raises(ValueError, match="units of lots"):
        Lots(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.array([-1.0]), np.array([3.0]))
