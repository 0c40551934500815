"""Order lines far beyond all others of their item: what models take them as, and what is believed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.odd_orders import believed
from forecasting.planning.observing import observer
from forecasting.planning.odd_orders import odd_orders
from forecasting.planning.plan import plan
from tests.support.builders import order, records

FACTOR = 10.0
AS_OF = day_number("2026-03-29")


def taken(quantities, buckets=50.0, factor=FACTOR):
    quantity = np.array(quantities, dtype=float)
    return believed(np.zeros(len(quantity), int), quantity, np.array([buckets]), factor)[0]


def weekly(sku, quantities):
    """A line a week, the last one on the day of the plan."""
    weeks = len(quantities)
    return [
        order(sku, day_text(AS_OF - 7 * (weeks - 1 - week)), quantity)
        for week, quantity in enumerate(quantities)
    ]


def observed(folder, lines, as_of=AS_OF, **settings):
    config = load(None, [f"{name}={value}" for name, value in settings.items()])
    return observer(records(folder, orders=lines), config, as_of, Assumptions())


def test_a_mistyped_line_counts_as_the_largest_of_the_others():
    assert taken([5, 4, 6, 5, 100_000, 5, 5])[4] == 6


def test_the_order_of_lines_and_of_items_does_not_matter():
    draw = np.random.default_rng(1)
    item, quantity = draw.integers(0, 30, 3000), draw.integers(1, 9, 3000) * 1.0
    quantity[draw.choice(3000, 5, replace=False)] *= 1000
    buckets, shuffled = np.full(30, 60.0), draw.permutation(3000)
    straight, odd = believed(item, quantity, buckets, FACTOR)
    mixed, _ = believed(item[shuffled], quantity[shuffled], buckets, FACTOR)

    assert odd.sum() == 5
    assert np.array_equal(mixed, straight[shuffled])


def test_without_a_factor_every_line_is_believed():
    assert taken([5, 4, 6, 5, 100_000, 5, 5], factor=None)[4] == 100_000


def test_an_item_of_few_lines_is_believed():
    assert taken([1, 1, 1, 500])[3] == 500


def test_a_heavy_tail_is_not_cut():
    quantity = np.floor(np.random.default_rng(3).pareto(1.2, 400) * 3) + 1

    assert np.mean(taken(quantity, 100.0) != quantity) <= 0.005


def test_a_line_that_is_large_beside_other_lines_but_not_beside_a_week_is_believed():
    quantity = np.ones(50 * 40)
    quantity[100] = 60  # a week and a half of single units

    assert taken(quantity, 50.0)[100] == 60


def test_a_jump_to_twenty_times_as_much_is_believed_by_its_fourth_week(tmp_path):
    seen = []
    for more in range(1, 5):
        lines = weekly("A", [5] * 60 + [100] * more)
        history = observed(tmp_path / str(more), lines, odd_order_factor=10).history(AS_OF)
        seen.append(history.data[-1])

    assert seen[0] == 5  # the first is odd
    assert seen[-1] == 100
    assert all(later >= sooner for sooner, later in pairwise(seen))


def test_what_comes_later_does_not_change_what_was_believed_before(tmp_path):
    first, all_lines = weekly("A", [5] * 60 + [900]), weekly("A", [5] * 60 + [900] * 5)
    shorter = observed(tmp_path / "a", [row | {"sku": "A"} for row in first])
    longer = observed(tmp_path / "b", all_lines)
    then = shorter.history(AS_OF).data

    assert then[-1] == 5
    assert np.array_equal(longer.history(AS_OF - 28).data, then)


def test_models_see_the_usual_quantity_and_what_is_owed_stays_real(tmp_path):
    lines = weekly("A", [5] * 60)
    lines[-1] |= {"quantity": 100_000, "status": "open", "order": "TYPED"}
    others = weekly("B", [5] * 60)
    data = records(tmp_path, orders=lines + others, stock=[{"as_of": "2026-03-29", "sku": "A", "on_hand": 9}])
    result = plan(data, load(), AS_OF)
    table = result.tables["recommendations"].set_index("sku")

    assert table.loc["A", "backlog"] >= 100_000 - 9
    assert table.loc["A", "demand_mean"] == pytest.approx(table.loc["B", "demand_mean"], rel=0.05)
    assert "odd_order" in table.loc["A", "flags"] and "odd_order" not in table.loc["B", "flags"]
    told = result.tables["notices"]
    (notice,) = told[told["what"].str.contains("as if that were")].to_dict("records")
    assert notice["row"] == 60 and notice["sku"] == "A" and notice["value"] == "100000"
    assert "TYPED" in notice["what"] and "as if that were 5" in notice["what"]


def test_a_line_of_long_ago_is_told_of_no_more(tmp_path):
    has_one, notices = odd_orders(observed(tmp_path, weekly("A", [5, 9_000] + [5] * 70)), AS_OF)

    assert not has_one.any() and not notices
