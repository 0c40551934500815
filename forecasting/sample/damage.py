"""Tables that are being spoilt on purpose, with the account of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from forecasting.sample.catalogue import Random

ACCOUNT = ("kind", "table", "row", "location", "sku", "purchase_order", "column", "was", "now")
"""The columns of ``truth/faults``."""


@dataclass
class Damage:
    """The tables of a sample while faults are planted in them.

    Attributes:
        random: where every draw comes from.
        tables: the tables, words as plain objects; the index of each names its rows for good.
        free: SKUs that no fault has touched yet, in the order in which they are taken.
        account: what was done, a row a fault; ``row`` is a label of the table's index until the end.

    """

    random: Random
    tables: dict[str, pd.DataFrame]
    free: list[str]
    account: list[dict[str, Any]] = field(default_factory=list)

    def take(self, number: int, among: Sequence[str] | Collection[str]) -> list[str]:
        """So many untouched SKUs of these, or as many as there are; nobody else gets them."""
        taken = [sku for sku in self.free if sku in set(among)][:number]
        self.free = [sku for sku in self.free if sku not in taken]
        return taken

    def put(self, kind: str, table: str, label: int, column: str, now: Any) -> None:
        """Write ``now`` where something else stood, and say so."""
        was = self.value(table, label, column)
        self.tables[table].loc[label, column] = now
        if _text(was) != _text(now):
            self.say(kind, table, label, column, was, now)

    def value(self, table: str, label: int, column: str) -> Any:
        """What stands there."""
        return self.tables[table][column].loc[label]

    def say(self, kind: str, table: str, label: int | None, column: str | None, was: Any, now: Any) -> None:
        """Write down what was done; the item and the purchase order are those of the row."""
        row: Any = {} if label is None else self.tables[table].loc[label]
        held = {name: row.get(name) for name in ("location", "sku", "purchase_order")}
        given = {"kind": kind, "table": table, "row": label, "column": column}
        self.account.append({**given, **held, "was": _text(was), "now": _text(now)})

    def add(self, table: str, rows: pd.DataFrame) -> list[int]:
        """Put rows behind the others; their labels."""
        frame = self.tables[table]
        first = int(frame.index.max()) + 1
        labels = list(range(first, first + len(rows)))
        self.tables[table] = pd.concat([frame, rows.set_axis(labels)])
        return labels

    def drop(self, table: str, gone: pd.Series) -> None:
        """Take out the rows for which this is true."""
        self.tables[table] = self.tables[table][~gone]

    def told(self) -> pd.DataFrame:
        """The table ``faults``: rows count from 1, as in the tables that are there now."""
        account = pd.DataFrame(self.account, columns=list(ACCOUNT))
        place = np.full(len(account), np.nan)
        for number, each in enumerate(self.account):
            if each["row"] is not None:
                place[number] = 1 + self.tables[each["table"]].index.get_indexer(pd.Index([each["row"]]))[0]
        return account.assign(row=place)


def _text(value: Any) -> str | None:
    """A value as a file would show it."""
    if value is None or value is pd.NaT or value != value:
        return None
    return f"{value:.10g}" if isinstance(value, float) else str(value)
