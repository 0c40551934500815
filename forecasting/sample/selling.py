"""Selling prices and promotions, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, IntArray
from forecasting.sample.calendar import Calendar
from forecasting.sample.catalogue import Catalogue, Random, chosen
from forecasting.sample.families import CATEGORIES

RISE = 1.03
"""Some list prices go up by this much on 1 January."""


class Slot(NamedTuple):
    """A promotion that returns every year. Days of year, both inclusive; slots never overlap."""

    name: str
    first: int
    last: int


SLOTS = (
    Slot("Winter clearance", 14, 27),
    Slot("Spring offer", 74, 87),
    Slot("May week", 127, 133),
    Slot("Summer sale", 181, 194),
    Slot("Back to school", 230, 243),
    Slot("Harvest week", 268, 274),
    Slot("Early Christmas", 290, 303),
    Slot("Black week", 325, 332),
)


@dataclass(frozen=True)
class Selling:
    """Prices and promotions of n products over all known days.

    Attributes:
        cents: int64, shape (n, days + AHEAD): the selling price.
        promotion: int64, the same shape: position in ``names``, -1 where there is none.
        lift: float64, the same shape: what the promotion multiplies demand by; 1 without one.
        names: what each promotion is called.

    """

    cents: IntArray
    promotion: IntArray
    lift: FloatArray
    names: list[str]


def make_selling(random: Random, catalogue: Catalogue, calendar: Calendar) -> Selling:
    """One promotion per slot and year: a third of the products of one category or two."""
    years = calendar.day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    price = catalogue.products["unit_price"].to_numpy()
    floor = np.rint(catalogue.products["unit_cost"].to_numpy() * 100).astype(np.int64) + 1
    list_price = _list_prices(random, np.rint(price * 100), years, calendar.days - 1)
    cents = np.maximum(list_price, floor[:, None])

    promotion = np.full(cents.shape, -1, dtype=np.int64)
    lift = np.ones(cents.shape)
    names: list[str] = []
    response = catalogue.behaviour["promotion_response"].to_numpy()

    for year in np.unique(years):
        for slot in SLOTS:
            of_year = calendar.day_of_year
            days = np.flatnonzero((years == year) & (of_year >= slot.first) & (of_year <= slot.last))
            families = random.permutation(len(CATEGORIES))[:2]
            some = np.isin(catalogue.category, families) & chosen(random, len(catalogue), 0.35)
            discount = random.choice([0.10, 0.15, 0.20, 0.25, 0.30])
            if len(days) == 0 or not some.any():
                continue
            # Nothing is sold below its cost, and a margin of a cent remains.
            where = np.ix_(np.flatnonzero(some), days)
            reduced = np.rint(cents[where] * (1 - discount)).astype(np.int64)
            cents[where] = np.maximum(reduced, floor[some][:, None])
            promotion[where] = len(names)
            lift[where] = (1 + 6 * discount * response[some])[:, None]
            names.append(f"{slot.name} {year}")

    return Selling(cents, promotion, lift, names)


def _list_prices(random: Random, price: FloatArray, years: IntArray, last: int) -> IntArray:
    """The list price of every day, such that today's is ``price`` (in cents)."""
    present = years[last]
    by_year = {present: price}
    for year in range(present - 1, years[0] - 1, -1):
        rise = np.where(chosen(random, len(price), 0.4), RISE, 1.0)
        by_year[year] = np.rint(by_year[year + 1] / rise)
    for year in range(present + 1, years[-1] + 1):
        rise = np.where(chosen(random, len(price), 0.4), RISE, 1.0)
        by_year[year] = np.rint(by_year[year - 1] * rise)
    per_year = np.stack([by_year[year] for year in range(years[0], years[-1] + 1)], axis=1)
    return np.asarray(per_year[:, years - years[0]], dtype=np.int64)


def price_table(selling: Selling, catalogue: Catalogue, calendar: Calendar) -> pd.DataFrame:
    """Columns of ``prices``: one row at the first day, and one at each change."""
    change = np.ones(selling.cents.shape, dtype=np.bool_)
    change[:, 1:] = (np.diff(selling.cents, axis=1) != 0) | (np.diff(selling.promotion, axis=1) != 0)
    product, day = np.nonzero(change)
    called = np.array([*selling.names, None], dtype=object)
    return pd.DataFrame(
        {
            "from": calendar.day[day].astype("datetime64[D]").astype("datetime64[us]"),
            "sku": catalogue.products["sku"].to_numpy(dtype=object)[product],
            "unit_price": selling.cents[product, day] / 100,
            "promotion": called[selling.promotion[product, day]],
        }
    )


def event_table(selling: Selling, catalogue: Catalogue, calendar: Calendar) -> pd.DataFrame:
    """Columns of ``events``: closed days and holidays, and every day of every promotion per product."""
    days = calendar.day.astype("datetime64[D]").astype("datetime64[us]")
    closed = calendar.closed
    shut = pd.DataFrame(
        {
            "date": days[closed],
            "name": calendar.name[closed],
            "kind": np.where(calendar.holiday[closed], "holiday", "closed").astype(object),
        }
    )

    product, day = np.nonzero(selling.promotion >= 0)
    offers = pd.DataFrame(
        {
            "date": days[day],
            "name": np.array(selling.names, dtype=object)[selling.promotion[product, day]],
            "sku": catalogue.products["sku"].to_numpy(dtype=object)[product],
            "category": catalogue.products["category"].to_numpy(dtype=object)[product],
            "kind": np.full(len(day), "promotion", dtype=object),
        }
    )

    rows = pd.concat([shut.reindex(columns=offers.columns), offers], ignore_index=True)
    return rows.sort_values("date", kind="stable", ignore_index=True)
