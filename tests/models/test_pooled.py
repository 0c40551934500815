"""Models that learn one rule from all items: their features, their learners, what they promise."""

import math
from dataclasses import replace

import numpy as np
import pytest
from statsmodels.regression.quantile_regression import QuantReg

from models.quantile_average import QuantileAverage
from models.quantile_boosting import QuantileBoosting
from models.quantile_regression import QuantileRegression, smoothed_quantile_regression
from models.registry import model as model_named
from models.selection import Choice
from models.shared.base import demand_of, demands_of
from models.shared.distribution import LEVELS
from models.shared.group_moves import RunningTotals
from models.shared.history import History
from models.shared.pooled import PooledForecast, Trained, examples, learning_horizons
from models.shared.quantile_curve import LEARNT, Tail
from models.shared.scores import coverage, pinball
from models.shared.season_features import SEASON_NAMES, season_features
from models.shared.window_features import NAMES, ORDER_NAMES, window_features
from models.shared.window_statistics import (
    HALF_LIFE_WEEKS,
    MEAN_WEEKS,
    MOST_SUMS,
    OFFSET,
    SUM_SHARES,
    Windows,
)

QUICK = QuantileAverage(QuantileBoosting(iterations=25), QuantileRegression())


def shop(items: int = 300, weeks: int = 80, seed: int = 0, season: int = 52) -> History:
    """Items of very different rates that keep them: negative binomial weeks."""
    generator = np.random.default_rng(seed)
    rate = generator.lognormal(0.5, 1.3, items)
    gamma = generator.gamma(2.0, 0.5, (items, weeks))
    data = generator.poisson(rate[:, None] * gamma).astype(float)
    return History(data.ravel(), np.arange(0, items * weeks + 1, weeks, dtype=np.int64), season)


def features_by_hand(y: list[float], horizon: float, week: float, season: float) -> tuple[list[float], float]:
    """The twin of the kernel: one window, plain Python. ``y``: in steps, oldest first, NaN = unknown."""
    known = [v for v in y if not math.isnan(v)]
    mean = sum(known) / max(len(known), 1)

    def recent(buckets: float) -> list[float]:
        return y[len(y) - min(len(y), math.ceil(buckets - 1e-9)) :]

    def mean_of(values: list[float]) -> float:
        seen = [v for v in values if not math.isnan(v)]
        return sum(seen) / max(len(seen), 1)

    def active(values: list[float]) -> float:
        seen = [v for v in values if not math.isnan(v)]
        return sum(v > 0 for v in seen) / max(len(seen), 1)

    means = [mean_of(recent(weeks * week)) for weeks in MEAN_WEEKS]
    faded = []
    for half_life in HALF_LIFE_WEEKS:
        weights = [0.5 ** (age / (half_life * week)) for age in range(len(y) - 1, -1, -1)]
        pairs = [(w, v) for w, v in zip(weights, y, strict=True) if not math.isnan(v)]
        faded.append(sum(w * v for w, v in pairs) / max(sum(w for w, _ in pairs), 1e-9))
    level = (0.5 * faded[2] + 0.3 * means[4] + 0.2 * mean) * horizon * season
    base = math.log(level + OFFSET)

    whole = max(1, int(horizon + 0.5))
    year = int(52 * week + 0.5)
    possible = min(len(y), year) - whole + 1
    apart = max(1, math.ceil(possible / MOST_SUMS))
    sums = []
    for back in range(0, max(possible, 0), apart):
        window = y[len(y) - back - whole : len(y) - back]
        seen = [v for v in window if not math.isnan(v)]
        if 2 * len(seen) >= whole:
            sums.append(sum(seen) * horizon / len(seen))
    sums.sort()
    amounts = [m * horizon for m in means] + [f * horizon for f in faded]
    for share in SUM_SHARES:
        at = min(len(sums) - 1, int(share * (len(sums) - 1) + 0.5))
        amounts.append(sums[at] if sums else level)
    for newest in (len(y), len(y) - whole, len(y) - year + whole):
        window = [y[t] for t in range(newest - whole, newest) if 0 <= t < len(y)]
        seen = [v for v in window if not math.isnan(v)]
        amounts.append((sum(seen) / len(seen) if 2 * len(seen) >= whole else means[-1]) * horizon)
    amounts.append(mean * horizon)

    middle = sum(sums) / len(sums) if sums else 0.0
    deviation = math.sqrt(sum((s - middle) ** 2 for s in sums) / len(sums)) if sums else 0.0
    sizes = [v for v in known if v > 0]
    size = sum(sizes) / max(len(sizes), 1)
    variation = max(sum(v * v for v in sizes) / max(len(sizes), 1) - size**2, 0.0) / max(size**2, 1e-9)
    latest = max((t for t, v in enumerate(y) if v > 0), default=-1)
    silent = len(y) - 1 - latest
    rest = [
        math.log(deviation / max(middle, 1e-9) + 0.1),
        math.log(min(size / max(mean * horizon, 1e-9), 1e3) + 0.1),
        active(recent(4 * week)),
        active(recent(13 * week)),
        active(recent(52 * week)),
        math.log(len(sizes) + 1),
        math.log(silent / week + 0.1),
        math.log(silent * len(sizes) / max(len(known), 1) + 0.1),
        math.log(len(y) / week + 0.1),
        math.log(variation + 0.1),
        math.log(max(sizes, default=0.0) / max(size, 1e-9) + 0.1),
        base,
        math.log(size + OFFSET),
        math.log(horizon / week),
    ]
    return [math.log(a + OFFSET) - base for a in amounts] + rest, level


