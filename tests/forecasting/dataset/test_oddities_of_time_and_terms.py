"""Silences, statuses and terms that an analyst would ask about: each is one notice."""

from __future__ import annotations

import pytest

from tests.forecasting.dataset.test_oddities import clean, noticed, on, only


def told(tmp_path, tables, words):
    """The one notice that has these words in it."""
    return only([notice for notice in noticed(tmp_path, tables) if words in notice.what])


def test_a_hole_in_the_orders_is_noticed(tmp_path):
    tables = clean()
    tables["orders"] = [row for row in tables["orders"] if not on(60) <= row["ordered_at"] < on(100)]
    notice = told(tmp_path, tables, "nobody orders anything")
    assert (notice.table, notice.column, notice.value) == ("orders", "ordered_at", on(100))
    assert f"from {on(60)} to {on(99)}" in notice.what


def test_a_hole_that_is_closed_by_an_event_is_none(tmp_path):
    tables = clean()
    tables["orders"] = [row for row in tables["orders"] if not on(60) <= row["ordered_at"] < on(100)]
    tables["events"] = [{"date": on(day), "name": "works", "kind": "closed"} for day in range(60, 100)]
    assert not [notice for notice in noticed(tmp_path, tables) if "nobody orders" in notice.what]


def test_a_location_whose_orders_stop_is_noticed(tmp_path):
    tables = clean()
    elsewhere = [{**row, "order": f"x{row['order']}", "location": "Y"} for row in tables["orders"]]
    tables["orders"] += [row for row in elsewhere if row["ordered_at"] < on(150)]
    notice = told(tmp_path, tables, "location Y: the last order")
    assert f"is of {on(149)}, others go on until {on(199)}" in notice.what


def test_counts_and_purchases_that_end_early_are_noticed(tmp_path):
    tables = clean()
    tables["stock"] = [row for row in tables["stock"] if row["as_of"] < on(100)]
    assert told(tmp_path / "counts", tables, "the last count is of").table == "stock"
    tables = clean()
    tables["purchase_orders"] = [
        {"purchase_order": f"P{day}", "sku": "A-1", "quantity": 12, "ordered_at": on(day), "unit_cost": 5}
        for day in range(0, 120, 3)
    ]
    assert told(tmp_path / "bought", tables, "the last purchase is of").table == "purchase_orders"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"status": "received", "received_at": "", "quantity_received": 0}, "received, and nothing of it"),
        ({"status": "draft"}, "never ordered by its status"),
        ({"status": "cancelled"}, "cancelled, with a day on which it came"),
        ({"expected_at": on(1)}, "expected_at lies before ordered_at"),
        ({"expected_at": "2036-01-01"}, "days after the order; the goods are not counted on before then"),
    ],
)
def test_purchase_orders_that_contradict_themselves_are_noticed(tmp_path, row, words):
    tables = clean()
    tables["purchase_orders"][2].update(row)
    notice = told(tmp_path, tables, words)
    assert (notice.table, notice.row) == ("purchase_orders", 4)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"quantity_shipped": 0}, "shipped, and nothing of it"),
        ({"status": "", "shipped_at": "", "quantity_shipped": 1}, "shipped in part, and no status"),
        ({"status": "refused"}, "refused, though all of it shipped"),
        ({"kind": "preorder", "due": "2036-01-01"}, "the line is not served before then"),
        ({"ordered_at": "1990-01-01", "shipped_at": "1990-01-01"}, "years before all other dates"),
    ],
)
def test_order_lines_that_contradict_themselves_are_noticed(tmp_path, row, words):
    tables = clean()
    tables["orders"][40].update(row)
    notice = told(tmp_path, tables, words)
    assert (notice.table, notice.row) == ("orders", 42)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"reorder_point": 60, "order_up_to": 30}, "order_up_to is below reorder_point"),
        ({"unit_cost": 0}, "unit_cost is 0"),
        ({"category": "tools "}, "categories that differ only in case"),
    ],
)
def test_products_that_cannot_be_meant_are_noticed(tmp_path, row, words):
    tables = clean()
    tables["products"][1].update(category="Tools")
    tables["products"][0].update(row)
    assert told(tmp_path, tables, words).table == "products"


def test_successors_without_a_day_or_with_one_predecessor_are_noticed(tmp_path):
    tables = clean()
    tables["products"] += [{"sku": sku, "predecessor": "A-1", "supplier": "acme"} for sku in ("N1", "N2")]
    told(tmp_path, tables, "no available_from")
    told(tmp_path, tables, "have the same predecessor")


@pytest.mark.parametrize(
    ("cost", "supplier", "words"),
    [(7, "acme", "makes it dearer"), (0.05, "acme", "in another unit"), (4, "other", "not bought from")],
)
def test_price_breaks_that_cannot_be_meant_are_noticed(tmp_path, cost, supplier, words):
    tables = clean()
    tables["suppliers"].append({"supplier": "other", "lead_time_days": 10})
    tables["price_breaks"] = [{"supplier": supplier, "sku": "A-1", "min_quantity": 60, "unit_cost": cost}]
    assert told(tmp_path, tables, words).table == "price_breaks"


def test_a_count_beyond_all_demand_and_lots_beyond_the_count_are_noticed(tmp_path):
    tables = clean()
    last = tables["stock"][-1]
    lot = {**last, "on_hand": 2 * last["on_hand"] + 10, "expires_on": "2026-01-01"}
    told(tmp_path / "lots", {**tables, "lots": [lot]}, "the lots come to")
    tables["stock"] = [{**last, "on_hand": 4_000_000}]
    told(tmp_path / "count", tables, "times all that was ever ordered")


def test_a_line_out_of_proportion_to_two_others_is_noticed(tmp_path):
    tables = clean()
    few = [
        {"order": f"n{units}", "ordered_at": on(150), "sku": "C", "quantity": units} for units in (2, 3, 5000)
    ]
    tables["orders"] += few
    tables["products"].append({"sku": "C", "supplier": "acme", "unit_cost": 5, "unit_price": 9})
    assert told(tmp_path, tables, "times the item's median").value == "5000"
