"""From Python's values, as a driver or a workbook hands them over, to Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa


def array_of(values: Sequence[Any]) -> tuple[Any, bool]:
    """One column of some rows, and whether it is text only because its values are of several kinds."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {int, float, Decimal} and kinds != {int}:
        # By Python's float: the nearest one, as a CSV file of the same number gives.
        return pa.array([None if value is None else float(value) for value in values], pa.float64()), False
    if len(kinds) <= 1 and kinds <= {int, str, bool, bytes, date, datetime}:
        try:
            return pa.array(values), False
        except (pa.ArrowException, ValueError, OverflowError):
            # Too large for 64 bits, or not to be encoded.
            pass
    text = [None if value is None else str(value).encode(errors="replace").decode() for value in values]
    return pa.array(text, pa.string()), len(kinds) > 1 or kinds == {int}
