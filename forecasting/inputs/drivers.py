"""What moves demand and is known ahead: promotions, holidays and other events, closed days, prices.

A driver is the share of a bucket's days on which an event takes place, or the logarithm of the price over
the item's usual one; 0 is as usual. What the dataset lists for later days counts as announced: it is known
at any date.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.dataset.dataset import Dataset
from forecasting.dataset.tables import MAIN
from forecasting.domain import BoolArray, Calendar, FloatArray, IntArray, Items, TextArray
from forecasting.errors import ConfigError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.demand import days_of, item_numbers
from models.shared.history import Drivers, History

Column = npt.NDArray[np.float32]

MOST_KINDS = 6
"""Kinds of event kept apart, besides the three below: the most frequent ones. The rest are ``other``."""

CLOSED, HOLIDAY, OTHER, PRICE, PROMOTION = "closed", "holiday", "other", "price", "promotion"

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
    """From which day an item sells at which price, ordered by (item, day).

    Attributes:
        item, day: int64, shape (m,).
        log_price: float64, shape (m,).
        promoted: float64, shape (m,): 1 where the price is a promotion's, else 0.

    """

    item: IntArray
    day: IntArray
    log_price: FloatArray
    promoted: FloatArray


@dataclass(frozen=True)
class Announced:
    """All that a dataset says of what moves the demand of its n items.

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


def announced(
    dataset: Dataset, items: Items, category: TextArray, country: str | None, assumptions: Assumptions
) -> Announced | None:
    """What the tables ``events`` and ``prices`` say, and the public holidays of a country.

    Args:
        category: text, shape (n,).
        country: as the setting ``holidays_country``; None: none.

    Returns None where they say nothing. Raises ConfigError where there is no such country.

    """
    if dataset.events.empty and dataset.prices.empty and not country:
        return None
    events, prices = dataset.events, _prices(dataset.prices, items)
    kind = _kinds(events["kind"])
    day = days_of(events["date"])
    single = events["sku"].notna().to_numpy()
    row, item = _of_skus(events.loc[single], items)
    own_kind, own_day = kind[single][row], day[single][row]

    shared = []
    scopes = events.loc[~single, ["location", "category"]].astype(object)
    scopes = scopes.where(scopes.notna(), "").assign(kind=kind[~single], day=day[~single])
    for (location, scope, called), rows in scopes.groupby(["location", "category", "kind"], sort=True):
        touched = _at(str(location), items) & ((category == scope) | (scope == ""))
        shared.append(Event(str(called), np.flatnonzero(touched), np.unique(rows["day"].to_numpy())))
    if country:
        ordered = days_of(dataset.orders["ordered_at"])
        days = public_holidays(country, int(ordered.min()), int(ordered.max()))
        shared.append(Event(HOLIDAY, np.arange(len(items), dtype=np.int64), days))
        assumptions.add("holidays_country", country, len(items))
    kinds = tuple(sorted({event.kind for event in shared} | set(own_kind)))
    number = np.array([kinds.index(word) for word in own_kind], dtype=np.int64)
    known = Announced(kinds, tuple(shared), OwnEvents(number, item, own_day), prices)
    _say(known, len(items), assumptions)
    return known


def public_holidays(country: str, first: int, last: int) -> IntArray:
    """The public holidays from the year of ``first`` to the second one after that of ``last``, as days.

    ``country`` is ISO 3166: ``GB``, or with a subdivision ``GB-ENG``. Raises ConfigError for others.
    """
    import holidays

    name, _, part = country.partition("-")
    years = [int(str(np.datetime64(day, "D"))[:4]) for day in (first, last)]
    try:
        found = holidays.country_holidays(name, subdiv=part or None, years=range(years[0], years[1] + 3))
    except NotImplementedError:
        raise ConfigError(
            f"setting holidays_country: no holidays are known of {country!r}; give a country as in GB, "
            "or one with its subdivision as in GB-ENG, or null"
        ) from None
    days = np.array(sorted(str(day) for day in found), dtype="datetime64[D]")
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
    grid = _Grid(history, past, _ahead(as_of, calendar), calendar)
    columns = {kind: grid.events(known, kind) for kind in known.kinds}
    if known.prices is not None:
        columns[PRICE], offered = grid.prices(known.prices)
        columns[PROMOTION] = np.maximum(columns.get(PROMOTION, offered), offered)
    kept = {name: column for name, column in sorted(columns.items()) if column.any()}
    return Drivers(np.stack(list(kept.values()), axis=1), tuple(kept), grid.ahead) if kept else None


