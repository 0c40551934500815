"""What was promised before: found again line by line, and held against what happened since."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import LONG_AGO, BoolArray, IntArray, TextArray, day_text
from forecasting.errors import RequestError
from forecasting.inputs.read_records import days_of
from forecasting.inputs.records import Records
from forecasting.promises.consent import NOT_NEEDED, Consent
from forecasting.promises.lines import OpenLines
from forecasting.promises.words import days_or_none

SEPARATOR = "\x1f"
"""Between the parts of a line's name: in no name of a company."""


@dataclass(frozen=True)
class Earlier:
    """What each of m open lines was promised before; each of shape (m,).

    Attributes:
        p50, p90: int64, days; LONG_AGO: none.
        source, verdict, alternative: text, as in the table ``promises``; empty where there is none.
        consent: how often it was put off, and what the customer said.

    """

    p50: IntArray
    p90: IntArray
    source: TextArray
    verdict: TextArray
    alternative: TextArray
    consent: Consent

    @property
    def promised(self) -> BoolArray:
        """bool, shape (m,): the line was promised a day."""
        return np.asarray(self.p90 > LONG_AGO)

    @property
    def known(self) -> BoolArray:
        """bool, shape (m,): the line was looked at before."""
        return np.asarray(self.verdict != "")

    @classmethod
    def none(cls, lines: int) -> Earlier:
        """Nothing was promised."""
        never, nothing = np.full(lines, LONG_AGO), np.full(lines, "", dtype=object)
        state = np.full(lines, NOT_NEEDED, dtype=object)
        consent = Consent(np.zeros(lines, dtype=np.int64), state, never)
        return cls(never, never, nothing, nothing, nothing, consent)


def earlier(table: pd.DataFrame, records: Records, lines: OpenLines) -> Earlier:
    """What the table ``promises`` of an earlier run says of lines that are open now.

    Raises RequestError where none of its lines is known: it is of another dataset.
    """
    rows = record_rows(table, records)
    if len(rows) and (rows < 0).all():
        raise RequestError(
            f"none of the {len(rows):,} lines that were promised before is in this dataset: name the folder "
            "of the last run of the same dataset that was applied"
        )
    place = np.full(len(records.orders), -1)
    known = np.flatnonzero(rows >= 0)
    place[rows[known]] = known
    found = place[lines.row]

    def text(name: str, missing: str = "") -> TextArray:
        column = table[name].astype(object).where(table[name].notna(), missing)
        return np.array([*column, missing], dtype=object)[found]

    def day(name: str) -> IntArray:
        return np.append(promised_days(table[name]), LONG_AGO)[found]

    delays = np.append(table["delays"].to_numpy(dtype=np.int64), 0)[found]
    return Earlier(
        p50=day("eta_p50"),
        p90=day("eta_p90"),
        source=text("allocated_from"),
        verdict=text("verdict"),
        alternative=text("alternative"),
        consent=Consent(delays, text("consent", NOT_NEEDED), day("consent_since")),
    )


def record_rows(table: pd.DataFrame, records: Records) -> IntArray:
    """The order record of each row of a table of promises: int64, shape (k,); -1 where there is none.

    Lines are known by order, line, location and SKU; of several that agree in all of these, the first is
    the first.
    """
    orders = records.orders
    number = pd.Index(records.order_names.astype(str)).get_indexer(pd.Index(table["order"].astype(str)))
    row = np.flatnonzero(np.isin(orders.order, number[number >= 0]))
    names = np.array([*records.line_names, ""], dtype=object)[orders.line[row]]
    items = records.items
    ours = _keys(
        records.order_names[orders.order[row]],
        names,
        items.location[orders.item[row]],
        items.sku[orders.item[row]],
    )
    line = table["line"].astype(object).where(table["line"].notna(), "")
    theirs = _keys(
        *(column.to_numpy(dtype=object) for column in (table["order"], line, table["location"], table["sku"]))
    )
    place = pd.Index(ours).get_indexer(pd.Index(theirs))
    return np.where(place >= 0, row[place] if len(row) else -1, -1).astype(np.int64)


def _keys(*parts: TextArray) -> TextArray:
    """One name a row, those that would be the same numbered."""
    joined = pd.Series([SEPARATOR.join(map(str, row)) for row in zip(*parts, strict=True)], dtype=object)
    return np.asarray(joined + SEPARATOR + joined.groupby(joined).cumcount().astype(str), dtype=object)


def outcomes(
    table: pd.DataFrame, records: Records, lines: OpenLines, config: Config, as_of: int, run: str
) -> pd.DataFrame:
    """The table ``promise_outcomes``: what became of each line that had been promised a day.

    Lines that were cancelled since, and lines that are still open and not late yet, have no outcome.
    """
    rows, orders = record_rows(table, records), records.orders
    p50, p90 = promised_days(table["eta_p50"]), promised_days(table["eta_p90"])
    known = (rows >= 0) & (p90 > LONG_AGO)
    rows, p50, p90 = rows[known], p50[known], p90[known]

    is_open = np.isin(rows, lines.row)
    came = np.where(is_open, LONG_AGO, orders.shipped[rows])
    came = np.where((came > LONG_AGO) & (came <= as_of), came + config.delivery_days, LONG_AGO)
    judged = is_open | (came > LONG_AGO)

    def kept(day: IntArray) -> TextArray:
        late = np.where(came > LONG_AGO, came > day, as_of + config.delivery_days >= day)
        waits = is_open & (as_of + config.delivery_days < day)
        return np.where(waits, "open", np.where(late, "no", "yes")).astype(object)

    frame = pd.DataFrame(
        {
            "run": run,
            "as_of": day_text(as_of),
            **{name: table[name].to_numpy()[known] for name in ("order", "line", "location", "sku")},
            "allocated_from": table["allocated_from"].to_numpy()[known],
            "promised_p50": days_or_none(p50),
            "promised_p90": days_or_none(p90),
            "happened": days_or_none(came),
            "kept_p50": kept(p50),
            "kept_p90": kept(p90),
        }
    )
    frame = frame[judged].reset_index(drop=True)
    frame.insert(2, "number", np.arange(1, len(frame) + 1))
    return frame


def calibration(table: pd.DataFrame) -> dict[str, float | int | None]:
    """How many promises can be judged by now, and the share of them that was kept, by P50 and by P90.

    Judged are those whose promised day has come: to count those that shipped before it came, and not those
    that have not, would flatter.
    """
    said: dict[str, float | int | None] = {}
    for name in ("p50", "p90"):
        has_come = table[f"promised_{name}"] <= table["as_of"]
        judged = table[f"kept_{name}"][has_come & (table[f"kept_{name}"] != "open")]
        said[f"judged_{name}"] = len(judged)
        said[f"kept_{name}"] = round(float((judged == "yes").mean()), 4) if len(judged) else None
    return said


def promised_days(column: pd.Series) -> IntArray:
    """The days of a column of the table ``promises``: int64; LONG_AGO where there is none."""
    return days_of(column.astype("datetime64[us]"))
