"""Where a notice about the data is looked at and mended, and where what was assumed can be changed.

The tables themselves are the company's: they are corrected in its own system, and their columns are said on
the page that loads them. The page named here shows the rows that a notice speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlencode

from forecasting.store.application.plans import Row

Place: TypeAlias = tuple[str, str]
"""What a page is called, and its address."""

LOADING: Place = ("Load data", "/start")
CHECKED: Place = ("Lines to check", "/lines?only=data")
PLACES: Mapping[str, Place] = {
    "orders": ("Customers", "/customers"),
    "pins": ("Goods set aside", "/customers#pins"),
    "answers": ("Customers", "/customers"),
    "promise_rules": ("Customers", "/customers"),
    "purchase_orders": ("Purchases", "/purchases"),
    "suppliers": ("Suppliers, stated and measured", "/trust#suppliers"),
}
"""The page that shows a table; of what is not here the lines whose data is to be checked."""
TRIED = ("holding_rate", "budget", "lead_time_days")
"""Settings that *What if* tries out, and makes those of every plan."""


def mended(notice: Row, *, loads: bool) -> Sequence[Place]:
    """The pages for a notice, the one closest to it first; ``loads``: who asks may load data."""
    sku, location = notice["sku"], notice["location"]
    if sku and location:
        first = (sku, f"/item?{urlencode({'sku': sku, 'location': location})}")
    elif sku:
        first = (sku, f"/lines?{urlencode({'only': '', 'skus': sku})}")
    else:
        first = PLACES.get(notice["table"], CHECKED)
    return (first, LOADING) if loads else (first,)


def decided(setting: str, *, loads: bool) -> Place | None:
    """The page where what was assumed is changed; None: in the tables or the settings' file alone."""
    if setting in TRIED:
        return "What if", "/what-if"
    return LOADING if loads and setting.startswith("table ") else None
