"""From a folder of a company's tables to the first plan, for administrators: mapped, checked, planned.

Only folders right below the one that the server was started with can be named: no other file of the machine
is read or written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import yaml

from forecasting.domain import day_number
from forecasting.reviewing.jobs import CHECK, PLAN
from forecasting.reviewing.refusals import RefusedError
from forecasting.reviewing.roles import ADMINISTER, require
from forecasting.store.application.jobs import ask_for, last_job
from forecasting.store.application.notes import record
from forecasting.store.application.opened import Store
from forecasting.store.application.people import Person
from forecasting.yaml_files import parsed, where

MAPPING = "dataset.yaml"
LARGEST_MAPPING = 100_000
TABLES = frozenset({".csv", ".parquet", ".xlsx", ".tsv", ".txt", ".yaml"})


def folders(root: Path | None) -> Sequence[str]:
    """The folders below ``root`` that hold tables, by name."""
    if root is None or not root.is_dir():
        return []
    return sorted(each.name for each in root.iterdir() if each.is_dir() and _holds_tables(each))


def _holds_tables(folder: Path) -> bool:
    try:
        return any(file.suffix.lower() in TABLES for file in folder.iterdir())
    except OSError:
        return False


def the_folder(root: Path | None, name: str) -> Path:
    """The folder of that name. Raises RefusedError where ``root`` has none, or it lies elsewhere."""
    if root is None or name not in folders(root):
        raise RefusedError(f"There is no folder {name[:60]!r} with tables in it.")
    found = (root / name).resolve()
    if found.parent != root.resolve():
        raise RefusedError(f"The folder {name[:60]!r} lies elsewhere: it is not read from here.")
    return found


def mapping_of(folder: Path) -> str:
    """What the folder's mapping says; empty where it has none."""
    file = folder / MAPPING
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def save_mapping(database: Store, person: Person, folder: Path, text: str) -> None:
    """Write the mapping of the folder's own names to ours."""
    require(person, ADMINISTER)
    if len(text) > LARGEST_MAPPING:
        raise RefusedError("That is too long for a mapping. Nothing was written.")
    try:
        said = parsed(text)
    except yaml.YAMLError as error:
        raise RefusedError(f"The mapping cannot be read{where(error)}. Nothing was written.") from None
    if not isinstance(said, dict):
        raise RefusedError("A mapping names tables, and the file and columns of each. Nothing was written.")
    (folder / MAPPING).write_text(text.replace("\r\n", "\n"), encoding="utf-8")
    with database.writing() as transaction:
        record(transaction, person.name, "map columns", folder.name)


def ask_check(database: Store, person: Person, folder: Path) -> str:
    """Have the folder's tables checked; returns the name of the work."""
    require(person, ADMINISTER)
    with database.writing() as transaction:
        return ask_for(transaction, CHECK, person.name, {"dataset": str(folder)})


def ask_plan(database: Store, person: Person, folder: Path, as_of: date) -> str:
    """Have a plan made, and the promises that it allows, of a folder that was checked and is sound."""
    require(person, ADMINISTER)
    with database.writing() as transaction:
        checked = last_job(transaction, CHECK)
        sound = checked is not None and checked.result is not None and not checked.result["problems"]
        if checked is None or not sound or checked.asked["dataset"] != str(folder):
            raise RefusedError("Check the folder first: a plan needs tables without a problem.")
        record(transaction, person.name, "plan", folder.name, as_of.isoformat())
        asked = {"dataset": str(folder), "as_of": day_number(as_of)}
        return ask_for(transaction, PLAN, person.name, asked)
