"""The file of UCI's "Online Retail" and "Online Retail II", as Parquet or CSV, read with its types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from forecasting.domain import FloatArray
from forecasting.errors import DataError, Problem, RequestError

NAMES: dict[str, tuple[str, ...]] = {
    "invoice": ("Invoice", "InvoiceNo"),
    "code": ("StockCode",),
    "description": ("Description",),
    "quantity": ("Quantity",),
    "at": ("InvoiceDate",),
    "price": ("Price", "UnitPrice"),
    "customer": ("Customer ID", "CustomerID"),
    "country": ("Country",),
}
"""Our name of each column, and the names that UCI has given it."""

Column: TypeAlias = "pa.ChunkedArray[Any]"

_REQUIRED = ("invoice", "code", "quantity", "at", "price")


def read_lines(file: Path) -> pd.DataFrame:
    """Every row of ``file``, in its order, with the columns of ``NAMES``.

    ``invoice``, ``code``, ``description``, ``customer`` and ``country`` are categorical text; empty text
    and the description nan are null (``code`` keeps the spaces around it, the others lose them).
    ``quantity`` is int64, units; ``at`` datetime64[us]; ``price`` float64.
    Source: UCI Machine Learning Repository, data sets 352 and 502.

    Raises RequestError where there is no such file or its kind is not read, DataError where a column
    is missing or holds what it cannot hold.
    """
    table, first_row = _table(file)
    _require_columns(file, table.column_names)
    columns: dict[str, Any] = {}
    problems = []
    for name, aliases in NAMES.items():
        given = next(alias for alias in aliases if alias in table.column_names)
        column = _TYPED[name](table[given]) if name in _TYPED else _text(table[given], strip=name != "code")
        columns[name] = column
        empty = np.flatnonzero(pd.isna(column))
        if name in _REQUIRED and len(empty):
            value = table[given][int(empty[0])].as_py()
            problems.append(
                Problem(
                    file.name,
                    first_row + int(empty[0]),
                    given,
                    None if value is None else str(value),
                    f"not {_MEANS[name]}, here first of {len(empty)} rows",
                    "Correct the rows, or leave them out of the file.",
                )
            )
    if problems:
        raise DataError(str(file), problems)
    lines = pd.DataFrame(columns).astype({"quantity": np.int64})
    if lines.empty:
        todo = "Give the file with its rows."
        raise DataError(str(file), [Problem(file.name, None, None, None, "the file has no rows", todo)])
    return lines


def _table(file: Path) -> tuple[pa.Table, int]:
    """The file as it is, and the number of its first row."""
    kind = file.suffix.lower()
    if kind in (".xlsx", ".xls"):
        raise RequestError(
            f"{file}: Excel files are not read. Save every sheet as CSV (UTF-8) with dates as "
            "2009-12-01 07:45:00, put the rows below one header line, and import that file."
        )
    if kind not in (".csv", ".parquet"):
        raise RequestError(f"{file}: not a kind of file that is read. Give a .parquet or a .csv file.")
    if not file.is_file():
        raise RequestError(f"{file}: there is no such file. Check the path.")
    try:
        if kind == ".parquet":
            return pa.parquet.read_table(file), 1
        names = pa.csv.open_csv(file).schema.names
        as_text = pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
        )
        quoted = pa.csv.ParseOptions(newlines_in_values=True)
        return pa.csv.read_csv(file, parse_options=quoted, convert_options=as_text), 2
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        todo = "Save it as UTF-8 CSV with one header line, or as Parquet."
        raise DataError(str(file), [Problem(file.name, None, None, None, str(error), todo)]) from error


def _require_columns(file: Path, given: list[str]) -> None:
    problems = []
    for aliases in NAMES.values():
        found = [name for name in aliases if name in given]
        what = "the column is missing" if not found else f"the column is given twice, as {found}"
        todo = f"Add or rename it; the file's columns are: {', '.join(given)}."
        if len(found) != 1:
            problems.append(Problem(file.name, None, " or ".join(aliases), None, what, todo))
    if problems:
        raise DataError(str(file), problems)


def relabelled(text: pd.Categorical, labels: pd.Index) -> pd.Categorical:
    """``text`` with ``labels`` in place of its categories; categories that become equal are merged."""
    codes, categories = pd.factorize(labels, sort=True)
    return pd.Categorical.from_codes(np.append(codes, -1)[text.codes], categories=categories)


def _text(column: Column, strip: bool = True, whole: bool = False) -> pd.Categorical:
    text = pd.Categorical(column.cast(pa.string()).dictionary_encode().to_pandas())
    labels = pd.Index(text.categories.astype(object), dtype=object)
    if whole or pa.types.is_floating(column.type):
        labels = labels.str.replace(r"\.0$", "", regex=True)
    stripped = labels.str.strip()
    return relabelled(text, (stripped if strip else labels).where(stripped != "", None))


def _customer(column: Column) -> pd.Categorical:
    # A whole number, which a column with gaps may hold as 13085.0.
    return _text(column, whole=True)


def _description(column: Column) -> pd.Categorical:
    # Year 1 of the published file has the text nan where year 2 has none.
    text = _text(column)
    labels = text.categories.astype(object)
    return relabelled(text, labels.where(labels != "nan", None))


def _plain(column: Column) -> Column:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _number(column: Column) -> FloatArray:
    """float64; NaN where it is no number that is finite."""
    column = _plain(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        text = pd.Categorical(column.dictionary_encode().to_pandas())
        numbers = pd.to_numeric(pd.Series(text.categories, dtype=object), errors="coerce")
        values = np.append(numbers.to_numpy(np.float64), np.nan)[text.codes]
    else:
        try:
            values = column.cast(pa.float64(), safe=False).to_numpy()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            values = np.full(len(column), np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _whole(column: Column) -> FloatArray:
    """float64; NaN where it is no whole number."""
    values = _number(column)
    return np.where((values == np.round(values)) & (np.abs(values) < 2.0**53), values, np.nan)


def _time(column: Column) -> npt.NDArray[np.datetime64]:
    """datetime64[us]; NaT where it is no ISO date or time: 1/2/2011 may be two days."""
    column = _plain(column)
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return np.asarray(column.cast(pa.timestamp("us"), safe=False).to_numpy(), "datetime64[us]")
    text = pd.Categorical(column.cast(pa.string()).dictionary_encode().to_pandas())
    labels = pd.Series(text.categories, dtype=object).str.strip()
    times = pd.to_datetime(labels, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
    known = np.append(times.to_numpy().astype("datetime64[us]"), np.datetime64("NaT", "us"))
    return np.asarray(known[text.codes], "datetime64[us]")


_TYPED: dict[str, Callable[[Column], Any]] = {
    "quantity": _whole,
    "price": _number,
    "at": _time,
    "customer": _customer,
    "description": _description,
}
_MEANS = {
    "invoice": "an invoice number",
    "code": "a stock code",
    "quantity": "a whole number of units",
    "at": "a time written as 2009-12-01 07:45:00",
    "price": "a price",
}
