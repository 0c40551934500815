"""Tables of another time, on another scale or without the locations of the orders are noticed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.forecasting.dataset.test_oddities import clean, noticed, on, only


def test_orders_that_end_long_before_the_counts_are_an_older_extract(tmp_path):
    tables = clean()
    last = max(row["as_of"] for row in tables["stock"])
    early = (date.fromisoformat(last) - timedelta(days=9)).isoformat()
    tables["orders"] = [row for row in tables["orders"] if row["ordered_at"] <= early]
    notice = only([notice for notice in noticed(tmp_path, tables) if "the last order is of" in notice.what])
    assert (notice.table, notice.column, notice.value) == ("orders", "ordered_at", early)
    assert "9 days without an order" in notice.what


def test_orders_that_end_within_their_usual_pause_are_no_older_extract(tmp_path):
    tables = clean()
    last = max(row["as_of"] for row in tables["stock"])
    early = (date.fromisoformat(last) - timedelta(days=9)).isoformat()
    pause = (on(60), on(68))
    tables["orders"] = [
        row
        for row in tables["orders"]
        if row["ordered_at"] <= early and not pause[0] < row["ordered_at"] < pause[1]
    ]
    assert not [notice for notice in noticed(tmp_path, tables) if "the last order is of" in notice.what]


@pytest.mark.parametrize(
    ("table", "column", "factor", "words"),
    [
        ("purchase_orders", "unit_cost", 1000, "1e+03 times the unit_cost of products"),
        ("orders", "unit_price", 0.001, "0.001 times the unit_price of products"),
        ("orders", "quantity_shipped", 0.001, "0.001 times the quantity"),
        ("purchase_orders", "quantity_received", 1000, "1e+03 times the quantity"),
        ("stock", "on_hand", 1000, "1e+03 times as much"),
    ],
)
def test_a_column_on_another_scale_than_what_it_must_agree_with_is_noticed(
    tmp_path, table, column, factor, words
):
    tables = with_amounts()
    assert not [notice for notice in noticed(tmp_path / "clean", tables) if " times " in notice.what]
    for row in tables[table]:
        row[column] = row[column] * factor
    told = [notice for notice in noticed(tmp_path / "scaled", tables) if words in notice.what]
    assert (only(told).table, only(told).column) == (table, column)


def with_amounts() -> dict[str, list[dict[str, Any]]]:
    tables = clean()
    for row in tables["products"]:
        row.update(unit_cost=5, unit_price=8)
    for row in tables["orders"]:
        row.update(unit_price=8, quantity_shipped=row["quantity"])
    for row in tables["purchase_orders"]:
        row.update(quantity_received=row["quantity"])
    return tables


@pytest.mark.parametrize("days", [-365, 365])
def test_dates_of_another_year_than_the_orders_are_noticed(tmp_path, days):
    tables = clean()
    for row in tables["stock"]:
        row["as_of"] = (date.fromisoformat(row["as_of"]) + timedelta(days=days)).isoformat()
    told = [notice for notice in noticed(tmp_path, tables) if "of another time" in notice.what]
    assert (only(told).table, only(told).column) == ("stock", "as_of")


def test_a_table_without_locations_is_noticed_where_orders_have_several(tmp_path):
    tables = clean()
    for number, row in enumerate(tables["orders"]):
        row["location"] = ("main", "north")[number % 2]
    told = [notice for notice in noticed(tmp_path, tables) if "the column is missing" in notice.what]
    assert {(notice.table, notice.column) for notice in told} == {
        ("stock", "location"),
        ("purchase_orders", "location"),
    }


def test_a_mistyped_count_is_noticed_and_a_first_delivery_is_not(tmp_path):
    tables = clean()
    rows = [row for row in tables["stock"] if row["sku"] == "A-1"]
    tables["stock"] += [{**rows[0], "as_of": on(day), "on_hand": 40} for day in range(2, 9)]
    tables["stock"] += [{**rows[0], "sku": "B-2", "as_of": on(day), "on_hand": 0} for day in range(2, 14)]
    assert not [notice for notice in noticed(tmp_path / "a", tables) if "the on_hand is" in notice.what]
    rows[-1]["on_hand"] = 400_000
    told = [notice for notice in noticed(tmp_path / "b", tables) if "the on_hand is" in notice.what]
    assert (only(told).table, only(told).sku) == ("stock", "A-1")
