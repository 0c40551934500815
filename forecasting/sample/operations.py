"""How the synthetic company runs: its buyer, its suppliers' deliveries, its patient and impatient customers.

The buyer's covers are somewhat wrong, item by item, and a mean over 13 weeks lags behind every
season, so that the company runs out now and then. That is what there is to improve on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from forecasting.domain import WEEKDAYS
from forecasting.sample.calendar import AHEAD
from forecasting.sample.catalogue import Random
from forecasting.sample.customers import DEFAULT, NEVER, Behaviour
from forecasting.sample.daily import (
    NEVER_ASKED,
    OPEN,
    WINDOW,
    Asked,
    Fate,
    Now,
    Operations,
    Shop,
    Supply,
    live,
)
from forecasting.sample.demand import NO_DATE, World, season
from forecasting.sample.families import DELIVERIES, LATE_SHAPE

SAFETY_DAYS = 18.0
"""What the buyer adds to the protection interval, in days of mean demand."""


def run(
    random: Random,
    world: World,
    lines: pd.DataFrame,
    behaviour: Behaviour = DEFAULT,
    leaving: Random | None = None,
    change: Callable[[Shop, Supply], tuple[Shop, Supply]] | None = None,
) -> Operations:
    """Run the company over all days.

    Args:
        random: of all that the company meets with.
        world: what the company is.
        lines: as from ``make_lines``.
        behaviour: of its customers.
        leaving: of who leaves for good; None: nobody does.
        change: what is to be otherwise, of the buyer and of deliveries; None: nothing.

    """
    supply = _supply(random, world)
    shop = _shop(random, world)
    if change is not None:
        shop, supply = change(shop, supply)
    days, count = world.calendar.days, len(lines)
    due, day = lines["due"].to_numpy(), lines["day"].to_numpy()
    item = lines["item"].to_numpy()
    patience = behaviour.patience(random, count)
    leaves = np.zeros(count, dtype=np.bool_) if leaving is None else behaviour.leaves(leaving, count)
    customer = lines["customer"].to_numpy()
    asked = Asked(
        indptr=np.searchsorted(item, np.arange(world.items + 1)).astype(np.int64),
        day=day,
        ordered_day=lines["ordered_day"].to_numpy(),
        customer=customer,
        leaves=leaves,
        second=lines["second"].to_numpy(),
        deadline=np.where(due == NO_DATE, day, due),
        patience=patience,
        draw=random.random(count),
        quantity=lines["quantity"].to_numpy(),
    )

    by_day = (world.items, days)
    fate = Fate(
        status=np.full(count, OPEN, dtype=np.int64),
        shipped=np.zeros(count),
        shipped_day=np.full(count, NO_DATE, dtype=np.int64),
        cancelled_day=np.full(count, NO_DATE, dtype=np.int64),
        on_hand=np.zeros(by_day),
        gone=np.zeros(by_day),
        lost=np.zeros(by_day),
        backordered=np.zeros(by_day),
        received=np.zeros(by_day),
        settled=np.zeros(by_day),
        recorded=np.zeros(by_day),
        out_from=np.full(by_day, NO_DATE, dtype=np.int64),
        ordered=np.zeros(supply.part.shape),
    )
    now = Now(
        on_hand=shop.opening.copy(),
        on_order=np.zeros(world.items),
        backlog=np.zeros(world.items),
        total=shop.plan * WINDOW,
        pointer=asked.indptr[:-1].copy(),
        queued=np.zeros(world.items, dtype=np.int64),
        waiting=np.zeros(count, dtype=np.int64),
        left_on=np.full(int(customer.max(initial=0)) + 1, NEVER, dtype=np.int64),
    )

    operations = Operations(shop, supply, asked, fate, now)
    live(operations)
    # What was ordered ahead of the last day was not served, and so not looked at.
    fate.status[now.left_on[customer] < asked.ordered_day] = NEVER_ASKED
    return operations


def _shop(random: Random, world: World) -> Shop:
    """The buyer's parameters, mildly mis-set, and opening stock somewhere between min and max."""
    catalogue, products = world.catalogue, world.catalogue.products
    count = world.items
    lead_time = np.array([d.lead_time for d in DELIVERIES])[catalogue.supplier].astype(np.float64)
    review = np.array([d.review_days for d in DELIVERIES])[catalogue.supplier].astype(np.float64)
    protection = world.per_item(lead_time + review)

    begins = np.maximum(catalogue.available_from, 0)
    first_season = season(world)[np.arange(len(catalogue)), begins]
    units = world.per_item(catalogue.behaviour["units_per_line"].to_numpy())
    open_share = 1 - world.calendar.closed.mean()
    # The buyer's plan misses what will be asked for by a fifth or so.
    plan = world.rate * units * open_share * world.per_item(first_season) * random.lognormal(0, 0.2, count)

    reach = (protection + SAFETY_DAYS) * random.lognormal(0, 0.25, count)
    cover = np.maximum(world.per_item(review), 21.0)
    least = np.ceil(1.5 * world.per_item(catalogue.behaviour["line_size_median"].to_numpy()))
    opening = np.rint(np.maximum(plan * reach, least) + random.random(count) * plan * cover)

    refused = products["backorder"].to_numpy(dtype=object) == "refused"
    shown = products["shown_as"].to_numpy(dtype=object) == "on_backorder"
    last = world.calendar.days + AHEAD
    most = products["max_order_quantity"].fillna(np.inf).to_numpy(dtype=np.float64)
    return Shop(
        opening=np.where(world.per_item(catalogue.available_from) >= 0, 0.0, opening),
        plan=plan,
        cost=world.per_item(products["unit_cost"].to_numpy()),
        reach=reach,
        cover=cover,
        least=least,
        more=np.zeros(count),
        pack=world.per_item(products["pack_size"].to_numpy()),
        least_order=world.per_item(products["min_order_quantity"].to_numpy()),
        most_order=world.per_item(most),
        allowed=world.per_item(~refused),
        unseen=np.where(world.per_item(refused & shown), random.uniform(0.5, 0.85, count), 0.0),
        begins=world.per_item(begins),
        buy_from=world.per_item(
            np.where(catalogue.available_from >= 0, begins - lead_time - 14, 0).astype(np.int64)
        ),
        buy_until=world.per_item(np.minimum(catalogue.ends_on - lead_time - 8, last).astype(np.int64)),
    )


