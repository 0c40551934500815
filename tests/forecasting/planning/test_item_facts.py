"""Who buys an item and when it is on promotion: as the records say, line by line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from forecasting.config import load
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.inputs.read_records import read_records
from forecasting.planning.item_facts import DAYS, PAST, lumpiness, promoted, top_customers
from forecasting.planning.plan import advise
from forecasting.run import Clock


@pytest.fixture(scope="module")
def advice(sample):
    records = read_records(str(sample))
    config = load(None, ("model=seasonal_additive",))
    as_of = known_until(records).orders
    return advise(records, config, as_of, Clock(), Assumptions(), Notices())


def test_the_customers_who_took_most_come_first(advice):
    orders, as_of = advice.observed.records.orders, advice.situation.as_of
    item = int(np.bincount(orders.item[orders.customer >= 0]).argmax())
    mine = (orders.item == item) & (orders.customer >= 0)
    mine &= (orders.ordered > as_of - DAYS) & (orders.ordered <= as_of)
    units = np.bincount(orders.customer[mine], orders.quantity[mine])
    found = json.loads(top_customers(advice)[item])
    assert len(found) == 5 and found[0][1] == units.max()
    assert [each[1] for each in found] == sorted(units, reverse=True)[:5]
    name, _, lines = found[0]
    number = list(advice.observed.records.customer_names).index(name)
    assert lines == (orders.customer[mine] == number).sum()


def test_an_item_with_one_large_line_is_lumpy(advice):
    found = lumpiness(advice)
    known = found[~np.isnan(found)]
    assert len(known) and ((known > 0) & (known <= 1)).all()


def test_a_promotion_lasts_until_the_next_price(advice):
    prices, as_of = advice.observed.records.prices, advice.situation.as_of
    shares = promoted(advice)
    first = as_of - 7 * PAST + 1
    rows = np.flatnonzero(prices.promoted & (prices.day >= first) & (prices.day <= as_of - 14))
    assert len(rows), "the sample has promotions in its last year"
    row = rows[0]
    week = (prices.day[row] - first) // 7
    assert shares[prices.item[row], week] > 0
    never = np.setdiff1d(np.arange(len(shares)), prices.item[prices.promoted])
    events = advice.observed.records.events
    if not (events.kind == "promotion").any():
        assert not shares[never].any()
