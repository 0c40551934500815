"""Files that are damaged, or are not what they should be, are told so; never misread in silence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecasting.dataset.check import check
from forecasting.dataset.read import read
from forecasting.dataset.tables import ORDERS
from forecasting.errors import DataError, Problem

HEADER = b"order,ordered_at,sku,quantity\n"
ROW = b"A1,2011-09-01,00123,5\n"


def told(source: Path) -> Problem:
    """The one problem of a source, after a look at how it is told."""
    with pytest.raises(DataError) as caught:
        read(source)
    assert len(caught.value.problems) == 1, str(caught.value)
    problem = caught.value.problems[0]
    text = str(caught.value)
    assert caught.value.exit_code == 1 and problem.todo in text
    assert problem.value is None or repr(problem.value) in text
    assert problem.row is None or f"row {problem.row}" in text
    return problem


# What orders.csv holds; then row, value and words of the message.
BAD_CSV: dict[str, tuple[bytes, int | None, str | None, str]] = {
    "no_bytes": (b"", None, "orders.csv", "the file is empty"),
    "blanks_only": (b" \n\n", None, "orders.csv", "the file is empty"),
    "header_only": (HEADER, None, None, "the table has no rows"),
    "header_without_line_break": (HEADER.strip(), None, None, "the table has no rows"),
    "empty_first_line": (b"\n" + HEADER + ROW, 1, "", "the first line is empty"),
    "windows_1252": (HEADER + ROW + "É2,2011-09-01,1,5\n".encode("cp1252"), 3, "0xc9", "not UTF-8; read as"),
    "two_encodings": (
        HEADER + "é,2011-09-01,1,5\n".encode() + b"caf\xe9,2011-09-01,1,5\n",
        3,
        "0xe9",
        "café",
    ),
    "cut_within_a_letter": (HEADER + ROW + "É".encode()[:1], 3, "0xc3", "iconv -f WINDOWS-1252"),
    "utf_16": ((HEADER + ROW).decode().encode("utf-16"), None, "orders.csv", "the file is UTF-16"),
    "utf_16_without_bom": ((HEADER + ROW).decode().encode("utf-16-le"), None, "orders.csv", "UTF-16"),
    "nul_byte": (HEADER + ROW + b"A\0,2011-09-01,1,5\n", 3, "\\x00", "a NUL byte (byte 53 of the file)"),
    "cut_in_a_row": (HEADER + ROW + b"A2,2011-0", 3, "2", "seems to have been cut off here"),
    "too_few": (HEADER + b"A2,2011-09-01\n" + ROW, 2, "2", "2 values where the header names 4 columns"),
    "too_many": (HEADER + ROW + b"A2,2011-09-01,1,1,5\n", 3, "5", "quote a value that holds a comma"),
    "quote_not_closed": (HEADER + ROW + b'"A2,2011-09-01,1,5\n' + ROW, 3, '"', "not closed properly"),
    "quote_not_closed_in_last_cell": (HEADER + ROW + b'A2,2011-09-01,1,"5', 3, '"', "not closed properly"),
    "quote_not_doubled": (HEADER + b'"a "b" c",2011-09-01,1,5\n', 2, '"', "not closed properly"),
    "semicolons": ((HEADER + ROW).replace(b",", b";"), 1, "order;ordered_at;sku;quantity", "by semicolons"),
    "quoted_semicolons": (
        b'"order";"ordered_at";"sku";"quantity"\n',
        1,
        '"order";"ordered_at";"sku";"quantity"',
        "with a point (not a comma)",
    ),
    "tabs": ((HEADER + ROW).replace(b",", b"\t"), 1, "order\tordered_at\tsku\tquantity", "by tabs"),
    "a_name_twice": (b"order,ordered_at,sku,quantity,sku\nA,2011-09-01,1,5,6\n", 1, "sku", "(columns 3, 5)"),
    "not_a_table": (b"PK\x03\x04\x14\x00\x06", 1, "\\x00", "Export the file anew"),
}


@pytest.mark.parametrize(("content", "row", "value", "message"), BAD_CSV.values(), ids=BAD_CSV)
def test_a_bad_csv_file_is_told(
    tmp_path: Path, content: bytes, row: int | None, value: str | None, message: str
) -> None:
    (tmp_path / "orders.csv").write_bytes(content)
    problem = told(tmp_path)
    assert problem.table == "orders" and message in str(problem)
    assert (problem.row, problem.value) == (row, value)


GOOD_CSV = {
    "bom": b"\xef\xbb\xbf" + HEADER + ROW,
    "windows_line_breaks": (HEADER + ROW).replace(b"\n", b"\r\n"),
    "old_mac_line_breaks": (HEADER + ROW).replace(b"\n", b"\r"),
    "all_quoted": b'"order","ordered_at","sku","quantity"\n"A1","2011-09-01","00123","5"\n',
    "blanks_around": b" order , ordered_at,sku ,quantity\n A1, 2011-09-01,00123 , 5.0\n",
    "empty_lines": HEADER + b"\n\n" + ROW + b"\n",
    "exponent": HEADER + b"A1,2011-09-01,00123,+5e0\n",
    "columns_in_another_order": b"quantity,sku,ordered_at,order\n5,00123,2011-09-01,A1\n",
    "nameless_column": b",order,ordered_at,sku,quantity,\n0,A1,2011-09-01,00123,5,\n",
    "no_last_line_break": HEADER + ROW.strip(),
}


@pytest.mark.parametrize("content", GOOD_CSV.values(), ids=GOOD_CSV)
def test_csv_may_be_written_in_several_ways(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "orders.csv").write_bytes(content)
    orders = read(tmp_path).orders
    assert list(orders["order"]) == ["A1"] and list(orders["sku"]) == ["00123"]
    assert list(orders["quantity"]) == [5.0] and list(orders["location"]) == ["main"]
    assert list(orders["ordered_at"]) == [pd.Timestamp("2011-09-01")]


def test_a_file_without_a_last_line_break_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(HEADER + ROW.strip())
    (notice,) = check(tmp_path).notices
    assert notice.row == 2 and "may have been cut off" in notice.what


def test_good_rows_among_bad_ones_keep_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(HEADER + b"A2,2011\n" + ROW + b"A3,2011-09-01,1,x\n")
    problems = check(tmp_path).problems
    assert [(problem.row, problem.value) for problem in problems] == [(2, "2"), (4, "x")]


def test_columns_are_typed_as_promised(tmp_path: Path) -> None:
    rows = (
        b"order,ordered_at,sku,quantity,status,colour\n"
        b"2,2011-09-04T16:20:00Z,NA,1,open,nan\n1,2011-09-04 16:20:00.25+02:00,00123,2.5,,\n"
    )
    (tmp_path / "orders.csv").write_bytes(rows)
    dataset = read(tmp_path)
    orders = dataset.orders
    assert list(orders.columns) == [*(column.name for column in ORDERS.columns), "colour"]
    assert [str(time) for time in orders["ordered_at"]] == [
        "2011-09-04 16:20:00",
        "2011-09-04 14:20:00.250000",
    ]
    for name in ("ordered_at", "due", "shipped_at"):
        assert orders[name].dtype == np.dtype("datetime64[us]")
    for name in ("quantity", "unit_price"):
        assert orders[name].dtype == np.float64
    for name in ("order", "sku", "location", "status", "customer", "colour"):
        assert isinstance(orders[name].dtype, pd.CategoricalDtype)
    assert list(orders["sku"].cat.categories) == ["00123", "NA"]
    assert list(orders["status"].cat.categories) == ["open", "shipped", "cancelled", "refused"]
    assert orders["status"].isna().tolist() == [False, True] and orders["line"].isna().all()
    assert len(dataset.stock) == 0 and dataset.stock["on_hand"].dtype == np.float64


def parquet(folder: Path, **columns: Any) -> Path:
    table = {"order": ["A1"], "ordered_at": [date(2011, 9, 1)], "sku": ["00123"], "quantity": [5.0]} | columns
    pq.write_table(pa.table({name: values for name, values in table.items() if values is not None}),
                   folder / "orders.parquet")  # fmt: skip
    return folder


NAN, INF = float("nan"), float("inf")
BAD_PARQUET: dict[str, tuple[dict[str, Any], int | None, str, str | None, str]] = {
    "text_for_numbers": ({"quantity": ["5"]}, 1, "quantity", "5", "holds text, where numbers should be"),
    "truth_for_numbers": ({"quantity": [True]}, 1, "quantity", "True", "holds bool"),
    "number_for_a_date": (
        {"ordered_at": [20110901]},
        1,
        "ordered_at",
        "20110901",
        "int64, where dates or times should be",
    ),
    "fraction_for_text": ({"sku": [17850.0]}, 1, "sku", "17850.0", "holds double, where text should be"),
    "list_for_text": ({"sku": [["a"]]}, 1, "sku", "['a']", "holds list"),
    "nan_required": ({"quantity": [NAN]}, 1, "quantity", "nan", "missing or not a number (NaN)"),
    "null_required": ({"quantity": pa.array([None], pa.float64())}, 1, "quantity", "", "missing"),
    "all_null": ({"quantity": pa.nulls(1)}, 1, "quantity", "", "every row must have one"),
    "infinite": ({"quantity": [INF]}, 1, "quantity", "inf", "not a finite number"),
    "infinite_optional": ({"unit_price": [-INF]}, 1, "unit_price", "-inf", "not a finite number"),
    "negative": ({"quantity": [-1]}, 1, "quantity", "-1", "must be above 0"),
    "bad_text_date": ({"ordered_at": ["2011-02-31"]}, 1, "ordered_at", "2011-02-31", "no such date"),
    "far_date": ({"due": [date(2201, 1, 1)]}, 1, "due", "2201-01-01", "not between 1900 and 2200"),
    "wrong_word": ({"status": ["done"]}, 1, "status", "done", "Write one of: open, shipped"),
    "no_quantity": ({"quantity": None}, None, "quantity", None, "the column is missing"),
}


@pytest.mark.parametrize(
    ("columns", "row", "column", "value", "message"), BAD_PARQUET.values(), ids=BAD_PARQUET
)
def test_a_bad_parquet_column_is_told(
    tmp_path: Path, columns: dict[str, Any], row: int | None, column: str, value: str | None, message: str
) -> None:
    problem = told(parquet(tmp_path, **columns))
    assert (problem.table, problem.row, problem.column, problem.value) == ("orders", row, column, value)
    assert message in str(problem)


GOOD_PARQUET: dict[str, dict[str, Any]] = {
    "whole_numbers": {"quantity": [5]},
    "small_numbers": {"quantity": pa.array([5], pa.uint8())},
    "decimals": {"quantity": [Decimal("5.00")]},
    "text_dates": {"ordered_at": ["2011-09-01"]},
    "nanoseconds": {"ordered_at": pa.array([datetime(2011, 9, 1)], pa.timestamp("ns"))},
    "seconds": {"ordered_at": pa.array([datetime(2011, 9, 1)], pa.timestamp("s"))},
    "zone": {"ordered_at": pa.array([datetime(2011, 9, 1, tzinfo=UTC)], pa.timestamp("us", "Europe/London"))},
    "dictionary": {"sku": pa.array(["00123"]).dictionary_encode()},
    "large_text": {"sku": pa.array(["00123"], pa.large_string())},
    "nan_where_optional": {"unit_price": [NAN]},
    "null_where_optional": {"unit_price": pa.nulls(1)},
}


@pytest.mark.parametrize("columns", GOOD_PARQUET.values(), ids=GOOD_PARQUET)
def test_the_same_content_has_the_same_fingerprint_in_every_type(
    tmp_path: Path, columns: dict[str, Any]
) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "orders.csv").write_bytes(HEADER + ROW)
    assert read(parquet(tmp_path, **columns)).fingerprint == read(tmp_path / "csv").fingerprint


def test_whole_numbers_are_text_where_text_is_expected(tmp_path: Path) -> None:
    assert list(read(parquet(tmp_path, order=[489434])).orders["order"]) == ["489434"]


def test_extra_columns_of_any_type_are_kept(tmp_path: Path) -> None:
    orders = read(parquet(tmp_path, tags=[["a", "b"]], weight=[1], note=["x"])).orders
    assert list(orders.columns[-3:]) == ["tags", "weight", "note"]
    assert list(orders["tags"][0]) == ["a", "b"] and orders["weight"][0] == 1 and orders["note"][0] == "x"


@pytest.mark.parametrize("keep", [0, 3, 200, -1], ids=["empty", "magic", "half", "all_but_one"])
def test_a_cut_parquet_file_is_told(tmp_path: Path, keep: int) -> None:
    file = parquet(tmp_path) / "orders.parquet"
    file.write_bytes(file.read_bytes()[:keep])
    problem = told(tmp_path)
    assert (problem.table, problem.value) == ("orders", "orders.parquet")
    assert "cannot be read as Parquet" in problem.what


def test_a_parquet_file_with_a_name_twice_is_told(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(["A"]), pa.array(["B"])], names=["order", "order"])
    pq.write_table(table, tmp_path / "orders.parquet")
    problem = told(tmp_path)
    assert problem.column == "order" and "2 columns bear this name" in problem.what


def test_two_files_for_one_table_are_told(tmp_path: Path) -> None:
    (parquet(tmp_path) / "orders.csv").write_bytes(HEADER + ROW)
    problem = told(tmp_path)
    assert (problem.table, problem.value) == ("orders", "orders.parquet")
    assert "orders.csv and orders.parquet" in problem.what


@pytest.mark.parametrize("name", ["orders.csv", "orders.parquet"])
def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    problem = told(tmp_path)
    assert (problem.table, problem.value) == ("orders", name) and "cannot be read" in problem.what


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    problem = told(tmp_path / "nowhere")
    assert problem.value == str(tmp_path / "nowhere") and "no such folder" in problem.what


def test_a_path_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(HEADER + ROW)
    problem = told(tmp_path / "orders.csv")
    assert problem.value == str(tmp_path / "orders.csv") and "is a file, not a folder" in problem.what


@pytest.mark.parametrize("name", ["stock.csv", "orderss.csv"])
def test_a_folder_without_orders_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"as_of,sku,on_hand\n")
    problem = told(tmp_path)
    assert (problem.table, problem.value) == ("orders", str(tmp_path))
    assert ("Rename orderss to orders" in problem.todo) == (name == "orderss.csv")


def test_blocks_of_a_file_make_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"Ä{row},2011-09-01,{row % 7:03d},{row + 1}\n" for row in range(200)]
    (tmp_path / "orders.csv").write_bytes(HEADER + "".join(rows).encode())
    whole = read(tmp_path)
    monkeypatch.setattr("forecasting.dataset.csv_files.BLOCK", 101)
    parts = read(tmp_path)
    assert parts.fingerprint == whole.fingerprint
    assert list(parts.orders["sku"]) == [f"{row % 7:03d}" for row in range(200)]
    assert list(parts.orders["order"]) == [f"Ä{row}" for row in range(200)]