@pytest.mark.parametrize(("season", "horizon"), [(52, 4.0), (52, 2.6), (365, 10.0), (12, 1.0), (365, 0.4)])
def test_features_equal_their_slow_twin(season: int, horizon: float) -> None:
    generator = np.random.default_rng(3)
    lengths = np.array([1, 2, 7, 40, 130, 500])
    data = generator.poisson(1.5, lengths.sum()) * generator.integers(1, 9, lengths.sum()) * 0.5
    data[generator.random(len(data)) < 0.15] = np.nan
    data[0] = 3.0
    history = History(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), season)
    orders = np.ceil(data / 2)
    history = replace(history, orders=orders)
    item = np.arange(len(lengths))
    origin = history.indptr[1:] - 1 - np.minimum(3, lengths - 1)
    step = np.full(len(lengths), 0.5)
    seen = window_features(history, Windows(item, origin, np.full(len(item), horizon)), step)

    seasons = season_features(
        history, Windows(item, origin, np.full(len(item), horizon)), RunningTotals.of(history, step)
    )
    before = len(NAMES) + len(SEASON_NAMES)
    assert seen.values.shape == (len(item), before + len(ORDER_NAMES))
    np.testing.assert_array_equal(seen.values[:, len(NAMES) : before], seasons.values)
    for i in item:
        past = slice(history.indptr[i], origin[i] + 1)
        values, level = features_by_hand(list(data[past] / 0.5), horizon, season / 52, seasons.factor[i])
        np.testing.assert_allclose(seen.values[i, : len(NAMES)], values, atol=1e-9)
        assert seen.level[i] == pytest.approx(level)
        of_orders, _ = features_by_hand(list(orders[past]), horizon, season / 52, seasons.factor[i])
        np.testing.assert_allclose(
            seen.values[i, before:], [of_orders[NAMES.index(name)] for name in ORDER_NAMES], atol=1e-9
        )


