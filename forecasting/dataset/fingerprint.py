"""A hash of what the tables of a dataset hold, whatever format they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.dataset.tables import TABLES


def fingerprint(frames: Mapping[str, pd.DataFrame]) -> str:
    """SHA-256, in hex, of every table's rows in their order, over the columns of the contract.

    A table or a column that was not given hashes as one without values, a special table not at all; extra
    columns are left out, since their types are the source's own.
    """
    content = hashlib.sha256()
    for table in TABLES:
        frame = frames[table.name]
        if table.special and frame.empty:
            continue
        content.update(f"{table.name} {len(frame)}\n".encode())
        for column in table.columns:
            values = frame[column.name]
            content.update(f"{column.name} {column.kind.name}\n".encode())
            if isinstance(values.dtype, pd.CategoricalDtype):
                for word in values.cat.categories:
                    text = str(word).encode()
                    content.update(b"%d:%b" % (len(text), text))
            content.update(as_integers(values).astype("<i8").tobytes())
    return content.hexdigest()


def as_integers(values: pd.Series) -> npt.NDArray[np.int64]:
    """int64, shape of the column: equal where two values are equal (or both null), and only there.

    Comparable within one column of words; across columns of numbers or of times.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.int64)
    held = values.to_numpy()
    if held.dtype.kind == "M":
        return held.astype("datetime64[us]").view(np.int64)
    # NaN has many bit patterns and zero has two.
    return np.where(np.isnan(held), np.nan, held + 0.0).view(np.int64)
