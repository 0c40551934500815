"""Results into the systems that data comes from: what customers are told into a shop, levels into an ERP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.errors import RequestError

if TYPE_CHECKING:
    from forecasting.connectors.sources.published import Published
    from forecasting.connectors.sources.registry import Named
    from forecasting.connectors.sources.vendure.storefront import Shown


def publish(
    named: Named, folder: Path, location: str | None = None, *, keep: bool = True, **options: Any
) -> Published:
    """Write what a promise left in a folder into a shop, or what a plan did into an ordering system.

    Args:
        named: the system; ``WRITTEN`` says what is written into which.
        folder: of the promise, or of the plan.
        location: whose storefront it is, or whose levels; None: of a shop the only one, of a plan all.
        keep: False: only count what differs.
        options: of the connection.

    Raises RequestError where the folder or the location is wrong, SourceUnavailable where the system is.

    """
    if named.kind not in WRITTEN:
        raise RequestError(f"{named.kind}: nothing can be published there; {' and '.join(WRITTEN)} can")
    return WRITTEN[named.kind](named, folder, location, keep, options)


def _storefront(
    named: Named, folder: Path, location: str | None, keep: bool, options: Mapping[str, Any]
) -> Published:
    from forecasting.connectors.sources.registry import settings_of
    from forecasting.connectors.sources.vendure.storefront import VendureFront

    items, orders = _told(folder, location)
    with closing(VendureFront(settings_of(named), **options)) as front:
        return front.publish(items, orders, keep=keep)


def _order_points(
    named: Named, folder: Path, location: str | None, keep: bool, options: Mapping[str, Any]
) -> Published:
    import pandas as pd

    from forecasting.connectors.sources.registry import settings_of
    from forecasting.connectors.sources.tryton.order_points import Level, TrytonOrderPoints

    file = folder / "recommendations.parquet"
    if not file.is_file():
        raise RequestError(f"{folder}: holds no plan; write one by reorder plan --out")
    names = ["location", "sku", "reorder_point", "order_up_to"]
    known = pd.read_parquet(file, columns=names).dropna()
    if location is not None:
        known = known[known["location"] == location]
        if known.empty:
            raise RequestError(f"--location {location}: the plan has no levels of it")
    levels = {(place, sku): Level(float(s), float(S)) for place, sku, s, S in known.to_numpy()}
    with closing(TrytonOrderPoints(settings_of(named), **options)) as points:
        return points.publish(levels, keep=keep)


WRITTEN: Mapping[str, Callable[..., Published]] = {"vendure": _storefront, "tryton": _order_points}
"""A kind of system -> what writes into it: a promise's storefront and ETAs; a plan's levels."""


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
