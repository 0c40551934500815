"""Lines that waited when they were promised, and have shipped since: their customers are told that, too.

Goods often come and leave on one day, between two runs. Such a line is not open any more when the next run
looks, so that nothing of it stands among the changes of open lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import LONG_AGO, day_text
from forecasting.inputs.records import OrderStatus, Records
from forecasting.promises.consent import DECLINED, LAPSED, NOT_NEEDED
from forecasting.promises.customer_notices import in_language
from forecasting.promises.earlier import promised_days, record_rows
from forecasting.promises.facts import Facts
from forecasting.promises.notices_table import contents_of, with_texts
from forecasting.promises.words import days_or_none, units_in_words

KIND = "now_shipping"
NOT_OF_THEM: Mapping[str, Any] = {
    **dict.fromkeys(("was", "deadline", "verdict", "alternative", "alternative_description"), ""),
    "alternative_quantity": "0",
    "consent": NOT_NEEDED,
    "delays": 0,
    "later": False,
}
"""What a template may ask for, and lines that have shipped do not have."""


def with_shipped(
    notices: pd.DataFrame, previous: pd.DataFrame, records: Records, found: Facts, config: Config, run: str
) -> pd.DataFrame:
    """The table ``notices_to_customers`` with what has shipped since ``previous``, after all open lines.

    ``previous``: the table ``promises`` of an earlier run. Lines that were in stock then were told so then.
    """
    rows, orders, as_of = record_rows(previous, records), records.orders, found.as_of
    left = (orders.shipped[rows] > LONG_AGO) & (orders.shipped[rows] <= as_of) & (rows >= 0)
    left &= ~np.isin(rows, found.lines.row) & (orders.status[rows] != OrderStatus.CANCELLED)
    left &= ~previous["consent"].isin((DECLINED, LAPSED)).to_numpy()
    left &= (previous["allocated_from"] != "stock").to_numpy()
    if not left.any():
        return notices

    then, rows = previous[left], rows[left]
    names = {
        name: then[name].to_numpy(dtype=object) for name in ("order", "line", "location", "sku", "customer")
    }
    shipped, there = (days_or_none(orders.shipped[rows] + days) for days in (0, config.delivery_days))
    spoken = {
        **{name: ["" if pd.isna(value) else value for value in column] for name, column in names.items()},
        "description": found.known.description[orders.item[rows]],
        "quantity": units_in_words(then["quantity"].to_numpy(dtype=np.float64)),
        "shipped": in_language(shipped, config.notice_language),
        "date": in_language(there, config.notice_language),
    }
    spoken["now"] = spoken["quantity"]
    contents = [{**NOT_OF_THEM, "kind": KIND, **each} for each in contents_of(spoken, config)]
    frame = pd.DataFrame(
        {
            "run": run,
            "as_of": day_text(as_of),
            "number": len(found.lines) + 1 + np.arange(len(rows)),
            **names,
            "kind": KIND,
            "language": config.notice_language,
            "was_p90": days_or_none(promised_days(then["eta_p90"])),
            "now_p90": there,
            "consent": NOT_NEEDED,
        }
    )
    frame = with_texts(frame, contents, rows, config)
    return pd.concat([notices, frame], ignore_index=True) if len(notices) else frame
