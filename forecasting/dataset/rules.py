"""The rules that a typed table is held against: in its names, in its rows, and between tables.

A rule gives the positions of the rows that break it. Nulls break none: what is missing is ``parse``'s
matter. Dates are compared by day, so that a deadline given as a date may be the day of the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.dataset.circles import circles
from forecasting.dataset.fingerprint import as_integers
from forecasting.dataset.mixing import mixed
from forecasting.dataset.source import Fault, Raw, Rows
from forecasting.dataset.supply_rules import between_supply_tables, in_supply_rows
from forecasting.dataset.synonyms import meant_column
from forecasting.dataset.tables import Column, Table
from forecasting.errors import Notice, Problem, nearest, plain

NOT_BEFORE: dict[str, tuple[tuple[str, str], ...]] = {
    "orders": (("due", "ordered_at"), ("shipped_at", "ordered_at"), ("cancelled_at", "ordered_at")),
    "purchase_orders": (("received_at", "ordered_at"),),
    "products": (("ends_on", "available_from"),),
    "supplier_items": (("until", "from"),),
    "closures": (("until", "from"),),
}
"""Per table: a date, and the one that it must not come before."""

NOT_ABOVE: dict[str, tuple[tuple[str, str], ...]] = {
    "orders": (("quantity_shipped", "quantity"),),
    "products": (("min_order_quantity", "max_order_quantity"),),
}
"""Per table: a number, and the one that it must not exceed."""

CANDIDATES = 5_000
"""Known words at most that one unknown word is compared with, to find what was meant."""


@dataclass(frozen=True)
class Reference:
    """A column whose words must be known: SKUs from products and orders, suppliers from suppliers."""

    table: str
    column: str
    to: str
    notice: bool = False


REFERENCES = (
    Reference("stock", "sku", "sku"),
    Reference("lots", "sku", "sku"),
    Reference("purchase_orders", "sku", "sku"),
    Reference("availability", "sku", "sku"),
    Reference("prices", "sku", "sku"),
    Reference("alternatives", "sku", "sku"),
    Reference("alternatives", "alternative", "sku"),
    Reference("price_breaks", "sku", "sku"),
    Reference("events", "sku", "sku", notice=True),
    Reference("products", "predecessor", "sku"),
    Reference("kits", "sku", "sku"),
    Reference("kits", "component", "sku"),
    Reference("locations", "supplied_by", "location"),
    Reference("products", "supplier", "supplier"),
    Reference("price_breaks", "supplier", "supplier"),
    Reference("supplier_items", "sku", "sku"),
    Reference("supplier_items", "supplier", "supplier"),
    Reference("closures", "supplier", "supplier"),
    # Purchases reach back to suppliers that are no longer bought from.
    Reference("purchase_orders", "supplier", "supplier", notice=True),
)

KNOWN_FROM = {
    "sku": ("orders", "products"),
    "supplier": ("suppliers",),
    "location": ("orders", "stock", "purchase_orders", "locations"),
}


def in_names(raw: Raw) -> list[Problem]:
    """Problems for required columns that are missing, notices for columns that are not read."""
    present = raw.columns.column_names
    missing = [column.name for column in raw.table.columns if column.name not in present]
    known = {column.name for column in raw.table.columns}
    meant = {name: meant_column(name, raw.table, missing) for name in present if name not in known}
    problems: list[Problem] = []
    for column in raw.table.columns:
        if column.required and column.name in missing:
            near = [name for name, guess in meant.items() if guess == column.name]
            todo = f"Rename column {near[0]!r} to {column.name}." if near else f"Add a column {column.name}."
            what = "the column is missing, and it is required"
            value = near[0] if near else None
            problems.append(Problem(raw.table.name, None, column.name, value, what, todo))
    for name, guess in meant.items():
        if guess is not None and not raw.table.column(guess).required:
            what = f"the column is not read: it is not called {guess}"
            todo = f"Rename it to {guess} if that is meant."
            problems.append(Notice(raw.table.name, None, name, name, what, todo))
    unknown = ", ".join(name for name, guess in meant.items() if guess is None)
    if unknown:
        what = f"the column is not read: {raw.table.name} has none of that name"
        what = what if ", " not in unknown else "columns that are not read: the table has none of these names"
        todo = "Nothing, if they are not meant for this; docs/datasets.md has the names that are read."
        problems.append(Notice(raw.table.name, None, unknown, unknown, what, todo, severity="note"))
    return problems


def in_rows(raw: Raw, frame: pd.DataFrame) -> list[Fault]:
    """What is wrong in the rows of one table: bounds, order of dates, sizes, keys."""
    return [
        *(fault for column in raw.table.columns for fault in _bounds(raw.table, column, frame)),
        *_below_zero(raw.table, frame),
        *_pairs(raw.table, frame),
        *_circles(raw.table, frame),
        *circles(raw.table.name, frame),
        *_dearer(raw.table, frame),
        *in_supply_rows(raw.table.name, frame),
        *_keys(raw, frame),
    ]


def between(frames: Mapping[str, pd.DataFrame], failed: frozenset[str]) -> Iterator[tuple[str, Fault]]:
    """References to what is nowhere known: each with the table that it is in.

    ``frames`` are the tables that were given and could be read. ``failed`` names those that were given
    and could not: nothing is said about references to them, nor to what a missing table would list.
    """
    for reference in REFERENCES:
        sources = KNOWN_FROM[reference.to]
        if reference.table not in frames or sources[0] not in frames or failed & set(sources):
            continue
        listed = [_words(frames[name][reference.to]) for name in sources if name in frames]
        # A source without one word of its own lacks the column: nothing can be said about references.
        if not all(listed):
            continue
        known = sorted(set().union(*listed))
        column = frames[reference.table][reference.column]
        unknown = np.append(~column.cat.categories.isin(known), False)
        rows = np.flatnonzero(unknown[column.cat.codes.to_numpy()])
        if len(rows):
            yield reference.table, _unknown(reference, rows, column, known)
    if "currencies" not in failed:
        yield from between_supply_tables(frames)


def orders_without_product(frames: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """A notice where SKUs are ordered that ``products`` does not list: planning falls back on defaults."""
    if "orders" not in frames or "products" not in frames or frames["products"].empty:
        return []
    alone = sorted(_words(frames["orders"]["sku"]) - _words(frames["products"]["sku"]))
    if not alone:
        return []
    what = f"SKUs ordered that are not in products: {len(alone):,}; planning falls back on defaults"
    value = ", ".join(alone[:5]) + (", .." if len(alone) > 5 else "")
    return [Notice("orders", None, "sku", value, what, "Add them to products if they are to be planned.")]


def _words(column: pd.Series) -> set[str]:
    return {str(word) for word in column.cat.categories}


def _unknown(reference: Reference, rows: Rows, column: pd.Series, known: list[str]) -> Fault:
    sources = " nor in ".join(KNOWN_FROM[reference.to])
    what = f"this {reference.to} is not in {sources}"
    if len(KNOWN_FROM[reference.to]) > 1:
        what = f"this {reference.to} is neither in {sources}"

    def todo(position: int) -> str:
        meant = _meant(str(column.iloc[position]), known)
        hint = f"Did you mean {meant}? " if meant else ""
        return f"{hint}Correct it, or add it to {KNOWN_FROM[reference.to][-1]}."

    return Fault((reference.column,), rows, what, todo, reference.notice)


def _meant(word: str, known: list[str]) -> str | None:
    def may_be(other: str) -> bool:
        alike = other[:2] == word[:2] or other[-2:] == word[-2:] or plain(other) == plain(word)
        return alike and abs(len(other) - len(word)) <= 2

    return nearest(word, [other for other in known if may_be(other)][:CANDIDATES], likeness=0.7)


def _bounds(table: Table, column: Column, frame: pd.DataFrame) -> Iterator[Fault]:
    bounds = (column.above, column.minimum, column.maximum)
    if all(bound is None for bound in bounds):
        return
    values = frame[column.name].to_numpy()
    todo = "Correct it."
    if table.name == "orders" and column.name == "quantity":
        todo = "Correct it; leave out returns and write-offs, which are not demand."
    where = (column.name,)
    if column.above is not None:
        yield Fault(where, np.flatnonzero(values <= column.above), f"must be above {column.above:g}", todo)
    if column.minimum is not None:
        low = np.flatnonzero(values < column.minimum)
        yield Fault(where, low, f"must be {column.minimum:g} or more", todo)
    if column.maximum is not None:
        high = np.flatnonzero(values > column.maximum)
        yield Fault(where, high, f"must be {column.maximum:g} or less", todo)


def _below_zero(table: Table, frame: pd.DataFrame) -> Iterator[Fault]:
    """Stock below zero: units that left before they were booked in, in many systems."""
    if table.name != "stock":
        return
    below = np.flatnonzero(frame["on_hand"].to_numpy() < 0)
    what = "stock below zero: units that left before they were booked in?"
    todo = "The setting negative_stock says how it is read: as owed, as zero, or not at all."
    yield Fault(("on_hand",), below, what, todo, notice=True)


def _pairs(table: Table, frame: pd.DataFrame) -> Iterator[Fault]:
    for late, early in NOT_BEFORE.get(table.name, ()):
        after, before = (frame[name].to_numpy().astype("datetime64[D]") for name in (late, early))
        wrong = np.flatnonzero(after < before)
        yield Fault((late, early), wrong, f"{late} is before {early}", "Correct one of the two dates.")
    for small, large in NOT_ABOVE.get(table.name, ()):
        wrong = np.flatnonzero(frame[small].to_numpy() > frame[large].to_numpy())
        yield Fault((small, large), wrong, f"{small} is more than {large}", "Correct one of the two numbers.")


def _circles(table: Table, frame: pd.DataFrame) -> Iterator[Fault]:
    if table.name != "products" or not frame["predecessor"].notna().any():
        return
    sku, elder = (frame[name].astype(object).to_numpy() for name in ("sku", "predecessor"))
    rows = len(frame)
    # Row ``rows`` stands for what has no predecessor here; of a SKU listed twice the first row counts.
    known = pd.Index(sku)
    first = np.flatnonzero(~known.duplicated())
    elder_row = np.append(first, rows)[known[first].get_indexer(elder)]
    step = np.append(np.where(frame["predecessor"].notna().to_numpy(), elder_row, rows), rows)
    itself = np.flatnonzero(step[:-1] == np.arange(rows))
    todo = "Leave it empty, or correct it."
    yield Fault(("predecessor",), itself, "the product is its own predecessor", todo)
    step[itself] = rows
    far = step
    for _ in range(rows.bit_length()):
        far = far[far]
    # After more steps than there are rows, only those who started towards a circle have not come to an end.
    circle = np.setdiff1d(far, [rows])
    what = "the product comes before itself: its predecessors lead back to it"
    yield Fault(("predecessor",), circle, what, "Leave out one predecessor of the circle.")


def _dearer(table: Table, frame: pd.DataFrame) -> Iterator[Fault]:
    """Price breaks from which on a unit costs no less than from fewer units on."""
    if table.name != "price_breaks" or frame.empty:
        return
    keys = [as_integers(frame[name]) for name in ("supplier", "sku")]
    quantity, cost = (frame[name].to_numpy(dtype=np.float64) for name in ("min_quantity", "unit_cost"))
    order = np.lexsort((quantity, keys[1], keys[0]))
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    rows = np.sort(order[1:][same & (cost[order][1:] >= cost[order][:-1])])
    what = "a larger order is no cheaper: the unit_cost is not below that of the break before"
    todo = "Leave the row out, or correct min_quantity or unit_cost; as it is, it is taken at its word."
    yield Fault(("min_quantity", "unit_cost"), rows, what, todo, notice=True)


def _keys(raw: Raw, frame: pd.DataFrame) -> Iterator[Fault]:
    key = raw.table.key
    if key:
        whole = np.logical_and.reduce([frame[name].notna().to_numpy() for name in key])
        again, first = _repeated(frame, key, np.flatnonzero(whole))

        def what(position: int) -> str:
            twin = raw.row_numbers()[first[np.searchsorted(again, position)]]
            return f"the same {' and '.join(key)} as in row {twin}"

        yield Fault(key, again, what, "Keep one of the two rows, or correct one of them.")
    if "line" in key:
        free = np.flatnonzero(frame["line"].isna().to_numpy())
        names = tuple(column.name for column in raw.table.columns)
        again, _ = _repeated(frame, names, free)
        what_all = (
            f"rows without a line that repeat another row in every column: {len(again):,}, this one first; "
            f"each of them counts{' as demand' if raw.table.name == 'orders' else ''}"
        )
        todo = "Take them out if they are copies; else number the lines of an order in column line."
        yield Fault((key[0], "sku"), again[:1], what_all, todo, notice=True)


def _repeated(frame: pd.DataFrame, names: tuple[str, ...], rows: Rows) -> tuple[Rows, Rows]:
    """Of ``rows``, those that repeat an earlier one in all the columns, and which one each repeats."""
    parts = [as_integers(frame[name])[rows] for name in names]
    if not len(rows):
        return rows, rows
    hashed = mixed(parts)
    # Few rows share a hash: only those are compared in full.
    shared = np.flatnonzero(pd.Series(hashed).duplicated(keep=False).to_numpy())
    if not len(shared):
        return shared, shared
    exact = pd.DataFrame({index: part[shared] for index, part in enumerate(parts)})
    group = exact.groupby(list(exact.columns), sort=False).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    first = first[group]
    again = np.flatnonzero(first != np.arange(len(shared)))
    return rows[shared[again]], rows[shared[first[again]]]
