"""What was sent and the import does not show yet: it counts as on order, or it would be ordered again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from forecasting.domain.purchase_orders import PurchaseOrder

NOT_ORDERED = ("draft", "requested")
"""Statuses of purchases that a plan does not count on; an order of ours that is one counts all the same."""


@dataclass(frozen=True)
class SentOrder:
    """An order of the outbox, and the ordering system's own number of it; empty where there is none yet."""

    number: str
    order: PurchaseOrder


def not_imported(
    purchases: pd.DataFrame, sent: Sequence[SentOrder], as_of: date, days: float
) -> pd.DataFrame:
    """Rows for ``purchase_orders``: lines of orders from before ``as_of`` that the import does not have.

    A line is there where the import has it under the order's number or key as more than a draft, or holds
    any real purchase of the item since it was ordered. Lines of more than ``days`` ago count no longer:
    whatever became of them, the import would have it by then.
    """
    known = _Known(purchases)
    rows = [
        {
            "purchase_order": each.number or each.order.key,
            "line": str(at),
            "sku": line.sku,
            "quantity": float(line.quantity),
            "ordered_at": pd.Timestamp(each.order.as_of),
            "location": each.order.location,
            "supplier": each.order.supplier,
            "expected_at": pd.NaT if line.arrives_on is None else pd.Timestamp(line.arrives_on),
            "unit_cost": float(line.unit_cost),
            "status": "open",
        }
        for each in sent
        if as_of - timedelta(days=days) <= each.order.as_of < as_of
        for at, line in enumerate(each.order.lines, start=1)
        if not known.has(each, line.sku)
    ]
    return pd.DataFrame(rows)


def drafts_there(purchases: pd.DataFrame, sent: Sequence[SentOrder], as_of: date, days: float) -> pd.Series:
    """bool, a row of ``purchases`` each: a draft of somebody else's in the ordering system.

    Drafts of ours count by what was sent (``not_imported``). One of more than ``days`` ago was forgotten.
    """
    draft = purchases["status"].isin(NOT_ORDERED)
    ours = {name for each in sent for name in (each.number, each.order.key) if name}
    day = pd.to_datetime(purchases["ordered_at"]).dt.normalize()
    fresh = (day <= pd.Timestamp(as_of)) & (day >= pd.Timestamp(as_of - timedelta(days=days)))
    return draft & fresh & ~purchases["purchase_order"].astype(object).isin(ours)


def counted(purchases: pd.DataFrame, drafts: pd.Series, added: pd.DataFrame) -> pd.DataFrame:
    """The purchases that a plan counts on: drafts as ordered, and the added lines."""
    rows = purchases.copy()
    rows["status"] = rows["status"].astype(object).mask(drafts, "open")
    return pd.concat([rows, added], ignore_index=True) if len(added) else rows


class _Known:
    """What the import says of purchases, by document and by item."""

    def __init__(self, purchases: pd.DataFrame) -> None:
        real = purchases[~purchases["status"].isin(NOT_ORDERED)]
        documents = real["purchase_order"].astype(str), real["sku"].astype(str)
        self.documents = set(zip(*documents, strict=True))
        ordered = real[real["status"] != "cancelled"]
        by_item = ordered.groupby([ordered["location"].astype(str), ordered["sku"].astype(str)])
        self.last_ordered = by_item["ordered_at"].max().to_dict()

    def has(self, each: SentOrder, sku: str) -> bool:
        """Whether the line of an order is there."""
        if {(each.number, sku), (each.order.key, sku)} & self.documents:
            return True
        last = self.last_ordered.get((each.order.location, sku))
        return last is not None and pd.Timestamp(last).date() >= each.order.as_of


def usual_week(purchases: pd.DataFrame, products: pd.DataFrame, as_of: date, weeks: int = 13) -> float | None:
    """Money that was ordered in a week, on average; None where nothing was in these weeks."""
    day = pd.to_datetime(purchases["ordered_at"]).dt.normalize()
    recent = (day <= pd.Timestamp(as_of)) & (day > pd.Timestamp(as_of) - pd.Timedelta(weeks=weeks))
    real = purchases[recent & ~purchases["status"].isin([*NOT_ORDERED, "cancelled"])]
    listed = products.drop_duplicates("sku").set_index("sku")["unit_cost"]
    cost = real["unit_cost"].fillna(real["sku"].map(listed)).fillna(0.0)
    value = float((real["quantity"] * cost).sum())
    return value / weeks if value > 0 else None
