"""What a plan is about to order: it serves customers too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, Columns, FloatArray, IntArray, TextArray
from forecasting.inputs.read_records import days_of
from forecasting.store.flags import SEPARATOR


@dataclass(frozen=True)
class Recommended(Columns):
    """What a plan wants to order of n items; each of shape (n,).

    Attributes:
        quantity: float64, units, ordered at the close of the day of the plan.
        next_order_on: int64, the day at whose close more can be ordered; LONG_AGO: never.
        daily_demand: float64, expected units a day.
        supplier: text, who is ordered from; None: the usual one.
        leaving: float64, units that are about to be moved to another place; None: nothing is.

    """

    quantity: FloatArray
    next_order_on: IntArray
    daily_demand: FloatArray
    supplier: TextArray | None = None
    leaving: FloatArray | None = None


def recommended_by(recommendations: pd.DataFrame, as_of: int) -> Recommended:
    """What a plan at the close of ``as_of`` wants to order, as promises count on it."""
    table = recommendations
    quantity, protection = (
        table[name].to_numpy(dtype=np.float64) for name in ("quantity", "protection_days")
    )
    review = np.ceil(protection - table["lead_time_days"].to_numpy() - 1e-6).astype(np.int64)
    order_by = days_of(table["order_by"].astype("datetime64[us]"))
    never = (
        table["flags"]
        .str.split(SEPARATOR)
        .map(lambda flags: not {"ended", "infeasible_terms", "kit"}.isdisjoint(flags))
    )
    at_review = as_of + np.maximum(review, 1)
    return Recommended(
        quantity=quantity,
        # What is ordered today, or is not missed for long, can be ordered at the next review.
        next_order_on=np.where(
            never.to_numpy(dtype=bool),
            LONG_AGO,
            np.where((quantity > 0) | (order_by == LONG_AGO), at_review, order_by),
        ),
        daily_demand=table["demand_mean"].to_numpy() / np.maximum(protection, 1.0),
        supplier=table["supplier"].to_numpy(dtype=object),
        leaving=_leaving(table),
    )


def _leaving(table: pd.DataFrame) -> FloatArray | None:
    """Units that leave each row's shelf for the rows that are transfers: float64, shape (n,)."""
    if "kind" not in table:
        return None
    units = np.zeros(len(table))
    moved = table[(table["kind"] == "transfer") & (table["quantity"] > 0)]
    there = pd.MultiIndex.from_arrays([table["location"].astype(str), table["sku"].astype(str)])
    place = there.get_indexer(
        pd.MultiIndex.from_arrays([moved["source"].astype(str), moved["sku"].astype(str)])
    )
    np.add.at(units, place[place >= 0], moved["quantity"].to_numpy(dtype=np.float64)[place >= 0])
    return units
