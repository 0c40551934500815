"""What cannot be in the tables of supply: terms that no order meets, closings without end, missing rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from forecasting.dataset.fingerprint import as_integers
from forecasting.dataset.source import Fault, Rows
from forecasting.domain import weekday_numbers
from forecasting.errors import known_names

LONGEST_CLOSING = 731
"""Days. Who is closed for more than two years is closed for good."""

NEVER, ALWAYS = np.datetime64("2262-01-01", "D"), np.datetime64("1700-01-01", "D")


def in_supply_rows(table: str, frame: pd.DataFrame) -> Iterator[Fault]:
    """What is wrong in the rows of one table by itself."""
    if frame.empty:
        return
    if table == "suppliers":
        yield _weekdays(frame)
    elif table == "supplier_items":
        yield from _terms(frame)
        yield _several_at_once(frame)
    elif table == "closures":
        yield from _closures(frame)
    elif table == "currencies":
        again = np.flatnonzero(frame["from"].isna() & frame.duplicated(["currency", "from"]))
        what = "the currency has another rate without a day from which on it holds"
        yield Fault(("currency", "from"), again, what, "Keep one of them, or give the others their day.")


def between_supply_tables(frames: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Fault]]:
    """Suppliers that name a currency whose rate is nowhere."""
    if "suppliers" not in frames:
        return
    column = frames["suppliers"]["currency"]
    known = set()
    if "currencies" in frames:
        known = {str(word) for word in frames["currencies"]["currency"].cat.categories}
    rows = np.flatnonzero(column.notna() & ~column.astype(object).isin(known))
    if not len(rows):
        return

    def todo(position: int) -> str:
        near = (
            known_names(str(column.iloc[position]), known) if known else "There is no such table, or no row"
        )
        return f"{near}. Give `currencies` its rate: money of the company for one of it (1 for its own)."

    yield "suppliers", Fault(("currency",), rows, "the currency has no rate in currencies", todo)


def _weekdays(frame: pd.DataFrame) -> Fault:
    words = frame["delivery_weekdays"].astype(object)
    wrong = [row for row, text in enumerate(words) if isinstance(text, str) and not _are_weekdays(text)]
    what = "these are no days of the week"
    return Fault(("delivery_weekdays",), _rows(wrong), what, "Write them as monday thursday.")


def _are_weekdays(text: str) -> bool:
    try:
        return len(weekday_numbers(text)) > 0
    except ValueError:
        return False


def _terms(frame: pd.DataFrame) -> Iterator[Fault]:
    """Packs, minimums and maximums that no order meets."""
    pack = frame["pack_size"].fillna(1.0).to_numpy()
    least = frame["min_order_quantity"].fillna(0.0).to_numpy()
    most = frame["max_order_quantity"].fillna(np.inf).to_numpy()
    crossed = least > most
    what = "min_order_quantity is more than max_order_quantity"
    where = ("min_order_quantity", "max_order_quantity")
    yield Fault(where, np.flatnonzero(crossed), what, "Correct one of the two numbers.")
    smallest = np.maximum(np.ceil(least / pack - 1e-9), 1.0) * pack
    none = ~crossed & (smallest > most * (1 + 1e-9))
    what = "no whole number of packs lies between the minimum and the maximum: nothing could be ordered"
    columns = ("pack_size", "min_order_quantity", "max_order_quantity")
    yield Fault(columns, np.flatnonzero(none), what, "Correct one of the three numbers.")


def _several_at_once(frame: pd.DataFrame) -> Fault:
    """Rows of one supplier, SKU and location that hold at the same time."""
    begins = _days(frame["from"], ALWAYS)
    ends = _days(frame["until"], NEVER)
    keys = [as_integers(frame[name]) for name in ("supplier", "sku", "location")]
    order = np.lexsort((np.arange(len(frame)), begins, *keys[::-1]))
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    # The row before may have ended sooner than one before that.
    last = pd.Series(ends[order].astype(np.int64)).groupby(np.append(0, np.cumsum(~same))).cummax().to_numpy()
    meets = same & (begins[order][1:].astype(np.int64) <= last[:-1])
    what = "another row of this supplier, sku and location holds at the same time"
    todo = "Keep one of them, or say by from and until when each holds."
    return Fault(("supplier", "sku", "location", "from", "until"), np.sort(order[1:][meets]), what, todo)


def _closures(frame: pd.DataFrame) -> Iterator[Fault]:
    begins, ends = _days(frame["from"], ALWAYS), _days(frame["until"], NEVER)
    given = (frame["from"].notna() & frame["until"].notna()).to_numpy()
    long = given & ((ends - begins).astype(np.int64) + 1 > LONGEST_CLOSING)
    what = "the closing has no end: it lasts longer than two years"
    yield Fault(("until", "from"), np.flatnonzero(long), what, "Correct until, or leave the supplier out.")
    nobody = ((frame["what"] == "supplier") & frame["supplier"].isna()).to_numpy()
    what = "a supplier is closed, and the row does not say which"
    yield Fault(("supplier", "what"), np.flatnonzero(nobody), what, "Name it, or write receiving.")
    both = ((frame["what"] == "receiving") & frame["supplier"].notna()).to_numpy()
    what = "our receiving is closed, and the row names a supplier"
    todo = "Leave the supplier out where nothing is received; write supplier where it is closed itself."
    yield Fault(("supplier", "what"), np.flatnonzero(both), what, todo)


def _days(column: pd.Series, otherwise: np.datetime64) -> Rows:
    days = column.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), otherwise, days)


def _rows(rows: list[int]) -> Rows:
    return np.array(rows, dtype=np.int64)
