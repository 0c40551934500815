"""What the whole dataset says that no partition can know: its SKUs, places and days. One pass over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from forecasting.dataset.absent import told_of
from forecasting.dataset.tables import BY_NAME, TABLES
from forecasting.domain import LONG_AGO, MAIN, IntArray, TextArray
from forecasting.inputs.records import Whole
from forecasting.scale.streams import TableStream, Vocabulary, texts

OF_ITEMS = ("orders", "stock", "purchase_orders")
"""A SKU at a place that one of these names is an item."""

MOST_PLACES = 1 << 20
"""More than a company has."""

LAST_DAYS = {
    "shipments": ("orders", "shipped_at"),
    "receipts": ("purchase_orders", "received_at"),
    "counts": ("stock", "as_of"),
}


@dataclass(frozen=True)
class Facts:
    """What one pass over all tables finds.

    Attributes:
        skus: text, shape (k,), ascending: every SKU that a row names.
        items_of_each: int64, shape (k,): at how many places each is an item.
        rows: of each table.
        whole: what partitions are told.

    """

    skus: TextArray
    items_of_each: IntArray
    rows: Mapping[str, int]
    whole: Whole

    @staticmethod
    def of(tables: Mapping[str, TableStream]) -> Facts:
        """Read the columns that say it, batch by batch."""
        seen = _Seen()
        for stream in tables.values():
            wanted: list[str] = [name for name in ("sku", "location") if name in stream.columns]
            days = [
                column
                for table, column in (("orders", "ordered_at"), *LAST_DAYS.values())
                if table == stream.name
            ]
            wanted += [name for name in dict.fromkeys(days) if name in stream.columns]
            told = told_of(BY_NAME[stream.name])
            seen.begin(stream.name, [name for name in told if name in stream.columns])
            for batch in stream.batches(None if not wanted else sorted({*wanted, *seen.empty})):
                seen.add(stream.name, batch)
        return seen.facts(tables)


@dataclass
class _Seen:
    """What has been found so far."""

    words: Vocabulary = field(default_factory=Vocabulary)
    pairs: list[Any] = field(default_factory=list)
    places: Vocabulary = field(default_factory=Vocabulary)
    order_places: set[str] = field(default_factory=set)
    days: dict[int, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    absent: dict[str, set[str]] = field(default_factory=dict)

    def begin(self, table: str, columns: list[str]) -> None:
        """A table begins: of these columns none has had a value yet."""
        self.rows[table], self.empty = 0, set(columns)
        self.absent[table] = self.empty

    def add(self, table: str, batch: Any) -> None:
        """Take in a batch of a table's rows."""
        self.rows[table] += batch.num_rows
        for name in list(self.empty):
            if batch.column(name).null_count < batch.num_rows:
                self.empty.discard(name)
        if "sku" in batch.column_names:
            sku = self.words.numbers(*texts(batch.column("sku")))
            if table in OF_ITEMS:
                place = self._places(batch)
                # One number for each pair, in which the place comes second.
                self.pairs.append(_distinct(sku[sku >= 0] * MOST_PLACES + place[sku >= 0]))
                if table == "orders":
                    self.order_places |= {str(self.places.words[number]) for number in _distinct(place)}
        if table == "orders":
            day, lines = np.unique(_days(batch.column("ordered_at")), return_counts=True)
            for each, count in zip(day.tolist(), lines.tolist(), strict=True):
                self.days[each] = self.days.get(each, 0) + count
        for name, (owner, column) in LAST_DAYS.items():
            if owner == table and column in batch.column_names:
                self.last[name] = int(_days(batch.column(column)).max(initial=self.last.get(name, LONG_AGO)))

    def facts(self, tables: Mapping[str, TableStream]) -> Facts:
        """All of it."""
        skus = self.words.words
        order = np.argsort(skus.astype(str), kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        pairs = _distinct(np.concatenate([np.zeros(0, dtype=np.int64), *self.pairs]))
        at = np.bincount(rank[pairs // MOST_PLACES], minlength=len(skus))
        # A SKU that only the catalogue names is an item everywhere.
        at = np.where(at == 0, max(len(self.places.words), 1), at)

        days = np.array(sorted(self.days), dtype=np.int64)
        lines = np.array([self.days[int(day)] for day in days], dtype=np.int64)
        last = {name: self.last.get(name, LONG_AGO) for name in LAST_DAYS}
        places, orders = frozenset(map(str, self.places.words)), frozenset(self.order_places)
        absent = tuple(_absent(tables, self.absent))
        return Facts(
            skus[order],
            at,
            dict(self.rows),
            Whole(days, lines, **last, places=places, order_places=orders, absent=absent),
        )

    def _places(self, batch: Any) -> IntArray:
        if "location" not in batch.column_names:
            only = np.array([MAIN], dtype=object)
            return self.places.numbers(only, np.zeros(batch.num_rows, dtype=np.int64))
        words, codes = texts(batch.column("location"))
        if (codes < 0).any():
            words = np.append(words, MAIN)
            codes = np.where(codes < 0, len(words) - 1, codes)
        return self.places.numbers(words, codes)


def _distinct(numbers: IntArray) -> IntArray:
    """Each number once, ascending. Where they lie close together nothing is sorted."""
    highest = int(numbers.max(initial=-1)) + 1
    if highest <= 4 * len(numbers):
        return np.flatnonzero(np.bincount(numbers, minlength=highest)).astype(np.int64)
    return np.unique(numbers)


def _days(column: Any) -> IntArray:
    """The days of a column of dates or times, as numbers; what is none is left out."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        micros = pc.drop_null(column.cast(pa.timestamp("us"), safe=False)).to_numpy()
        return micros.astype("datetime64[D]").astype(np.int64)
    words, codes = texts(column)
    parsed = pd.to_datetime(pd.Series(words, dtype=object), errors="coerce", format="ISO8601", utc=True)
    day = parsed.dt.tz_localize(None).to_numpy(dtype="datetime64[us]").astype("datetime64[D]")
    rows = day[codes[codes >= 0]]
    return rows[~np.isnat(rows)].astype(np.int64)


def _absent(tables: Mapping[str, TableStream], empty: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """As ``dataset.absent.absent``."""
    found = []
    for table in TABLES:
        if table.name not in tables and table.special:
            continue
        if table.name not in tables:
            found.append((table.name, "not given"))
            continue
        held = set(tables[table.name].columns) - empty[table.name]
        lacking = [name for name in told_of(table) if name not in held]
        if "location" in lacking:
            lacking.remove("location")
        if lacking:
            found.append((table.name, f"without {', '.join(lacking)}"))
    return found
