"""The tables that were given, with what every rule asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.dataset.oddities.counts import BetweenCounts, between_counts
from forecasting.dataset.source import Raw, Rows
from forecasting.errors import Notice

EXAMPLES = 5
"""Words that a notice shows of many."""

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Given:
    """The tables as their sources hold them, and typed; those that were not given are missing."""

    raws: Mapping[str, Raw]
    frames: Mapping[str, pd.DataFrame]

    def has(self, *tables: str) -> bool:
        """Whether each of the tables was given, with a row."""
        return all(len(self.frames.get(table, ())) > 0 for table in tables)

    def numbers(self, table: str, column: str) -> Floats:
        """float64, shape (rows,): a column of numbers; NaN where nothing is given."""
        return self.frames[table][column].to_numpy(dtype=np.float64)

    def days(self, table: str, column: str) -> Floats:
        """float64, shape (rows,): days since 1970 of a column of dates; NaN where nothing is given."""
        dates = self.frames[table][column].to_numpy().astype("datetime64[D]")
        return np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))

    def number_of(self, table: str, column: str, known: pd.Index) -> Days:
        """int64, shape (rows,): the place of each row's word among ``known``; -1: it is not among them."""
        words = self.frames[table][column]
        places = np.append(known.get_indexer(words.cat.categories.astype(object)), -1)
        return places[words.cat.codes.to_numpy()].astype(np.int64)

    @cached_property
    def between_counts(self) -> BetweenCounts:
        """What several rules hold the counts of stock against."""
        return between_counts(self)

    def notice(
        self, table: str, columns: str | tuple[str, ...], rows: Rows, what: str, advice: str, **more: Any
    ) -> Notice:
        """A notice of ``rows`` (positions), the first of them shown, and how many there are.

        ``more``: ``value``, ``sku``, ``money``, ``severity`` where they are to be said otherwise.
        """
        raw, first = self.raws[table], int(rows[0])
        columns = (columns,) if isinstance(columns, str) else columns
        if len(rows) > 1:
            what = f"{what} ({len(rows):,} rows, this one first)"
        value = ", ".join(raw.value(column, first).strip() for column in columns)
        location, sku = raw.item(first)
        held = {"location": location, "sku": sku, "value": value, **more}
        row = int(raw.row_numbers()[first])
        return Notice(table, row, column=", ".join(columns), what=what, todo=advice, **held)


def listed(words: list[str]) -> str:
    """Some of many words, the first ``EXAMPLES`` of them."""
    return ", ".join(words[:EXAMPLES]) + (", .." if len(words) > EXAMPLES else "")


def count(number: int, thing: str) -> str:
    """A number of things, in words."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
