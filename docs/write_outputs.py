"""Writes ``docs/outputs.md`` from the declared tables. Run it by ``make docs``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forecasting.store.columns import Column, Kind, Table
from forecasting.store.flags import FLAGS
from forecasting.store.schema import TABLES
from forecasting.store.sql_tables import PLACES

FILE = Path(__file__).with_name("outputs.md")
HEAD = """# What runs write

Written by `make docs` from `forecasting/store/schema.py`; do not edit it by hand.

Each table below is a file `NAME.parquet` in the folder of `--out`, and with `--csv` a `NAME.csv`. `plan --db`
writes the same names and columns into a database, where the column `run` tells runs apart. Columns come in
this order; one marked * may have no value. [operating.md](operating.md) says when files appear, and what
`run.json` holds.
"""

DECIMAL = f"NUMERIC(24, {PLACES}); REAL in SQLite"
KINDS = {
    Kind.TEXT: ("words", "string", "TEXT"),
    Kind.FLAGS: ("words of the list of [flags](#flags), joined by `;`", "string", "TEXT"),
    Kind.DATE: ("a day, as 2026-06-28", "string", "DATE"),
    Kind.TIME: ("a point in time", "timestamp in microseconds", "TIMESTAMP"),
    Kind.BOOLEAN: ("yes or no", "bool", "BOOLEAN"),
    Kind.INTEGER: ("a count", "int64; double in a run where one is not known", "BIGINT"),
    Kind.QUANTITY: (
        "goods, which may be fractions",
        "int64 in a run where all are whole, else double",
        DECIMAL,
    ),
    Kind.MONEY: ("an amount in the company's currency, to a hundredth of a cent", "double", DECIMAL),
    Kind.SHARE: ("a part of a whole, 0 to 1", "double", DECIMAL),
    Kind.PROBABILITY: ("0 to 1", "double", DECIMAL),
    Kind.NUMBER: ("any other figure", "double", DECIMAL),
    Kind.SERIES: (
        "figures in their order, joined by `;`; nothing between two where one is not known",
        "string",
        "TEXT",
    ),
}


def table_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    first, *others = (f"| {' | '.join(cells)} |" for cells in (header, *rows))
    return "\n".join([first, "|---" * len(header) + "|", *others])


def section(table: Table) -> str:
    """One table: who writes it, what a row is, its key and its columns."""
    commands = ", ".join(f"`{command}`" for command in table.written_by)
    rows = [
        (named(column), column.kind.value, column.unit, column.meaning)
        for column in table.columns
        if column.described
    ]
    parts = [
        f"## {table.name}",
        f"By {commands}. A row is {table.row}. Key: {', '.join(table.key)}.",
        table_of(("column", "kind", "unit", "meaning"), rows),
        table.note,
    ]
    return "\n\n".join(part for part in parts if part)


def named(column: Column) -> str:
    """The column's name as the page shows it."""
    return f"`{column.name}{'..' if column.family else ''}`{'*' if column.nullable else ''}"


def text() -> str:
    """The whole page."""
    kinds = [(kind.value, *KINDS[kind]) for kind in Kind]
    flags = [(f"`{name}`", meaning) for name, meaning in FLAGS.items()]
    parts = [
        HEAD.strip(),
        "## Kinds",
        table_of(("kind", "holds", "Parquet", "SQL"), kinds),
        *(section(table) for table in TABLES.values()),
        "## Flags",
        table_of(("flag", "says of an item"), flags),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
