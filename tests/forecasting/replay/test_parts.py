"""Rows that are one demand in parts are one line, for what was recorded and for simulated policies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.inputs.read_records import read_records
from forecasting.policies.min_max import MinMax
from forecasting.replay.parts import demand_in_one_piece
from forecasting.replay.simulate import simulate
from tests.support.builders import order, records
from tests.support.recorded import early, on, staged, told


def test_a_demand_in_parts_is_one_line(tmp_path):
    parts = [
        order("a", on(1), 6, order="S1", line=1, shipped_at=on(1)),
        order("a", on(1), 3, order="S1", line=2, shipped_at=on(4)),
        order("a", on(1), 1, order="S1", line=3, status="open"),
        order("a", on(1), 5, order="S2", line=1, shipped_at=on(1)),
        order("a", on(1), 5, order="S2", line=2, shipped_at=on(1)),
    ]
    data = records(tmp_path, orders=[early(), *parts])
    tallies = told(data).run.flows
    # S2 shipped at one time: its rows are two lines, as the customer wrote them.
    assert tallies.lines.sum() == 3
    assert tallies.backordered_lines.sum() == 1
    assert tallies.backordered_units.sum() == 4
    assert tallies.in_full_lines.sum() == 2
    assert tallies.late_lines.sum() == 1
    assert tallies.backlog_unit_days[0].tolist() == [3 * 3 + 6, 7]
    simulated = simulate(MinMax(), staged(data)).flows
    assert np.array_equal(simulated.lines, tallies.lines)
    assert np.array_equal(simulated.units, tallies.units)


def test_lines_that_never_shipped_apart_stay_as_they_are(sample):
    data = read_records(str(sample))
    seeing = staged(data).observer
    at_once = replace(data.orders, shipped=np.full(len(data.orders), data.orders.ordered[0]))
    lines, _, part_of = demand_in_one_piece(replace(seeing, records=replace(data, orders=at_once)))
    assert np.array_equal(part_of, np.arange(len(lines)))
    apart, row, part_of = demand_in_one_piece(seeing)
    quantity = data.orders.quantity[row]
    assert np.allclose(np.bincount(part_of, quantity), apart.quantity)
    assert len(apart) <= len(lines)
