"""A folder of a company's CSV files, by a mapping: their files, columns, units and words -> ours.

The mapping is that of ``dataset.yaml`` (``forecasting/dataset/mapping``). In the place of ``file:`` a table
may have ``query:``, an SQL query (SQLite's) over the CSV files of the folder, each a table of texts by its
name, in which ``:as_of`` is the day of the import::

    products:
      file: articles.csv
      columns: {Art: sku, Vendor: supplier}
    orders:
      query: select s.*, a.Art from sales s join articles a on a.Id = s.ArticleId where s.Qty > 0
      columns: {Art: sku, Qty: quantity, Number: order, Booked: ordered_at}

Mappings that are shipped (``mappings/``) pass over the tables whose files are not there.
"""

from __future__ import annotations

import csv
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes
from forecasting.connectors.sources.tables_mapped import tables_mapped
from forecasting.connectors.targets.settings import TargetSettings
from forecasting.dataset.mapping.read import MAPPING
from forecasting.dataset.mapping.suggest import TEXT_FILES
from forecasting.dataset.read import read
from forecasting.errors import ConfigError, DataError, Problem, RequestError, known_names

SHIPPED = Path(__file__).with_name("mappings")
LONGEST_FIELD = min(sys.maxsize, 2**31 - 1)


class Settings(TargetSettings):
    """``folder``: with the files. ``mapping``: a file; or the name of one that is shipped."""

    folder: Path
    mapping: str


def build(settings: Settings, kept: Kept, as_of: date, **options: Any) -> CsvFolder:
    """The source; it reads everything each time, and needs no records beside it."""
    return CsvFolder(settings.folder, settings.mapping, as_of)


def shipped() -> Sequence[str]:
    """The names of the mappings that come with this."""
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


def shipped_text(name: str) -> str:
    """A mapping that comes with this, to be read and corrected."""
    return (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")


class CsvFolder:
    """The files in a folder, read as a mapping says."""

    def __init__(self, folder: Path, mapping: str, as_of: date) -> None:
        if not folder.is_dir():
            raise RequestError(f"{folder}: is no folder of CSV files")
        self._folder, self._as_of, self._optional = folder, as_of, mapping in shipped()
        self._file = SHIPPED / f"{mapping}.yaml" if self._optional else Path(mapping)
        self._mapping = tables_mapped(self._file, "file")

    def changes(self, since: datetime | None = None) -> Changes:
        """The mapped tables, in our terms: all of each."""
        said: dict[str, Any] = {}
        rows: dict[str, int] = {}
        notices: list[str] = []
        with (
            tempfile.TemporaryDirectory(prefix="reorder-csv-") as made,
            closing(_database(self._folder)) as db,
        ):
            folder = Path(made)
            for name, given in self._mapping.items():
                if "query" not in given:
                    said[name] = {**given, "file": self._copied(str(given.get("file", "")), name, folder)}
                    continue
                found = self._asked(db, name, str(given["query"]))
                if found is None:
                    notices.append(f"table {name} is left out: its files are not in the folder")
                    continue
                rest = {key: value for key, value in given.items() if key not in ("query", "separator")}
                rows[name] = _write(folder / f"their_{name}.csv", *found)
                said[name] = {**rest, "file": f"their_{name}.csv", "encoding": "utf-8"}
            if not said:
                raise RequestError(
                    f"{self._folder}: none of the files that {self._file.stem} is made of is in it; "
                    "--inspect prints which those are"
                )
            (folder / MAPPING).write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
            try:
                dataset = read(folder)
            except DataError as error:
                raise DataError(str(self._folder), [self._theirs(each) for each in error.problems]) from None
        tables = {name: getattr(dataset, name) for name in said}
        rows |= {name: len(tables[name]) for name in tables if name not in rows}
        return Changes(tables, rows, (*notices, *(str(notice) for notice in dataset.notices)))

    def close(self) -> None:
        """Nothing is held open."""

    def _theirs(self, problem: Problem) -> Problem:
        """A problem in the words of who wrote the mapping: its file and theirs, not our copies."""
        names = {MAPPING: self._file.name}
        for name, given in self._mapping.items():
            names[f"their_{name}.csv"] = f"the query of {name}"
            if "file" in given:
                file = Path(str(given["file"])).name
                names[f"{name}-{file}"] = file

        def told(text: str) -> str:
            for ours, theirs in names.items():
                text = text.replace(ours, theirs)
            return text

        value = None if problem.value is None else told(problem.value)
        return replace(problem, value=value, what=told(problem.what), todo=told(problem.todo))

    def _copied(self, file: str, name: str, folder: Path) -> str:
        """The file beside the mapping; one that is not there the reader tells."""
        theirs = self._folder / file
        if not file or not theirs.is_file():
            there = [path.name for path in self._folder.iterdir() if path.is_file()]
            raise ConfigError(f"{self._file}: {name}: there is no file {file!r}: {known_names(file, there)}")
        shutil.copyfile(theirs, folder / f"{name}-{theirs.name}")
        return f"{name}-{theirs.name}"

    def _asked(self, db: sqlite3.Connection, name: str, query: str) -> Any:
        """Names and rows of a query; None where a shipped one asks for files that are not there."""
        try:
            asked = db.execute(query, {"as_of": self._as_of.isoformat()})
        except sqlite3.Error as error:
            if self._optional and "no such table" in str(error):
                return None
            hint = "; print the mapping by --inspect, correct it, and name it by --mapping"
            more = hint if self._optional else ""
            raise RequestError(f"{self._file.name}: {name}: the query does not run: {error}{more}") from None
        return [column[0] for column in asked.description], asked


def _write(file: Path, names: Sequence[str], rows: sqlite3.Cursor) -> int:
    count = 0
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(names)
        while some := rows.fetchmany(10_000):
            writer.writerows(some)
            count += len(some)
    return count


def _database(folder: Path) -> sqlite3.Connection:
    """The folder's CSV files as tables in memory, every value a text, empty ones null."""
    db = sqlite3.connect(":memory:")
    csv.field_size_limit(LONGEST_FIELD)
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.suffix.lower() in TEXT_FILES and not file.name.startswith("."):
            _load(db, file)
    return db


def _load(db: sqlite3.Connection, file: Path) -> None:
    with file.open(newline="", encoding=_encoding(file)) as opened:
        first = opened.readline()
        if not first.strip():
            return
        opened.seek(0)
        rows = csv.reader(opened, delimiter=max(",;\t|", key=first.count))
        header = next(rows)
        names = _distinct([name.strip() or f"column {at}" for at, name in enumerate(header, start=1)])
        columns = ", ".join(f"[{name.replace(']', '')}] text" for name in names)
        table = re.sub(r"\W+", "_", file.stem.strip().lower())
        db.execute(f"create table [{table}] ({columns})")
        marks = ",".join("?" * len(names))
        filled = (_filled(row, len(names)) for row in rows if row)
        db.executemany(f"insert into [{table}] values ({marks})", filled)


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, the second of a name with its place behind it."""
    seen: set[str] = set()
    found = []
    for at, name in enumerate(names, start=1):
        found.append(name if name.lower() not in seen else f"{name} {at}")
        seen.add(found[-1].lower())
    return found


def _filled(row: Sequence[str], width: int) -> list[str | None]:
    cells = [cell.strip() or None for cell in row[:width]]
    return [*cells, *[None] * (width - len(cells))]


def _encoding(file: Path) -> str:
    with file.open("rb") as opened:
        try:
            for line in opened:
                line.decode("utf-8-sig")
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"
