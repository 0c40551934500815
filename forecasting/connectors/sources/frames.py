"""From records to frames: times, numbers and texts as a dataset has them, and what was left out counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

EMPTY = ("", None)


def frame(rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a frame, every column as it came."""
    listed: list[Any] = list(rows)
    return pd.DataFrame.from_records(listed, columns=list(columns)).astype(object)


def times(values: pd.Series) -> pd.Series:
    """ISO times, with or without a zone, as UTC without one; what is none is null."""
    read = pd.to_datetime(values.astype(object), utc=True, format="ISO8601", errors="coerce")
    return read.dt.tz_localize(None).astype("datetime64[us]")


def numbers(values: pd.Series) -> pd.Series:
    """Numbers as float64; what is none is null."""
    return pd.to_numeric(values.astype(object), errors="coerce").astype(np.float64)


def texts(values: pd.Series) -> pd.Series:
    """Texts without blanks around them; empty ones are null."""
    read = values.where(values.notna(), "").astype(str).str.strip()
    return read.where(read != "", None).astype(object)


class Notices:
    """What was left out, in words, with how many rows it was."""

    def __init__(self) -> None:
        self._said: list[str] = []

    def left_out(self, table: pd.DataFrame, wrong: pd.Series, what: str) -> pd.DataFrame:
        """The table without the rows that are wrong; ``what``: why they are."""
        count = int(wrong.sum())
        if count:
            self._said.append(f"{count:,} {what}")
        return table[~wrong]

    def count(self, wrong: pd.Series, what: str) -> None:
        """Only told."""
        if int(wrong.sum()):
            self._said.append(f"{int(wrong.sum()):,} {what}")

    @property
    def said(self) -> tuple[str, ...]:
        """In the order in which it was found."""
        return tuple(self._said)


def parts_of_lines(lines: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Order lines as their parts: what left on each day, what left on a day that is not known, and the rest.

    ``lines``: line (unique), quantity, gone (units that have left in all) and any more. ``parts``: line,
    shipped_at, units. Of a line the parts never come to more than was ordered. What left on one day
    is one part. Returns the columns of ``lines`` but ``gone``, with quantity the part's, shipped_at, and
    ``left`` (bool): it has left. The first part bears the line's name, the second is LINE/2, and so on.
    """
    sizes = lines.set_index("line")["quantity"]
    known = parts[parts["line"].isin(sizes.index)]
    known = known.assign(day=known["shipped_at"].dt.normalize())
    dated = known.groupby(["line", "day"], as_index=False).agg({"shipped_at": "max", "units": "sum"})
    size = dated["line"].map(sizes.to_dict()).astype(float)
    before = dated.groupby("line")["units"].cumsum() - dated["units"]
    dated["units"] = np.minimum(dated["units"], (size - before).clip(lower=0.0))
    dated = dated[dated["units"] > 0]

    sent = lines["line"].map(dated.groupby("line")["units"].sum().to_dict()).astype(float).fillna(0.0)
    gone = np.minimum(np.maximum(lines["gone"], sent), lines["quantity"])
    pieces = [
        dated.drop(columns="day").assign(left=True),
        pd.DataFrame({"line": lines["line"], "shipped_at": pd.NaT, "units": gone - sent, "left": True}),
        pd.DataFrame(
            {"line": lines["line"], "shipped_at": pd.NaT, "units": lines["quantity"] - gone, "left": False}
        ),
    ]
    rows = pd.concat([piece[piece["units"] > 1e-9] for piece in pieces], ignore_index=True)
    rows["shipped_at"] = rows["shipped_at"].astype("datetime64[us]")
    rows["at"] = rows.groupby("line").cumcount() + 1
    order = pd.Series(np.arange(len(lines)), index=lines["line"])
    rows = rows.iloc[np.lexsort((rows["at"], rows["line"].map(order.to_dict())))]
    whole = rows.merge(lines.drop(columns=["gone", "quantity"]), on="line", how="left")
    whole["line"] = np.where(whole["at"] == 1, whole["line"], whole["line"] + "/" + whole["at"].astype(str))
    return whole.rename(columns={"units": "quantity"}).drop(columns="at")
