"""What is wrong in the rows of a dataset is told with table, row, column, value and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecasting.dataset.check import check
from forecasting.dataset.read import read
from forecasting.dataset.source import LISTED
from forecasting.errors import DataError, Problem

ORDERS = "order,line,ordered_at,sku,quantity,due,status,shipped_at,quantity_shipped,cancelled_at\n"
PRODUCTS = "sku,supplier,min_order_quantity,max_order_quantity\n"
GOOD = {
    "orders": ORDERS + "A1,1,2011-09-01,00123,5,2011-09-09,shipped,2011-09-02,5,\n",
    "products": PRODUCTS + "00123,acme,1,10\n",
    "suppliers": "supplier,lead_time_days,review_weekday\nacme,5,monday\n",
}


def write(folder: Path, **tables: str | bytes) -> Path:
    for name, content in {**GOOD, **tables}.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def order(**cells: str) -> str:
    values = {"order": "A2", "line": "1", "ordered_at": "2011-09-04", "sku": "00123", "quantity": "2"}
    return (
        GOOD["orders"] + ",".join((values | cells).get(name, "") for name in ORDERS.strip().split(",")) + "\n"
    )


def only(problems: tuple[Problem, ...] | list[Problem]) -> Problem:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_the_good_dataset_has_nothing_to_tell(tmp_path: Path) -> None:
    checked = check(write(tmp_path))
    assert checked.problems == () and checked.notices == ()


# What is in the row of the second order, or of another table; then column, value, and words of the message.
BAD_ORDERS = {
    "text_in_quantity": ({"quantity": "many"}, "quantity", "many", "not a number"),
    "number_with_unit": ({"quantity": "5 pcs"}, "quantity", "5 pcs", "not a number"),
    "hexadecimal": ({"quantity": "0x10"}, "quantity", "0x10", "not a number"),
    "underscore": ({"quantity": "1_000"}, "quantity", "1_000", "not a number"),
    "nan": ({"quantity": "nan"}, "quantity", "nan", "not a finite number"),
    "NaN_optional": ({"quantity_shipped": "NaN"}, "quantity_shipped", "NaN", "leave the cell empty"),
    "inf": ({"quantity": "inf"}, "quantity", "inf", "not a finite number"),
    "minus_infinity": ({"quantity": "-Infinity"}, "quantity", "-Infinity", "not a finite number"),
    "overflow": ({"quantity": "1e400"}, "quantity", "1e400", "not a finite number"),
    "null_word": ({"quantity": "NULL"}, "quantity", "NULL", "not a number"),
    "decimal_comma": ({"quantity": '"1,5"'}, "quantity", "1,5", "a number with a comma"),
    "thousands": ({"quantity": '"1,234.50"'}, "quantity", "1,234.50", "a number with a comma"),
    "zero_quantity": ({"quantity": "0"}, "quantity", "0", "must be above 0"),
    "negative_quantity": ({"quantity": "-3"}, "quantity", "-3", "must be above 0"),
    "below_minimum": ({"quantity_shipped": "-1"}, "quantity_shipped", "-1", "must be 0 or more"),
    "empty_quantity": ({"quantity": ""}, "quantity", "", "empty"),
    "empty_sku": ({"sku": ""}, "sku", "", "empty"),
    "quoted_empty_sku": ({"sku": '""'}, "sku", "", "empty"),
    "blank_sku": ({"sku": "   "}, "sku", "   ", "empty"),
    "empty_date": ({"ordered_at": ""}, "ordered_at", "", "empty"),
    "wrong_word": ({"status": "shiped"}, "status", "shiped", "Did you mean shipped?"),
    "word_in_capitals": ({"status": "OPEN"}, "status", "OPEN", "Did you mean open?"),
    "31_february": ({"ordered_at": "2011-02-31"}, "ordered_at", "2011-02-31", "no such date"),
    "hour_25": ({"ordered_at": "2011-02-03T25:00"}, "ordered_at", "2011-02-03T25:00", "no such date or time"),
    "two_readings": ({"ordered_at": "04/09/2011"}, "ordered_at", "04/09/2011", "two readings"),
    "dotted_date": ({"ordered_at": "4.9.2011"}, "ordered_at", "4.9.2011", "two readings"),
    "date_without_dashes": ({"ordered_at": "20110904"}, "ordered_at", "20110904", "not a date"),
    "words_for_a_date": ({"due": "next week"}, "due", "next week", "Write it as 2011-09-04"),
    "before_1900": ({"ordered_at": "1899-12-31"}, "ordered_at", "1899-12-31", "not between 1900 and 2200"),
    "after_2200": ({"due": "9999-12-31"}, "due", "9999-12-31", "not between 1900 and 2200"),
    "due_before_ordered": (
        {"due": "2011-09-03"},
        "due, ordered_at",
        "2011-09-03, 2011-09-04",
        "due is before",
    ),
    "shipped_before_ordered": (
        {"shipped_at": "2011-09-03T23:00"},
        "shipped_at, ordered_at",
        "2011-09-03T23:00, 2011-09-04",
        "before",
    ),
    "cancelled_before_ordered": (
        {"cancelled_at": "2010-09-04"},
        "cancelled_at, ordered_at",
        "2010-09-04, 2011-09-04",
        "before",
    ),
    "shipped_more_than_ordered": (
        {"quantity_shipped": "3"},
        "quantity_shipped, quantity",
        "3, 2",
        "quantity_shipped is more than quantity",
    ),
    "the_same_line_twice": ({"order": "A1"}, "order, line", "A1, 1", "the same order and line as in row 2"),
}


@pytest.mark.parametrize(("cells", "column", "value", "message"), BAD_ORDERS.values(), ids=BAD_ORDERS)
def test_a_bad_order_line_is_told(
    tmp_path: Path, cells: dict[str, str], column: str, value: str, message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(write(tmp_path, orders=order(**cells)))
    problem = only(caught.value.problems)
    assert (problem.table, problem.row, problem.column, problem.value) == ("orders", 3, column, value)
    text = str(caught.value)
    assert message in text
    assert all(
        part in text for part in ("table orders", "row 3", f"column {column}", repr(value), problem.todo)
    )
    assert caught.value.exit_code == 1


BAD_TABLES = {
    "above_maximum": (
        "availability",
        "date,sku,share\n2011-09-01,00123,1.5\n",
        2,
        "share",
        "1.5",
        "must be 1 or less",
    ),
    "time_in_a_column_of_dates": (
        "stock",
        "as_of,sku,on_hand\n2011-09-01T12:00,00123,1\n",
        2,
        "as_of",
        "2011-09-01T12:00",
        "time of day",
    ),
    "other_midnight": (
        "stock",
        "as_of,sku,on_hand\n2011-09-01T00:00+02:00,00123,1\n",
        2,
        "as_of",
        "2011-09-01T00:00+02:00",
        "at UTC",
    ),
    "minimum_above_maximum": (
        "products",
        PRODUCTS + "00123,acme,11,10\n",
        2,
        "min_order_quantity, max_order_quantity",
        "11, 10",
        "is more than max_order_quantity",
    ),
    "unknown_supplier": (
        "products",
        PRODUCTS + "00123,acmee,,\n",
        2,
        "supplier",
        "acmee",
        "Did you mean acme?",
    ),
    "product_twice": (
        "products",
        PRODUCTS + "00123,acme,,\n77,acme,,\n00123,acme,,\n",
        4,
        "sku",
        "00123",
        "the same sku as in row 2",
    ),
    "stock_twice_where_location_is_main": (
        "stock",
        "as_of,sku,on_hand,location\n2011-09-01,00123,1,main\n2011-09-01,00123,2,\n",
        3,
        "as_of, sku, location",
        "2011-09-01, 00123, ",
        "as in row 2",
    ),
    "weekday_in_capitals": (
        "suppliers",
        "supplier,review_weekday\nacme,Monday\n",
        2,
        "review_weekday",
        "Monday",
        "mean monday?",
    ),
    "received_before_ordered": (
        "purchase_orders",
        "purchase_order,sku,quantity,ordered_at,received_at\nP1,00123,5,2011-09-04,2011-09-01\n",
        2,
        "received_at, ordered_at",
        "2011-09-01, 2011-09-04",
        "before ordered_at",
    ),
    "unknown_sku_in_stock": (
        "stock",
        "as_of,sku,on_hand\n2011-09-01,123,1\n",
        2,
        "sku",
        "123",
        "neither in orders nor in products",
    ),
    "unknown_sku_in_purchase_orders": (
        "purchase_orders",
        "purchase_order,sku,quantity,ordered_at\nP1,00132,5,2011-09-04\n",
        2,
        "sku",
        "00132",
        "Did you mean 00123?",
    ),
    "unknown_sku_in_availability": (
        "availability",
        "date,sku,share\n2011-09-01,X,1\n",
        2,
        "sku",
        "X",
        "add it to products",
    ),
    "unknown_sku_in_prices": ("prices", "from,sku,unit_price\n2011-09-01,X,1\n", 2, "sku", "X", "neither"),
    "unknown_sku_in_alternatives": ("alternatives", "sku,alternative\nX,00123\n", 2, "sku", "X", "neither"),
    "unknown_alternative": ("alternatives", "sku,alternative\n00123,X\n", 2, "alternative", "X", "neither"),
    "unknown_sku_in_price_breaks": (
        "price_breaks",
        "supplier,sku,min_quantity,unit_cost\nacme,X,1,1\n",
        2,
        "sku",
        "X",
        "neither",
    ),
    "unknown_supplier_in_price_breaks": (
        "price_breaks",
        "supplier,sku,min_quantity,unit_cost\nACME,00123,1,1\n",
        2,
        "supplier",
        "ACME",
        "Did you mean acme?",
    ),
}


@pytest.mark.parametrize(
    ("table", "content", "row", "column", "value", "message"), BAD_TABLES.values(), ids=BAD_TABLES
)
def test_a_bad_row_of_another_table_is_told(
    tmp_path: Path, table: str, content: str, row: int, column: str, value: str, message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(write(tmp_path, **{table: content}))
    problem = only(caught.value.problems)
    assert (problem.table, problem.row, problem.column, problem.value) == (table, row, column, value)
    assert message in str(caught.value) and repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("header", "column", "value"),
    [("order,ordered_at,sku", "quantity", None), ("order,ordered_at,sku,Quantitty", "quantity", "Quantitty")],
)
def test_a_missing_required_column_is_told(
    tmp_path: Path, header: str, column: str, value: str | None
) -> None:
    content = header + "\nA1,2011-09-01,00123" + (",5\n" if value else "\n")
    problem = only(check(write(tmp_path, orders=content)).problems)
    assert (problem.table, problem.column, problem.value) == ("orders", column, value)
    assert (f"Rename column {value!r}" if value else "Add a column quantity") in problem.todo


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    orders = ORDERS + "A1,1,2011-09-01,S,x,,,,,\nA2,1,31/12/2011,,5,,,,,\n"
    stock = "as_of,sku,on_hand\n2011-02-30,S,-1\n"
    checked = check(write(tmp_path, orders=orders, stock=stock))
    places = {(each.table, each.row, each.column) for each in (*checked.problems, *checked.notices)}
    assert places >= {
        ("orders", 2, "quantity"),
        ("orders", 3, "ordered_at"),
        ("orders", 3, "sku"),
        ("stock", 2, "as_of"),
        ("stock", 2, "on_hand"),
    }


def test_many_alike_are_listed_in_part_and_counted(tmp_path: Path) -> None:
    orders = ORDERS + "".join(f"A{row},1,2011-09-01,00123,-1,,,,,\n" for row in range(1_000))
    problems = check(write(tmp_path, orders=orders)).problems
    assert len(problems) == LISTED + 1
    assert [problem.row for problem in problems] == [*range(2, LISTED + 2), None]
    assert f"{1_000 - LISTED} more rows, the last of them row 1001" in problems[-1].what


def test_rows_are_counted_by_physical_lines(tmp_path: Path) -> None:
    lines = '"A\n1",1,2011-09-01,00123,5,,,,,\n\nA2,1,2011-09-01,00123,none,,,,,\n'
    problem = only(check(write(tmp_path, orders=ORDERS + lines)).problems)
    assert (problem.row, problem.value) == (5, "none")


def test_unknown_skus_are_not_told_where_their_source_cannot_be_read(tmp_path: Path) -> None:
    stock = "as_of,sku,on_hand\n2011-09-01,X,1\n"
    problem = only(check(write(tmp_path, orders=b"", stock=stock)).problems)
    assert problem.table == "orders"
    products = "name\nX\n"
    problem = only(check(write(tmp_path, orders=GOOD["orders"], stock=stock, products=products)).problems)
    assert (problem.table, problem.column) == ("products", "sku")


def test_what_may_be_right_is_a_notice_and_stops_nothing(tmp_path: Path) -> None:
    orders = (
        "order,ordered_at,sku,quantity,quantitty,duee,colour\n"
        "A1,2011-09-01,00123,5,1,,red\nA1,2011-09-01,00123,5,1,,red\nA2 ,2011-09-02,new,1,1,,red\n"
    )
    folder = write(tmp_path, orders=orders, stokc="as_of,sku,on_hand\n", orders2=ORDERS)
    (folder / "prices.ods").write_bytes(b"PK")
    checked = check(folder)
    assert checked.problems == () and checked.dataset is not None
    assert len(checked.dataset.orders) == 3
    found = {(notice.table, notice.column, notice.value) for notice in checked.notices}
    assert found == {
        ("orders", None, "orders2.csv"),
        ("stock", None, "stokc.csv"),
        ("orders", "quantitty, colour", "quantitty, colour"),
        ("prices", None, "prices.ods"),
        ("orders", "duee", "duee"),
        ("orders", "order", "A2 "),
        ("orders", "order, sku", "A1, 00123"),
        ("orders", "sku", "new"),
    }
    assert "repeat another row in every column: 1, this one first" in checked.text()
    assert list(checked.dataset.orders["order"]) == ["A1", "A1", "A2"]


def test_the_summary_says_what_each_table_holds(tmp_path: Path) -> None:
    checked = check(write(tmp_path, orders=order(sku="77")))
    held = {table.table: table for table in checked.tables}
    assert (held["orders"].rows, held["orders"].items) == (2, 2)
    assert (held["orders"].first, held["orders"].last) == ("2011-09-01", "2011-09-04")
    assert (held["suppliers"].items, held["suppliers"].first) == (None, None)
    assert "orders: 2 rows, 2 items, 2011-09-01 to 2011-09-04" in checked.text()
    assert checked.as_json()["tables"][0]["rows"] == 2
    assert checked.as_json()["notices"][0]["value"] == "77"
