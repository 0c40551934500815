"""What every shipped model promises: the contract that users' models are held to, and more of it besides."""

import numpy as np
import pytest

from models.contract import check_model
from models.contract.answers import DEGENERATE, sound
from models.contract.panels import ITEMS as N
from models.contract.panels import history, wholesale
from models.registry import MODELS, model
from models.shared.distribution import LEVELS

SLOW = {"ets", "sarimax"}
"""Fitted item by item in Python: minutes of this suite. ``tests/models/test_statsmodels.py`` always runs."""

NAMES = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in sorted(MODELS)]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_keeps_the_contract_that_users_models_are_held_to(name: str) -> None:
    findings = check_model(lambda: model(name))

    # What SLOW models lack is time alone: so they are asked by name only, and for few items.
    faults = {finding.rule: finding.fault for finding in findings if finding.fault}
    assert set(faults) <= ({"speed"} if name in SLOW else set()), faults
    assert all(finding.holds for finding in findings) or name in SLOW


def test_name_is_that_of_the_registry(name: str) -> None:
    assert model(name).name == name
    assert model(name) == model(name)


def test_each_item_has_its_own_horizon(name: str) -> None:
    panel = wholesale()
    forecast = model(name).fit(panel)
    horizon = np.where(np.arange(N) % 2 == 0, 2.0, 9.0)
    mixed = forecast.demand(horizon).mean

    assert mixed[0::2].sum() == pytest.approx(forecast.demand(np.full(N, 2.0)).mean[0::2].sum(), rel=0.05)
    assert mixed[1::2].sum() == pytest.approx(forecast.demand(np.full(N, 9.0)).mean[1::2].sum(), rel=0.05)


def test_fractional_horizon_lies_between_its_neighbours(name: str) -> None:
    forecast = model(name).fit(wholesale())
    low, mid, high = (forecast.demand(np.full(N, h)).mean for h in (2.0, 2.43, 3.0))

    assert low.sum() < mid.sum() < high.sum()
    # Windows of other lengths are other windows: item by item the order holds up to their noise.
    assert np.all(mid >= 0.8 * low - 0.3)
    assert np.all(mid <= 1.25 * high + 0.3)


def test_blocks_do_not_matter(name: str) -> None:
    """More items than a block: what threads do side by side is what one would do alone."""
    panel = wholesale(1)
    many = panel.take(np.tile(np.arange(N), 20))
    demand = model(name).fit(many).demand(np.full(20 * N, 4.0))
    repeated = demand.values.reshape(20, N, len(LEVELS))

    assert np.all(repeated == repeated[:1])


def test_one_by_one_agrees_where_nothing_is_pooled(name: str) -> None:
    """A long, steady history speaks for itself: alone or among others the answer is nearly the same.

    It differs a little by design: dispersion and smoothing parameters lean on the panel.
    """
    generator = np.random.default_rng(5)
    panel = history(*[list(generator.poisson(30, 300).astype(float)) for _ in range(8)])
    horizon = np.full(8, 4.0)
    batch = model(name).fit(panel).demand(horizon)
    for item in range(8):
        alone = model(name).fit(panel.take(np.array([item]))).demand(horizon[:1])
        assert alone.mean[0] == pytest.approx(batch.mean[item], rel=0.1)
        assert alone.quantile(0.95)[0] == pytest.approx(batch.quantile(0.95)[item], rel=0.2)


def test_covers_what_comes(name: str) -> None:
    """On demand that does not change its ways, the quantiles hold about as often as they say."""
    generator = np.random.default_rng(11)
    items, length, horizon = 400, 160, 4
    rate = generator.lognormal(0.5, 1.0, items)
    y = generator.negative_binomial(1.5, 1.5 / (1.5 + rate[:, None]), (items, length + horizon)).astype(float)
    panel = history(*[list(row) for row in y[:, :length]])
    demand = model(name).fit(panel).demand(np.full(items, float(horizon)))
    actual = y[:, length:].sum(axis=1)
    # Four buckets of last year are a poor level: where they were low by chance, the width is too small.
    off = 0.08 if name == "seasonal_naive" else 0.05
    for q in (0.5, 0.8, 0.9, 0.95):
        order = demand.quantile(q)
        assert np.mean(actual < order) <= q + off
        assert np.mean(actual <= order) >= q - off

    assert demand.mean.sum() == pytest.approx(actual.sum(), rel=0.15)


def test_errors_over_the_horizon_correlate(name: str) -> None:
    """A level that wanders makes long sums far more uncertain than independent buckets would be."""
    generator = np.random.default_rng(2)
    level = np.exp(np.cumsum(generator.normal(0, 0.12, (300, 150)), axis=1) * 0.6 + 3)
    panel = history(*[list(generator.poisson(row).astype(float)) for row in level])
    forecast = model(name).fit(panel)
    one, twelve = (forecast.demand(np.full(300, h)) for h in (1.0, 12.0))
    naive = np.sqrt(12 * one.variance)

    assert np.median(np.sqrt(twelve.variance) / naive) > 1.3


