"""A kit is sold as far as its scarcest component reaches, and nothing is lost on the way: against a ledger
told slowly, over many random shops."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.domain import DemandLines
from forecasting.simulation.kits import Kits
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.stretch import Stretch
from tests.reference.kits import NEVER, Line, tell

BILLS = {0: {2: 1.0, 3: 2.0}, 1: {3: 1.0, 4: 3.0}, 6: {5: 2.0}}
KITS = Kits(
    np.array([item for item, bill in BILLS.items() for _ in bill]),
    np.array([part for bill in BILLS.values() for part in bill]),
    np.array([each for bill in BILLS.values() for each in bill.values()]),
)
ITEMS, LAST = 8, 29


def demand(lines):
    """Lines in the order that a ledger has them, and these lines."""
    rows = sorted(lines, key=lambda line: (line.item, line.day, line.number))
    counts = np.bincount([line.item for line in rows], minlength=ITEMS)

    def column(name, kind=np.int64):
        return np.array([getattr(line, name) for line in rows], dtype=kind)

    day = column("day")
    made = DemandLines(
        np.concatenate([[0], np.cumsum(counts)]),
        day,
        column("due"),
        column("units", float),
        column("number"),
        np.full(len(rows), DemandLines.NEVER),
        day,
    )
    return made, rows


def ledger_of(lines, opening, allowed, **more):
    made, rows = demand(lines)
    stretch = Stretch(0, LAST, np.zeros(ITEMS, dtype=np.int64), np.array([0, 10, LAST + 1]))
    cancels = np.array([line.cancels_on for line in rows], dtype=np.int64)
    return Ledger(made, opening, allowed, stretch, cancels_on=cancels, kits=KITS, **more), rows


def random_shop(seed):
    draw = np.random.default_rng(seed)
    lines = []
    for _ in range(120):
        day = int(draw.integers(0, LAST + 1))
        line = Line(
            int(draw.integers(ITEMS)), day, day + int(draw.integers(0, 4)), float(draw.integers(1, 5)), 0
        )
        line.cancels_on = day + int(draw.integers(1, 12)) if draw.random() < 0.3 else NEVER
        lines.append(line)
    lines.sort(key=lambda line: line.day)
    for number, line in enumerate(lines):
        line.number = number
    receipts = [
        (item, int(draw.integers(0, LAST)), float(draw.integers(1, 15))) for item in (2, 3, 4, 5, 7) * 5
    ]
    opening = np.where(np.isin(np.arange(ITEMS), list(BILLS)), 0, draw.integers(0, 12, ITEMS)).astype(float)
    return lines, receipts, opening, draw.random(ITEMS) < 0.7


@pytest.mark.parametrize("seed", range(25))
def test_the_ledger_agrees_with_the_slow_one_and_every_unit_is_somewhere(seed):
    lines, receipts, opening, allowed = random_shop(seed)
    ledger, rows = ledger_of(lines, opening, allowed)
    for item, day, units in receipts:
        ledger.schedule(np.array([item]), np.array([day]), np.array([units]))
    told = tell(lines, receipts, opening, allowed, BILLS, 0, LAST)

    on_hand = np.zeros(ITEMS)
    for day in range(LAST + 1):
        ledger.advance(day)
        assert ledger.stock.on_hand.tolist() == pytest.approx(list(told.on_hand[day].values())), day
        assert ledger.stock.backlog.tolist() == pytest.approx(list(told.backlog[day].values())), day
        on_hand += ledger.stock.on_hand
    assert ledger.short.tolist() == pytest.approx([line.short for line in rows])
    assert ledger.cancelled.tolist() == pytest.approx([line.cancelled for line in rows])
    assert ledger.shipped_on.tolist() == [line.shipped_on for line in rows]
    assert ledger.flows.on_hand_unit_days.sum(axis=1) == pytest.approx(on_hand)

    # What there was and came is on the shelf, or left with a line: in kits, component by component.
    left = np.zeros(ITEMS)
    for line in rows:
        for part, each in BILLS.get(line.item, {line.item: 1.0}).items():
            left[part] += each * line.shipped
    came = np.bincount([item for item, _, _ in receipts], [units for *_, units in receipts], ITEMS)
    assert opening + came == pytest.approx(left + ledger.stock.on_hand)


def test_in_however_many_steps_it_is_advanced_it_says_the_same():
    lines, receipts, opening, allowed = random_shop(3)
    flows = []
    for step in (1, 7, LAST + 1):
        ledger, _ = ledger_of(lines, opening, allowed)
        for item, day, units in receipts:
            ledger.schedule(np.array([item]), np.array([day]), np.array([units]))
        for day in range(step - 1, LAST + 1, step):
            ledger.advance(day)
        ledger.advance(LAST)
        flows.append(ledger.flows)
    for name, flow in flows[0]._asdict().items():
        assert np.array_equal(flow, getattr(flows[1], name)) and np.array_equal(flow, getattr(flows[2], name))


def test_a_short_kit_is_one_backordered_line_at_the_kit_and_none_at_its_components():
    opening = np.array([0, 0, 5, 6, 0, 0, 0, 0.0])
    ledger, _ = ledger_of([Line(0, 4, 4, 5.0, 1)], opening, np.ones(ITEMS, dtype=bool))
    ledger.advance(LAST)
    # Three kits go out: the second component reaches no further.
    assert ledger.short.tolist() == [2.0]
    assert ledger.stock.on_hand[[2, 3]].tolist() == [2.0, 0.0]
    assert ledger.flows.backordered_lines.sum(axis=1).tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert ledger.flows.backordered_units.sum() == 2.0


def test_a_component_of_a_kit_must_not_be_a_kit():
    with pytest.raises(ValueError, match="a kit itself"):
        Kits(np.array([0, 1]), np.array([1, 2]), np.ones(2))
