"""When a line can ship: the latest of its sources, against simulation and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from forecasting.domain import Calendar
from forecasting.promises.allocation import Allocation
from forecasting.promises.arrivals import LEVELS
from forecasting.promises.eta import eta
from forecasting.promises.supply import UNDATED, quantile, ship_days
from tests.forecasting.promises.test_allocation import supply

EVERY_DAY = Calendar("week", np.array([], dtype=np.int64), np.array([], dtype=np.int64))
MONDAY = 20_612 - 20_612 % 7 + 4
"""A Monday: day number 4 was one."""


def lognormal(mean, sd):
    """Days at the levels, of an arrival whose logarithm is normal."""
    return np.exp(mean + sd * special.ndtri(LEVELS))


def arrival(days, chance=1.0, by=-1, missing=0, shut=None):
    """The dates of a line that is served by sources with these days at the levels."""
    days = np.atleast_2d(np.asarray(days, dtype=float))
    k = len(days)
    sources = supply([(0, 0, 1, 1)] * k)
    sources = type(sources)(**{**vars(sources), "days": days, "chance": np.full(k, chance)})
    given = Allocation(
        np.zeros(k, dtype=np.int64),
        np.arange(k),
        np.ones(k, dtype=np.int64),
        np.zeros(k),
        np.array([missing]),
    )
    return eta(given, sources, np.array([by]), shut or ship_days(EVERY_DAY, MONDAY))


def test_the_latest_of_two_sources_is_as_simulated():
    days = np.stack([lognormal(2.0, 0.4), lognormal(2.3, 0.2)])
    found = arrival(days, by=12)
    draws = np.random.default_rng(0).normal(size=(2, 400_000))
    came = np.floor(np.exp(np.array([[2.0], [2.3]]) + np.array([[0.4], [0.2]]) * draws) + 0.5).max(axis=0)
    assert found.p50[0] == pytest.approx(np.quantile(came, 0.5), abs=1)
    assert found.p90[0] == pytest.approx(np.quantile(came, 0.9), abs=1)
    assert found.in_time[0] == pytest.approx((came <= 12).mean(), abs=0.01)
    assert found.late[0] == pytest.approx(np.maximum(came - 12, 0).mean(), abs=0.1)


def test_a_source_that_may_never_come_is_less_likely_in_time_and_promised_later():
    sure, unsure = arrival(lognormal(2.0, 0.4), by=12), arrival(lognormal(2.0, 0.4), chance=0.95, by=12)
    assert unsure.in_time[0] == pytest.approx(0.95 * sure.in_time[0])
    assert unsure.p90[0] > sure.p90[0]
    assert unsure.late[0] == pytest.approx(sure.late[0])


def test_of_five_equally_likely_days_the_last_one_is_not_said_to_be_as_good_as_past_before_it_comes():
    # Deliveries of many suppliers come on a few days only: by the day before the last, four in five are
    # there.
    lengths = np.array([7.0, 9.0, 12.0, 16.0, 24.0])
    days = lengths[np.minimum((LEVELS * 5).astype(int), 4)]
    for by, share in ((8, 0.2), (11, 0.4), (15, 0.6), (23, 0.8)):
        assert arrival(days, by=by).in_time[0] == pytest.approx(share, abs=0.025)
    assert arrival(days, by=24).in_time[0] > 0.99
    assert arrival(days).p90[0] == 24


def test_a_certain_day_is_p50_and_p90():
    found = arrival(np.full(len(LEVELS), 9.0), by=9)
    assert (found.p50[0], found.p90[0], found.in_time[0], found.late[0]) == (9, 9, 1.0, 0.0)
    assert arrival(np.full(len(LEVELS), 9.0), by=8).in_time[0] == 0.0


def test_what_is_missing_or_comes_on_no_known_day_has_no_date():
    assert arrival(np.full(len(LEVELS), 9.0), missing=1).p90[0] == UNDATED
    without = supply([(0, 0, UNDATED, 1)])
    given = Allocation(np.array([0]), np.array([0]), np.array([1]), np.array([0]), np.array([0]))
    found = eta(given, without, np.array([30]), ship_days(EVERY_DAY, MONDAY))
    assert (found.p50[0], found.in_time[0]) == (UNDATED, 0.0)


def test_what_comes_on_a_closed_day_ships_on_the_next_and_misses_a_deadline_on_it():
    weekends = Calendar("week", np.array([5, 6]), np.array([], dtype=np.int64))
    following, last_open = ship_days(weekends, MONDAY)
    assert following[1:9].tolist() == [1, 2, 3, 4, 7, 7, 7, 8]
    assert last_open[1:9].tolist() == [1, 2, 3, 4, 4, 4, 7, 8]
    saturday = arrival(np.full(len(LEVELS), 5.0), by=6, shut=(following, last_open))
    assert (saturday.p90[0], saturday.in_time[0]) == (7, 0.0)
    assert arrival(np.full(len(LEVELS), 4.0), by=6, shut=(following, last_open)).in_time[0] == 1.0


def test_quantiles_between_the_levels_follow_the_normal_deviate():
    days = lognormal(2.0, 0.0)[None] + special.ndtri(LEVELS)[None] * 3
    for level in (0.05, 0.37, 0.9, 0.93):
        expected = np.exp(2.0) + 3 * special.ndtri(level)
        assert quantile(days, np.array([level]))[0] == pytest.approx(expected)
