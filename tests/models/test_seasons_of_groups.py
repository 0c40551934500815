"""What last year says of a window: of its item, its category and the whole range, and what is made of it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from models.negative_binomial import NegativeBinomial
from models.quantile_average import QuantileAverage
from models.quantile_boosting import QuantileBoosting
from models.shared.group_moves import ITEM_DISPERSION, USUAL_MOVE, RunningTotals, Spans, log_moves
from models.shared.history import History, Traits
from models.shared.pooled import FEWEST_MOVES, examples
from models.shared.scores import pinball
from models.shared.season_features import SEASON_NAMES, season_features, whole_year
from models.shared.window_features import NAMES, SHARED_COLUMNS, window_features
from models.shared.window_statistics import Windows

GROUP, PANEL = SEASON_NAMES.index("season_group"), SEASON_NAMES.index("season_panel")


def wave(weeks: int, height: float = 0.7) -> np.ndarray:
    return 1.0 + height * np.sin(2 * np.pi * np.arange(weeks) / 52)


def seasonal_shop(items: int, weeks: int, seed: int, height: float = 0.7) -> History:
    """Half of the items sell most in spring, the others in autumn; two categories."""
    generator = np.random.default_rng(seed)
    rate = generator.lognormal(1.5, 0.8, items)
    season = np.stack([wave(weeks, height), wave(weeks, -height)])[np.arange(items) % 2]
    gamma = generator.gamma(4.0, 0.25, (items, weeks))
    data = generator.poisson(rate[:, None] * season * gamma).astype(float)
    traits = Traits(np.arange(items) % 2, np.full(items, np.nan))
    return History(data.ravel(), np.arange(0, items * weeks + 1, weeks, dtype=np.int64), 52, traits)


def ragged(seed: int = 4) -> History:
    """Items of many ages, with gaps, in three categories."""
    generator = np.random.default_rng(seed)
    lengths = np.array([180, 180, 150, 120, 90, 60, 30, 5, 1])
    data = generator.poisson(3.0, lengths.sum()).astype(float)
    data[generator.random(len(data)) < 0.15] = np.nan
    traits = Traits(np.array([7, 7, -1, 2, 7, 2, 7, 2, 2]), np.full(len(lengths), np.nan))
    return History(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), 52, traits)


def running(history: History) -> RunningTotals:
    return RunningTotals.of(history, np.ones(len(history)))


def move_by_hand(history: History, items: list[int], early: range, late: range, towards: float) -> float:
    """The twin of the kernel for one pair of spans, in plain Python; ``towards``: what it is shrunk to."""
    length = max(history.lengths)
    pairs = []
    for i in items:
        y = [math.nan] * (length - history.lengths[i])
        begin = len(y)
        y += history.data[history.indptr[i] : history.indptr[i + 1]].tolist()
        if min(early.start, late.start) <= begin:
            continue
        known = [[y[t] for t in span if not math.isnan(y[t])] for span in (early, late)]
        if any(2 * len(seen) < len(span) for seen, span in zip(known, (early, late), strict=True)):
            continue
        before, after = (sum(seen) / len(seen) for seen in known)
        mean = (before * len(early) + after * len(late)) / (len(early) + len(late))
        pairs.append((before / (1 + ITEM_DISPERSION * mean), after / (1 + ITEM_DISPERSION * mean)))
    if len(pairs) < 2:
        return math.nan
    ratio = sum(after for _, after in pairs) / sum(before for before, _ in pairs)
    disagreement = sum((after - ratio * before) ** 2 for before, after in pairs)
    share = USUAL_MOVE**2 / (USUAL_MOVE**2 + disagreement / sum(after for _, after in pairs) ** 2)
    return share * math.log(ratio) + (1 - share) * towards


@pytest.mark.parametrize(
    ("early", "late"),
    [(range(20, 33), range(33, 36)), (range(70, 122), range(70, 74)), (range(-1, 5), range(5, 8))],
)
def test_moves_equal_their_slow_twin(early: range, late: range) -> None:
    history = ragged()
    _, group = np.unique(history.traits.category, return_inverse=True)
    spans = Spans(*(np.array([edge]) for edge in (early.start, early.stop, late.start, late.stop)))
    moves = log_moves(RunningTotals.of(history, np.ones(len(history))), group, spans, 1.0)[0]

    if early.start < 0:
        assert np.isnan(moves).all()
        return
    panel = move_by_hand(history, list(range(len(history))), early, late, 0.0)
    assert moves[-1] == pytest.approx(panel)
    for g in np.unique(group):
        alone = move_by_hand(history, np.flatnonzero(group == g).tolist(), early, late, panel)
        assert moves[g] == pytest.approx(panel if math.isnan(alone) else alone)


def test_a_category_rises_as_it_rose_a_year_ago_and_the_range_does_not() -> None:
    history = seasonal_shop(400, 110, seed=1)
    # The next four weeks are weeks 6 to 9 of the year: half of the items come out of their trough.
    windows = Windows(np.array([0, 1]), history.indptr[[1, 2]] - 1, np.full(2, 4.0))
    seasons = season_features(history, windows, running(history))

    season = wave(110)
    real = np.log(season[58:62].mean() / season[45:58].mean())
    assert seasons.values[0, GROUP] == pytest.approx(real, abs=0.08)
    assert seasons.values[1, GROUP] < -0.2
    assert abs(seasons.values[0, PANEL]) < 0.1
    assert seasons.factor[0] > 1.2 and seasons.factor[1] < 0.9


def test_before_a_year_and_a_month_nothing_is_said_of_a_season() -> None:
    history = seasonal_shop(50, 55, seed=1)
    windows = Windows(np.arange(50), history.indptr[1:] - 1, np.full(50, 4.0))
    seasons = season_features(history, windows, running(history))

    assert np.isnan(seasons.values[:, [0, GROUP, PANEL]]).all()
    np.testing.assert_array_equal(seasons.factor, 1.0)


def test_nothing_after_the_origin_is_looked_at() -> None:
    history = seasonal_shop(60, 130, seed=2)
    origin = history.indptr[1:] - 1 - 20
    windows = Windows(np.arange(60), origin, np.full(60, 70.0))
    later = history.data.copy()
    for i in range(60):
        later[origin[i] + 1 : history.indptr[i + 1]] *= 9.0
    changed = replace(history, data=later)

    np.testing.assert_array_equal(
        season_features(history, windows, running(history)).values,
        season_features(changed, windows, running(changed)).values,
    )


def test_a_year_of_days_ends_on_the_same_weekday() -> None:
    assert (whole_year(365), whole_year(52), whole_year(12)) == (364, 52, 12)


def test_what_a_whole_group_shares_is_learnt_from_only_where_many_days_and_groups_show_it() -> None:
    few, many = (seasonal_shop(200, weeks, seed=3) for weeks in (90, 150))
    asked = np.full(200, 4.0)
    assert np.isnan(examples(few, asked, 1).values[:, SHARED_COLUMNS]).all()
    # Two categories, and more than fifty weeks whose last year is known.
    assert FEWEST_MOVES < 2 * (150 - 57 - 6)
    assert not np.isnan(examples(many, asked, 1).values[:, SHARED_COLUMNS]).all(axis=0).any()


def test_the_season_is_in_the_level() -> None:
    history = seasonal_shop(400, 110, seed=1)
    windows = Windows(np.array([0]), history.indptr[[1]] - 1, np.full(1, 4.0))
    plain = window_features(replace(history, data=history.data, traits=None), windows)
    seasonal = window_features(history, windows)
    factor = season_features(history, windows, running(history)).factor
    flat = season_features(replace(history, traits=None), windows, running(history)).factor

    np.testing.assert_allclose(seasonal.level / plain.level, factor / flat)
    assert seasonal.values.shape[1] == len(NAMES) + len(SEASON_NAMES)


def test_a_seasonal_panel_is_forecast_better_than_by_what_knows_no_season() -> None:
    history, four = seasonal_shop(300, 134, seed=5), np.full(300, 4.0)
    actual = np.array([history.data[end - 4 : end].sum() for end in history.indptr[1:]])
    past = history.until(4)
    learnt = QuantileAverage(QuantileBoosting(iterations=25)).train(past, four).fit(past).demand(four)
    blind = NegativeBinomial().fit(past).demand(four)

    # Each item's own last year alone, without its category's, comes to .64 and .72.
    for level, share in ((0.5, 0.62), (0.9, 0.68)):
        ours = pinball(actual, learnt.quantile(level), level).mean()
        assert ours < share * pinball(actual, blind.quantile(level), level).mean()
