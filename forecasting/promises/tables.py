"""The tables ``promises`` and ``promise_sources``: a row a line, and a row a source that serves it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, IntArray, TextArray, day_text
from forecasting.inputs.records import Records
from forecasting.promises.allocation import Allocation
from forecasting.promises.facts import Facts
from forecasting.promises.rules import NAMES as RULES
from forecasting.promises.served import Served
from forecasting.promises.verdicts import NAMES as VERDICTS
from forecasting.promises.verdicts import Promised
from forecasting.promises.words import days_or_none
from forecasting.store.figures import probability, whole

SOURCES = np.array(["stock", "purchase", "recommendation", "recommendation", "none"], dtype=object)
"""What each ``Source`` is called; the last one is that of a line that nothing was found for."""


def who(found: Facts, records: Records) -> dict[str, TextArray]:
    """Columns that name each line: order, line, location, sku, customer."""
    orders, row, items = records.orders, found.lines.row, found.known.items
    return {
        "order": records.order_names[orders.order[row]],
        "line": _named(records.line_names, orders.line[row]),
        "location": items.location[found.lines.item],
        "sku": items.sku[found.lines.item],
        "customer": _named(records.customer_names, orders.customer[row]),
    }


def numbers(found: Facts) -> IntArray:
    """int64, shape (m,): 1, 2, .. in the order of the orders."""
    number = np.empty(len(found.lines), dtype=np.int64)
    number[np.argsort(found.lines.row, kind="stable")] = np.arange(1, len(found.lines) + 1)
    return number


def _named(names: TextArray, number: np.ndarray) -> TextArray:
    """The names of numbers; None where a number is -1."""
    return np.array([*names, None], dtype=object)[number]


def promises_table(
    found: Facts, records: Records, served: Served, promised: Promised, said: dict[str, Any], run: str
) -> pd.DataFrame:
    """One row an open line, in the order of the orders.

    ``said``: the columns alternative, alternative_quantity and message, shape (m,).
    """
    lines, parts = found.lines, found.parts
    frame = pd.DataFrame(
        {
            "run": run,
            "as_of": day_text(found.as_of),
            "number": numbers(found),
            **who(found, records),
            "quantity": whole(parts.units(found.wanted)),
            "allocated_from": SOURCES[served.last_kind],
            "eta_p50": days_or_none(promised.p50),
            "eta_p90": days_or_none(promised.p90),
            "deadline": days_or_none(lines.deadline),
            "on_time_probability": probability(promised.on_time),
            "verdict": VERDICTS[promised.verdict],
            "earliest_p90": days_or_none(promised.earliest_p90),
            "split_now": whole(parts.units(served.now)),
            "split_later": whole(parts.units(found.wanted - served.now)),
            **said,
            "rule": np.array(RULES, dtype=object)[found.rule],
        }
    )
    return frame.iloc[np.argsort(lines.row, kind="stable")].reset_index(drop=True)


def sources_table(found: Facts, records: Records, given: Allocation, run: str) -> pd.DataFrame:
    """One row for each source that serves a line, with when it comes."""
    names = who(found, records)
    sources, line, source = found.sources, given.line, given.source
    purchase = sources.purchase[source]
    named = records.purchases.order[np.maximum(purchase, 0)] if len(records.purchases) else purchase
    names_of_purchases = np.array([*records.purchase_order_names, None], dtype=object)
    sure = found.following[np.minimum(sources.sure_in[source], len(found.following) - 1)]
    frame = pd.DataFrame(
        {
            "run": run,
            "number": numbers(found)[line],
            **{name: names[name][line] for name in ("order", "line", "location", "sku")},
            "source": SOURCES[sources.kind[source]],
            "purchase_order": names_of_purchases[np.where(purchase >= 0, named, -1)],
            "ordered_on": days_or_none(sources.ordered_on[source]),
            "ready_p90": days_or_none(np.where(sources.dated[source], found.as_of + sure, LONG_AGO)),
            "quantity": whole(found.parts.units(given.parts)),
        }
    )
    order = np.lexsort((source, found.lines.row[line]))
    frame = frame.iloc[order].reset_index(drop=True)
    within = frame.groupby("number").cumcount() + 1
    frame.insert(4, "part", within.to_numpy(dtype=np.int64))
    return frame