def test_features_do_not_look_past_their_origin() -> None:
    history = shop(20)
    windows = Windows(np.arange(20), history.indptr[1:] - 11, np.full(20, 4.0))
    changed = history.data.copy()
    for end in history.indptr[1:]:
        changed[end - 10 : end] += 100
    later = replace(history, data=changed)

    np.testing.assert_array_equal(
        window_features(history, windows, np.ones(20)).values,
        window_features(later, windows, np.ones(20)).values,
    )


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9, 0.98])
def test_smoothed_quantile_regression_agrees_with_statsmodels(level: float) -> None:
    generator = np.random.default_rng(1)
    inputs = np.column_stack([np.ones(4000), generator.normal(size=(4000, 3))])
    target = inputs @ [1.0, 2.0, -1.0, 0.0] + (1 + 0.4 * inputs[:, 1]) * generator.gumbel(size=4000)
    ours = smoothed_quantile_regression(inputs, target, level, 0.0, np.zeros(4))
    exact = QuantReg(target, inputs).fit(q=level).params
    lost = pinball(target, inputs @ ours, level).mean()
    least = pinball(target, inputs @ exact, level).mean()

    assert least <= lost <= 1.005 * least
    np.testing.assert_allclose(ours, exact, atol=0.2)


def test_the_tail_is_that_of_the_windows() -> None:
    generator = np.random.default_rng(2)
    target = generator.normal(size=200_000)
    curve = np.tile(np.quantile(target, LEARNT), (len(target), 1))
    whole = Tail.measured(curve, target).complete(curve[:1])[0]

    assert np.all(np.diff(whole) >= 0)
    inside = (LEVELS > 0.01) & (LEVELS <= 0.999)
    np.testing.assert_allclose(whole[inside], np.quantile(target, LEVELS[inside]), atol=0.03)


@pytest.fixture(scope="module")
def learnt() -> tuple[History, Trained]:
    history = shop()
    model = QUICK.train(history.until(4), np.full(300, 4.0))
    assert isinstance(model, Trained)
    return history, model


def test_what_was_learnt_holds(learnt: tuple[History, Trained]) -> None:
    """On weeks that were not learnt from, quantiles hold what they say, for slow and fast items alike."""
    history, model = learnt
    others = shop(1500, seed=9)
    demand = model.fit(others.until(4)).demand(np.full(1500, 4.0))
    actual = others.data.reshape(1500, -1)[:, -4:].sum(axis=1)
    level = others.recent_mean(80)
    for part in (np.ones(1500, dtype=bool), level < np.median(level), level >= np.median(level)):
        for q in (0.5, 0.8, 0.9, 0.95, 0.98):
            at_or_below, below = coverage(actual[part], demand.quantile(q)[part])
            assert at_or_below >= q - 0.035
            assert below <= q + 0.035

    assert demand.mean.sum() == pytest.approx(actual.sum(), rel=0.06)
    assert len(history) == 300


def test_demand_in_halves_is_forecast_as_in_wholes(learnt: tuple[History, Trained]) -> None:
    history, model = learnt
    halves = model.fit(replace(history, data=history.data / 2)).demand(np.full(300, 4.0))
    wholes = model.fit(history).demand(np.full(300, 4.0))
    np.testing.assert_allclose(halves.values, wholes.values / 2)


def test_some_of_the_items_and_any_horizon(learnt: tuple[History, Trained]) -> None:
    history, model = learnt
    forecast = model.fit(history)
    horizon = np.linspace(0.0, 30.0, 300)
    everything = forecast.demand(horizon)
    some = np.array([299, 0, 17], dtype=np.int64)

    np.testing.assert_array_equal(demand_of(forecast, some, horizon).values, everything.values[some])
    assert np.all(everything.values[0] == 0)
    assert np.all(np.isfinite(everything.values))
    assert np.all(np.diff(everything.values, axis=1) >= 0)
    with pytest.raises(ValueError, match="horizon"):
        forecast.demand(np.full(299, 4.0))


