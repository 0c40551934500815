"""Who buys an item and when it is on promotion: as the records say, line by line."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from forecasting.config import load
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.inputs.read_records import read_records
from forecasting.inputs.records import PriceRecords
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


def with_prices(advice, *rows):
    """The same advice with these prices alone: item, day from the plan's on, whether it is a promotion's."""
    item, day, on = (np.array(each) for each in zip(*rows, strict=True)) if rows else (np.zeros(0),) * 3
    as_of, observed = advice.situation.as_of, advice.observed
    prices = PriceRecords(item.astype(int), as_of + day.astype(int), np.ones(len(item)), on.astype(bool))
    return replace(advice, observed=replace(observed, records=replace(observed.records, prices=prices)))


def test_promotions_are_marked_on_their_days_alone(advice):
    events = advice.observed.records.events
    without = promoted(with_prices(advice))
    assert not without.any() or (events.kind == "promotion").any()
    # Two weeks before until the end of the first week ahead; and one that nothing ends.
    found = promoted(with_prices(advice, (0, -14, True), (0, 8, False), (1, 1, True), (1, 900, False)))
    assert (found[0] - without[0])[PAST - 3 : PAST + 2].round(2).tolist() == [0.14, 1.0, 1.0, 1.0, 0.0]
    assert found[1, PAST:].tolist() == [1.0] * 13 and not (found[1] - without[1])[:PAST].any()


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
