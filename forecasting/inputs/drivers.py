"""What moves demand and is known ahead: promotions, holidays and other events, closed days, prices.

A driver is the share of a bucket's days on which an event takes place, or the logarithm of the price over
the item's usual one; 0 is as usual. What the records list for later days counts as announced: it is known
at any date.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import MAIN, BoolArray, Calendar, FloatArray, IntArray, Items, TextArray
from forecasting.errors import ConfigError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.bucket_grid import BucketGrid, Column
from forecasting.inputs.calendar import CLOSED
from forecasting.inputs.records import EventRecords, PriceRecords, Records
from forecasting.inputs.step_functions import StepFunctions
from models.shared.history import Drivers, History

MOST_KINDS = 6
"""Kinds of event kept apart, besides the three below: the most frequent ones. The rest are ``other``."""

HOLIDAY, OTHER, PRICE, PROMOTION = "holiday", "other", "price", "promotion"

SAME_PRICE = 1e-6
"""Log prices that differ by less are one price."""


@dataclass(frozen=True)
class Event:
    """Days of one kind that some items share: ``item`` and ``day``, int64, each ascending."""

    kind: str
    item: IntArray
    day: IntArray


@dataclass(frozen=True)
class OwnEvents:
    """Days of single items: int64, shape (m,): the number of the kind, the item, the day."""

    kind: IntArray
    item: IntArray
    day: IntArray


@dataclass(frozen=True)
class Prices:
    """What items sell at, from day to day.

    Attributes:
        steps: from when on each price holds, m of them.
        log_price: float64, shape (m,).
        promoted: float64, shape (m,): 1 where the price is a promotion's, else 0.

    """

    steps: StepFunctions
    log_price: FloatArray
    promoted: FloatArray


@dataclass(frozen=True)
class Announced:
    """All that the records say of what moves the demand of their n items.

    Attributes:
        kinds: the kinds of event, ascending.
        shared: events of the company, of a location or a category.
        own: events of single items.
        prices: None where there are none.

    """

    kinds: tuple[str, ...]
    shared: tuple[Event, ...]
    own: OwnEvents
    prices: Prices | None


def announced(records: Records, country: str | None, assumptions: Assumptions) -> Announced | None:
    """What the events and prices of the records say, and the public holidays of a country.

    ``country``: as the setting ``holidays_country``; None: none.

    Returns None where they say nothing. Raises ConfigError where there is no such country.
    """
    events, items = records.events, records.items
    if len(events.day) == 0 and len(records.prices.day) == 0 and not country:
        return None

    kind = _kinds(events.kind)
    shared = _shared(events, kind, items, records.location_names, records.products.text["category"])
    if country:
        days = public_holidays(country, records.first_day, records.last_day)
        shared.append(Event(HOLIDAY, np.arange(len(items), dtype=np.int64), days))
        assumptions.add("holidays_country", country, len(items))

    own_kind, own_day = kind[events.row], events.day[events.row]
    kinds = tuple(sorted({event.kind for event in shared} | set(own_kind)))
    number = np.array([kinds.index(word) for word in own_kind], dtype=np.int64)
    known = Announced(kinds, tuple(shared), OwnEvents(number, events.item, own_day), _prices(records.prices))
    _assume(known, len(items), assumptions)
    return known


def _shared(
    events: EventRecords, kind: TextArray, items: Items, places: frozenset[str], category: TextArray
) -> list[Event]:
    """The events of the company, of a location or a category: one for each of these and kind."""
    rows = np.flatnonzero(~events.of_items)
    days: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:
        scope = (str(events.location[row]), str(events.category[row]), str(kind[row]))
        days.setdefault(scope, []).append(int(events.day[row]))

    shared = []
    for (location, about, name), on in sorted(days.items()):
        touched = _at(location, items, places) & ((category == about) | (about == ""))
        shared.append(Event(name, np.flatnonzero(touched), np.unique(np.array(on, dtype=np.int64))))
    return shared


def public_holidays(country: str, first: int, last: int) -> IntArray:
    """The public holidays from the year of ``first`` to the second one after that of ``last``, as days.

    ``country`` is ISO 3166: ``GB``, or with a subdivision ``GB-ENG``. Raises ConfigError for others.
    """
    import holidays

    name, _, part = country.partition("-")
    years = [int(str(np.datetime64(day, "D"))[:4]) for day in (first, last)]
    try:
        dates = holidays.country_holidays(name, subdiv=part or None, years=range(years[0], years[1] + 3))
    except NotImplementedError:
        raise ConfigError(
            f"setting holidays_country: no holidays are known of {country!r}; give a country as in GB, "
            "or one with its subdivision as in GB-ENG, or null"
        ) from None
    days = np.array(sorted(str(day) for day in dates), dtype="datetime64[D]")
    return days.astype(np.int64)


def drivers(
    known: Announced | None, history: History, as_of: int, calendar: Calendar, first_day: int
) -> Drivers | None:
    """The drivers of ``history`` (up to the close of ``as_of``) and of the year after; None without any.

    ``calendar`` and ``first_day`` are those that the history was made with.
    """
    past = calendar.edges(first_day, as_of)
    if known is None or len(past) < 2:
        return None

    grid = BucketGrid.of(history, past, calendar.edges_ahead(as_of), calendar)
    columns = {kind: _event_shares(grid, known, kind) for kind in known.kinds}
    if known.prices is not None:
        columns[PRICE], offered = _price_columns(grid, known.prices)
        columns[PROMOTION] = np.maximum(columns.get(PROMOTION, offered), offered)
    kept = {name: column for name, column in sorted(columns.items()) if column.any()}
    return Drivers(np.stack(list(kept.values()), axis=1), tuple(kept), grid.ahead) if kept else None


def _event_shares(grid: BucketGrid, known: Announced, kind: str) -> Column:
    """The share of each bucket's days on which an event of the kind takes place."""
    closed_too = kind == CLOSED
    of_kind = known.own.kind == known.kinds.index(kind)
    shares = grid.shares_of_days(known.own.item[of_kind], known.own.day[of_kind], closed_too=closed_too)

    for event in known.shared:
        if event.kind != kind:
            continue
        share = grid.shares_of_buckets(event.day, closed_too=closed_too)
        if closed_too:
            share = share - np.median(share)  # every Sunday is as usual
        rows, bucket = grid.rows(event.item)
        value = share.astype(np.float32)[bucket]
        # Of two that overlap the larger one: most often they are the same day.
        shares[rows] = np.where(np.abs(value) > np.abs(shares[rows]), value, shares[rows])
    return shares


