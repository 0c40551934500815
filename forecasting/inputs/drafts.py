"""Purchases that nobody has ordered yet: drafts, and what is only requested; a setting says which count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.config import Config
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import PurchaseStatus, Records

COUNTED = {
    "none": (),
    "requested": (PurchaseStatus.REQUESTED,),
    "all": (PurchaseStatus.DRAFT, PurchaseStatus.REQUESTED),
}
"""The statuses that count as on order, by the setting ``count_drafts``."""


def with_drafts(records: Records, config: Config, assumptions: Assumptions) -> Records:
    """The records, in which what the setting counts is open; how many items that touches is written down."""
    purchases = records.purchases
    counted = np.isin(purchases.status, COUNTED[config.count_drafts])
    if not counted.any():
        return records
    items = len(np.unique(purchases.item[counted]))
    assumptions.add("count_drafts", f"{config.count_drafts}: counted as on order", items)
    status = np.where(counted, int(PurchaseStatus.OPEN), purchases.status)
    return replace(records, purchases=replace(purchases, status=status))
