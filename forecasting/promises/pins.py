"""What people set aside by hand: a file of pins, each an order line and where its goods come from.

A pin holds until its row is taken out of the file, or ``released`` has a day that has come. When the purchase
order that a line was pinned to has come, its goods are in stock, and the pin is one to stock.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, IntArray
from forecasting.errors import Notice, RequestError, known_names
from forecasting.inputs.read_records import days_of
from forecasting.inputs.records import Records
from forecasting.promises.allocation import Pins
from forecasting.promises.facts import Facts
from forecasting.promises.supply import Source

COLUMNS = ("order", "line", "source", "quantity", "released")
NEEDED = ("order", "source")
PLACES = {"stock": (Source.STOCK,), "recommendation": (Source.RECOMMENDATION, Source.LATER)}


def read_pins(file: Path) -> pd.DataFrame:
    """The pins in a CSV or Parquet file. Raises RequestError where it is no such file."""
    try:
        table = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, dtype=str)
    except (OSError, ValueError) as error:
        raise RequestError(f"{file}: cannot be read as pins ({error}); give CSV or Parquet") from None
    unknown = [name for name in table.columns if name not in COLUMNS]
    if unknown:
        raise RequestError(f"{file}: there is no column {unknown[0]!r}: {known_names(unknown[0], COLUMNS)}")
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise RequestError(f"{file}: the column {missing[0]} is missing; write {', '.join(COLUMNS)}")
    return table.reindex(columns=list(COLUMNS))


def pins_of(table: pd.DataFrame, found: Facts, records: Records) -> tuple[Pins, list[Notice]]:
    """The pins that hold, as lines and sources; and what is said of those that cannot."""
    table, released = _read(table)
    held = table[(released == LONG_AGO) | (released > found.as_of)]
    at_order = _by_name(records, found)
    rows: list[tuple[int, int, int]] = []
    notices = []
    free, unpinned = found.sources.parts.copy(), found.wanted.copy()
    for row, pin in zip(held.index, held.itertuples(index=False), strict=True):
        lines = at_order.get(str(pin.order), {})
        named = list(lines.values()) if pd.isna(pin.line) else [lines.get(str(pin.line), -1)]
        lines_pinned = [line for line in named if line >= 0]
        if not lines_pinned:
            notices.append(
                _notice(
                    row,
                    "order",
                    pin.order,
                    "is no open order line: it has shipped, or was cancelled",
                    "Take the pin out.",
                )
            )
        for line in lines_pinned:
            asked = None if pd.isna(pin.quantity) else float(pin.quantity)
            wanted = int(unpinned[line])
            wanted = wanted if asked is None else min(wanted, int(found.parts.whole(np.array([asked]))[0]))
            for source in _sources(str(pin.source), int(found.lines.item[line]), found, records):
                given = min(wanted, int(free[source]))
                rows, wanted = [*rows, (line, source, given)], wanted - given
                free[source] -= given
                unpinned[line] -= given
            if wanted > 0:
                notices.append(
                    _notice(
                        row,
                        "source",
                        pin.source,
                        "has too little for what is pinned to it",
                        "Pin less, or elsewhere.",
                    )
                )
    columns: IntArray = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Pins(columns[:, 0], columns[:, 1], columns[:, 2]), notices


def _read(table: pd.DataFrame) -> tuple[pd.DataFrame, IntArray]:
    """The pins with quantities as numbers, and the day on which each is released; LONG_AGO: never.

    Raises RequestError where a quantity is no number above 0, or a day is none.
    """
    quantity = pd.to_numeric(table["quantity"], errors="coerce")
    above = np.isfinite(quantity.to_numpy(dtype=np.float64, na_value=np.nan)) & (quantity > 0).to_numpy()
    released = pd.to_datetime(table["released"], format="ISO8601", errors="coerce").astype("datetime64[us]")
    wrong = {
        "quantity": (table["quantity"].notna() & ~above, "give a number above 0, or nothing for all"),
        "released": (table["released"].notna() & released.isna(), "write a date as 2026-06-30, or nothing"),
    }
    for name, (rows, todo) in wrong.items():
        if rows.any():
            row = table.index[rows.to_numpy()][0]
            given = str(table[name][row])
            raise RequestError(f"pins, row {int(row) + 2}: the {name} {given!r}: {todo}")
    return table.assign(quantity=quantity), days_of(released)


def _by_name(records: Records, found: Facts) -> dict[str, dict[str, int]]:
    """The open lines by order and line."""
    orders, names = records.orders, np.array([*records.line_names, ""], dtype=object)
    lines: dict[str, dict[str, int]] = {}
    for place, row in enumerate(found.lines.row.tolist()):
        order = str(records.order_names[orders.order[row]])
        lines.setdefault(order, {})[str(names[orders.line[row]]) or str(place)] = place
    return lines


def _sources(name: str, item: int, found: Facts, records: Records) -> list[int]:
    """The sources of an item that a pin names, by when they come."""
    sources = found.sources
    begin, end = np.searchsorted(sources.item, [item, item + 1])
    of_item = range(int(begin), int(end))
    if name not in PLACES:
        purchases = records.purchases
        of_order = [
            source
            for source in of_item
            if sources.purchase[source] >= 0
            and str(records.purchase_order_names[purchases.order[sources.purchase[source]]]) == name
        ]
        if of_order:
            return of_order
        if name not in set(map(str, records.purchase_order_names)):
            raise RequestError(f"pins: there is no purchase order {name!r}; name one, or {', '.join(PLACES)}")
        named = np.flatnonzero(records.purchase_order_names.astype(str) == name)
        if item not in purchases.item[np.isin(purchases.order, named)]:
            items = records.items
            what = f"{items.sku[item]} at {items.location[item]}"
            raise RequestError(f"pins: the purchase order {name!r} has none of {what}; name one that has")
        name = "stock"
    return [source for source in of_item if sources.kind[source] in PLACES[name]]


def _notice(row: object, column: str, value: object, what: str, todo: str) -> Notice:
    return Notice("pins", int(str(row)) + 2, column, str(value), what, todo)