def _price_columns(grid: BucketGrid, prices: Prices) -> tuple[Column, Column]:
    """Log of the mean price over the usual one, and the share of days under a promotion's price."""
    priced = np.unique(prices.steps.item)
    rows, bucket = grid.rows(priced)
    item = np.repeat(priced, grid.lengths[priced])
    log_price, offered = prices.steps.averages(
        [prices.log_price, prices.promoted], item, grid.edges[bucket], grid.edges[bucket + 1]
    )
    log_price = log_price - np.repeat(_usual(grid, priced, log_price), grid.lengths[priced])

    price, promotion = (np.zeros(grid.start[-1], dtype=np.float32) for _ in range(2))
    price[rows] = np.where(np.abs(log_price) > SAME_PRICE, log_price, 0.0)
    promotion[rows] = np.where(offered > SAME_PRICE, offered, 0.0)
    return price, promotion


def _usual(grid: BucketGrid, item: IntArray, value: FloatArray) -> FloatArray:
    """The median of each item's past; of what is to come where there is no past.

    ``value``: float64, of all buckets of the items, one item after the other.
    """
    lengths, past = grid.lengths[item], grid.past[item]
    position = np.arange(len(value)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    counted = position < np.repeat(np.where(past > 0, past, lengths), lengths)

    owner = np.repeat(np.arange(len(item)), lengths)[counted]
    ranked = value[counted][np.lexsort((value[counted], owner))]
    count = np.bincount(owner, minlength=len(item))
    return ranked[np.cumsum(count) - count + (count - 1) // 2]


def _kinds(kind: TextArray) -> TextArray:
    """The kind of each event, the rare ones taken together."""
    kind = np.where(kind == "", OTHER, kind)
    known, times = np.unique(kind.astype(str), return_counts=True)
    rarest_first = [str(word) for word in known[np.argsort(times, kind="stable")]]
    apart = [word for word in rarest_first if word not in {CLOSED, HOLIDAY, PROMOTION, OTHER}]
    kept = {CLOSED, HOLIDAY, PROMOTION, *apart[-MOST_KINDS:]}
    return np.array([word if word in kept else OTHER for word in kind], dtype=object)


def _at(location: str, items: Items, places: frozenset[str]) -> BoolArray:
    """Whether each item is at ``location``. What names none has the main one: where that is no location of
    the company, it means every location.
    """
    if location == MAIN and MAIN not in places:
        return np.ones(len(items), dtype=bool)
    return np.asarray(items.location == location, dtype=bool)


def _prices(prices: PriceRecords) -> Prices | None:
    """What the items sell at; a price of 0 says nothing."""
    priced = np.flatnonzero(prices.unit_price > 0)
    if len(priced) == 0:
        return None
    order = priced[np.lexsort((prices.day[priced], prices.item[priced]))]
    return Prices(
        StepFunctions(prices.item[order], prices.day[order]),
        np.log(prices.unit_price[order]),
        prices.promoted[order].astype(np.float64),
    )


def _assume(known: Announced, items: int, assumptions: Assumptions) -> None:
    """Write down which events and prices are taken to be known ahead, and for how many items."""
    touched = np.zeros(items, dtype=bool)
    touched[known.own.item] = True
    for event in known.shared:
        touched[event.item] = True
    assumptions.add("events", f"known ahead: {', '.join(known.kinds)}", int(touched.sum()))
    if known.prices is not None:
        assumptions.add("prices", "known ahead", len(np.unique(known.prices.steps.item)))
