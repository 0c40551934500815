"""What customers are told, into the shop: the storefront and the ETAs that a promise has written."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.errors import RequestError

if TYPE_CHECKING:
    from forecasting.connectors.sources.registry import Named
    from forecasting.connectors.sources.vendure.storefront import Published, Shown


def publish(
    named: Named, promised: Path, location: str | None, *, keep: bool = True, **options: Any
) -> Published:
    """Write what ``reorder promise`` left in a folder into a shop.

    ``location``: whose storefront it is; None: there is one only. ``keep`` False: only count what differs.
    Raises RequestError where the folder or the location is wrong, SourceUnavailable where the shop is.
    """
    from forecasting.connectors.sources.registry import settings_of
    from forecasting.connectors.sources.vendure.storefront import VendureFront

    if named.kind != "vendure":
        raise RequestError(f"{named.kind}: nothing can be published there; vendure can")
    items, orders = _told(promised, location)
    with closing(VendureFront(settings_of(named), **options)) as front:
        return front.publish(items, orders, keep=keep)


def _told(promised: Path, location: str | None) -> tuple[dict[str, Shown], dict[str, date | None]]:
    import pandas as pd

    from forecasting.connectors.sources.vendure.storefront import Shown

    files = [promised / f"{name}.parquet" for name in ("storefront", "promises")]
    if not files[0].is_file() or not files[1].is_file():
        raise RequestError(f"{promised}: holds no promises; write them by reorder promise --out")
    storefront, promises = (pd.read_parquet(file) for file in files)
    places = sorted(storefront["location"].astype(str).unique())
    if location is None and len(places) > 1:
        raise RequestError(f"--location: the promises are of {', '.join(places)}; name the shop's")
    if location is not None and location not in places:
        raise RequestError(f"--location {location}: the promises are of {', '.join(places)}")
    if location is not None:
        storefront = storefront[storefront["location"] == location]

    # In stock nothing is to come: the day would be today's.
    waits = storefront["status"] != "in_stock"
    arrives = pd.to_datetime(storefront["eta_p90"]).where(waits)
    items = {
        sku: Shown(says, None if pd.isna(day) else day.date())
        for sku, says, day in zip(storefront["sku"], storefront["says"].fillna(""), arrives, strict=True)
    }
    eta = pd.to_datetime(promises["eta_p90"])
    # An order is there when its last line is; where one has no date, nobody knows.
    known = eta.notna().groupby(promises["order"]).all()
    last = eta.groupby(promises["order"]).max()
    return items, {order: last[order].date() if known[order] else None for order in last.index}