def test_items_too_young_or_without_demand_have_the_fallbacks_forecast(
    learnt: tuple[History, Trained],
) -> None:
    _, model = learnt
    data = np.concatenate([np.zeros(30), [4.0, 2.0], np.full(20, np.nan), np.full(40, 3.0)])
    history = History(data, np.array([0, 30, 32, 52, 92, 92], dtype=np.int64))
    forecast = model.fit(history)

    assert isinstance(forecast, PooledForecast)
    horizon = np.full(5, 4.0)
    fallback = model.fallback.fit(history).demand(horizon).values
    ours = forecast.demand(horizon).values
    np.testing.assert_array_equal(ours[[0, 1, 2, 4]], fallback[[0, 1, 2, 4]])
    assert np.any(ours[3] != fallback[3])


def test_too_little_to_learn_from() -> None:
    assert QUICK.train(shop(60), np.full(60, 4.0)).name == "negative_binomial"
    assert examples(shop(300, weeks=8), np.full(300, 4.0), 1) is None


def test_the_same_panel_teaches_the_same() -> None:
    history, horizon = shop(150), np.full(150, 4.0)
    first = QUICK.train(history, horizon).fit(history).demand(horizon).values
    again = QUICK.train(history, horizon).fit(history).demand(horizon).values
    np.testing.assert_array_equal(first, again)


def test_horizons_learnt_from() -> None:
    history = shop(10)
    np.testing.assert_array_equal(learning_horizons(history, np.full(10, 4.0)), [2, 3, 4, 5, 6])
    assert learning_horizons(history, np.linspace(1, 8, 10))[[0, -1]].tolist() == [1.0, 11.0]
    assert learning_horizons(shop(10, weeks=9), np.full(10, 30.0)).max() <= 3
    np.testing.assert_array_equal(learning_horizons(history, np.zeros(10)), [2, 3, 4, 5, 6])


def test_order_lines_are_learnt_from() -> None:
    """Few orders of odd sizes: how many there were says more of the level than the units do."""
    generator = np.random.default_rng(5)
    items, weeks = 600, 90
    rate = np.repeat(generator.lognormal(0, 1, items)[:, None], weeks, 1)
    orders = generator.poisson(rate).astype(float)
    units = np.where(orders > 0, np.ceil(orders * generator.lognormal(0, 2.0, orders.shape)), 0.0)
    indptr = np.arange(0, items * weeks + 1, weeks, dtype=np.int64)
    blind = History(units.ravel(), indptr)
    seeing = replace(blind, orders=orders.ravel())
    actual = units[:, -4:].sum(axis=1)
    horizon = np.full(items, 4.0)
    lost = []
    for history in (blind, seeing):
        past = history.until(4)
        demand = QUICK.train(past, horizon).fit(past).demand(horizon)
        lost.append(np.mean([pinball(actual, demand.quantile(q), q).mean() for q in (0.5, 0.8)]))

    assert lost[1] < lost[0]


def test_many_horizons_at_once_answer_as_one_after_the_other() -> None:
    """Young items among them, items that never sold, and horizons of nothing."""
    history = shop(300)
    short = History(
        np.concatenate([history.data, np.ones(3), np.zeros(60)]), np.append(history.indptr, [24003, 24063])
    )
    model = QUICK.train(short, np.full(302, 4.0))
    items = np.array([301, 4, 17, 300, 0, 299])
    generator = np.random.default_rng(2)
    horizons = generator.uniform(0, 9, (4, 302))
    horizons[1, items] = 0.0
    choice = Choice(
        (model, model_named("ses")),
        np.arange(302) % 2,
        np.full((302, 2), np.nan),
        np.zeros(302, int),
        short,
        np.full(302, 4.0),
    )
    for forecast in (model.fit(short), model_named("ses").fit(short), choice.fit(short)):
        together = demands_of(forecast, items, horizons)
        assert len(together) == 4
        for horizon, each in zip(horizons, together, strict=True):
            np.testing.assert_array_equal(each.values, demand_of(forecast, items, horizon).values)
        np.testing.assert_array_equal(together[1].values, 0.0)
