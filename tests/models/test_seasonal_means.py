"""What the last year and the season of the category let expect."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from models.quantile_regression import QuantileRegression
from models.shared.group_moves import RunningTotals
from models.shared.history import History, Traits
from models.shared.pooled import Learner, Trained, train
from models.shared.scores import pinball
from models.shared.seasonal_means import PRIOR_STEPS, seasonal_means
from models.shared.window_statistics import Windows


def ragged(season: int, years: float = 3.2) -> History:
    """Items of many ages, with gaps, in three categories."""
    generator = np.random.default_rng(4)
    lengths = np.maximum((np.array([1.0, 1.0, 0.8, 0.7, 0.4, 0.3, 0.1]) * years * season).astype(int), 2)
    rate = 3.0 + 2.0 * np.sin(2 * np.pi * np.arange(lengths.max()) / season)
    data = np.concatenate([generator.poisson(rate[-length:]) for length in lengths]).astype(float)
    data[generator.random(len(data)) < 0.15] = np.nan
    traits = Traits(np.array([7, 7, -1, 2, 7, 2, 7]), np.full(len(lengths), np.nan))
    return History(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), season, traits)


def running(history: History) -> RunningTotals:
    return RunningTotals.of(history, np.ones(len(history)))


def by_hand(history: History, item: int, ago: int, horizon: int, days: int) -> float:
    """The twin, in plain Python: a window of an item, ``ago`` buckets before the end."""
    parts = history.season // days
    year, near = parts * days, round(parts / 26)
    # The season is told at the close of a week of days, further back or on the day itself.
    told = -(-ago // days) * days
    kept = [
        history.data[history.indptr[i] : max(history.indptr[i + 1] - told, history.indptr[i])].tolist()
        for i in range(len(history))
    ]

    def sums(of: list[int]) -> tuple[list[float], list[float]]:
        sold, usual = [0.0] * parts, [0.0] * parts
        for i in of:
            whole = kept[i][len(kept[i]) - len(kept[i]) // year * year :]
            known = [y for y in whole if not math.isnan(y)]
            for t, y in enumerate(whole):
                if not math.isnan(y):
                    sold[t % year // days] += y
                    usual[t % year // days] += sum(known) / len(known)
        return sold, usual

    def index(of: list[int], prior: list[float]) -> list[float]:
        sold, usual = sums(of)
        around = [[(k + turn) % parts for turn in range(-near, near + 1)] for k in range(parts)]
        ratios = [
            (sum(sold[n] for n in near_by) + PRIOR_STEPS * prior[k])
            / (sum(usual[n] for n in near_by) + PRIOR_STEPS)
            for k, near_by in enumerate(around)
        ]
        return [ratio * parts / sum(ratios) for ratio in ratios]

    alike = [i for i in range(len(history)) if history.traits.category[i] == history.traits.category[item]]
    season = index(alike, index(list(range(len(history))), [1.0] * parts))

    own = history.data[history.indptr[item] : history.indptr[item + 1] - ago].tolist()[-year:]
    pairs = [
        (y, season[parts - 1 - back // days]) for back, y in enumerate(reversed(own)) if not math.isnan(y)
    ]
    if not pairs:
        return math.nan
    level = sum(y for y, _ in pairs) / sum(share for _, share in pairs)
    return level * sum(season[t // days % parts] for t in range(horizon))


@pytest.mark.parametrize(("season", "days"), [(52, 1), (12, 1), (365, 7)])
def test_they_equal_their_slow_twin(season: int, days: int) -> None:
    history = ragged(season)
    for ago, horizon in ((0, 4), (season // 3, 9), (season // 2, season + 3)):
        item = np.flatnonzero(history.lengths > ago)
        windows = Windows(item, history.indptr[item + 1] - 1 - ago, np.full(len(item), float(horizon)))
        expected = [by_hand(history, i, ago, horizon, days) for i in item]
        np.testing.assert_allclose(seasonal_means(history, windows, running(history)), expected)


def test_nothing_after_the_origin_is_looked_at() -> None:
    history = ragged(52)
    item = np.flatnonzero(history.lengths > 30)
    windows = Windows(item, history.indptr[item + 1] - 31, np.full(len(item), 6.0))
    later = history.data.copy()
    for i in range(len(history)):
        later[max(history.indptr[i + 1] - 30, history.indptr[i]) : history.indptr[i + 1]] *= 9.0
    changed = replace(history, data=later)

    np.testing.assert_array_equal(
        seasonal_means(history, windows, running(history)), seasonal_means(changed, windows, running(changed))
    )


def test_a_part_of_a_bucket_counts_in_proportion() -> None:
    history = ragged(52)
    last = history.indptr[[1, 1, 1]] - 1
    whole, half, more = seasonal_means(
        history, Windows(np.zeros(3, dtype=np.int64), last, np.array([3.0, 3.5, 4.0])), running(history)
    )
    assert half == pytest.approx((whole + more) / 2)


def test_what_is_learnt_from_the_season_on_beats_what_learns_the_season() -> None:
    """Two years of weeks show a season once: that is too little to learn it from, and enough to know it."""
    generator = np.random.default_rng(3)
    weeks, items = 112, 150
    season = 1.0 + 0.7 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    rate = generator.lognormal(1.5, 0.8, items)
    data = generator.poisson(rate[:, None] * season * generator.gamma(4.0, 0.25, (items, weeks))).astype(
        float
    )
    history = History(data.ravel(), np.arange(0, items * weeks + 1, weeks, dtype=np.int64))
    past, four = history.until(4), np.full(items, 4.0)
    actual = data[:, -4:].sum(axis=1)

    def lost(from_season: bool) -> float:
        learner = Learner(QuantileRegression().learn, from_season)
        model = train("lines", [learner], past, four, 1, QuantileRegression())
        assert isinstance(model, Trained)
        return float(pinball(actual, model.fit(past).demand(four).quantile(0.8), 0.8).mean())

    assert lost(from_season=True) < 0.97 * lost(from_season=False)
