"""Every source brings what is there: once, whole, through faults, and without what was deleted."""

from __future__ import annotations

import csv
import functools
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pandas as pd
import pytest
import yaml

from forecasting.bootstrap import importing
from forecasting.connectors.sources.memory import MemorySource
from forecasting.connectors.sources.port import SourceUnavailable
from forecasting.connectors.sources.registry import KINDS
from forecasting.dataset.check import check
from forecasting.dataset.read import read
from tests.support.clocks import FakeClock
from tests.support.sources import Imports
from tests.support.stand_ins import erpnext_records, odoo_records, orderspace, tryton_records


@dataclass
class Books:
    """A company that keeps its books in plain tables: what the simple sources read."""

    clock: FakeClock
    lines: dict[tuple[int, str], dict] = field(default_factory=dict)
    units: dict[str, float] = field(default_factory=dict)

    def stock(self, sku: str, units: float) -> None:
        self.units[sku] = units
        self.written()

    def sell(self, number: int, wanted: dict[str, float]) -> None:
        for sku, units in wanted.items():
            line = {"order": str(number), "sku": sku, "quantity": units, "ordered_at": self.clock.stamp[:19]}
            self.lines[number, sku] = {**line, "status": "open", "shipped_at": ""}
        self.written()

    def ship(self, number: int) -> None:
        for (order, _), line in self.lines.items():
            if order == number:
                line |= {"status": "shipped", "shipped_at": self.clock.stamp[:19]}
        self.written()

    def change(self, number: int, sku: str, units: float) -> None:
        self.lines[number, sku]["quantity"] = units
        self.written()

    def delete(self, number: int) -> None:
        self.lines = {key: line for key, line in self.lines.items() if key[0] != number}
        self.written()

    def tables(self) -> dict[str, list[dict]]:
        day = datetime.fromtimestamp(self.clock.now - 86_400, UTC).date().isoformat()
        return {
            "orders": list(self.lines.values()),
            "products": [{"sku": sku} for sku in self.units],
            "stock": [{"as_of": day, "sku": sku, "on_hand": units} for sku, units in self.units.items()],
        }

    def written(self) -> None:
        """Where a source reads them."""


class MemoryBooks(Books):
    def source(self, *_: Any, **__: Any) -> MemorySource:
        frames = {name: pd.DataFrame(rows) for name, rows in self.tables().items()}
        for name, column in (("orders", "ordered_at"), ("orders", "shipped_at"), ("stock", "as_of")):
            frames[name][column] = pd.to_datetime(frames[name][column].replace("", None), format="ISO8601")
        return MemorySource(frames)


