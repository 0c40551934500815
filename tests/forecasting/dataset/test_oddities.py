"""What an analyst would ask about is a notice: with its table, row, column, value, count and advice."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecasting.dataset.check import check
from forecasting.dataset.oddities.amounts import out_of_proportion
from forecasting.dataset.oddities.dates import far_ahead
from forecasting.dataset.oddities.orders import OLD_LINE_DAYS
from forecasting.errors import Notice
from tests.support.builders import write_dataset

START = date(2024, 1, 1)


def on(day: int) -> str:
    return (START + timedelta(days=day)).isoformat()


def clean() -> dict[str, list[dict[str, Any]]]:
    """Two products in packs of 12, sold daily, bought by the pack and counted every four weeks."""
    orders, stock, purchases = [], [], []
    for sku, sold in (("A-1", 2), ("B-2", 3)):
        held = 300
        for day in range(200):
            orders.append(
                {
                    "order": f"{sku}{day}",
                    "line": "1",
                    "ordered_at": on(day),
                    "sku": sku,
                    "quantity": sold,
                    "customer": f"c{day % 7}",
                    "status": "shipped",
                    "shipped_at": on(day),
                }
            )
            held -= sold
            if day % 28 == 14:
                purchases.append(
                    {
                        "purchase_order": f"P{sku}{day}",
                        "line": "1",
                        "sku": sku,
                        "quantity": 60,
                        "ordered_at": on(day - 10),
                        "received_at": on(day),
                        "supplier": "acme",
                        "unit_cost": 5,
                        "status": "received",
                    }
                )
                held += 60
            if day % 28 == 27:
                stock.append({"as_of": on(day), "sku": sku, "on_hand": held})
    products = [
        {"sku": sku, "supplier": "acme", "unit_cost": 5, "unit_price": 9, "pack_size": 12}
        for sku in ("A-1", "B-2")
    ]
    suppliers = [{"supplier": "acme", "lead_time_days": 10}]
    return {
        "orders": orders,
        "products": products,
        "stock": stock,
        "purchase_orders": purchases,
        "suppliers": suppliers,
    }


def noticed(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> list[Notice]:
    checked = check(write_dataset(folder, **tables))
    assert checked.problems == (), [str(problem) for problem in checked.problems]
    return list(checked.notices)


def only(notices: list[Notice]) -> Notice:
    assert len(notices) == 1, [str(notice) for notice in notices]
    return notices[0]


def test_clean_tables_raise_no_question(tmp_path):
    assert noticed(tmp_path, clean()) == []


@pytest.mark.parametrize(
    ("name", "words", "severity"),
    [
        ("sales.csv", "not called orders", "warning"),
        ("inventory_levels.parquet", "not called stock", "warning"),
        ("weather.csv", "no table of that name", "warning"),
        ("stock.ods", "only files that end in", "warning"),
        ("thumbs.db", "only files that end in", "note"),
    ],
)
def test_a_file_that_is_not_read_is_noticed_with_what_it_may_be_meant_for(tmp_path, name, words, severity):
    (tmp_path / name).write_text("x\n")
    notice = only(noticed(tmp_path, clean()))
    assert notice.value == name and words in notice.what and notice.severity == severity


def test_pages_for_people_and_folders_are_passed_over(tmp_path):
    (tmp_path / "README.md").write_text("x\n")
    (tmp_path / "truth").mkdir()
    assert noticed(tmp_path, clean()) == []


def test_every_column_that_is_not_read_is_noticed(tmp_path):
    tables = clean()
    for row in tables["products"]:
        row.update(moq=12, colour="red", shade="dark")
    near, others = noticed(tmp_path, tables)
    assert (near.table, near.column) == ("products", "moq") and "min_order_quantity" in near.what
    assert others.value == "colour, shade" and others.severity == "note"


@pytest.mark.parametrize(
    ("table", "column", "old", "new", "words"),
    [
        ("orders", "sku", "A-1", "a 1", "skus that differ only in case, blanks or hyphens"),
        ("orders", "customer", "c3", "C3", "customers that differ only in case"),
        ("purchase_orders", "supplier", "acme", "ACME", "suppliers that differ only in case"),
    ],
)
def test_keys_that_are_nearly_equal_are_noticed(tmp_path, table, column, old, new, words):
    tables = clean()
    changed = next(row for row in tables[table] if row[column] == old)
    changed[column] = new
    found = [notice for notice in noticed(tmp_path, tables) if "differ only" in notice.what]
    notice = only(found)
    assert words in notice.what and "1 case" in notice.what
    assert old in notice.what and new in notice.what


def test_zeros_lost_by_a_spreadsheet_are_noticed(tmp_path):
    tables = clean()
    for name in ("orders", "products", "purchase_orders"):
        for row in tables[name]:
            row["sku"] = {"A-1": "00123", "B-2": "00456"}[row["sku"]]
    for row in tables["stock"]:
        row["sku"] = {"A-1": "123", "B-2": "456"}[row["sku"]]
    tables["products"] += [{"sku": "123"}, {"sku": "456"}]
    notice = only([notice for notice in noticed(tmp_path, tables) if "zeros" in notice.what])
    assert "2 cases, 00123 / 123, 00456 / 456" in notice.what


def test_codes_in_which_a_hyphen_parts_two_numbers_are_not_alike(tmp_path):
    tables = clean()
    tables["products"] += [{"sku": "12-3"}, {"sku": "1-23"}]
    assert noticed(tmp_path, tables) == []


def test_stock_where_nobody_orders_is_noticed_with_where_they_do(tmp_path):
    tables = clean()
    for row in tables["orders"]:
        row["location"] = "WH1"
    stock, purchases = noticed(tmp_path, tables)
    assert (stock.table, stock.column, stock.value) == ("stock", "location", "main")
    assert "location WH1 has orders and no stock" in stock.what and purchases.table == "purchase_orders"


def test_a_cost_above_the_price_is_noticed(tmp_path):
    tables = clean()
    tables["products"][1]["unit_price"] = 4
    notice = only(noticed(tmp_path, tables))
    assert (notice.table, notice.row, notice.sku, notice.value) == ("products", 3, "B-2", "5, 4")


def test_a_point_of_thousands_is_noticed(tmp_path):
    tables = clean()
    tables["orders"][7]["quantity"] = "1.250"
    notice = only(noticed(tmp_path, tables))
    assert (notice.table, notice.row, notice.column, notice.value) == ("orders", 9, "quantity", "1.250")
    assert "thousands" in notice.what


def test_kilograms_are_no_thousands(tmp_path):
    tables = clean()
    for row in tables["orders"][::3]:
        row["quantity"] = "1.25"
    tables["orders"][1]["quantity"] = "1.125"
    assert noticed(tmp_path, tables) == []


def test_purchases_priced_by_the_pack_are_noticed(tmp_path):
    tables = clean()
    for row in tables["purchase_orders"]:
        row["unit_cost"] = 60
    notice = only(noticed(tmp_path, tables))
    assert (notice.table, notice.column) == ("purchase_orders", "unit_cost")
    assert "price of a pack" in notice.what and "2 products" in notice.what


def test_purchases_in_packs_are_noticed_by_their_sizes_and_by_the_counts(tmp_path):
    tables = clean()
    for row in tables["purchase_orders"]:
        row["quantity"] = 5
    found = noticed(tmp_path, tables)
    assert ["purchases look like packs" in notice.what for notice in found] == [False, True]
    assert "no multiples of pack_size" in found[0].what and found[1].column == "quantity"


def test_counts_in_packs_are_noticed(tmp_path):
    tables = clean()
    for row in tables["stock"]:
        row["on_hand"] = row["on_hand"] / 12
    notice = only(noticed(tmp_path, tables))
    assert (notice.table, notice.column) == ("stock", "on_hand") and "counts look like packs" in notice.what


def test_a_product_that_is_not_listed_has_no_pack(tmp_path):
    tables = clean()
    tables["products"].reverse()
    tables["products"] = tables["products"][:1]
    for row in tables["stock"]:
        row["on_hand"] = row["on_hand"] / 12
    notice = only([notice for notice in noticed(tmp_path, tables) if "look like packs" in notice.what])
    assert "1 product (B-2)" in notice.what


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("orders", "ordered_at", "not seen before"),
        ("orders", "shipped_at", "taken to be owed"),
        ("stock", "as_of", "not used before then"),
        ("purchase_orders", "received_at", "on order"),
    ],
)
def test_a_date_far_ahead_is_noticed_with_what_it_does(tmp_path, table, column, words):
    tables = clean()
    row = tables[table][-1]
    row[column] = on(190 + 3650)
    if column == "ordered_at":
        row["shipped_at"] = ""
        row["status"] = "open"
    notice = only([notice for notice in noticed(tmp_path, tables) if "far ahead" in notice.what])
    assert (notice.table, notice.column, notice.value) == (table, column, on(190 + 3650))
    assert words in notice.what


def test_a_count_after_a_long_pause_is_not_far_ahead_of_the_orders(tmp_path):
    tables = clean()
    tables["stock"] = [row for row in tables["stock"] if row["as_of"] <= on(55)]
    tables["stock"].append({**tables["stock"][0], "as_of": on(199)})
    assert [notice for notice in noticed(tmp_path, tables) if "far ahead" in notice.what] == []


def test_counts_a_quarter_apart_are_not_far_ahead():
    quarters = np.arange(0, 900, 91, dtype=np.float64)
    assert len(far_ahead(quarters)) == 0
    assert far_ahead(np.append(quarters, 900 + 400)).tolist() == [len(quarters)]
    assert len(far_ahead(np.array([np.nan, 3.0, 500.0]))) == 0


def test_a_line_open_for_years_is_noticed_and_a_young_one_is_not(tmp_path):
    tables = clean()
    old = {"ordered_at": "2020-05-04", "sku": "A-1", "quantity": 5, "status": "open"}
    young = {"ordered_at": on(100), "sku": "A-1", "quantity": 5, "status": "open"}
    tables["orders"] += [{"order": "old", "line": 1, **old}, {"order": "young", "line": 1, **young}]
    notice = only(noticed(tmp_path, tables))
    assert notice.row == len(tables["orders"]) and f"more than {OLD_LINE_DAYS} days" in notice.what
    assert notice.value == "2020-05-04, open"


def test_a_purchase_order_open_for_years_is_noticed_with_what_it_is_worth(tmp_path):
    tables = clean()
    old = {"purchase_order": "X", "line": 1, "sku": "A-1", "quantity": 24, "ordered_at": "2021-03-01"}
    tables["purchase_orders"].append({**old, "unit_cost": 5, "status": "open"})
    notice = only(noticed(tmp_path, tables))
    assert notice.table == "purchase_orders" and notice.money == 24 * 5 and "on order" in notice.what


def test_purchases_without_a_line_that_repeat_are_noticed(tmp_path):
    tables = clean()
    for row in tables["purchase_orders"]:
        row["line"] = ""
    tables["purchase_orders"].append(dict(tables["purchase_orders"][0]))
    notice = only([notice for notice in noticed(tmp_path, tables) if "repeat another" in notice.what])
    assert notice.table == "purchase_orders" and notice.sku == "A-1"


def test_an_order_entered_twice_under_two_numbers_is_noticed(tmp_path):
    tables = clean()
    lines = [
        {"ordered_at": on(50), "customer": "c9", "sku": sku, "quantity": 4, "status": "shipped"}
        for sku in ("A-1", "B-2")
    ]
    tables["orders"] += [{"order": "N1", "line": i, **line} for i, line in enumerate(lines)]
    tables["orders"] += [{"order": "N2", "line": i, **line} for i, line in enumerate(reversed(lines))]
    notice = only(noticed(tmp_path, tables))
    assert notice.value == "N2" and "1 order with the same customer, time and lines" in notice.what


def test_the_same_line_twice_on_a_day_is_no_copy(tmp_path):
    tables = clean()
    tables["orders"].append({**tables["orders"][3], "order": "again"})
    assert noticed(tmp_path, tables) == []


def test_mixed_time_zones_are_noticed(tmp_path):
    tables = clean()
    for row in tables["orders"]:
        row["ordered_at"] += "T10:00:00"
    tables["orders"][4]["ordered_at"] += "+02:00"
    found = [notice for notice in noticed(tmp_path, tables) if "time zones" in notice.what]
    notice = only(found)
    assert (notice.row, notice.column) == (6, "ordered_at") and "+0200: 1 rows" in notice.what


def test_a_mistyped_quantity_is_noticed_with_its_line(tmp_path):
    tables = clean()
    tables["orders"][250]["quantity"] = 90000
    notice = only([notice for notice in noticed(tmp_path, tables) if "median" in notice.what])
    assert (notice.row, notice.sku, notice.location, notice.value) == (252, "B-2", "main", "90000")
    assert "30,000 times the item's median of 3" in notice.what


def test_a_mistyped_quantity_that_was_cancelled_at_once_is_no_question(tmp_path):
    tables = clean()
    slip = {"quantity": 90000, "status": "cancelled", "shipped_at": "", "cancelled_at": on(50)}
    tables["orders"][250].update(slip)
    assert noticed(tmp_path, tables) == []


def test_only_what_is_far_above_its_own_item_is_out_of_proportion():
    item = np.repeat([0, 1], 20)
    quantity = np.concatenate([np.full(20, 1.0), np.full(20, 5000.0)])
    rows, _ = out_of_proportion(item, quantity)
    assert len(rows) == 0
    quantity[3] = 5000.0
    rows, median = out_of_proportion(item, quantity)
    assert rows.tolist() == [3] and median.tolist() == [1.0]


def test_a_lead_time_far_from_the_receipts_is_noticed(tmp_path):
    tables = clean()
    tables["suppliers"][0]["lead_time_days"] = 45
    notice = only(noticed(tmp_path, tables))
    assert (notice.table, notice.column, notice.value) == ("suppliers", "lead_time_days", "45")
    assert "10 days (median)" in notice.what
