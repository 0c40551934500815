"""Tables may be Excel workbooks: one a table, or one with a sheet a table; cells keep their types."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from forecasting.dataset.check import check
from forecasting.dataset.read import read
from forecasting.errors import DataError

HEAD = ["order", "ordered_at", "sku", "quantity", "status"]
LINES = [
    [1001, datetime(2024, 3, 14), "00123", 2, "shipped"],
    [1002, datetime(2024, 3, 15, 9, 30), 77.0, 1.5, "open"],
]
CSV = (
    "order,ordered_at,sku,quantity,status\n"
    "1001,2024-03-14,00123,2,shipped\n"
    "1002,2024-03-15T09:30,77,1.5,open\n"
)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_reads_as_the_csv_of_the_same_does(tmp_path):
    for name in ("excel", "csv"):
        (tmp_path / name).mkdir()
    workbook(tmp_path / "excel" / "orders.xlsx", Sheet1=[HEAD, *LINES])
    (tmp_path / "csv" / "orders.csv").write_text(CSV)
    data = read(tmp_path / "excel")
    assert list(data.orders["sku"]) == ["00123", "77"] and list(data.orders["order"]) == ["1001", "1002"]
    assert data.orders["ordered_at"][1] == pd.Timestamp("2024-03-15 09:30")
    assert data.fingerprint == read(tmp_path / "csv").fingerprint


def test_one_workbook_may_hold_a_sheet_per_table(tmp_path):
    products = [["sku", "unit_cost"], ["00123", 2], [77, 3.25]]
    workbook(tmp_path / "company.xlsx", notes=[["x"]], orders=[HEAD, *LINES], products=products)
    checked = check(tmp_path)
    assert checked.dataset is not None, checked.problems
    assert list(checked.dataset.products["unit_cost"]) == [2, 3.25]
    assert [notice.value for notice in checked.notices] == ["company.xlsx: notes"]


def test_the_sheet_of_the_tables_name_is_taken_before_the_first(tmp_path):
    workbook(tmp_path / "orders.xlsx", Cover=[["Report"]], orders=[HEAD, *LINES])
    assert len(read(tmp_path).orders) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([1003, datetime(2024, 3, 16), "77", "many", "open"], "not a number"),
        ([1003, "16.03.2024", "77", 1, "open"], "two readings"),
        ([1003, datetime(2024, 3, 16), "77", "#N/A", "open"], "a formula without a value"),
    ],
)
def test_a_wrong_cell_is_a_problem_with_its_row(tmp_path, row, said):
    workbook(tmp_path / "orders.xlsx", Sheet1=[HEAD, LINES[0], [None] * 5, row])
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    assert said in str(caught.value) and caught.value.problems[0].row == 4


def test_a_formula_that_was_never_computed_is_a_problem_and_not_an_empty_cell(tmp_path):
    workbook(tmp_path / "orders.xlsx", Sheet1=[[*HEAD, "unit_price"], [*LINES[0], "=2*3"], [*LINES[1], 4]])
    (problem,) = check(tmp_path).problems
    assert (problem.row, problem.column, problem.value) == (2, "unit_price", "=2*3")
    assert "never computed" in problem.what


def test_the_same_table_in_two_places_is_a_problem(tmp_path):
    workbook(tmp_path / "orders.xlsx", Sheet1=[HEAD, *LINES])
    (tmp_path / "orders.csv").write_text(CSV)
    with pytest.raises(DataError, match="there are two places for it"):
        read(tmp_path)


def test_a_damaged_workbook_is_a_problem_of_its_table_and_another_file_is_only_not_read(tmp_path):
    (tmp_path / "orders.csv").write_text(CSV)
    (tmp_path / "weather.xlsx").write_bytes(b"PK")
    (notice,) = check(tmp_path).notices
    assert notice.value == "weather.xlsx" and notice.severity == "warning"
    (tmp_path / "stock.xlsx").write_bytes(b"PK")
    (problem,) = check(tmp_path).problems
    assert problem.table == "stock" and "cannot be read as an Excel workbook" in problem.what
