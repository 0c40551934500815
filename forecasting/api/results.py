"""What the functions of a notebook answer: tables by name, the run's description, and how both are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from forecasting.run import Result

SHOWN = 10
"""Rows of a table that a notebook shows."""


@dataclass(frozen=True)
class Outcome:
    """The tables of a run, each an attribute: ``plan.recommendations``, ``replay.summary``.

    Attributes:
        tables: DataFrames by name; ``docs/outputs.md`` has their columns.
        run: what ``run.json`` says.
        says: the headline, as the command line prints it.
        shown: what a notebook shows of them.

    """

    tables: Mapping[str, pd.DataFrame]
    run: Mapping[str, Any]
    says: str
    shown: pd.DataFrame

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables = self.__dict__.get("tables", {})
        if name in tables:
            table: pd.DataFrame = tables[name]
            return table
        raise AttributeError(f"there is no table {name!r}; there are {', '.join(tables)}")

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The table of that name."""
        return self.tables[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tables]

    def __repr__(self) -> str:
        return f"{self.says}\nTables: {', '.join(self.tables)}"

    def _repr_html_(self) -> str:
        return f"{paragraph(self.says)}{html_table(self.shown, SHOWN)}"


def outcome(result: Result, says: str, shown: pd.DataFrame) -> Outcome:
    """A use case's result, as a notebook has it."""
    return Outcome(result.tables, result.run, says, shown)


def paragraph(text: str) -> str:
    """A text as HTML."""
    return f"<p>{escape(text)}</p>"


def html_table(table: pd.DataFrame, most: int) -> str:
    """The first rows of a table as HTML, and how many more there are."""
    shown = table.head(most).to_html(index=False, border=0, float_format=lambda value: f"{value:,.2f}")
    left = len(table) - most
    return shown + (paragraph(f"and {left:,} more rows") if left > 0 else "")
