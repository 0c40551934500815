"""A dataset in SQLite and in PostgreSQL: read, written, and told where it cannot be."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from forecasting.dataset.check import check
from forecasting.dataset.read import read
from forecasting.dataset.write import write_database
from forecasting.errors import DataError, Problem, RequestError

COLUMNS = 'create table orders ("order", ordered_at, sku, quantity)'


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        sqlite3.connect(tmp_path / "data.db").close()
        yield f"sqlite:///{tmp_path / 'data.db'}"
        return
    url = request.getfixturevalue("postgresql_url")
    yield url
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("drop schema public cascade")
        connection.exec_driver_sql("create schema public")


def run(url: str, *statements: str) -> None:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def tables() -> dict[str, pd.DataFrame]:
    orders = pd.DataFrame(
        {
            "order": ["A1", "A1", "A2"],
            "line": ["1", "2", None],
            "ordered_at": pd.to_datetime(
                ["2011-09-01 10:00:00.25", "2011-09-01 10:00:00", "2011-09-02"], format="ISO8601"
            ),
            "sku": ["00123", 'quo"te, comma\nand line', "É"],
            "quantity": [1.0, 0.1, 1e15],
            "status": pd.Categorical(["open", None, "shipped"]),
            "colour": ["red", None, "blue"],
        }
    )
    stock = pd.DataFrame({"as_of": pd.to_datetime(["2011-09-01"]), "sku": ["00123"], "on_hand": [3.0]})
    return {"orders": orders, "stock": stock}


def told(url: str) -> Problem:
    with pytest.raises(DataError) as caught:
        read(url)
    assert len(caught.value.problems) == 1, str(caught.value)
    problem = caught.value.problems[0]
    assert caught.value.exit_code == 1 and problem.todo in str(caught.value)
    assert problem.value is None or repr(problem.value) in str(caught.value)
    return problem


def test_what_is_written_is_read_back(database: str) -> None:
    write_database(tables(), database)
    dataset = read(database)
    orders = dataset.orders
    assert list(orders["sku"]) == ["00123", 'quo"te, comma\nand line', "É"]
    assert list(orders["quantity"]) == [1.0, 0.1, 1e15]
    assert list(orders["ordered_at"]) == list(tables()["orders"]["ordered_at"])
    assert orders["colour"].astype(object).where(orders["colour"].notna(), None).tolist() == [
        "red",
        None,
        "blue",
    ]
    assert list(dataset.stock["as_of"]) == [pd.Timestamp("2011-09-01")]


def test_tables_are_replaced_and_others_left_alone(database: str) -> None:
    run(database, "create table notes (text varchar(20))", "insert into notes values ('kept')")
    write_database(tables(), database)
    shorter = {name: table.head(1) for name, table in tables().items()} | {"stock": tables()["stock"].head(0)}
    write_database(shorter, database)
    dataset = read(database)
    assert len(dataset.orders) == 1 and len(dataset.stock) == 0
    run(database, "insert into notes values ('still there')")


def test_a_write_that_fails_changes_nothing(database: str) -> None:
    write_database(tables(), database)
    before = read(database).fingerprint
    run(database, "create view prices as select sku from orders")
    bad = {"orders": tables()["orders"].head(1), "prices": tables()["stock"]}
    with pytest.raises(RequestError, match="Nothing was changed") as caught:
        write_database(bad, database)
    assert caught.value.exit_code == 1
    run(database, "drop view prices")
    assert read(database).fingerprint == before


def test_a_view_may_stand_for_a_table(database: str) -> None:
    write_database({"lines": tables()["orders"]}, database)
    run(database, "create view orders as select * from lines where sku = '00123'")
    assert len(read(database).orders) == 1


def test_a_missing_table_is_told(database: str) -> None:
    run(database, 'create table orderss ("order" text)')
    problem = told(database)
    assert problem.table == "orders" and "no such table" in problem.what
    assert problem.todo.startswith("Rename orderss to orders")


def test_bad_values_are_told(database: str) -> None:
    orders = tables()["orders"].assign(quantity=[1.0, -1.0, 2.0])
    write_database({"orders": orders}, database)
    problem = told(database)
    assert (problem.table, problem.row, problem.column, problem.value) == ("orders", 2, "quantity", "-1.0")


def test_sqlite_may_hold_words_among_numbers_and_they_are_told(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "data.db").close()
    url = f"sqlite:///{tmp_path / 'data.db'}"
    run(
        url,
        COLUMNS,
        "insert into orders values (1, '2011-09-01', 123, 5), ('A', '2011-09-01', 'S', 'five')",
        "insert into orders values (3, '31.12.2011', 123, 2.5)",
    )
    problems = check(url).problems
    assert [(problem.row, problem.column, problem.value) for problem in problems] == [
        (3, "ordered_at", "31.12.2011"),
        (2, "quantity", "five"),
    ]


def test_sqlite_numbers_may_change_kind_and_be_empty_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecasting.dataset.database.ROWS_AT_ONCE", 2)
    sqlite3.connect(tmp_path / "data.db").close()
    url = f"sqlite:///{tmp_path / 'data.db'}"
    values = ["(1, '2011-09-01', 12, 5, null)"] * 3 + ["(1, '2011-09-01', 'S', 2.5, 1.25)"]
    columns = COLUMNS.replace("quantity", "quantity, unit_price")
    run(url, columns, f"insert into orders values {', '.join(values)}")
    orders = read(url).orders
    assert list(orders["quantity"]) == [5, 5, 5, 2.5] and list(orders["sku"]) == ["12", "12", "12", "S"]
    assert orders["unit_price"].isna().tolist() == [True] * 3 + [False]


def test_types_of_postgresql_are_read(postgresql_url: str) -> None:
    run(
        postgresql_url,
        'create table orders ("order" bigint, ordered_at timestamptz, sku varchar(9), quantity numeric(9,2), '
        "unit_price numeric, due date, extra jsonb, id uuid, customer char(6))",
        "insert into orders values (1, '2011-09-01 12:00+02', '00123', 2.50, 'NaN', '2011-09-09', '{}', "
        "'7bd5f214-05a6-45c9-8534-6cb07fa11695', 'c1')",
    )
    try:
        checked = check(postgresql_url)
    finally:
        run(postgresql_url, "drop table orders")
    assert checked.dataset is not None, checked.text()
    orders = checked.dataset.orders
    assert list(orders["order"]) == ["1"] and list(orders["quantity"]) == [2.5]
    assert orders["ordered_at"][0].to_pydatetime().replace(tzinfo=UTC) == datetime(2011, 9, 1, 10, tzinfo=UTC)
    assert list(orders["due"]) == [pd.Timestamp("2011-09-09")] and orders["unit_price"].isna().all()
    assert list(orders["customer"]) == ["c1"]
    unread, padded = checked.notices
    assert (unread.column, unread.severity) == ("extra, id", "note")
    assert (padded.column, padded.value) == ("customer", "c1    ")


UNREACHABLE = {
    "no_such_file": ("sqlite:////nowhere/data.db", "there is no such database file"),
    "no_such_kind": ("nosuch://host/data", "not a database that can be read"),
    "no_url": ("://", "not a database that can be read"),
    "no_server": ("postgresql://me:secret@127.0.0.1:1/data", "the database does not answer"),
}


@pytest.mark.parametrize(("url", "message"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_a_database_that_cannot_be_reached_is_told(url: str, message: str) -> None:
    problem = told(url)
    assert message in problem.what and "secret" not in str(problem)
    with pytest.raises(RequestError) as caught:
        write_database(tables(), url)
    assert "secret" not in str(caught.value)


def test_a_database_of_another_name_is_told(postgresql_url: str) -> None:
    problem = told(postgresql_url.replace("/postgres?", "/nowhere?"))
    assert 'database "nowhere" does not exist' in problem.what and "names and rights" in problem.todo


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "data.db").write_text("order,sku\n" * 200)
    problem = told(f"sqlite:///{tmp_path / 'data.db'}")
    assert problem.table == "orders" and "file is not a database" in problem.what
    assert not list(tmp_path.glob("*-journal"))


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    problem = told("postgresql://me@127.0.0.1:1/data")
    assert (
        "the driver is not installed" in problem.what
        and "psycopg" in problem.what
        and "pip install 'reorder[postgresql]'" in problem.todo
    )
