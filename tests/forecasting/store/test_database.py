"""A run in a database: types that do not hang on one run's values, and runs side by side."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from forecasting.errors import RequestError
from forecasting.store.columns import Kind
from forecasting.store.database import write_run
from forecasting.store.schema import TABLES
from forecasting.store.sql_tables import sql_table

VALUES = {Kind.TEXT: "x", Kind.TIME: pd.Timestamp("2026-06-22"), Kind.INTEGER: 3}
PERIODS = pd.DataFrame({column.name: [VALUES.get(column.kind, 0.5)] for column in TABLES["periods"].columns})


def orders(quantity, units) -> dict[str, pd.DataFrame]:
    """Two tables that a plan writes, with these quantities."""
    assumed = pd.DataFrame({"setting": ["seed"], "value": ["1"], "items": [1]})
    choices = pd.DataFrame(
        {
            "run": ["r"],
            "location": ["main"],
            "sku": ["a"],
            "quantity": [quantity],
            "packs": [units],
            "unit_cost": [0.1],
            "value": [0.3],
            "expected_cost": [1e8 + 0.01],
            "recommended": [True],
        }
    )
    return {"choices": choices, "assumptions": assumed}


def run(name: str) -> dict[str, str]:
    return {"run": name, "command": "plan"}


def types(file) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as connection:
        return {row[1]: row[2] for row in connection.execute("pragma table_info(choices)")}


def test_types_are_those_of_the_declaration_whatever_a_run_holds(tmp_path):
    whole, halves = tmp_path / "whole.sqlite", tmp_path / "halves.sqlite"
    write_run(f"sqlite:///{whole}", orders(3, 1), run("r"))
    write_run(f"sqlite:///{halves}", orders(3.5, 1.75), run("r"))
    assert types(whole) == types(halves)
    # And a run with fractions goes where one without them was first.
    tables = orders(3.5, 1.75)
    tables["choices"]["run"] = "s"
    write_run(f"sqlite:///{whole}", tables, run("s"))
    with closing(sqlite3.connect(whole)) as connection:
        found = connection.execute("select run, quantity from choices order by run").fetchall()
        assumed = connection.execute("select run, setting from assumptions order by run").fetchall()
    assert found == [("r", 3.0), ("s", 3.5)]
    assert assumed == [("r", "seed"), ("s", "seed")]


def test_decimals_come_back_as_they_went(tmp_path):
    url = f"sqlite:///{tmp_path / 'runs.sqlite'}"
    write_run(url, orders(3, 1), run("r"))
    table = sql_table("choices", {column.name: column for column in TABLES["choices"].columns})
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        row = connection.execute(sa.select(table)).one()
    engine.dispose()
    assert (row.unit_cost, row.expected_cost) == (Decimal("0.100000"), Decimal("100000000.010000"))


@pytest.mark.parametrize("known", [True, False])
def test_what_is_not_known_is_null(tmp_path, known):
    file = tmp_path / "runs.sqlite"
    table = PERIODS if known else PERIODS.assign(backordered_lines=np.nan, cost_total=np.nan)
    write_run(f"sqlite:///{file}", {"periods": table}, run("r"))
    with closing(sqlite3.connect(file)) as connection:
        row = connection.execute("select period_start, backordered_lines, cost_total from periods").fetchone()
    assert row == ("2026-06-22 00:00:00.000000", *((3, 0.5) if known else (None, None)))


def test_tables_of_others_are_refused_and_nothing_is_written(tmp_path):
    file = tmp_path / "runs.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table assumptions (mine text)")
        connection.commit()
    with pytest.raises(RequestError, match=r"the database refused: .*Nothing was written"):
        write_run(f"sqlite:///{file}", orders(3, 1), run("r"))
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    assert tables == [("assumptions",)]
