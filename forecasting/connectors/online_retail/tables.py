"""The tables that the lines of an "Online Retail II" file become."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.connectors.online_retail.netting import Netted
from forecasting.connectors.online_retail.rules import of_category
from forecasting.domain import IntArray

_RETURN = np.timedelta64(24, "h")
_PRICE_DAYS = pd.Timedelta(days=90)
_STATUS = pd.Index(["shipped", "cancelled"], dtype=object)
_CLOSED = pd.Index(["weekly closing day", "holiday"], dtype=object)
_BUSY = 20
"""Invoices per open day from which a day without any is a closed one: by chance, 1 in e^20."""


def orders_of(lines: pd.DataFrame, sales: IntArray, cancelling: IntArray, netted: Netted) -> pd.DataFrame:
    """``orders``: what was left of each sale line, and each cancelled part as a line of its own.

    A line is numbered by its place in the invoice, its cancelled parts 12c1, 12c2 behind it: a later
    file, with more cancellations, numbers all of them alike.
    """
    at = lines["at"].to_numpy().astype("datetime64[us]")
    left = lines["quantity"].to_numpy()[sales]
    left = left - np.bincount(netted.sale, netted.quantity, len(sales)).astype(np.int64)
    rest = np.flatnonzero(left)
    part = pd.Series(netted.sale).groupby(netted.sale).cumcount().to_numpy().astype(np.int64) + 1

    never = np.full(len(rest), np.datetime64("NaT", "us"))
    sale = np.concatenate([rest, netted.sale])
    in_order = np.argsort(sale, kind="stable")
    row = sales[sale[in_order]]
    quantity = np.concatenate([left[rest], netted.quantity])[in_order].astype(np.float64)
    part = np.concatenate([np.zeros(len(rest)), part])[in_order].astype(np.int64)
    cancelled_at = np.concatenate([never, at[cancelling[netted.cancellation]]])[in_order]

    cancelled = part > 0
    ordered_at = at[row]
    # Taken back within a day it was an error, or never left: nothing was shipped.
    shipped = ~(cancelled & (cancelled_at - ordered_at <= _RETURN))
    source = lines.iloc[row]
    orders = pd.DataFrame(
        {
            "order": source["invoice"].array,
            "line": _line_names(np.asarray(source["position"], np.int64), part),
            "ordered_at": ordered_at,
            "sku": source["sku"].array,
            "quantity": quantity,
            "customer": source["customer"].array,
            "unit_price": source["price"].to_numpy(),
            "status": pd.Categorical.from_codes(cancelled.astype(np.int8), _STATUS),
            "shipped_at": np.where(shipped, ordered_at, np.datetime64("NaT", "us")),
            "quantity_shipped": np.where(shipped, quantity, 0.0),
            "cancelled_at": cancelled_at,
            "country": source["country"].array,
        }
    )
    for name in ("order", "sku", "customer", "country"):
        orders[name] = orders[name].cat.remove_unused_categories()
    return orders


def _line_names(position: IntArray, part: IntArray) -> pd.Categorical:
    parts = int(part.max(initial=0)) + 1
    codes, names = pd.factorize(position * parts + part, sort=True)
    text = [f"{name // parts}c{name % parts}" if name % parts else str(name // parts) for name in names]
    return pd.Categorical.from_codes(codes, pd.Index(text, dtype=object))


def products_of(sold: pd.DataFrame) -> pd.DataFrame:
    """``products``: a name and the going price of every SKU in ``sold``, which is in time order.

    The name is the last one: of the lines at a price, where there are any, and of those in capitals, as
    the shop writes its products and nobody writes a note. The price is the median of the last 90 days
    on which the SKU was charged for; null where it never was.
    """
    priced = sold[sold["price"] > 0]
    texts = sold["description"].cat.categories.astype(object)
    rank = np.select([texts.str.contains("[A-Z]{3}"), texts.str.contains("[A-Za-z]")], [2, 1], 0)
    names = sold[["sku", "description"]].assign(rank=of_category(sold["description"], rank))
    names["priced"] = sold["price"] > 0
    names = names[names["rank"] > 0].sort_values(["priced", "rank"], kind="stable")
    name = names.drop_duplicates("sku", keep="last").set_index("sku")["description"]
    last = priced.groupby("sku", observed=True)["at"].transform("max")
    recent = priced[priced["at"] > last - _PRICE_DAYS]

    skus = np.unique(sold["sku"].cat.codes)
    products = pd.DataFrame({"sku": sold["sku"].cat.categories[skus].astype(object)})
    products["description"] = products["sku"].map(name.astype(object))
    products["unit_price"] = products["sku"].map(recent.groupby("sku", observed=True)["price"].median())
    return products.astype({"sku": "category", "description": "category", "unit_price": np.float64})


def closed_days(lines: pd.DataFrame) -> pd.DataFrame:
    """``events``: the days without any row, where so many are the shop being shut, not a quiet day."""
    day = lines["at"].to_numpy().astype("datetime64[D]").astype(np.int64)
    open_days = np.unique(day)
    every = np.arange(open_days[0], open_days[-1] + 1)
    closed = np.setdiff1d(every, open_days)
    if lines["invoice"].nunique() < _BUSY * len(open_days):
        closed = closed[:0]
    weekday_closed = np.bincount(closed % 7, minlength=7) * 2 > np.bincount(every % 7, minlength=7)
    holiday = ~weekday_closed[closed % 7]
    return pd.DataFrame(
        {
            "date": closed.astype("datetime64[D]").astype("datetime64[us]"),
            "name": pd.Categorical.from_codes(holiday.astype(np.int8), _CLOSED),
            "kind": pd.Categorical.from_codes(
                np.zeros(len(closed), np.int8), pd.Index(["closed"], dtype=object)
            ),
        }
    )