class _Grid:
    """The buckets of all items, each from its first one to the last ahead, as rows of a flat array."""

    def __init__(self, history: History, past: IntArray, to_come: IntArray, calendar: Calendar) -> None:
        self.calendar = calendar
        self.edges = np.concatenate([past[:-1], to_come])
        self.ahead = len(to_come) - 1
        self.first = len(past) - 1 - history.lengths
        self.past = history.lengths
        self.lengths = history.lengths + self.ahead
        self.start = np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)
        self.days = np.ones(len(self.edges) - 1) if calendar.bucket == "day" else np.diff(self.edges)

    def events(self, known: Announced, kind: str) -> Column:
        """The share of each bucket's days on which an event of the kind takes place: float32, flat."""
        out = np.zeros(self.start[-1], dtype=np.float32)
        mine = known.own.kind == known.kinds.index(kind)
        item, day = known.own.item[mine], known.own.day[mine]
        bucket = self._bucket(day, kind)
        inside = bucket >= self.first[item]
        item, day, bucket = item[inside], day[inside], bucket[inside]
        _, once = np.unique(item * (self.edges[-1] + 1) + day, return_index=True)
        item, bucket = item[once], bucket[once]
        day_share = (1.0 / self.days).astype(np.float32)[bucket]
        np.add.at(out, self.start[item] + bucket - self.first[item], day_share)
        for event in known.shared:
            if event.kind != kind:
                continue
            bucket = self._bucket(event.day, kind)
            share = np.bincount(bucket[bucket >= 0], minlength=len(self.days)) / self.days
            if kind == CLOSED:
                share = share - np.median(share)  # every Sunday is as usual
            rows, bucket = self._rows(event.item)
            value = share.astype(np.float32)[bucket]
            # Of two that overlap the larger one: most often they are the same day.
            out[rows] = np.where(np.abs(value) > np.abs(out[rows]), value, out[rows])
        return out

    def prices(self, prices: Prices) -> tuple[Column, Column]:
        """Log of the mean price over the usual one, and the share of days under a promotion's price."""
        priced = np.unique(prices.item)
        rows, bucket = self._rows(priced)
        item = np.repeat(priced, self.lengths[priced])
        log_price, offered = self._means(prices, item, bucket)
        lengths, past = self.lengths[priced], self.past[priced]
        # The usual price is the median of the past; of what is to come where there is no past.
        place = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        counted = place < np.repeat(np.where(past > 0, past, lengths), lengths)
        owner = np.repeat(np.arange(len(priced)), lengths)[counted]
        values = log_price[counted][np.lexsort((log_price[counted], owner))]
        count = np.bincount(owner, minlength=len(priced))
        usual = values[np.cumsum(count) - count + (count - 1) // 2]
        log_price = log_price - np.repeat(usual, lengths)
        price, promotion = (np.zeros(self.start[-1], dtype=np.float32) for _ in range(2))
        price[rows] = np.where(np.abs(log_price) > SAME_PRICE, log_price, 0.0)
        promotion[rows] = np.where(offered > SAME_PRICE, offered, 0.0)
        return price, promotion

    def _means(self, prices: Prices, item: IntArray, bucket: IntArray) -> tuple[FloatArray, FloatArray]:
        """Mean log price, and mean of ``promoted``, of each item's bucket; before the first: the first."""
        far = self.edges[-1] + prices.day.max() + 2
        key = prices.item * far + prices.day
        begins = np.searchsorted(prices.item, item)
        days = np.append(np.diff(prices.day), 0)
        same = np.append(np.diff(prices.item) == 0, False)
        parts = [
            np.maximum(np.searchsorted(key, item * far + edge, side="right") - 1, begins)
            for edge in (self.edges[bucket], self.edges[bucket + 1])
        ]
        length = self.edges[bucket + 1] - self.edges[bucket]
        means = []
        for value in (prices.log_price, prices.promoted):
            until = np.concatenate([[0.0], np.cumsum(np.where(same, days * value, 0.0))])
            low, high = (
                until[part] + (edge - prices.day[part]) * value[part]
                for part, edge in zip(parts, (self.edges[bucket], self.edges[bucket + 1]), strict=True)
            )
            means.append((high - low) / length)
        return means[0], means[1]

    def _bucket(self, day: IntArray, kind: str) -> IntArray:
        """The bucket of each day; -1 outside of all, and for what falls on a day without business."""
        bucket = np.searchsorted(self.edges, day, side="right") - 1
        inside = (day >= self.edges[0]) & (day < self.edges[-1])
        if kind != CLOSED or self.calendar.bucket == "day":
            inside &= self.calendar.open(day)
        return np.where(inside, bucket, -1).astype(np.int64)

    def _rows(self, item: IntArray) -> tuple[IntArray, IntArray]:
        """The rows of some items, item after item, and the bucket of each."""
        lengths = self.lengths[item]
        place = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return place + np.repeat(self.start[:-1][item], lengths), place + np.repeat(self.first[item], lengths)


def _ahead(as_of: int, calendar: Calendar) -> IntArray:
    """The edges of the buckets of the year after ``as_of``."""
    begin = as_of + 1
    if calendar.bucket == "day":
        return calendar.edges(begin, as_of + 365)
    if calendar.bucket == "week":
        return np.arange(begin, begin + 7 * calendar.season + 1, 7, dtype=np.int64)
    start = pd.Timestamp(np.datetime64(begin, "D"))
    months = [start + pd.DateOffset(months=ahead) for ahead in range(calendar.season + 1)]
    return np.array([np.datetime64(month, "D").astype(np.int64) for month in months])


def _kinds(column: pd.Series) -> TextArray:
    """The kind of each event, the rare ones taken together."""
    kind = column.astype(object).where(column.notna(), OTHER).to_numpy(dtype=object)
    found, times = np.unique(kind.astype(str), return_counts=True)
    rarest_first = [str(word) for word in found[np.argsort(times, kind="stable")]]
    apart = [word for word in rarest_first if word not in {CLOSED, HOLIDAY, PROMOTION, OTHER}]
    kept = {CLOSED, HOLIDAY, PROMOTION, *apart[-MOST_KINDS:]}
    return np.array([word if word in kept else OTHER for word in kind], dtype=object)


def _at(location: str, items: Items) -> BoolArray:
    """Whether each item is at ``location``. What names none has the main one: where that is no place of
    the company, it means every place.
    """
    if location == MAIN and MAIN not in set(items.location):
        return np.ones(len(items), dtype=bool)
    return np.asarray(items.location == location, dtype=bool)


def _of_skus(table: pd.DataFrame, items: Items) -> tuple[IntArray, IntArray]:
    """The items that each row with a SKU speaks of: row and item, int64, of the same shape."""
    if MAIN in set(items.location) or not (table["location"] == MAIN).any():
        item = item_numbers(table, items)
        return np.flatnonzero(item >= 0), item[item >= 0]
    everywhere = (table["location"] == MAIN).to_numpy()
    item = item_numbers(table, items)
    rows = pd.DataFrame({"sku": table["sku"].astype(str).to_numpy(), "row": np.arange(len(table))})
    named = pd.DataFrame({"sku": items.sku.astype(str), "item": np.arange(len(items))})
    spread = rows[everywhere].merge(named, on="sku")
    there = np.flatnonzero(~everywhere & (item >= 0))
    return (
        np.concatenate([there, spread["row"].to_numpy(dtype=np.int64)]),
        np.concatenate([item[there], spread["item"].to_numpy(dtype=np.int64)]),
    )


def _prices(table: pd.DataFrame, items: Items) -> Prices | None:
    """What ``prices`` says of the items; a price of 0 says nothing."""
    table = table.loc[(table["unit_price"] > 0).to_numpy()]
    row, item = _of_skus(table, items)
    if len(row) == 0:
        return None
    day = days_of(table["from"])[row]
    order = np.lexsort((day, item))
    row = row[order]
    return Prices(
        item[order],
        day[order],
        np.log(table["unit_price"].to_numpy(dtype=np.float64)[row]),
        table["promotion"].notna().to_numpy()[row].astype(np.float64),
    )


def _say(known: Announced, items: int, assumptions: Assumptions) -> None:
    """Write down which events and prices are taken to be known ahead, and for how many items."""
    touched = np.zeros(items, dtype=bool)
    touched[known.own.item] = True
    for event in known.shared:
        touched[event.item] = True
    assumptions.add("events", f"known ahead: {', '.join(known.kinds)}", int(touched.sum()))
    if known.prices is not None:
        assumptions.add("prices", "known ahead", len(np.unique(known.prices.item)))
