"""Ways in which an export of a company's tables goes wrong, drawn by a seed: each changes the text."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.dataset.tables import BY_NAME, Column, Kind

Tables = dict[str, pd.DataFrame]


@dataclass
class Mutation:
    """What was done to ``tables`` (file name to its text): in which table, and column where it is one."""

    tables: Tables
    table: str
    column: str | None
    what: str


@dataclass
class Draw:
    """A random generator over the files of a dataset."""

    random: np.random.Generator
    tables: Tables

    def one(self, of: Iterable[str]) -> str:
        return str(self.random.choice(sorted(of)))

    def table(self, without: Iterable[str] = ()) -> str:
        return self.one(set(self.tables) - set(without))

    def column(self, *kinds: Kind, columns: Iterable[tuple[str, str]] | None = None) -> tuple[str, str]:
        """A table and one of its columns of these kinds that holds a value, or one of ``columns``."""
        fit = [
            f"{table}.{name}"
            for table, frame in self.tables.items()
            for name in frame.columns
            if contract(table, name).kind in kinds
            and (frame[name] != "").any()
            and (columns is None or (table, name) in set(columns))
        ]
        table, _, name = self.one(fit).partition(".")
        return table, name

    def done(self, table: str, column: str | None, what: str) -> Mutation:
        return Mutation(self.tables, table, column, f"{table}.{column}: {what}")


SCALED = (
    ("orders", "quantity"),
    ("orders", "quantity_shipped"),
    ("orders", "unit_price"),
    ("products", "unit_cost"),
    ("products", "unit_price"),
    ("stock", "on_hand"),
    ("purchase_orders", "quantity"),
    ("purchase_orders", "quantity_received"),
    ("purchase_orders", "unit_cost"),
    ("price_breaks", "unit_cost"),
    ("suppliers", "lead_time_days"),
    ("prices", "unit_price"),
)
"""Columns of numbers with which others must agree, so that another scale shows."""

ONE_SCALED = (("orders", "quantity"), ("purchase_orders", "quantity"), ("stock", "on_hand"))
"""Columns of which the others of the item tell that one number is a slip."""

DATED = (
    ("orders", "ordered_at"),
    ("orders", "shipped_at"),
    ("stock", "as_of"),
    ("purchase_orders", "ordered_at"),
    ("purchase_orders", "received_at"),
    ("purchase_orders", "expected_at"),
    ("availability", "date"),
)
"""Columns of dates that lie in the time of the orders."""

ONE_DATED = (*DATED[:3], ("orders", "cancelled_at"), *DATED[3:5], DATED[6])
"""Columns of dates of what has happened."""


def contract(table: str, name: str) -> Column:
    return BY_NAME[table].column(name)


def text_of(tables: Tables, folder: Path) -> Path:
    """Write them as CSV files."""
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


def numbers(values: pd.Series, change: Callable[[float], float]) -> pd.Series:
    """The numbers in a column of text, each changed; what is empty stays empty."""
    return values.map(lambda text: "" if text == "" else f"{change(float(text)):.12g}")


def moved(values: pd.Series, days: int) -> pd.Series:
    """The dates in a column of text, each ``days`` later."""
    with_time = values.str.contains("T|:").any()
    later = pd.to_datetime(values.where(values != "", None), format="ISO8601") + pd.Timedelta(days=days)
    return later.dt.strftime("%Y-%m-%dT%H:%M:%S" if with_time else "%Y-%m-%d").fillna("")


def rename_column(draw: Draw) -> Mutation:
    table, column = draw.column(*Kind)
    near = draw.random.random() < 0.5
    name = f"{column}s" if near else "".join(draw.random.choice(list(string.ascii_lowercase), 9))
    draw.tables[table] = draw.tables[table].rename(columns={column: name})
    return draw.done(table, column, f"renamed to {name}")


def rename_file(draw: Draw) -> Mutation:
    table = draw.table()
    name = draw.one(
        [table.rstrip("s") if table != "stock" else "stocks", f"{table}_2026", f"{table} (1)", f"old_{table}"]
    )
    draw.tables[name] = draw.tables.pop(table)
    return draw.done(table, None, f"file called {name}")


def rename_location(draw: Draw) -> Mutation:
    table = draw.one(["orders", "stock", "purchase_orders"])
    places = draw.tables[table]["location"]
    old = draw.one(places.unique())
    new = draw.one([old.capitalize(), f"{old} ", old.replace("a", "e").replace("o", "oo"), "hub"])
    draw.tables[table]["location"] = places.where(places != old, new)
    return draw.done(table, "location", f"{old!r} called {new!r}")


def drop_column(draw: Draw) -> Mutation:
    table, column = draw.column(*Kind)
    draw.tables[table] = draw.tables[table].drop(columns=column)
    return draw.done(table, column, "dropped")


def drop_rows(draw: Draw) -> Mutation:
    table = draw.table()
    draw.tables[table] = draw.tables[table].iloc[:0]
    return draw.done(table, None, "without its rows")


def drop_file(draw: Draw) -> Mutation:
    table = draw.table()
    del draw.tables[table]
    return draw.done(table, None, "left out")


def shift_dates(draw: Draw) -> Mutation:
    table, column = draw.column(Kind.DATE, Kind.TIME, columns=DATED)
    days = int(draw.random.choice([-3650, -365, 365, 3650]))
    draw.tables[table][column] = moved(draw.tables[table][column], days)
    return draw.done(table, column, f"{days} days later")


def shift_one_date(draw: Draw) -> Mutation:
    table, column = draw.column(Kind.DATE, Kind.TIME, columns=ONE_DATED)
    values = draw.tables[table][column]
    row = draw.random.choice(np.flatnonzero(values != ""))
    days = int(draw.random.choice([3653, 36525]))
    draw.tables[table][column] = values.where(np.arange(len(values)) != row, moved(values, days))
    return draw.done(table, column, f"row {row} {days} days later")


def scale_numbers(draw: Draw) -> Mutation:
    table, column = draw.column(Kind.NUMBER, columns=SCALED)
    factor = float(draw.random.choice([1000, 0.001]))
    draw.tables[table][column] = numbers(draw.tables[table][column], lambda value: value * factor)
    return draw.done(table, column, f"times {factor:g}")


def scale_one_number(draw: Draw) -> Mutation:
    table, column = draw.column(Kind.NUMBER, columns=ONE_SCALED)
    values = draw.tables[table][column]
    row = draw.random.choice(np.flatnonzero(values != ""))
    scaled = numbers(values, lambda value: value * 1000)
    draw.tables[table][column] = values.where(np.arange(len(values)) != row, scaled)
    return draw.done(table, column, f"row {row} times 1000")


def decimal_comma(draw: Draw) -> Mutation:
    table, column = draw.column(Kind.NUMBER)
    draw.tables[table][column] = numbers(draw.tables[table][column], float).map(
        lambda text: f"{text},0" if text and "." not in text else text.replace(".", ",")
    )
    return draw.done(table, column, "with a decimal comma")


def duplicate_rows(draw: Draw) -> Mutation:
    table = draw.table()
    frame = draw.tables[table]
    some = frame.sample(max(1, len(frame) // 10), random_state=int(draw.random.integers(1 << 30)))
    draw.tables[table] = pd.concat([frame, some])
    return draw.done(table, None, f"{len(some)} rows twice")


def reorder_rows(draw: Draw) -> Mutation:
    table = draw.table()
    draw.tables[table] = draw.tables[table].sample(frac=1, random_state=int(draw.random.integers(1 << 30)))
    return draw.done(table, None, "rows in another order")


def reorder_columns(draw: Draw) -> Mutation:
    table = draw.table()
    frame = draw.tables[table]
    draw.tables[table] = frame[list(draw.random.permutation(frame.columns))]
    return draw.done(table, None, "columns in another order")


def numbers_as_floats(draw: Draw) -> Mutation:
    table, column = draw.column(Kind.NUMBER)
    draw.tables[table][column] = draw.tables[table][column].map(
        lambda text: f"{text}.0" if text and "." not in text else text
    )
    return draw.done(table, column, "whole numbers with a point")


def dates_with_time(draw: Draw) -> Mutation:
    table, column = draw.column(Kind.DATE, Kind.TIME)
    values = draw.tables[table][column]
    draw.tables[table][column] = values.map(
        lambda text: text if text == "" or ":" in text else f"{text}T00:00:00"
    )
    return draw.done(table, column, "dates with the time of midnight")


def dates_of_another_country(draw: Draw) -> Mutation:
    table, column = draw.column(Kind.DATE, Kind.TIME)
    values = draw.tables[table][column]
    draw.tables[table][column] = values.map(lambda text: text and f"{text[8:10]}/{text[5:7]}/{text[:4]}")
    return draw.done(table, column, "day/month/year")


def quoted(draw: Draw) -> Mutation:
    table, column = draw.column(*Kind)
    draw.tables[table][column] = draw.tables[table][column].map(lambda text: text and f" {text} ")
    return draw.done(table, column, "blanks around each value")


HARMLESS = (reorder_rows, reorder_columns, numbers_as_floats, dates_with_time, quoted)
"""Those that change nothing of what the tables say."""

MUTATIONS = (
    rename_column,
    rename_file,
    rename_location,
    drop_column,
    drop_rows,
    drop_file,
    shift_dates,
    shift_one_date,
    scale_numbers,
    scale_one_number,
    decimal_comma,
    duplicate_rows,
    reorder_rows,
    reorder_columns,
    numbers_as_floats,
    dates_with_time,
    dates_of_another_country,
    quoted,
)
