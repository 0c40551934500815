"""Locations that do not meet: an item is sold at one, and counted or bought at another only."""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray
from forecasting.inputs.records import Records


def apart(records: Records) -> BoolArray:
    """bool, shape (n,): the items that are sold where they are neither counted nor bought, or the other way
    round, while the rest of the same SKU is at another location.
    """
    n, items = len(records.items), records.items
    sold = np.bincount(records.orders.item, minlength=n) > 0
    held = np.bincount(records.counts.item[records.counts.item >= 0], minlength=n) > 0
    held |= np.bincount(records.purchases.item, minlength=n) > 0

    # Of each SKU: whether some location only sells it, and another only holds it.
    _, sku = np.unique(items.sku.astype(str), return_inverse=True)
    only_sold = np.bincount(sku, sold & ~held)[sku] > 0
    only_held = np.bincount(sku, held & ~sold)[sku] > 0
    return only_sold & only_held & (sold != held)
