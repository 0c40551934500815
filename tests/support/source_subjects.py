"""Every kind of source with a company behind it, which is told what happens in the same few words."""

from __future__ import annotations

import csv
import functools
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from forecasting.connectors.sources.memory import MemorySource
from tests.support.clocks import FakeClock
from tests.support.sources import Imports
from tests.support.stand_ins import erpnext_records, odoo_records, orderspace, tryton_records, vendure


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


def vendure_shop(folder: Path, _: Any) -> Imports:
    given = {"url": "https://shop.example", "user": vendure.USER}
    return imports("vendure", vendure.Vendure(FakeClock()), folder, {"password": vendure.PASSWORD}, **given)


SUBJECTS: dict[str, Callable[[Path, Any], Imports]] = {
    "memory": memory,
    "csv": csv_folder,
    "sql": sql,
    "erpnext": erpnext,
    "odoo": odoo,
    "odoo_jsonrpc": functools.partial(odoo, api="jsonrpc", user="bot"),
    "orderspace": orderspace_shop,
    "tryton": tryton,
    "vendure": vendure_shop,
}