@dataclass
class FileBooks(Books):
    folder: Path = Path()

    def written(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for name, rows in self.tables().items():
            if rows:
                with (self.folder / f"their {name}.csv").open("w", newline="") as file:
                    writer = csv.DictWriter(file, list(rows[0]))
                    writer.writeheader()
                    writer.writerows(rows)


@dataclass
class DatabaseBooks(Books):
    file: Path = Path()

    def written(self) -> None:
        with sqlite3.connect(self.file) as db:
            for name, rows in self.tables().items():
                columns = list(rows[0]) if rows else ["order", "sku"]
                db.execute(f"drop table if exists their_{name}")
                db.execute(f"create table their_{name} ({', '.join(f'[{each}]' for each in columns)})")
                marks = ", ".join("?" * len(columns))
                values = [[row[each] if row[each] != "" else None for each in columns] for row in rows]
                db.executemany(f"insert into their_{name} values ({marks})", values)
        db.close()


class Shop(orderspace.Orderspace):
    """Orderspace, by the words that all are told by."""

    def stock(self, sku: str, units: float) -> None:
        if f"pr_{sku}" not in self.records["products"]:
            self.product(sku)
        self.level(sku, units)

    def sell(self, number: int, wanted: dict[str, float]) -> None:
        self.order(number, *wanted.items())

    def ship(self, number: int) -> None:
        units = [line["quantity"] for line in self.records["orders"][f"or_{number:08d}"]["order_lines"]]
        held = {sku: level["on_hand"] for sku, level in self.levels.items()}
        self.dispatch(number, *units)
        for sku, on_hand in held.items():
            self.level(sku, on_hand)

    def change(self, number: int, sku: str, units: float) -> None:
        for line in self.records["orders"][f"or_{number:08d}"]["order_lines"]:
            if line["sku"] == sku:
                line["quantity"] = units

    def delete(self, number: int) -> None:
        super().delete("orders", f"or_{number:08d}")


def imports(kind: str, system: Any, folder: Path, secrets: dict[str, str], **given: Any) -> Imports:
    made = Imports(kind, system, folder / "data", system.clock)
    made.given = {**given, **{name: made.secret(name, value) for name, value in secrets.items()}}
    return made


def memory(folder: Path, monkeypatch: Any) -> Imports:
    books = MemoryBooks(FakeClock())
    monkeypatch.setattr("forecasting.connectors.sources.registry.made", books.source)
    return imports("memory", books, folder, {})


def csv_folder(folder: Path, _: Any) -> Imports:
    mapping = {name: {"file": f"their {name}.csv"} for name in ("orders", "products", "stock")}
    (folder / "map.yaml").write_text(yaml.safe_dump(mapping))
    books = FileBooks(FakeClock(), folder=folder / "files")
    made = imports("csv", books, folder, {}, mapping=str(folder / "map.yaml"))
    made.given["folder"] = folder / "files"
    return made


def sql(folder: Path, _: Any) -> Imports:
    mapping = {name: {"table": f"their_{name}"} for name in ("orders", "products", "stock")}
    (folder / "map.yaml").write_text(yaml.safe_dump(mapping))
    books = DatabaseBooks(FakeClock(), file=folder / "erp.db")
    secrets = {"url": f"sqlite:///{folder / 'erp.db'}"}
    return imports("sql", books, folder, secrets, mapping=folder / "map.yaml")


def orderspace_shop(folder: Path, _: Any) -> Imports:
    secrets = {"client_id": orderspace.CLIENT_ID, "client_secret": orderspace.CLIENT_SECRET}
    return imports("orderspace", Shop(FakeClock()), folder, secrets)


def tryton(folder: Path, _: Any) -> Imports:
    system = tryton_records.TrytonRecords(FakeClock())
    secrets = {"password": tryton_records.PASSWORD}
    given = {"url": "https://erp.example", "database": "lab", "user": "bot"}
    return imports("tryton", system, folder, secrets, **given)


def odoo(folder: Path, _: Any, **given: Any) -> Imports:
    system = odoo_records.OdooRecords(FakeClock(), since_19="api" not in given)
    given = {"url": "https://erp.example", "database": "lab", **given}
    return imports("odoo", system, folder, {"key": odoo_records.KEY}, **given)


def erpnext(folder: Path, _: Any) -> Imports:
    system = erpnext_records.ErpnextRecords(FakeClock())
    secrets = {"key": erpnext_records.KEY, "secret": erpnext_records.SECRET}
    return imports("erpnext", system, folder, secrets, url="https://erp.example")


SUBJECTS: dict[str, Callable[[Path, Any], Imports]] = {
    "memory": memory,
    "csv": csv_folder,
    "sql": sql,
    "erpnext": erpnext,
    "odoo": odoo,
    "odoo_jsonrpc": functools.partial(odoo, api="jsonrpc", user="bot"),
    "orderspace": orderspace_shop,
    "tryton": tryton,
}
BY_HTTP = [name for name in SUBJECTS if name not in ("memory", "csv", "sql")]


@pytest.fixture
def subject(name, tmp_path, monkeypatch):
    made = SUBJECTS[name](tmp_path, monkeypatch)
    filled(made)
    return made


def filled(subject: Imports) -> None:
    """Two items and three orders, the second of which has left."""
    system, clock = subject.system, subject.clock
    system.stock("A", 10)
    system.stock("B", 3)
    for number, wanted in ((1, {"A": 2, "B": 1}), (2, {"B": 5}), (3, {"A": 4})):
        system.sell(number, wanted)
        clock.forward(hours=3)
    system.ship(2)
    clock.forward(days=1)


def seen(subject: Imports, **more: Any) -> tuple[dict, dict]:
    """After an import: (order, SKU) -> units and status; and the newest stock by SKU."""
    data = subject.tables(**more)
    lines = {
        (row.order, row.sku): (row.quantity, row.status)
        for row in data.orders[["order", "sku", "quantity", "status"]].itertuples()
    }
    assert len(lines) == len(data.orders)
    stock = data.stock[data.stock["as_of"] == data.stock["as_of"].max()]
    return lines, stock.set_index("sku")["on_hand"].to_dict()


FIRST = {
    ("1", "A"): (2.0, "open"),
    ("1", "B"): (1.0, "open"),
    ("2", "B"): (5.0, "shipped"),
    ("3", "A"): (4.0, "open"),
}


def test_every_kind_of_source_is_held_to_the_contract():
    assert {name.split("_")[0] for name in SUBJECTS} == {*KINDS, "memory"}


@pytest.mark.parametrize("name", SUBJECTS)
def test_it_brings_each_line_once_with_its_state_and_the_stock(subject):
    assert seen(subject) == (FIRST, {"A": 10.0, "B": 3.0})
    assert not check(subject.folder).problems
    orders = read(subject.folder).orders
    assert orders["ordered_at"].notna().all()
    assert (orders["shipped_at"].notna() == (orders["status"] == "shipped")).all()


@pytest.mark.parametrize("name", SUBJECTS)
def test_again_without_a_change_it_writes_the_same(subject):
    subject.bring()
    files = sorted(subject.folder.glob("*.parquet"))
    first = [file.read_bytes() for file in files]
    subject.bring()
    assert [file.read_bytes() for file in files] == first


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_is_new_changed_shipped_or_deleted_since_is_so(subject):
    seen(subject)
    subject.clock.forward(days=1)
    subject.system.change(1, "A", 7)
    subject.system.sell(4, {"A": 9})
    subject.system.ship(3)
    subject.system.stock("A", 1)
    after = {**FIRST, ("1", "A"): (7.0, "open"), ("3", "A"): (4.0, "shipped"), ("4", "A"): (9.0, "open")}
    assert seen(subject) == (after, {"A": 1.0, "B": 3.0})
    subject.system.delete(2)
    del after["2", "B"]
    assert seen(subject, whole=True)[0] == after


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_stock_of_each_day_is_kept(subject):
    for units in (10, 0, 5):
        subject.system.stock("A", units)
        subject.bring()
        subject.clock.forward(days=1)
    stock = read(subject.folder).stock
    assert stock[stock["sku"] == "A"]["on_hand"].tolist() == [10.0, 0.0, 5.0]
    assert stock["as_of"].nunique() == 3


class Died(BaseException):
    """The import dies here: nothing is tidied up."""


@pytest.mark.parametrize("name", BY_HTTP)
def test_it_may_die_at_any_request_and_goes_on(name, tmp_path, monkeypatch):
    for at in range(0, 60, 5):
        folder = tmp_path / str(at)
        folder.mkdir()
        subject = SUBJECTS[name](folder, monkeypatch)
        filled(subject)
        answer, count = subject.line.answer, 0

        def dies(request, at=at, answer=answer):
            nonlocal count
            count += 1
            if count == at + 1:
                raise Died
            return answer(request)

        subject.line.answer = dies
        try:
            subject.bring()
        except Died:
            assert not list(subject.folder.glob("*.parquet"))
        else:
            break
        assert seen(subject) == (FIRST, {"A": 10.0, "B": 3.0})
    assert at > 3


FAULTS = ("doubled", "late", "lost_before", "lost_after", "half", "500_before", "503", "429")


@pytest.mark.parametrize("name", BY_HTTP)
def test_faults_of_the_line_are_got_over(subject):
    subject.line.follow([each for fault in FAULTS for each in ("ok", fault, fault)])
    assert seen(subject) == (FIRST, {"A": 10.0, "B": 3.0})


@pytest.mark.parametrize("name", BY_HTTP)
def test_a_source_that_does_not_answer_leaves_the_dataset_as_it_was(subject):
    subject.bring()
    before = {file.name: file.read_bytes() for file in subject.folder.glob("*.parquet")}
    subject.system.sell(9, {"A": 1})
    subject.line.follow(["500_before"] * 99)
    with pytest.raises(SourceUnavailable, match="What was read is kept"):
        subject.bring()
    assert {file.name: file.read_bytes() for file in subject.folder.glob("*.parquet")} == before
    subject.line.follow([])
    assert ("9", "A") in seen(subject)[0]


@pytest.mark.parametrize("name", BY_HTTP)
def test_a_wrong_secret_is_told_without_it(subject):
    subject.line.answer = lambda request: httpx2.Response(401)
    with pytest.raises(SourceUnavailable, match="answered 401") as error:
        subject.bring()
    assert "hunter2" not in str(error.value)
    kept = [file for file in subject.folder.rglob("*") if file.is_file()]
    assert [file for file in kept if b"hunter2" in file.read_bytes()] == []


@pytest.mark.parametrize("name", ["orderspace"])
def test_a_dataset_is_of_one_source(subject):
    subject.bring()
    subject.kind, subject.given = "csv", {"folder": str(subject.folder), "mapping": "stocky"}
    with pytest.raises(importing.RequestError, match="was imported from orderspace"):
        subject.bring()