def _supply(random: Random, world: World) -> Supply:
    """When the buyer orders from each supplier, and what a delivery would do if ordered that day."""
    calendar, places, suppliers = world.calendar, len(world.locations), len(DELIVERIES)
    streams, days = suppliers * places, calendar.days
    stream = np.concatenate([world.catalogue.supplier + place * suppliers for place in range(places)])
    terms = world.catalogue.suppliers

    weekday = np.array([WEEKDAYS.index(name) for name in terms["review_weekday"]])
    every = terms["review_days"].to_numpy(dtype=np.int64)
    # Day number 4 was a Monday: fortnights are counted from there.
    review = (calendar.day[:days] - 4 - weekday[:, None]) % every[:, None] == 0
    usual = np.arange(days) + 1 + np.array([d.lead_time for d in DELIVERIES])[:, None]

    # A gamma delay, whole days: a punctual supplier never surprises, a late one now and then by weeks.
    late_days = np.array([d.late_days for d in DELIVERIES])[:, None] / LATE_SHAPE
    late = random.random((places, suppliers, days)) < np.array([d.late for d in DELIVERIES])[:, None]
    delay = np.ceil(random.gamma(LATE_SHAPE, late_days, late.shape)) * late

    reviews = days // 7 + 1
    short = np.array([d.short for d in DELIVERIES])[world.catalogue.supplier]
    is_short = random.random((world.items, reviews)) < world.per_item(short)[:, None]
    part = np.where(is_short, random.uniform(0.4, 0.95, is_short.shape), 1.0)
    return Supply(
        members=np.argsort(stream, kind="stable").astype(np.int64),
        first=np.searchsorted(np.sort(stream), np.arange(streams + 1)).astype(np.int64),
        review=np.tile(review, (places, 1)),
        expected=np.tile(calendar.next_open(usual), (places, 1)),
        arrival=calendar.next_open(usual + delay.astype(np.int64)).reshape(streams, days),
        part=part,
        least_value=(terms["min_order_value"].to_numpy() * world.size[:, None]).ravel(),
    )
