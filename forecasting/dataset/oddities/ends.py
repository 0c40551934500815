"""Where a table falls silent: holes in the orders, locations that stop, counts and purchases that end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.dataset.oddities.dates import far_ahead
from forecasting.dataset.oddities.given import Floats, Given
from forecasting.errors import Notice

FEWEST_DAYS = 30
"""Different days that a silence is held against."""

HOLE_DAYS, PAUSES = 21.0, 5.0
"""A hole is longer than this, and than so many times the pauses that are usual (all but one in twenty)."""

STOPS_DAYS, LONGEST_PAUSES = 14.0, 2.0
"""What stops is silent for longer than this, and than so many of its longest pauses."""

TABLE: dict[str, str | None] = {"sku": None, "location": None}
"""What falls silent is a table or a location, not the item of its last row."""

OLD_COUNT_DAYS = 60.0
"""Counts are old where the last of them is so many days before the last order."""


def notices(given: Given) -> Iterator[Notice]:
    """Each silence that is longer than what was usual before, and what it is taken for."""
    if not given.has("orders"):
        return
    ordered = given.days("orders", "ordered_at")
    ordered[far_ahead(ordered)] = np.nan
    ordered[far_ahead(-ordered)] = np.nan
    yield from _holes(given, ordered)
    yield from _stopped(given, ordered)
    yield from _early(given, float(np.nanmax(ordered)))


def _holes(given: Given, ordered: Floats) -> Iterator[Notice]:
    days = np.unique(ordered[~np.isnan(ordered)])
    if len(days) < FEWEST_DAYS:
        return
    gap = np.diff(days)
    holes = np.flatnonzero((gap > HOLE_DAYS) & (gap > PAUSES * np.quantile(gap, 0.95)))
    if given.has("events"):
        closed = given.days("events", "date")[(given.frames["events"]["kind"] == "closed").to_numpy()]
        holes = holes[[not ((closed > days[at]) & (closed < days[at + 1])).any() for at in holes]]
    if len(holes):
        first = holes[0]
        more = f", and {len(holes) - 1:,} more such holes" if len(holes) > 1 else ""
        what = (
            f"nobody orders anything from {_day(days[first] + 1)} to {_day(days[first + 1] - 1)}{more}: "
            "taken to be days without demand"
        )
        advice = "Add the lines that are missing, or correct the dates; if the business was closed, say so."
        rows = np.flatnonzero(ordered == days[first + 1])[:1]
        yield given.notice("orders", "ordered_at", rows, what, advice, **TABLE)


def _stopped(given: Given, ordered: Floats) -> Iterator[Notice]:
    """Locations whose orders end long before those of others."""
    places = given.frames["orders"]["location"].astype("category").cat
    code, end = places.codes.to_numpy(), np.nanmax(ordered)
    for place, name in enumerate(places.categories if len(places.categories) > 1 else ()):
        mine = code == place
        days = np.unique(ordered[mine & ~np.isnan(ordered)])
        if len(days) < FEWEST_DAYS:
            continue
        if end - days[-1] > max(STOPS_DAYS, LONGEST_PAUSES * np.diff(days).max()):
            what = (
                f"location {name}: the last order is of {_day(days[-1])}, others go on until {_day(end)}; "
                "since then taken to be days without demand"
            )
            advice = "Add its orders; if the location was closed, leave its stock out."
            rows = np.flatnonzero(mine & (ordered == days[-1]))[:1]
            yield given.notice("orders", ("location", "ordered_at"), rows, what, advice, **TABLE)


def _early(given: Given, end: float) -> Iterator[Notice]:
    """Counts and purchases that end long before the orders do."""
    if given.has("stock"):
        counted = given.days("stock", "as_of")
        last = np.nanmax(counted)
        if end - last > OLD_COUNT_DAYS:
            what = (
                f"the last count is of {_day(last)}, {end - last:,.0f} days before the last order: stock "
                "since is reckoned from what came and left"
            )
            rows = np.flatnonzero(counted == last)[:1]
            yield given.notice("stock", "as_of", rows, what, "Export the counts anew.", **TABLE)
    if given.has("purchase_orders"):
        bought = given.days("purchase_orders", "ordered_at")
        days = np.unique(bought[~np.isnan(bought) & (bought <= end)])
        if len(days) < FEWEST_DAYS:
            return
        if end - days[-1] > max(2 * STOPS_DAYS, LONGEST_PAUSES * np.diff(days).max()):
            what = (
                f"the last purchase is of {_day(days[-1])}, the last order of {_day(end)}: what was bought "
                "and came since is not known"
            )
            rows = np.flatnonzero(bought == days[-1])[:1]
            advice = "Export the purchase orders anew, up to the same day."
            yield given.notice("purchase_orders", "ordered_at", rows, what, advice, **TABLE)


def _day(day: float) -> str:
    return str(np.datetime64(int(day), "D"))
