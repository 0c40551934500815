"""Datasets of a notebook: a folder, a database, tables in memory, or the synthetic wholesaler."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from forecasting.api.asked import shown
from forecasting.api.results import html_table, paragraph
from forecasting.dataset.dataset import Dataset
from forecasting.errors import DataError, RequestError

NO_TABLES = ("source", "fingerprint", "notices")
TABLES = tuple(field.name for field in fields(Dataset) if field.name not in NO_TABLES)


class Folder:
    """A folder that is there as long as this object is."""

    def __init__(self) -> None:
        self.name = mkdtemp(prefix="reorder-")
        weakref.finalize(self, shutil.rmtree, self.name, ignore_errors=True)


@dataclass(frozen=True)
class Data:
    """A dataset that was checked: its tables are attributes, as in ``data.orders``.

    Attributes:
        source: the folder or URL that it is read from.
        dataset: its tables, as they were read.
        folder: keeps the files of tables that were given, or made, in memory; None: they are elsewhere.

    """

    source: str
    dataset: Dataset
    folder: Folder | None = None

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that have rows, by name."""
        read = {name: getattr(self.dataset, name) for name in TABLES}
        return {name: table for name, table in read.items() if len(table)}

    @property
    def notices(self) -> list[str]:
        """What looked odd when it was read."""
        return [str(notice) for notice in self.dataset.notices]

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in TABLES:
            table: pd.DataFrame = getattr(self.__dict__["dataset"], name)
            return table
        raise AttributeError(f"a dataset has no {name!r}; its tables are {', '.join(TABLES)}")

    def __repr__(self) -> str:
        rows = ", ".join(f"{name} {len(table):,}" for name, table in self.tables.items())
        return f"Dataset of {self.dataset.orders['sku'].nunique():,} SKUs, rows: {rows}"

    def _repr_html_(self) -> str:
        held = pd.DataFrame(
            {"table": list(self.tables), "rows": [len(each) for each in self.tables.values()]}
        )
        return paragraph(repr(self)) + html_table(held, len(held))


def load(source: str | Path | Mapping[str, pd.DataFrame | Sequence[Mapping[str, Any]]]) -> Data:
    """A dataset: read, and checked.

    Args:
        source: a folder of tables, an SQL URL, or DataFrames by the names of ``docs/datasets.md``, of which
            ``orders`` is required; a list with a dict a row does for one. Times that have a zone are taken on
            their own clock. Their files are kept as long as the answer is.

    Raises DataError with every problem that it has, and RequestError where it is none of these.

    >>> import pandas as pd
    >>> days = ["2026-01-05", "2026-01-19"]
    >>> orders = pd.DataFrame({"order": ["1", "2"], "ordered_at": days, "sku": "pen", "quantity": [3, 4]})
    >>> load({"orders": orders})
    Dataset of 1 SKUs, rows: orders 2

    """
    if isinstance(source, str | Path):
        return _read(str(source))
    if not isinstance(source, Mapping):
        raise RequestError(
            f"a dataset cannot be {shown(source)}: name a folder or a URL, or give tables by their names, as "
            'in {"orders": orders}'
        )

    from forecasting.dataset.tables import BY_NAME
    from forecasting.dataset.write import write
    from forecasting.errors import known_names

    for name in source:
        if name not in BY_NAME:
            raise RequestError(f"a dataset has no table {name!r}: {known_names(name, BY_NAME)}")
    tables = {name: _table(name, given) for name, given in source.items()}
    folder = Folder()
    write(tables, folder.name, "parquet")
    return _read(folder.name, folder)


def _table(name: str, given: Any) -> pd.DataFrame:
    """A table as it was given, without zones. Raises RequestError where it is none."""
    if isinstance(given, list | tuple) and all(isinstance(row, Mapping) for row in given):
        given = pd.DataFrame(list(given))
    if not isinstance(given, pd.DataFrame):
        raise RequestError(
            f"table {name} cannot be {shown(given)}: give a DataFrame, or a list with a dict a row"
        )
    twice = given.columns[given.columns.duplicated()]
    if len(twice):
        raise RequestError(f"table {name}: it has two columns {twice[0]!r}; keep one")
    table = given.copy(deep=False)
    for column in table.select_dtypes("datetimetz").columns:
        table[column] = table[column].dt.tz_localize(None)
    return table


def sample(items: int = 400, days: int = 730, seed: int = 1) -> Data:
    """The synthetic wholesaler of ``docs/sample.md``.

    >>> sample(items=20, days=200).source == sample(items=20, days=200).source
    False

    """
    from forecasting.bootstrap import write_sample

    folder = Folder()
    write_sample(Path(folder.name), items, days, seed, "parquet")
    return _read(folder.name, folder)


def _read(source: str, folder: Folder | None = None) -> Data:
    from forecasting.bootstrap import check

    checked = check(source)
    if checked.dataset is None:
        raise DataError(checked.source, checked.problems)
    return Data(source, checked.dataset, folder)


def as_data(data: Any) -> Data:
    """A dataset, whether it was loaded or only named."""
    return data if isinstance(data, Data) else load(data)
