"""CSV or Excel files, one an order, in the layout of its supplier."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from forecasting.adapters.spreadsheets import safe
from forecasting.connectors.targets.folder import FolderTarget
from forecasting.connectors.targets.settings import TargetSettings
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine, plain
from forecasting.errors import known_names

Cell = str | Decimal

FIELDS: Mapping[str, Callable[[PurchaseOrder, int, PurchaseOrderLine], Cell]] = {
    "order": lambda order, at, line: order.key,
    "line": lambda order, at, line: Decimal(at),
    "date": lambda order, at, line: order.as_of.isoformat(),
    "supplier": lambda order, at, line: order.supplier,
    "location": lambda order, at, line: order.location,
    "currency": lambda order, at, line: order.currency,
    "sku": lambda order, at, line: line.sku,
    "supplier_sku": lambda order, at, line: line.supplier_sku or line.sku,
    "description": lambda order, at, line: line.description,
    "quantity": lambda order, at, line: line.quantity,
    "unit_cost": lambda order, at, line: line.unit_cost,
    "purchase_quantity": lambda order, at, line: line.purchase_quantity,
    "purchase_unit": lambda order, at, line: line.purchase_unit or "unit",
    "purchase_unit_cost": lambda order, at, line: line.purchase_unit_cost,
    "value": lambda order, at, line: line.value,
    "arrives_on": lambda order, at, line: line.arrives_on.isoformat() if line.arrives_on else "",
}
"""What a cell may hold, by name."""

COLUMNS = (
    "order",
    "line",
    "supplier_sku",
    "sku",
    "description",
    "quantity",
    "unit_cost",
    "currency",
    "arrives_on",
)


class Layout(TargetSettings):
    """How a supplier wants its files.

    ``columns``: their heading -> one of FIELDS, in their order. ``formula_safe``: text that a spreadsheet
    would compute gets an apostrophe before it.
    """

    columns: dict[str, str] = Field(default_factory=lambda: {name: name for name in COLUMNS})
    format: Literal["csv", "xlsx"] = "csv"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "utf-8-sig", "cp1252"] = "utf-8"
    formula_safe: bool = True

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, str]) -> dict[str, str]:
        for heading, name in columns.items():
            if name not in FIELDS:
                raise ValueError(f"column {heading}: there is no field {name!r}: {known_names(name, FIELDS)}")
        return columns


class Settings(Layout):
    """``folder``: where the files go. ``layouts``: of suppliers that want another than the one beside it."""

    folder: Path
    layouts: dict[str, Layout] = Field(default_factory=dict)


def build(settings: Settings) -> FolderTarget:
    """The target. Its files end in ``.csv`` or ``.xlsx``, as the layout of all others says."""
    return _BySupplier(settings)


class _BySupplier(FolderTarget):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__(settings.folder, f".{settings.format}", self._rendered)

    def write(self, order: PurchaseOrder, key: str, at: Any = None) -> str:
        """Write the file with the suffix of the supplier's own layout."""
        self.suffix = f".{self._layout(order).format}"
        return super().write(order, key, at)

    def _layout(self, order: PurchaseOrder) -> Layout:
        return self.settings.layouts.get(order.supplier, self.settings)

    def _rendered(self, order: PurchaseOrder) -> bytes:
        layout = self._layout(order)
        return workbook(order, layout) if layout.format == "xlsx" else csv_file(order, layout)


def rows(order: PurchaseOrder, layout: Layout) -> Sequence[Sequence[Cell]]:
    """The cells of each line, by the layout's columns."""
    fields = [FIELDS[name] for name in layout.columns.values()]
    return [[field(order, at, line) for field in fields] for at, line in enumerate(order.lines, start=1)]


def csv_file(order: PurchaseOrder, layout: Layout) -> bytes:
    """The order as CSV."""

    def text(cell: Cell) -> str:
        if isinstance(cell, Decimal):
            return plain(cell).replace(".", layout.decimal)
        return safe(cell) if layout.formula_safe else cell

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=layout.delimiter, lineterminator="\r\n")
    writer.writerow(layout.columns)
    writer.writerows([text(cell) for cell in row] for row in rows(order, layout))
    return buffer.getvalue().encode(layout.encoding, "replace")


def workbook(order: PurchaseOrder, layout: Layout) -> bytes:
    """The order as an Excel file: figures as figures, text as text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("order")

    def cell(value: Cell) -> Any:
        shown = value if isinstance(value, Decimal) else ILLEGAL_CHARACTERS_RE.sub("", value)
        made = WriteOnlyCell(sheet, shown)
        if not isinstance(value, Decimal):
            # Text that begins as a formula does stays text.
            made.data_type = "s"
        return made

    sheet.append([cell(heading) for heading in layout.columns])
    for row in rows(order, layout):
        sheet.append([cell(value) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
