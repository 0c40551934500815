"""Everything that is wrong in a dataset, and what it holds: ``reorder check``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.dataset import rules
from forecasting.dataset.dataset import Dataset
from forecasting.dataset.fingerprint import as_integers, fingerprint
from forecasting.dataset.folder import read_folder
from forecasting.dataset.oddities import oddities
from forecasting.dataset.parse import blank, typed
from forecasting.dataset.source import Raw, describe
from forecasting.dataset.tables import BY_NAME, ORDERS, TABLES, Kind, Table
from forecasting.errors import Notice, Problem
from forecasting.store.connection import shown


@dataclass(frozen=True)
class Held:
    """What one table holds: ``first`` and ``last`` are the ends of its first column of dates."""

    table: str
    rows: int
    items: int | None
    first: str | None
    last: str | None


@dataclass(frozen=True)
class Checked:
    """What a check reports. ``dataset`` is None where there is a problem; notices stop nothing."""

    source: str
    dataset: Dataset | None
    problems: tuple[Problem, ...]
    notices: tuple[Notice, ...]
    tables: tuple[Held, ...]

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        return {
            "source": self.source,
            "fingerprint": self.dataset.fingerprint if self.dataset else None,
            "tables": [asdict(held) for held in self.tables],
            "problems": [asdict(problem) for problem in self.problems],
            "notices": [asdict(notice) for notice in self.notices],
        }

    def text(self) -> str:
        """For a reader: what the tables hold, and the notices. The problems are an error's to tell."""
        lines = [
            f"{self.source}: {_count(len(self.problems), 'problem')}, {_count(len(self.notices), 'notice')}"
        ]
        for held in self.tables:
            items = "" if not held.items else f", {_count(held.items, 'item')}"
            dates = "" if held.first is None else f", {held.first} to {held.last}"
            lines.append(f"  {held.table}: {_count(held.rows, 'row')}{items}{dates}")
        if self.notices:
            lines += ["notices:", *(f"  {notice}" for notice in self.notices)]
        return "\n".join(lines)


def check(source: str | Path, *, a_part: bool = False) -> Checked:
    """Read every table and hold it against every rule. Never raises for what the source holds.

    ``a_part``: of the items of a larger dataset: there may be no orders of them.
    """
    if isinstance(source, str) and "://" in source:
        from forecasting.dataset import database

        name = shown(source)
        raws, problems = database.read(source)
    else:
        name = str(source)
        raws, problems = read_folder(Path(source))
        if a_part and not any(raw.table.required for raw in raws):
            problems = [each for each in problems if each.table != ORDERS.name or each.row is not None]
    return _checked(name, raws, problems, a_part)


def _checked(name: str, raws: list[Raw], reported: list[Problem], a_part: bool) -> Checked:
    failed = {problem.table for problem in reported if not isinstance(problem, Notice)}
    given = {raw.table.name: raw for raw in raws}
    frames: dict[str, pd.DataFrame] = {}
    for raw in raws:
        reported += rules.in_names(raw)
        if raw.table.required and raw.columns.num_rows == 0 and not a_part and raw.table.name not in failed:
            what = "the table has no rows: there is nothing to forecast from"
            reported.append(
                Problem(raw.table.name, None, None, None, what, "Give it the customer order lines.")
            )
        try:
            frame, faults = typed(raw)
        except (pa.ArrowException, ValueError, OverflowError) as error:
            what = f"the table cannot be read: {str(error).splitlines()[0]}"
            reported.append(Problem(raw.table.name, None, None, None, what, "Export it anew."))
            failed.add(raw.table.name)
            continue
        frames[raw.table.name] = frame
        reported += describe(raw, [*faults, *rules.in_rows(raw, frame)])
    for table, fault in rules.between(frames, frozenset(failed)):
        reported += describe(given[table], [fault])
    if not failed:
        reported += rules.orders_without_product(frames)
    problems = tuple(problem for problem in reported if not isinstance(problem, Notice))
    if not problems:
        reported += oddities(given, frames)
    notices = tuple(problem for problem in reported if isinstance(problem, Notice))
    tables = tuple(_held(BY_NAME[table], frame) for table, frame in frames.items())
    dataset = None
    if not problems:
        frames = {table.name: frames.get(table.name, blank(table)) for table in TABLES}
        dataset = Dataset(source=name, fingerprint=fingerprint(frames), notices=notices, **frames)
    return Checked(name, dataset, problems, notices, tables)


def _held(table: Table, frame: pd.DataFrame) -> Held:
    items = None
    if {"sku", "location"} <= {column.name for column in table.columns}:
        sku, location = as_integers(frame["sku"]), as_integers(frame["location"])
        items = len(np.unique((location * (sku.max(initial=0) + 1) + sku)[sku >= 0]))
    elif "sku" in frame:
        items = int(frame["sku"].nunique())
    dates = [
        column.name for column in table.columns if column.kind in (Kind.DATE, Kind.TIME) and column.required
    ]
    first = last = None
    if dates and frame[dates[0]].notna().any():
        first, last = str(frame[dates[0]].min())[:10], str(frame[dates[0]].max())[:10]
    return Held(table.name, len(frame), items, first, last)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
