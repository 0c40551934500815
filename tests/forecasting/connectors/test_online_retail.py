"""The import of "Online Retail II": every trap of the file, on a small one and on the published one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.connectors.online_retail.importing import Imported, import_online_retail
from forecasting.dataset.tables import ORDERS
from forecasting.errors import DataError, RequestError
from forecasting.reports.terminal import import_text
from tests.support.online_retail import assert_adds_up

HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"

EVERY_TRAP = """\
500001,85123A,WHITE HEART,10,2011-01-04 09:00:00,2.55,13085.0,United Kingdom
500001,85123a,WHITE HEART,4,2011-01-04 09:00:00,2.55,13085.0,United Kingdom
500001,22001,RED MUG,1,2011-01-04 09:00:00,1.25,13085.0,United Kingdom
500001,22001,RED MUG,1,2011-01-04 09:00:00,1.25,13085.0,United Kingdom
500001,POST,POSTAGE,1,2011-01-04 09:00:00,18.00,13085.0,United Kingdom
500001,22002,SPOON,3,2011-01-04 09:00:00,0,13085.0,United Kingdom
500002,47503J ,TOOLS,74215,2011-01-04 10:00:00,1.04,12346,United Kingdom
C500003,47503J,TOOLS,-74215,2011-01-04 10:16:00,1.04,12346,United Kingdom
500004,DOT,DOTCOM POSTAGE,1,2011-01-05 09:00:00,5.00,,United Kingdom
500004,22001,red mug damaged,2,2011-01-05 09:00:00,2.46,,United Kingdom
500004,22003,,7,2011-01-05 09:00:00,0,,United Kingdom
500005,22001,found,40,2011-01-05 09:30:00,0,,United Kingdom
500006,22001,nan,-6,2011-01-05 09:31:00,0,,United Kingdom
500007,85123A,CREAM HEART,5,2011-01-06 09:00:00,2.95,13085,United Kingdom
500008,22001,RED MUG,9,2011-01-06 09:30:00,0,,United Kingdom
C500009,85123A,CREAM HEART,-12,2011-01-08 09:00:00,2.55,13085,United Kingdom
C500010,85123A,CREAM HEART,-9,2011-01-09 09:00:00,2.55,13085,United Kingdom
C500011,22001,RED MUG,-1,2011-01-03 09:00:00,1.25,13085,United Kingdom
C500012,22001,RED MUG,-1,2011-01-09 09:00:00,2.46,,United Kingdom
C500013,M,Manual,1,2011-01-09 09:00:00,373.57,,United Kingdom
C500014,22001,RED MUG,1,2011-01-09 09:00:00,1.25,13085,United Kingdom
C500015,D,Discount,-1,2011-01-09 09:00:00,9.00,13085,United Kingdom
A500016,B,Adjust bad debt,1,2011-01-09 09:00:00,-53594.36,,United Kingdom
500017,gift_0001_20,Gift Voucher,1,2011-01-09 09:00:00,16.67,,United Kingdom
500018,22001,RED MUG,-3,2011-01-09 09:00:00,1.25,13085,United Kingdom
500019,ROBOT9,ROBOT,2,2011-01-10 09:00:00,9.50,13085,France
"""


def imported(text: str, folder: Path) -> Imported:
    file = folder / "online_retail.csv"
    file.write_text(HEADER + text, encoding="utf-8")
    return import_online_retail(file)


def counts(result: Imported) -> dict[str, tuple[int, int]]:
    return {rule.name: (rule.rows, rule.units) for rule in result.rules if rule.rows}


def lines_of(result: Imported) -> list[tuple[object, ...]]:
    orders = result.tables["orders"]
    day = orders["cancelled_at"].dt.strftime("%d %H:%M").astype(object).fillna("")
    shown = orders[["order", "line", "sku", "quantity", "status", "quantity_shipped"]].astype(object)
    return list(shown.assign(day=day).itertuples(index=False, name=None))


def test_every_trap_gives_the_expected_order_lines(tmp_path: Path) -> None:
    # The cancellation of 12 hearts at 2.55 takes the 4 and 8 of the 10 sold at that price before it looks
    # at the 5 sold since at 2.95; the one of 9 then finds 2 at its price, and those 5, and lacks 2.
    assert lines_of(imported(EVERY_TRAP, tmp_path)) == [
        ("500001", "1c1", "85123A", 8.0, "cancelled", 8.0, "08 09:00"),
        ("500001", "1c2", "85123A", 2.0, "cancelled", 2.0, "09 09:00"),
        ("500001", "2c1", "85123A", 4.0, "cancelled", 4.0, "08 09:00"),
        ("500001", "3", "22001", 1.0, "shipped", 1.0, ""),
        ("500001", "4", "22001", 1.0, "shipped", 1.0, ""),
        ("500001", "6", "22002", 3.0, "shipped", 3.0, ""),
        ("500002", "1c1", "47503J", 74215.0, "cancelled", 0.0, "04 10:16"),
        ("500004", "2", "22001", 2.0, "shipped", 2.0, ""),
        ("500004", "3", "22003", 7.0, "shipped", 7.0, ""),
        ("500007", "1c1", "85123A", 5.0, "cancelled", 5.0, "09 09:00"),
        ("500008", "1", "22001", 9.0, "shipped", 9.0, ""),
        ("500019", "1", "ROBOT9", 2.0, "shipped", 2.0, ""),
    ]


def test_every_trap_is_counted(tmp_path: Path) -> None:
    result = imported(EVERY_TRAP, tmp_path)
    assert_adds_up(result)
    assert (result.read.rows, result.kept.rows) == (26, 11)
    assert counts(result) == {
        "bad_debt": (1, 1),
        "cancellation_netted": (2, -74227),
        "cancellation_partly_netted": (1, -9),
        "cancellation_unmatched": (1, -1),
        "cancellation_anonymous": (1, -1),
        "cancellation_without_units": (1, 1),
        "cancellation_not_goods": (2, 0),
        "stock_write_off": (1, -6),
        "postage": (2, 2),
        "gift_voucher": (1, 1),
        "impossible": (1, -3),
        "stock_entry": (1, 40),
        "code_spelling": (3, 74220),
        "unknown_code": (1, 2),
        "exact_duplicate": (1, 1),
        "no_description": (2, 1),
        "never_sold": (6, 4),
        "no_customer": (3, 18),
        "free_line": (3, 19),
        "renamed": (3, 16),
        "not_netted": (2, 3),
        "cancelled_in_a_day": (1, 74215),
        "returned": (4, 19),
    }
    assert "= kept " in import_text(result)


def test_orders_hold_the_columns_of_the_contract(tmp_path: Path) -> None:
    orders = imported(EVERY_TRAP, tmp_path).tables["orders"]
    known = [column.name for column in ORDERS.columns if column.name in orders.columns]
    assert list(orders.columns) == [*known, "country"]
    assert not orders.duplicated(["order", "line"]).any()
    shipped = orders["quantity_shipped"] > 0
    assert (orders["shipped_at"][shipped] == orders["ordered_at"][shipped]).all()
    assert orders["shipped_at"][~shipped].isna().all()
    anonymous = orders["order"].isin(["500004", "500008"])
    assert orders["customer"][anonymous].isna().all()
    assert set(orders["customer"][~anonymous]) == {"13085", "12346"}
    assert orders["country"].iloc[-1] == "France"
    assert orders["unit_price"].iloc[0] == 2.55


def test_products_are_named_as_the_shop_names_them(tmp_path: Path) -> None:
    products = imported(EVERY_TRAP, tmp_path).tables["products"].set_index("sku").astype(object)
    # The last name in capitals at a price, and none where only free lines without a text are known.
    assert products["description"].dropna().to_dict() == {
        "22001": "RED MUG",
        "22002": "SPOON",
        "47503J": "TOOLS",
        "85123A": "CREAM HEART",
        "ROBOT9": "ROBOT",
    }
    assert products["unit_price"].dropna().to_dict() == {
        "22001": 1.25,
        "47503J": 1.04,
        "85123A": 2.55,
        "ROBOT9": 9.5,
    }
    assert sorted(products.index) == ["22001", "22002", "22003", "47503J", "85123A", "ROBOT9"]


def test_price_is_the_median_of_the_last_ninety_days_sold(tmp_path: Path) -> None:
    row = "5{0},22001,MUG,1,2011-{1} 09:00:00,{2},13085,United Kingdom\n"
    sold = [("01", "01-01", 9), ("02", "03-10", 2), ("03", "03-20", 3), ("04", "04-05", 8)]
    products = imported("".join(row.format(*one) for one in sold), tmp_path).tables["products"]
    assert products["unit_price"].tolist() == [3.0]


def test_a_line_keeps_its_number_when_later_cancellations_arrive(tmp_path: Path) -> None:
    sale = "500001,22001,MUG,10,2011-01-04 09:00:00,1,13085,UK\n"
    first = "C500002,22001,MUG,-3,2011-01-14 09:00:00,1,13085,UK\n"
    second = "C500003,22001,MUG,-3,2011-01-15 09:00:00,1,13085,UK\n"
    before = lines_of(imported(sale + first, tmp_path))
    after = lines_of(imported(sale + first + second, tmp_path))
    assert before == [
        ("500001", "1", "22001", 7.0, "shipped", 7.0, ""),
        ("500001", "1c1", "22001", 3.0, "cancelled", 3.0, "14 09:00"),
    ]
    assert after == [
        ("500001", "1", "22001", 4.0, "shipped", 4.0, ""),
        before[1],
        ("500001", "1c2", "22001", 3.0, "cancelled", 3.0, "15 09:00"),
    ]


@pytest.mark.parametrize(
    ("at", "shipped"), [("2011-01-05 09:00:00", 0.0), ("2011-01-05 09:01:00", 1.0)], ids=["24 h", "later"]
)
def test_cancelled_within_a_day_was_never_shipped(tmp_path: Path, at: str, shipped: float) -> None:
    sale = "500001,22001,MUG,1,2011-01-04 09:00:00,1,13085,UK\n"
    orders = imported(f"{sale}C500002,22001,MUG,-1,{at},1,13085,UK\n", tmp_path).tables["orders"]
    assert orders["quantity_shipped"].tolist() == [shipped]


def test_rows_out_of_order_give_the_same_orders(tmp_path: Path) -> None:
    turned = "".join(reversed(EVERY_TRAP.splitlines(keepends=True)))
    shown = ["order", "sku", "quantity", "status", "cancelled_at"]
    one, other = (
        imported(text, tmp_path).tables["orders"][shown].astype(object).sort_values(shown[:3])
        for text in (EVERY_TRAP, turned)
    )
    # The two lines of 85123A in one invoice change places, and so what is taken from each.
    differs = (one["order"] == "500001").to_numpy()
    pd.testing.assert_frame_equal(
        one[~differs].reset_index(drop=True), other[~differs].reset_index(drop=True)
    )


def busy_days(days: list[str], invoices: int) -> str:
    return "".join(
        f"5{day[5:7]}{day[8:]}{number:02},22001,MUG,1,{day} 09:00:00,1,13085,UK\n"
        for day in days
        for number in range(invoices)
    )


def test_days_without_a_row_are_closed_in_a_busy_shop(tmp_path: Path) -> None:
    days = [str(day) for day in np.arange("2011-05-02", "2011-05-28", dtype="datetime64[D]")]
    open_days = [day for day in days if day not in ("2011-05-07", "2011-05-14", "2011-05-21", "2011-05-26")]
    events = imported(busy_days(open_days, 20), tmp_path).tables["events"].astype(object)
    assert [
        (f"{date:%Y-%m-%d}", name) for date, name in zip(events["date"], events["name"], strict=True)
    ] == [
        ("2011-05-07", "weekly closing day"),
        ("2011-05-14", "weekly closing day"),
        ("2011-05-21", "weekly closing day"),
        ("2011-05-26", "holiday"),
    ]
    assert set(events["kind"]) == {"closed"}
    assert "events" not in imported(busy_days(open_days, 19), tmp_path).tables


def test_parquet_and_csv_and_both_spellings_of_the_header_agree(tmp_path: Path) -> None:
    expected = imported(EVERY_TRAP, tmp_path)
    plain = pd.read_csv(tmp_path / "online_retail.csv", dtype={"StockCode": str}, keep_default_na=False)
    plain["InvoiceDate"] = pd.to_datetime(plain["InvoiceDate"])
    plain["Customer ID"] = pd.to_numeric(plain["Customer ID"], errors="coerce")
    old = {"Invoice": "InvoiceNo", "Price": "UnitPrice", "Customer ID": "CustomerID"}
    plain.rename(columns=old).to_parquet(tmp_path / "old.parquet", index=False)
    result = import_online_retail(tmp_path / "old.parquet")
    assert result.rules == expected.rules
    for name, table in expected.tables.items():
        pd.testing.assert_frame_equal(result.tables[name], table)


def test_a_file_with_nothing_sold_gives_no_orders(tmp_path: Path) -> None:
    result = imported("500006,22001,,-6,2011-01-05 09:31:00,0,,\n", tmp_path)
    assert_adds_up(result)
    assert {name: len(table) for name, table in result.tables.items()} == {"orders": 0, "products": 0}


def test_a_missing_column_is_named_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Country\n1,2,A,1,2011-01-01,1,UK\n"
    )
    with pytest.raises(DataError, match="column Customer ID or CustomerID: the column is missing"):
        import_online_retail(file)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1,2,A,1.5,2011-01-01,1,,UK", "row 3, column Quantity: not a whole number of units"),
        ("1,2,A,many,2011-01-01,1,,UK", "column Quantity: .*value 'many'"),
        ("1,2,A,1,1/2/2011 8:26,1,,UK", "row 3, column InvoiceDate: .*value '1/2/2011 8:26'"),
        ("1,2,A,1,2011-01-01,inf,,UK", "row 3, column Price: not a price"),
        ("1, ,A,1,2011-01-01,1,,UK", "row 3, column StockCode: not a stock code"),
        (",2,A,1,2011-01-01,1,,UK", "row 3, column Invoice: not an invoice number"),
        ("1,2,A", "Expected 8 columns"),
    ],
)
def test_a_wrong_value_is_named_with_its_row(tmp_path: Path, row: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        imported(f"1,2,A,1,2011-01-01,1,,UK\n{row}\n", tmp_path)


def test_files_that_are_not_read_say_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="Save every sheet as CSV"):
        import_online_retail(tmp_path / "online_retail_II.xlsx")
    with pytest.raises(RequestError, match="no such file"):
        import_online_retail(tmp_path / "none.csv")
    with pytest.raises(RequestError, match=r"Give a \.parquet or a \.csv"):
        import_online_retail(tmp_path / "sales.txt")
    with pytest.raises(DataError, match="has no rows"):
        imported("", tmp_path)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["500001", "500002", "C500003", "C500004", "A500005"]),
            st.sampled_from(["22001", "22001a", "22001A", "POST", "M", "gift_0001_10", "NEW1"]),
            st.sampled_from(["RED MUG", "damaged", "nan", "", "?"]),
            st.integers(-5, 8),
            st.integers(0, 3 * 24 * 60),
            st.sampled_from([0.0, 1.0, 2.5, -4.0]),
            st.sampled_from([None, 13085, 12346]),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_every_row_and_unit_is_accounted_for(rows: list[tuple[object, ...]]) -> None:
    names = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID"]
    frame = pd.DataFrame(rows, columns=names).assign(Country="UK")
    frame["InvoiceDate"] = pd.Timestamp("2011-01-04") + pd.to_timedelta(frame["InvoiceDate"], unit="min")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "lines.parquet"
        frame.to_parquet(file, index=False)
        result = import_online_retail(file)
    assert result.read.rows == len(frame)
    assert result.read.units == frame["Quantity"].sum()
    assert_adds_up(result)
    orders = result.tables["orders"]
    assert not orders.duplicated(["order", "line"]).any()
    assert (orders["quantity"] > 0).all()
    assert set(orders["sku"]) == set(result.tables["products"]["sku"])
    cancelled = orders["cancelled_at"].notna()
    assert (orders["cancelled_at"] >= orders["ordered_at"])[cancelled].all()
    assert (cancelled == (orders["status"] == "cancelled")).all()
