"""What to do for late lines: from where, by how many days, at what cost, and what it saves; by hand."""

from __future__ import annotations

import pytest

from forecasting.reports.promises import action_lines
from tests.forecasting.promises.test_promise import PRODUCT, line, promised, shop

COSTS = (
    "late_share_of_price_per_day=0.1",
    "cancel_share=0.5",
    "churn_per_line=0",
    "promise_sure=0.9",
    "expedite_cost=6",
)


def of(tables, *columns):
    return tables["actions"].sort_values("number")[list(columns)].to_numpy().tolist()


def test_one_purchase_order_that_comes_sooner_saves_two_lines_at_one_cost(tmp_path):
    lines = [line("L1", "A", 2, due="2026-06-15"), line("L2", "A", 4, due="2026-06-16")]
    given = shop(tmp_path, lines)
    tables, _ = promised(given, {"A": 6}, COSTS)
    # It is there on the 18th: three and two days late. A unit costs 10 x .1 a day, and half of 5 margin.
    assert of(tables, "action", "what", "days", "new_date", "makes_deadline", "cost") == [
        ["expedite", "the order about to be sent", 3.0, "2026-06-15", True, 3.0],
        ["expedite", "the order about to be sent", 2.0, "2026-06-16", True, 3.0],
    ]
    stake = [2 * (0.5 * 5 + 3 * 1.0), 4 * (0.5 * 5 + 2 * 1.0)]
    assert [row[0] for row in of(tables, "at_stake")] == pytest.approx(stake)
    assert [row[0] for row in of(tables, "saves")] == pytest.approx(stake)
    assert tables["actions"]["rank"].tolist() == [1, 2] and tables["actions"]["net"].is_monotonic_decreasing


def test_after_its_deadline_a_line_saves_the_days_alone(tmp_path):
    given = shop(tmp_path, [line("L1", "A", 2, due="2026-06-06")])
    tables, _ = promised(given, {"A": 2}, COSTS)
    # From the 8th to the 18th are ten days of two units; nine of them are saved by coming on the 9th.
    assert of(tables, "days", "at_stake", "saves", "makes_deadline") == [[9.0, 20.0, 18.0, False]]


def test_what_lies_elsewhere_is_brought_once(tmp_path):
    here = {"location": "main"}
    lines = [line("L1", "A", 2, due="2026-06-14", **here), line("L2", "A", 2, due="2026-06-14", **here)]
    elsewhere = line("L3", "A", 1, due="2026-06-30", location="north")
    given = shop(
        tmp_path,
        [*lines, elsewhere],
    )
    given_more = shop(tmp_path / "b", [*lines, elsewhere], at={"north": 4})
    tables, _ = promised(given, {"A": 4}, COSTS)
    assert "transfer" not in set(tables["actions"]["action"])
    settings = (*COSTS, "transfer_days=2", "transfer_cost_per_line=1", "transfer_cost_per_unit=.5")
    tables, _ = promised(given_more, {"A": 4}, settings)
    moved = tables["actions"][tables["actions"]["action"] == "transfer"]
    # Four lie in the north, one of them for its own line: three are left, enough for one of the two.
    assert moved[["order", "what", "new_date", "makes_deadline", "cost"]].to_numpy().tolist() == [
        ["L1", "north", "2026-06-11", True, 2.0]
    ]
    front = tables["storefront"].set_index("location")["promisable_now"]
    assert front["north"] == 1


def test_an_alternative_costs_the_margin_that_it_does_not_bring(tmp_path):
    cheap = {"sku": "B", "supplier": "S", **PRODUCT, "unit_price": 7}
    given = shop(
        tmp_path,
        [line("L1", "A", 2, due="2026-06-12")],
        products=[cheap],
        stock=[("A", 0), ("B", 9)],
        alternatives=[{"sku": "A", "alternative": "B", "rank": 1, "ratio": 1}],
    )
    tables, _ = promised(given, {"A": 2}, COSTS)
    row = tables["actions"].set_index("action").loc["alternative"]
    assert (row["what"], row["cost"], row["new_date"], row["makes_deadline"]) == (
        "B",
        6.0,
        "2026-06-09",
        True,
    )


def test_what_a_line_without_a_day_could_have_is_told_by_its_day_and_not_as_sooner(tmp_path):
    lines = [line("L1", "A", 2, due="2026-06-14"), line("L2", "A", 1, due="2026-06-30", location="north")]
    given = shop(tmp_path, lines, at={"north": 4})
    tables, _ = promised(given, {}, (*COSTS, "transfer_days=2", "transfer_cost_per_line=1"))
    said = action_lines(tables["actions"])
    assert "bring it from north, there by 2026-06-11; costs 1.00" in said[1]


def test_a_transfer_that_costs_more_than_it_saves_is_listed_and_not_set_aside(tmp_path):
    lines = [line("L1", "A", 2, due="2026-06-14", location="main"), line("L3", "A", 1, location="north")]
    given = shop(tmp_path, lines, at={"north": 4})
    for cost, left in (("50", 3), ("1", 1)):
        tables, _ = promised(given, {"A": 4}, (*COSTS, "transfer_days=2", f"transfer_cost_per_line={cost}"))
        moved = tables["actions"].set_index("action").loc["transfer"]
        assert (moved["net"] < 0) == (left == 3) and moved["cost"] == float(cost)
        assert tables["storefront"].set_index("location").loc["north", "promisable_now"] == left


def test_an_alternative_that_costs_more_than_it_saves_is_not_offered_and_the_next_one_is(tmp_path):
    others = [
        {"sku": sku, "supplier": "S", **PRODUCT, "unit_price": price} for sku, price in (("B", 5), ("C", 9))
    ]
    given = shop(
        tmp_path,
        [line("L1", "A", 2, due="2026-07-30"), line("L2", "A", 2)],
        products=others,
        stock=[("A", 0), ("B", 9), ("C", 2)],
        alternatives=[{"sku": "A", "alternative": sku, "rank": rank} for rank, sku in ((1, "B"), (2, "C"))],
    )
    quick = ("late_share_of_price_per_day=0.05", "cancel_share=0", "churn_per_line=0")
    tables, _ = promised(given, {"A": 4}, quick)
    # Nine days of two units at .05 of the price are 9.00: all of the margin, which B does not bring, is 10.
    told = tables["promises"].set_index("order")
    assert told["alternative"].isna().tolist() == [True, False] and told.loc["L2", "alternative"] == "C"
    assert "Instead, 2 of C" in told.loc["L2", "message"] and "Instead" not in told.loc["L1", "message"]
    front = tables["storefront"].set_index("sku")["promisable_now"]
    assert (front["B"], front["C"]) == (9, 0)


def test_an_alternative_is_at_the_door_as_many_days_later_as_delivery_takes(tmp_path):
    given = shop(
        tmp_path,
        [line("L1", "A", 2, due="2026-06-12")],
        products=[{"sku": "B", "supplier": "S", **PRODUCT}],
        stock=[("A", 0), ("B", 9)],
        alternatives=[{"sku": "A", "alternative": "B"}],
    )
    tables, _ = promised(given, {"A": 2}, (*COSTS, "delivery_days=4"))
    row = tables["actions"].set_index("action").loc["alternative"]
    assert (row["new_date"], row["makes_deadline"]) == ("2026-06-13", False)
