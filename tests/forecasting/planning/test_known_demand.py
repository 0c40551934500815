"""Orders that customers place ahead replace the forecast of the same days; they do not come on top of it."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.forecast import forecast
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.observing import observer
from forecasting.planning.plan import plan
from tests.support.builders import order, records

AS_OF = day_number("2026-03-29")


def weekly(sku, days_ahead, units=7, weeks=65, more_weeks=3, kind="standing"):
    """A line a week, ordered so many days ahead of the day on which it is wanted."""
    rows = []
    for week in range(-weeks, more_weeks + 1):
        wanted = AS_OF + 1 + 7 * week
        ordered = wanted - days_ahead
        if ordered <= AS_OF:
            ahead = {"due": day_text(wanted), "kind": kind} if days_ahead else {}
            rows.append(order(sku, day_text(ordered), units, line=str(week), **ahead))
            if wanted <= AS_OF:
                rows[-1] |= {"status": "shipped", "shipped_at": day_text(wanted)}
    return rows


def planned(folder, rows):
    skus = sorted({row["sku"] for row in rows})
    stock = [{"as_of": day_text(AS_OF), "sku": sku, "on_hand": 0} for sku in skus]
    data = records(folder, orders=rows, stock=stock)
    return (
        plan(data, load(None, ["model=negative_binomial"]), AS_OF).tables["recommendations"].set_index("sku")
    )


def test_demand_that_is_all_ordered_ahead_is_ordered_once(tmp_path):
    table = planned(tmp_path, weekly("A", 28))

    # Three weeks of seven are on the books until a later order could arrive.
    assert 20 <= table.loc["A", "quantity"] <= 32
    assert table.loc["A", "demand_mean"] < 2
    assert "21 ordered ahead" in table.loc["A", "reason"]


def test_demand_of_which_half_is_ordered_ahead_expects_the_other_half(tmp_path):
    rows = weekly("A", 28) + [row | {"order": f"x{row['order']}"} for row in weekly("A", 0)]
    table = planned(tmp_path, rows)

    assert table.loc["A", "demand_mean"] == pytest.approx(21, rel=0.15)


def test_orders_within_a_week_say_little_of_a_stretch_of_three(tmp_path):
    table = planned(tmp_path, weekly("A", 7))

    # One week of three is usually known.
    assert table.loc["A", "demand_mean"] == pytest.approx(14, rel=0.15)


def test_an_item_that_is_never_ordered_ahead_is_forecast_as_if_no_other_were(tmp_path):
    alone = planned(tmp_path / "1", weekly("B", 0) + weekly("A", 0))
    beside = planned(tmp_path / "2", weekly("B", 0) + weekly("A", 28))
    columns = ["quantity", "demand_mean", "demand_q95", "reorder_point", "expected_cost", "reason"]

    assert alone.loc["B", columns].tolist() == beside.loc["B", columns].tolist()


def test_the_forecast_of_a_stretch_holds_what_is_on_the_books(tmp_path):
    large = order("A", "2026-03-20", 500, due="2026-04-10", kind="standing", line="large")
    data = records(tmp_path, orders=[*weekly("A", 28), large])
    config = load(None, ["model=negative_binomial"])
    table = forecast(data, config, AS_OF, 28, [0.5])

    assert table["mean"][0] == pytest.approx(528, abs=4)


def test_what_is_on_the_books_is_as_of_the_day_that_looks(tmp_path):
    data = records(tmp_path, orders=weekly("A", 28))
    then = AS_OF - 70
    seeing = observer(data, load(None, ["model=negative_binomial"]), AS_OF, Assumptions())
    earlier = records(
        tmp_path / "e", orders=[row for row in weekly("A", 28) if row["ordered_at"] <= day_text(then)]
    )
    before = observer(earlier, seeing.config, then, Assumptions())

    sums = []
    for each in (seeing, before):
        history = each.history(then)
        choice = each.choose_models(then, history)
        ahead = each.demand_ahead(then, LazyForecast(LazyChoice(then, lambda c=choice: c), history))
        sums.append(ahead.over(np.array([21.0])).values)
    assert np.array_equal(*sums)


@pytest.mark.parametrize(
    ("said", "on_hand", "ahead"),
    [
        ({"status": "shipped", "shipped_at": "2026-03-25"}, 90, 0),
        ({"status": "shipped"}, 90, 0),
        ({"status": "open", "quantity_shipped": 4, "shipped_at": "2026-03-25"}, 96, 6),
        ({"status": "open", "quantity_shipped": 4}, 96, 6),
        ({"status": "open"}, 100, 10),
        ({}, 100, 10),
    ],
)
def test_what_left_before_it_was_due_is_taken_off_once(tmp_path, said, on_hand, ahead):
    early = order("a", "2026-03-22", 10, kind="preorder", due="2026-04-10", line="early", **said)
    sold = [order("b", day_text(AS_OF - days)) for days in range(200)]
    data = records(
        tmp_path, orders=[*sold, early], stock=[{"as_of": "2026-03-19", "sku": "a", "on_hand": 100}]
    )
    table = plan(data, load(None, ["model=negative_binomial"]), AS_OF).tables["recommendations"]
    row = table.set_index("sku").loc["a"]
    assert (row.on_hand, row.ordered_ahead, row.backlog) == (on_hand, ahead, 0)


@pytest.mark.parametrize(("due", "ahead"), [("2026-04-10", 500), ("2026-09-10", 0)])
def test_a_project_is_served_when_it_is_due_and_not_bought_months_before(tmp_path, due, ahead):
    sold = [order("a", day_text(AS_OF - days)) for days in range(200)]
    project = order("a", "2026-03-20", 500, kind="project", due=due, status="open", line="project")
    data = records(
        tmp_path, orders=[*sold, project], stock=[{"as_of": "2026-03-29", "sku": "a", "on_hand": 30}]
    )
    table = plan(data, load(None, ["model=negative_binomial"]), AS_OF).tables["recommendations"]
    row = table.set_index("sku").loc["a"]
    assert (row.backlog, row.ordered_ahead) == (0, ahead)
    assert ahead <= row.quantity <= ahead + 30
