"""Reading a folder of tables: CSV, Parquet and Excel files, by their names or as ``dataset.yaml`` says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forecasting.dataset import csv_files, excel_files, parquet_files
from forecasting.dataset.mapping.apply import in_our_terms
from forecasting.dataset.mapping.read import MAPPING, TableMapping, read_mapping
from forecasting.dataset.source import Raw, missing, near_word
from forecasting.dataset.tables import ORDERS, TABLES, Table
from forecasting.dataset.unread import unread
from forecasting.errors import Problem, known_names

READERS = {".csv": csv_files.read, ".parquet": parquet_files.read}
WANTED = "Give a folder of NAME.csv, NAME.parquet or NAME.xlsx files, or an SQL URL."

Found = tuple[Raw | None, list[Problem]]


def read_folder(folder: Path) -> tuple[list[Raw], list[Problem]]:
    """The tables in a folder. Of other files it is said that they are not read; folders are passed over."""
    try:
        if not folder.is_dir():
            what = "the path is a file, not a folder" if folder.exists() else "there is no such folder"
            return [], [Problem(ORDERS.name, None, None, str(folder), what, WANTED)]
        entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except (OSError, ValueError) as error:
        return [], [Problem(ORDERS.name, None, None, str(folder), f"cannot be read: {error}", WANTED)]

    mapping, problems = read_mapping(folder)
    if problems:
        return [], problems
    mapped = {each.file for each in mapping.tables.values()}
    plain = [path for path in entries if path.name not in {*mapped, MAPPING}]
    sheets, problems = _sheets(plain)

    raws: list[Raw] = []
    for table in TABLES:
        if table.name in mapping.tables:
            raw, faulty = _mapped(folder, mapping.tables[table.name])
        else:
            own = [path for path in plain if path.suffix.lower() in READERS and path.stem == table.name]
            raw, faulty = _plain(table, own, [sheet for sheet in sheets if sheet.table is table])
            if raw is None and not faulty and table.required:
                faulty = [_lacking(table, folder, plain)]
        problems += faulty
        raws += [raw] if raw is not None else []
    read = {sheet.file for sheet in sheets}
    read |= {path for path in plain if path.suffix.lower() in READERS and path.stem in _names()}
    return raws, [*unread(path for path in plain if path.is_file() and path not in read), *problems]


def _names() -> set[str]:
    return {table.name for table in TABLES}


def _lacking(table: Table, folder: Path, files: Sequence[Path]) -> Problem:
    what = f"the folder has no {table.name}.csv, no {table.name}.parquet and no {table.name}.xlsx"
    readable = {*READERS, ".xlsx"}
    return missing(table, [path.stem for path in files if path.suffix.lower() in readable], str(folder), what)


def _sheets(files: Sequence[Path]) -> tuple[list[excel_files.Sheet], list[Problem]]:
    found: list[excel_files.Sheet] = []
    problems: list[Problem] = []
    for path in files:
        if path.suffix.lower() == ".xlsx" and path.is_file() and not path.name.startswith("~$"):
            sheets, odd = excel_files.sheets(path)
            found, problems = [*found, *sheets], [*problems, *odd]
    return found, problems


def _plain(table: Table, files: Sequence[Path], sheets: Sequence[excel_files.Sheet]) -> Found:
    names = [*(path.name for path in files), *(f"{sheet.file.name} (sheet {sheet.name})" for sheet in sheets)]
    if len(names) > 1:
        kind = "files" if len(files) > 1 else "places"
        what = f"there are two {kind} for it: {' and '.join(names)}"
        return None, [Problem(table.name, None, None, names[1], what, "Keep one of them.")]
    if files:
        return READERS[files[0].suffix.lower()](files[0], table)
    return excel_files.read_sheet(sheets[0]) if sheets else (None, [])


def _mapped(folder: Path, mapping: TableMapping) -> Found:
    """The table as the mapping describes it, in our terms."""
    path, table = folder / mapping.file, mapping.table
    suffix = path.suffix.lower()
    if not path.is_file():
        near = near_word(mapping.file, [other.name for other in folder.iterdir()])
        hint = f"Did you mean {near}? " if near else ""
        what = f"{MAPPING} names a file that is not in the folder"
        return None, [Problem(table.name, None, None, mapping.file, what, f"{hint}Correct {MAPPING}.")]
    if suffix == ".parquet":
        raw, problems = parquet_files.read(path, table)
    elif suffix == ".xlsx":
        raw, problems = _mapped_sheet(path, mapping)
    else:
        written = csv_files.Written(mapping.separator, mapping.encoding)
        raw, problems = csv_files.read(path, table, written)
    if raw is None:
        return None, problems
    raw, odd = in_our_terms(raw, mapping)
    return raw, [*problems, *odd]


def _mapped_sheet(path: Path, mapping: TableMapping) -> Found:
    names, problems = excel_files.sheet_names(path, mapping.table)
    if problems:
        return None, problems
    wanted = mapping.sheet or (mapping.table.name if mapping.table.name in names else names[0])
    if wanted not in names:
        what = f"{MAPPING} names a sheet that {path.name} has not"
        return None, [Problem(mapping.table.name, None, None, wanted, what, known_names(wanted, names))]
    return excel_files.read_sheet(excel_files.Sheet(path, wanted, mapping.table))
