"""The tables of supply: what is read of them, and every fact in them that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecasting.dataset.check import check
from forecasting.dataset.read import read

ORDERS = "order,ordered_at,sku,quantity\nA1,2026-01-05,axe,3\nA2,2026-02-05,saw,1\n"
SUPPLIERS = "supplier,lead_time_days\nnorth,10\nsouth,5\n"
TERMS = "unit_cost,pack_size,min_order_quantity,max_order_quantity,units_per_purchase_unit"
ITEMS = f"supplier,sku,{TERMS},from,until\n"


def write(folder: Path, **tables: str) -> str:
    """A dataset of these tables beside two orders and two suppliers."""
    for name, text in {"orders": ORDERS, "suppliers": SUPPLIERS, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(folder)


BAD = {
    "no unit in a purchase unit": (
        {"supplier_items": ITEMS + "north,axe,4,,,,0,,\n"},
        ("supplier_items", "units_per_purchase_unit", "0", "must be above 0"),
    ),
    "fewer than none in a purchase unit": (
        {"supplier_items": ITEMS + "north,axe,4,,,,-12,,\n"},
        ("supplier_items", "units_per_purchase_unit", "-12", "must be above 0"),
    ),
    "a supplier that is nowhere": (
        {"supplier_items": ITEMS + "nort,axe,4,,,,,,\n"},
        ("supplier_items", "supplier", "nort", "Did you mean north?"),
    ),
    "a SKU that is nowhere": (
        {"supplier_items": ITEMS + "north,hammer,4,,,,,,\n", "products": "sku\naxe\nsaw\n"},
        ("supplier_items", "sku", "hammer", "neither in orders nor in products"),
    ),
    "a minimum above the maximum": (
        {"supplier_items": ITEMS + "north,axe,4,,20,10,,,\n"},
        ("supplier_items", "min_order_quantity, max_order_quantity", "20, 10", "is more than"),
    ),
    "no pack between minimum and maximum": (
        {"supplier_items": ITEMS + "north,axe,4,12,13,20,,,\n"},
        (
            "supplier_items",
            "pack_size, min_order_quantity, max_order_quantity",
            "12, 13, 20",
            "nothing could",
        ),
    ),
    "until before from": (
        {"supplier_items": ITEMS + "north,axe,4,,,,,2026-03-02,2026-03-01\n"},
        ("supplier_items", "until, from", "2026-03-01, 2026-03-02", "until is before from"),
    ),
    "two rows that hold at once": (
        {"supplier_items": ITEMS + "north,axe,4,,,,,,2026-03-01\nnorth,axe,5,,,,,2026-03-01,\n"},
        ("supplier_items", "supplier, sku, location, from, until", "north, axe, , 2026-03-01, ", "same time"),
    ),
    "a closing that ends before it begins": (
        {"closures": "from,until,supplier\n2026-08-10,2026-08-01,north\n"},
        ("closures", "until, from", "2026-08-01, 2026-08-10", "until is before from"),
    ),
    "a closing without end": (
        {"closures": "from,until,supplier\n2026-08-10,,north\n"},
        ("closures", "until", "", "empty"),
    ),
    "a closing of decades": (
        {"closures": "from,until,supplier\n2026-08-10,2099-12-31,north\n"},
        ("closures", "until, from", "2099-12-31, 2026-08-10", "has no end"),
    ),
    "a closing of a supplier that is nowhere": (
        {"closures": "from,until,supplier\n2026-08-10,2026-08-20,east\n"},
        ("closures", "supplier", "east", "not in suppliers"),
    ),
    "a closing of some supplier": (
        {"closures": "from,until,what\n2026-08-10,2026-08-20,supplier\n"},
        ("closures", "supplier, what", ", supplier", "does not say which"),
    ),
    "a currency without any rate": (
        {
            "suppliers": SUPPLIERS.replace("\n", ",currency\n", 1)
            .replace("10\n", "10,USD\n")
            .replace("5\n", "5,\n")
        },
        ("suppliers", "currency", "USD", "no rate in currencies"),
    ),
    "a currency that is misspelt": (
        {
            "suppliers": "supplier,currency\nnorth,US\nsouth,\n",
            "currencies": "currency,rate\nUSD,0.9\n",
        },
        ("suppliers", "currency", "US", "Give `currencies` its rate"),
    ),
    "a rate of nothing": (
        {"currencies": "currency,rate\nUSD,0\n"},
        ("currencies", "rate", "0", "must be above 0"),
    ),
    "two rates at once": (
        {"currencies": "currency,rate\nUSD,0.9\nUSD,0.8\n"},
        ("currencies", "currency, from", "USD, ", "another rate"),
    ),
    "no day of the week": (
        {"suppliers": "supplier,delivery_weekdays\nnorth,monday thirsday\nsouth,\n"},
        ("suppliers", "delivery_weekdays", "monday thirsday", "no days of the week"),
    ),
}


@pytest.mark.parametrize(("tables", "told"), BAD.values(), ids=BAD)
def test_what_cannot_be_is_told_with_its_row_and_what_to_do(tmp_path: Path, tables, told) -> None:
    table, column, value, message = told
    checked = check(write(tmp_path, **tables))
    assert checked.dataset is None
    (problem,) = checked.problems
    assert (problem.table, problem.column, problem.value or "") == (table, column, value)
    assert problem.row is not None and problem.todo
    assert message in str(problem)


def test_rows_that_follow_each_other_are_no_problem(tmp_path: Path) -> None:
    rows = "north,axe,4,,,,,,2026-02-28\nnorth,axe,5,,,,,2026-03-01,\nsouth,axe,3,,,,,,\n"
    dataset = read(write(tmp_path, supplier_items=ITEMS + rows))
    assert dataset.supplier_items["unit_cost"].tolist() == [4.0, 5.0, 3.0]


def test_the_tables_are_part_of_the_fingerprint_only_where_they_are_given(tmp_path: Path) -> None:
    plain = read(write(tmp_path))
    assert plain.fingerprint == "b7b0e5dd9b2f0f6120afc2a167470a5d8586b4b822638c808dc7f4241522be5c"
    changed = read(write(tmp_path, currencies="currency,rate\nUSD,0.9\n"))
    assert changed.fingerprint != plain.fingerprint


def test_price_breaks_of_an_offer_are_in_its_units_and_nothing_odd(tmp_path: Path) -> None:
    skus = [f"axe{number}" for number in range(12)]
    tables = {
        "orders": "order,ordered_at,sku,quantity\n" + "".join(f"A,2026-01-05,{sku},3\n" for sku in skus),
        "products": "sku,supplier,unit_cost,unit_price\n" + "".join(f"{sku},north,2,5\n" for sku in skus),
        "price_breaks": "supplier,sku,min_quantity,unit_cost\n"
        + "".join(f"north,{sku},5,90\nsouth,{sku},5,80\n" for sku in skus),
    }
    offers = "".join(f"{who},{sku},100,48\n" for who in ("north", "south") for sku in skus)
    told = check(write(tmp_path, **tables)).notices
    assert {each.column for each in told if each.table == "price_breaks"} == {"supplier", "unit_cost"}
    tables["supplier_items"] = "supplier,sku,unit_cost,units_per_purchase_unit\n" + offers
    assert not [each for each in check(write(tmp_path, **tables)).notices if each.table == "price_breaks"]
