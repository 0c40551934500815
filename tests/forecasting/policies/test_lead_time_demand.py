"""Demand over a lead time: of some items as among all, and each answer asked for once."""

from __future__ import annotations

import numpy as np

from forecasting.domain import LeadTimes
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.policies.lead_time_demand import LeadTimeDemand
from models.negative_binomial import NegativeBinomial
from models.selection import choose
from models.shared.distribution import mixture
from models.shared.history import History
from tests.support.builders import WEEKS

SHARES = np.full((4, 3), 1 / 3)
LENGTHS = LeadTimes(np.array([[5.0, 5, 5], [3, 9, 20], [8, 8, 8], [2, 2, 30]]), SHARES)


def history():
    draw = np.random.default_rng(1)
    return History(draw.poisson(6.0, 4 * 60).astype(float), np.arange(0, 241, 60), 52)


def ahead(lead_times=LENGTHS):
    forecast = NegativeBinomial().fit(history())
    endless = np.full(4, np.inf)
    return LeadTimeDemand(forecast, lead_times, WEEKS, 20_000, np.zeros(4), endless)


def test_lead_times_are_mixed_whether_or_not_all_of_them_vary():
    demand, more = ahead(), np.full(4, 7.0)
    parts = demand.over_each([days + more for days in LENGTHS.days.T])
    assert np.array_equal(demand.over_lead_time(more).values, mixture(parts, SHARES).values)
    for part, each in zip(parts, demand.over_each_length(more), strict=True):
        assert np.array_equal(part.values, each.values)


def test_some_items_are_answered_as_they_are_among_all():
    demand, more, some = ahead(), np.array([0.0, 7, 14, 3]), np.array([3, 0])
    assert np.array_equal(demand.over_lead_time(more, some).values, demand.over_lead_time(more).values[some])
    assert np.array_equal(demand.over_each([more], some)[0].values, demand.over_each([more])[0].values[some])
    assert len(demand.over_each([more], np.zeros(0, dtype=np.int64))[0]) == 0


def test_a_forecast_is_asked_for_each_item_and_horizon_once(monkeypatch):
    seen, month = history(), np.full(4, 4.0)
    choice = choose([NegativeBinomial()], seen, month, np.full(4, 0.9))
    asked, plain = [], LazyForecast(LazyChoice(0, lambda: choice), seen)
    answer = type(choice.fit(seen)).demands_of
    monkeypatch.setattr(
        type(choice.fit(seen)),
        "demands_of",
        lambda self, items, horizons: asked.append(items.tolist()) or answer(self, items, horizons),
    )
    some, everything = np.array([2, 0]), np.arange(4)
    first = plain.demands_of(some, month[None, :])[0]
    whole = plain.demands_of(everything, month[None, :])[0]
    again = plain.demands_of(np.array([3, 2]), month[None, :])[0]
    assert asked == [[2, 0], [1, 3]]
    assert np.array_equal(whole.values[some], first.values)
    assert np.array_equal(whole.values[[3, 2]], again.values)
    assert np.array_equal(whole.values, choice.fit(seen).demand(month).values)
