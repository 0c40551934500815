"""What an item inherits from the one whose place it takes, and what `check` says of circles."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.dataset.check import check
from forecasting.domain import LONG_AGO, day_number
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.demand import history
from forecasting.inputs.predecessors import inherited
from forecasting.inputs.unconstrained_demand import Availability
from forecasting.planning.observing import observer
from tests.support.builders import WEEKS, demand_lines, order, records, write_dataset

NONE = Availability(np.zeros(0, int), np.zeros(0, int), np.zeros(0))


def weekly(lines, predecessor, as_of, launched=None, unavailable=NONE):
    start = np.full(len(predecessor), LONG_AGO) if launched is None else np.array(launched)
    lines, unavailable, start = inherited(lines, unavailable, start, np.array(predecessor), as_of)
    seen = history(
        lines, as_of, WEEKS, first_day=0, launched=start, unavailable=unavailable, available_share=0.25
    )
    return [seen.data[a:b].tolist() for a, b in zip(seen.indptr[:-1], seen.indptr[1:], strict=True)]


def test_demand_before_the_first_day_is_the_predecessors():
    lines = demand_lines([[(0, 4.0), (8, 5.0), (15, 6.0)], [(16, 1.0)]])
    assert weekly(lines, [-1, 0], 27) == [[4.0, 5.0, 6.0, 0.0], [4.0, 5.0, 7.0, 0.0]]


def test_the_day_of_launch_counts_where_it_comes_before_the_first_line():
    lines = demand_lines([[(0, 4.0), (8, 5.0), (15, 6.0)], [(22, 1.0)]])
    assert weekly(lines, [-1, 0], 27, [LONG_AGO, 14])[1] == [4.0, 5.0, 0.0, 1.0]


def test_an_item_that_is_yet_to_come_inherits_all_there_is():
    lines = demand_lines([[(0, 4.0), (8, 5.0)], []])
    assert weekly(lines, [-1, 0], 13, [LONG_AGO, 40])[1] == [4.0, 5.0]


def test_only_what_is_known_on_the_day_ends_the_inheritance():
    lines = demand_lines([[(0, 4.0), (8, 5.0), (15, 6.0)], [(9, 1.0), (16, 2.0)]])
    assert weekly(lines, [-1, 0], 20)[1] == [4.0, 6.0, 2.0]
    assert weekly(lines, [-1, 0], 8)[1] == weekly(lines, [-1, 0], 8)[0]


def test_a_predecessor_inherits_itself():
    lines = demand_lines([[(0, 1.0), (21, 9.0)], [(7, 2.0), (21, 9.0)], [(14, 3.0)]])
    assert weekly(lines, [-1, 0, 1], 20)[2] == [1.0, 2.0, 3.0]
    assert weekly(lines, [1, 2, -1], 27)[0] == [1.0, 0.0, 0.0, 9.0]  # the oldest sold nothing before


def test_stock_outs_of_the_predecessor_come_along_and_own_ones_of_before_do_not():
    lines = demand_lines([[(0, 4.0), (15, 6.0)], [(21, 1.0)]])
    item, day = np.array([0] * 7 + [1] * 14), np.array([*range(7, 14), *range(14)])
    out = Availability(item, day, np.zeros(21))
    assert weekly(lines, [-1, 0], 27, unavailable=out)[1] == pytest.approx([4, np.nan, 6, 1], nan_ok=True)


def test_without_predecessors_nothing_is_touched():
    lines = demand_lines([[(0, 4.0)], [(21, 1.0)]])
    start = np.full(2, LONG_AGO)
    own = inherited(lines, NONE, start, np.array([-1, -1]), 27)
    assert own[0] is lines and own[1] is NONE and own[2] is start


def test_the_predecessor_is_sought_at_the_same_location_and_listed(tmp_path):
    rows = [order("old", "2026-01-05", 3, location="north"), order("new", "2026-02-02", 1, location="south")]
    rows.append(order("new", "2026-02-02", 2, location="north"))
    data = records(tmp_path, orders=rows, products=[{"sku": "new", "predecessor": "old"}, {"sku": "old"}])
    assumptions = Assumptions()
    seeing = observer(data, load(), day_number("2026-02-08"), assumptions)
    # north/new, north/old, south/new
    assert seeing.catalogue.predecessor.tolist() == [1, -1, -1]
    said = assumptions.frame().set_index("setting")
    assert said.loc["predecessor", "items"] == 1
    seen = seeing.history(day_number("2026-02-08"))
    assert seen.data.tolist() == [3, 0, 0, 0, 2, 3, 0, 0, 0, 0, 1]


def problems(tmp_path, *products):
    rows = [{"sku": sku, "predecessor": older} for sku, older in products]
    folder = write_dataset(tmp_path, orders=[order("a", "2026-01-05")], products=rows)
    return [(problem.row, problem.value, problem.what) for problem in check(folder).problems]


def test_a_predecessor_must_be_known(tmp_path):
    (problem,) = problems(tmp_path, ("a", "b"))
    assert problem[:2] == (2, "b") and "neither in orders nor in products" in problem[2]


def test_a_product_is_not_its_own_predecessor(tmp_path):
    assert problems(tmp_path, ("a", "a"), ("b", "a")) == [(2, "a", "the product is its own predecessor")]


def test_predecessors_do_not_go_round_in_a_circle(tmp_path):
    circle = problems(tmp_path, ("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", ""), ("f", "e"))
    assert [row for row, _, _ in circle] == [2, 3, 4]
    assert "lead back to it" in circle[0][2]
