"""Files of lines hold every figure, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import openpyxl
import pytest

from forecasting.reviewing.exports import COLUMNS, csv_text, workbook

EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x","y")',
    'plain; "text"\nof two lines',
]


def rows(text):
    values = {"quantity": Decimal("1200.500000"), "value": Decimal("3.000000"), "version": 1}
    return [[values.get(name, text) for name in COLUMNS]]


@pytest.mark.parametrize("text", EVIL)
def test_no_text_is_a_formula_in_a_csv(text):
    written = "".join(csv_text(rows(text)))
    head, row = list(csv.reader(io.StringIO(written, newline="")))
    assert tuple(head) == COLUMNS
    cell = dict(zip(head, row, strict=True))
    assert (cell["quantity"], cell["value"]) == ("1200.5", "3")
    assert cell["note"].lstrip("'") == text
    assert not cell["note"].startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", EVIL)
def test_no_text_is_a_formula_in_a_workbook(text):
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(rows(text)))).active
    cell = {sheet.cell(1, at).value: sheet.cell(2, at) for at in range(1, len(COLUMNS) + 1)}
    assert cell["quantity"].value == 1200.5
    assert cell["note"].data_type == "s"
    # XML knows one end of a line only.
    assert cell["note"].value == text.replace("\r", "\n")