@pytest.mark.parametrize("case", sorted(DEGENERATE))
def test_certain_of_nothing_is_never_honest(name: str, case: str) -> None:
    forecast = model(name).fit(history(DEGENERATE[case]))
    for horizon in (0.5, 4.0, 60.0):
        assert forecast.demand(np.array([horizon])).quantile(0.9999)[0] > 0


def test_zeros_teach_slowly(name: str) -> None:
    panel = history([0.0], [0.0] * 10, [0.0] * 100)
    mean = model(name).fit(panel).demand(np.full(3, 20.0)).mean
    assert mean[0] > mean[1] > mean[2] > 0


def test_no_history_is_like_the_panel(name: str) -> None:
    generator = np.random.default_rng(4)
    others = [list(generator.poisson(rate, 90).astype(float)) for rate in (0.5, 2.0, 8.0, 30.0) * 10]
    panel = history([], [np.nan] * 5, *others)
    demand = model(name).fit(panel).demand(np.full(len(panel), 4.0))

    np.testing.assert_array_equal(demand.values[0], demand.values[1])
    assert demand.mean[0] == pytest.approx(demand.mean[2:].mean(), rel=0.25)
    assert demand.variance[0] > np.median(demand.variance[2:])


def test_few_buckets_make_wide(name: str) -> None:
    """The same mean from three buckets is less certain than from a hundred."""
    generator = np.random.default_rng(6)
    rates = generator.lognormal(2, 1, 400)
    series = []
    for item, rate in enumerate(rates):
        length = 3 if item % 2 else 110
        series.append(list(generator.poisson(rate * generator.gamma(4, 0.25, length)).astype(float)))
    panel = history(*series)
    demand = model(name).fit(panel).demand(np.full(400, 6.0))
    relative = np.sqrt(demand.variance) / demand.mean

    assert np.median(relative[1::2]) > np.median(relative[0::2])


def test_unknown_is_not_zero(name: str) -> None:
    generator = np.random.default_rng(8)
    full = generator.poisson(10, (200, 120)).astype(float)
    unknown = full.copy()
    unknown[generator.random(full.shape) < 0.3] = np.nan
    zeroed = np.nan_to_num(unknown)
    mean = [
        model(name).fit(history(*[list(row) for row in y])).demand(np.full(200, 4.0)).mean.mean()
        for y in (full, unknown, zeroed)
    ]

    assert mean[1] == pytest.approx(mean[0], rel=0.05)
    assert mean[2] < 0.8 * mean[0]


@pytest.mark.parametrize("unit", [0.25, 0.001])
def test_fractional_demand_scales(name: str, unit: float) -> None:
    generator = np.random.default_rng(9)
    rows = [list(generator.poisson(3, 100).astype(float)) for _ in range(20)]
    whole = model(name).fit(history(*rows)).demand(np.full(20, 4.0))
    scaled = model(name).fit(history(*[[unit * y for y in row] for row in rows])).demand(np.full(20, 4.0))

    # Averaged quantiles that lie half way between two units may go either way by the last bit.
    near = 0.02 if name == "combination" else 0.01
    np.testing.assert_allclose(scaled.mean, unit * whole.mean, rtol=near)
    np.testing.assert_allclose(scaled.values / unit, np.round(scaled.values / unit), atol=1e-6)


def test_continuous_demand(name: str) -> None:
    generator = np.random.default_rng(10)
    rows = [list(generator.gamma(4.0, 0.37, 120)) for _ in range(50)]
    demand = model(name).fit(history(*rows)).demand(np.full(50, 4.0))

    sound(demand.values)
    assert demand.mean.mean() == pytest.approx(4 * 4 * 0.37, rel=0.1)
    deviation = np.sqrt(demand.variance).mean()
    assert 1.48 * 0.7 < deviation < 1.48 * 1.8


def test_huge_counts_keep_their_relative_width(name: str) -> None:
    generator = np.random.default_rng(12)
    rows = generator.gamma(5, 0.2, (60, 110))
    wide = model(name).fit(history(*[list(np.round(row * 1e9)) for row in rows])).demand(np.full(60, 4.0))
    small = model(name).fit(history(*[list(np.round(row * 1e4)) for row in rows])).demand(np.full(60, 4.0))

    np.testing.assert_allclose(wide.mean / 1e9, small.mean / 1e4, rtol=0.05)
    np.testing.assert_allclose(wide.quantile(0.95) / 1e9, small.quantile(0.95) / 1e4, rtol=0.1)


@pytest.mark.parametrize("season", [365, 12, 1])
def test_other_buckets(name: str, season: int) -> None:
    generator = np.random.default_rng(13)
    panel = history(*[list(generator.poisson(2, 60).astype(float)) for _ in range(50)], season=season)
    demand = model(name).fit(panel).demand(np.full(50, 3.5))

    sound(demand.values)
    assert demand.mean.mean() == pytest.approx(7.0, rel=0.3)


@pytest.mark.parametrize("horizon", [[-1.0], [np.nan], [np.inf], [1.0, 2.0]])
def test_impossible_horizons_are_refused(name: str, horizon: list[float]) -> None:
    with pytest.raises(ValueError, match="horizon must be 1 finite"):
        model(name).fit(history([1.0, 2.0])).demand(np.array(horizon))
