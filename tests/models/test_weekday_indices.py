"""What the days of a window are worth, by the weekdays that they are."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from models.quantile_average import QuantileAverage
from models.quantile_boosting import QuantileBoosting
from models.shared.group_moves import RunningTotals
from models.shared.history import FloatArray, History, IntArray, Traits, Weekdays
from models.shared.scores import pinball
from models.shared.weekday_indices import PRIOR_STEPS, RECENT_WEEKS, weekday_factors
from models.shared.window_statistics import Windows

AHEAD = 10
OPEN = {365: np.arange(7), 313: np.arange(1, 7)}
"""Weekdays with business, by the days of a year: a shop that never closes, and one that does on Mondays."""


def ragged(season: int) -> History:
    """Items of many ages, with gaps, in three categories; some holidays are no buckets."""
    generator = np.random.default_rng(4)
    lengths = np.array([300, 300, 240, 200, 90, 30, 8, 2])
    day = np.tile(OPEN[season], 80)[: 300 + AHEAD + 6]
    day = np.delete(day, [40, 41, 120, 200, 280, 304])
    rate = 1.0 + day[: -AHEAD or None]
    data = np.concatenate([generator.poisson(rate[-length:]) for length in lengths]).astype(float)
    data[generator.random(len(data)) < 0.02] = np.nan
    traits = Traits(np.array([7, 7, -1, 2, 7, 2, 7, 2]), np.full(len(lengths), np.nan))
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return History(data, indptr, season, traits, weekdays=Weekdays(day, AHEAD))


def factors(history: History, item: IntArray, ago: int, horizon: float) -> FloatArray:
    windows = Windows(item, history.indptr[item + 1] - 1 - ago, np.full(len(item), horizon))
    return weekday_factors(history, windows, RunningTotals.of(history, np.ones(len(history))))


def by_hand(history: History, item: int, ago: int, horizon: int) -> float:
    """The twin, in plain Python: a window of an item, ``ago`` days before the end."""
    day, week = history.weekdays.day.tolist(), len(OPEN[history.season])
    last = len(day) - 1 - AHEAD
    told = -(-ago // week)

    def sums(of: list[int]) -> tuple[list[float], list[float]]:
        sold, usual = [0.0] * 7, [0.0] * 7
        for i in of:
            own = history.data[history.indptr[i] : history.indptr[i + 1]].tolist()
            for w in range(told, told + RECENT_WEEKS):
                sales = (
                    own[len(own) - (w + 1) * week : len(own) - w * week] if len(own) >= (w + 1) * week else []
                )
                if not sales or any(math.isnan(y) for y in sales):
                    continue
                for k, y in enumerate(sales):
                    on = day[last - (w + 1) * week + 1 + k]
                    sold[on] += y
                    usual[on] += sum(sales) / week
        return sold, usual

    def index(of: list[int], prior: list[float]) -> list[float]:
        return [(s + PRIOR_STEPS * p) / (u + PRIOR_STEPS) for s, u, p in zip(*sums(of), prior, strict=True)]

    alike = [i for i in range(len(history)) if history.traits.category[i] == history.traits.category[item]]
    indices = index(alike, index(list(range(len(history))), [1.0] * 7))
    mean = sum(indices[on] for on in OPEN[history.season]) / week
    days = [last - ago + 1 + k for k in range(horizon)]
    return sum(indices[day[place]] / mean if place < len(day) else 1.0 for place in days) / horizon


@pytest.mark.parametrize("season", [365, 313])
def test_they_equal_their_slow_twin(season: int) -> None:
    history = ragged(season)
    for ago, horizon in ((0, 4), (0, AHEAD + 3), (6, 2), (7, 7), (100, 5), (230, 9)):
        item = np.flatnonzero(history.lengths > ago)
        expected = [by_hand(history, i, ago, horizon) for i in item]
        np.testing.assert_allclose(factors(history, item, ago, float(horizon)), expected)


def test_nothing_after_the_origin_is_looked_at() -> None:
    history = ragged(365)
    item = np.flatnonzero(history.lengths > 30)
    age = np.repeat(history.indptr[1:], history.lengths) - np.arange(len(history.data))
    changed = replace(history, data=np.where(age <= 30, 9.0, history.data))
    np.testing.assert_allclose(factors(changed, item, 30, 4.0), factors(history, item, 30, 4.0), rtol=1e-12)


def test_a_history_that_is_cut_back_keeps_its_weekdays() -> None:
    history = ragged(365)
    item = np.flatnonzero(history.lengths > 14)
    then = history.until(14)
    np.testing.assert_allclose(factors(history, item, 14, 3.0), factors(then, item, 0, 3.0))
    one = then.take(np.array([4]))
    assert one.weekdays == then.weekdays


def test_a_part_of_a_day_counts_in_proportion() -> None:
    history, one = ragged(365), np.array([0])
    two, half, three = (h * factors(history, one, 0, h)[0] for h in (2.0, 2.5, 3.0))
    assert half == pytest.approx((two + three) / 2)


def test_weeks_know_no_weekdays() -> None:
    history = replace(ragged(365), weekdays=None)
    assert factors(history, np.array([0, 1]), 3, 2.0).tolist() == [1.0, 1.0]


def test_two_days_before_a_weekend_are_not_two_days_of_it() -> None:
    """A panel that sells three times as much at weekends: with its weekdays known a forecast loses less."""
    generator = np.random.default_rng(3)
    days, items = 7 * 20, 120
    weekday = np.arange(days + AHEAD) % 7
    rate = generator.lognormal(1.0, 0.6, items)[:, None] * np.where(weekday >= 5, 3.0, 1.0)
    sold = generator.poisson(rate).astype(float)
    past = sold[:, :days].ravel()
    indptr = np.arange(0, items * days + 1, days, dtype=np.int64)
    two = np.full(items, 2.0)

    def lost(weekdays: Weekdays | None) -> float:
        history = History(past, indptr, 365, weekdays=weekdays)
        model = QuantileAverage(QuantileBoosting(iterations=20)).train(history, two)
        losses = []
        # From the last Sunday: a Monday and its Tuesday; from the Friday before: a Saturday and its Sunday.
        for back in (0, 2):
            actual = sold[:, days - back : days - back + 2].sum(axis=1)
            forecast = model.fit(history.until(back)).demand(two)
            losses.append(pinball(actual, forecast.quantile(0.9), 0.9).mean())
        return float(np.mean(losses))

    assert lost(Weekdays(weekday, AHEAD)) < 0.7 * lost(None)


def test_days_are_learnt_from_sooner_than_weeks() -> None:
    generator = np.random.default_rng(5)
    buckets, items = 24, 150
    data = generator.poisson(4.0, items * buckets).astype(float)
    indptr = np.arange(0, items * buckets + 1, buckets, dtype=np.int64)
    model = QuantileAverage(QuantileBoosting(iterations=5))
    names = [model.train(History(data, indptr, 365), np.full(items, 3.0)).name]
    names += [model.train(History(data, indptr, 365).until(9), np.full(items, 3.0)).name]
    assert names == ["quantile_average", "negative_binomial"]
