"""Lines as files for people and programs: CSV and Excel. No cell is ever read as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from forecasting.adapters.spreadsheets import safe

COLUMNS = (
    "supplier",
    "location",
    "sku",
    "description",
    "category",
    "quantity",
    "unit_cost",
    "value",
    "status",
    "suggested",
    "order_by",
    "arrives_on",
    "on_hand",
    "on_order",
    "backlog",
    "stockout_probability",
    "risk",
    "saving",
    "changed_by",
    "note",
    "reason",
    "flags",
)


def csv_text(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines, the COLUMNS of each, as CSV, piece by piece; figures with a point, dates as 2026-06-28."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_plain(value) for value in row])
        if buffer.tell() > 100_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else safe(str(value))


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    """Lines, the COLUMNS of each, as an Excel file."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet("lines")
    sheet.freeze_panes = "A2"
    head = []
    for name in COLUMNS:
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for row in rows:
        sheet.append([_typed(sheet, value) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _typed(sheet: Any, value: Any) -> Any:
    """A figure as a figure; text as text, even where it begins as a formula does."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, Decimal):
        return float(value)
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell
