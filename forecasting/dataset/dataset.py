"""A dataset in memory: the tables of one company, typed as ``tables`` says."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecasting.errors import Notice


@dataclass(frozen=True)
class Dataset:
    """Every table of a dataset; one that was not given has no rows.

    ``fingerprint`` is a hash of the content that the tables hold: the same rows give the same
    fingerprint, whichever format they were read from. ``notices`` is what looked odd when it was read.
    """

    source: str
    fingerprint: str
    orders: pd.DataFrame
    products: pd.DataFrame
    alternatives: pd.DataFrame
    suppliers: pd.DataFrame
    price_breaks: pd.DataFrame
    stock: pd.DataFrame
    lots: pd.DataFrame
    availability: pd.DataFrame
    purchase_orders: pd.DataFrame
    events: pd.DataFrame
    prices: pd.DataFrame
    supplier_items: pd.DataFrame
    closures: pd.DataFrame
    currencies: pd.DataFrame
    locations: pd.DataFrame
    kits: pd.DataFrame
    notices: tuple[Notice, ...] = ()
