"""Holds a table against its declaration, and turns it into what files are written from.

A table that does not fit is a bug of ours, never the user's fault: it fails loudly, before anything is
written. The checks look at each value once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.store.columns import Column, Kind, Table
from forecasting.store.flags import FLAGS, SEPARATOR
from forecasting.store.schema import TABLES

NUMERIC = {
    Kind.BOOLEAN: "b",
    Kind.INTEGER: "if",
    Kind.QUANTITY: "if",
    Kind.MONEY: "f",
    Kind.SHARE: "f",
    Kind.PROBABILITY: "f",
    Kind.NUMBER: "f",
    Kind.TIME: "M",
}
"""The numpy kinds of dtype that a column may come in; columns of other kinds hold text.

A count is a float where one of the column is not known, a quantity where one is not whole.
"""


class SchemaError(Exception):
    """A table that is about to be written does not fit its declaration."""


def declared(name: str, frame: pd.DataFrame) -> tuple[Table, dict[str, Column]]:
    """The table's declaration and that of each of its columns; raises SchemaError where they differ."""
    if name not in TABLES:
        raise SchemaError(f"table {name}: is not declared in store/schema.py")
    table, names = TABLES[name], [str(column) for column in frame.columns]
    columns = table.found(names)
    if columns is None:
        raise SchemaError(
            f"table {name}: has the columns {', '.join(names)}; declared are "
            f"{', '.join(column.name for column in table.columns)}"
        )
    return table, dict(columns)


def conform(name: str, frame: pd.DataFrame) -> dict[str, Column]:
    """The declaration of each column, if ``frame`` fits that of the table ``name``.

    Raises SchemaError where a column is missing, too many or out of order, where one has values of another
    kind, or none where there must be one, and where two rows have one key.
    """
    table, columns = declared(name, frame)
    for label, column in columns.items():
        wrong = _wrong(frame[label], column)
        if wrong:
            raise SchemaError(f"table {name}, column {label} ({column.kind.value}): {wrong}")

    key = [label for label in table.key if label in columns]
    if frame.duplicated(key).any():
        raise SchemaError(f"table {name}: two rows have the same {', '.join(key)}")
    return columns


def _wrong(values: pd.Series, column: Column) -> str:
    """What is wrong with a column; empty where nothing is."""
    if not column.nullable and values.isna().any():
        return "a value is missing"

    kind = getattr(values.dtype, "kind", "O")
    if column.kind not in NUMERIC:
        if kind in "biufcM":
            return f"holds {values.dtype}"
        return _unknown_flags(values) if column.kind is Kind.FLAGS else ""
    if kind not in NUMERIC[column.kind]:
        return f"holds {values.dtype}"

    if column.kind is Kind.INTEGER and kind == "f":
        known = values.dropna().to_numpy()
        return "" if np.array_equal(known, np.rint(known)) else "a count is not whole"
    if column.kind in (Kind.SHARE, Kind.PROBABILITY) and not values.dropna().between(0, 1).all():
        return "a value lies outside 0..1"
    return ""


def _unknown_flags(values: pd.Series) -> str:
    words = {word for flags in values.unique() for word in flags.split(SEPARATOR) if word}
    unknown = sorted(words - set(FLAGS))
    return f"{', '.join(unknown)} is not declared in store/flags.py" if unknown else ""


def arrow(name: str, frame: pd.DataFrame) -> Any:
    """The table in Arrow, with the types of its declaration. Raises SchemaError where it does not fit."""
    columns = conform(name, frame)
    fields = [pa.field(label, _arrow_type(frame[label], column)) for label, column in columns.items()]
    try:
        table = pa.Table.from_pandas(frame, schema=pa.schema(fields), preserve_index=False)
    except pa.ArrowException as error:
        raise SchemaError(f"table {name}: {error}") from error
    return table.replace_schema_metadata(None)


def _arrow_type(values: pd.Series, column: Column) -> Any:
    if column.kind is Kind.TIME:
        return pa.timestamp("us")
    if column.kind is Kind.BOOLEAN:
        return pa.bool_()
    if column.kind in (Kind.INTEGER, Kind.QUANTITY):
        return pa.int64() if values.dtype.kind == "i" else pa.float64()
    return pa.float64() if column.kind in NUMERIC else pa.large_string()
