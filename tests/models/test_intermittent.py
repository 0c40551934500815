"""Models for intermittent demand: every kernel against its slow twin, and what only these models promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.adida import ADIDA, adida_levels, demand_intervals
from models.block_bootstrap import BlockBootstrap, block_sums
from models.compound_poisson import SIZES, CompoundPoisson, pooled_sizes, relative_sizes
from models.dynamic_counts import DynamicCounts, Evidence, _evidence, _moments, rates
from models.imapa import IMAPA, imapa_levels
from models.shared.calibrated_sums import LEAST_WIDTH, MOST_WIDTH, calibrated_sums, multipliers
from models.shared.compound_sums import WHOLE, _compound, compound_quantiles, panjer
from models.shared.distribution import LEVELS, MeanVariance
from models.shared.history import History, Traits
from models.shared.past_errors import Moments
from models.shared.random_numbers import uniform
from models.shared.resampling import PATHS, seeds
from models.shared.window_sums import window_sums
from models.willemain_bootstrap import (
    Chains,
    Chances,
    WillemainBootstrap,
    chain_levels,
    chain_sums,
    chances,
)
from tests.reference import intermittent as reference
from tests.support.histories import history, split

SEEDS = {"seed": st.integers(0, 10_000)}
settings.register_profile("intermittent", deadline=None, max_examples=15, derandomize=True)
TWIN = settings(settings.get_profile("intermittent"))


def panel(seed: int, items: int = 10, unit: float = 1.0) -> History:
    """Ragged, sporadic, with gaps; the first item has no bucket, the second one, the third no demand."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(3, 40, items)
    lengths[:2] = 0, 1
    data = generator.poisson(0.7, lengths.sum()) * generator.integers(1, 9, lengths.sum()) * unit
    data[generator.random(len(data)) < 0.15] = np.nan
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    data[indptr[2] : indptr[3]] = np.where(np.isnan(data[indptr[2] : indptr[3]]), np.nan, 0.0)
    return History(data, indptr, 52)


def sporadic(
    seed: int = 0, items: int = 300, length: int = 110, chance: float = 0.25, pack: int = 1
) -> History:
    generator = np.random.default_rng(seed)
    sizes = pack * generator.geometric(0.4, (items, length))
    return history(*np.where(generator.random(sizes.shape) < chance, sizes, 0).astype(float))


@TWIN
@given(width=st.integers(1, 9), alpha=st.floats(0.01, 1.0), **SEEDS)
def test_levels_of_sums(seed: int, width: int, alpha: float) -> None:
    past = panel(seed)
    n = len(past)
    for levels, twin in ((adida_levels, reference.adida_levels), (imapa_levels, reference.imapa_levels)):
        got = levels(past, np.full(n, width), np.full(n, alpha))
        for y, one in zip(split(past, past.data), split(past, got), strict=True):
            np.testing.assert_allclose(one, twin(list(y), width, alpha), rtol=1e-9, atol=1e-9)


def test_demand_intervals() -> None:
    every, third, hardly, new = [1.0] * 30, [0.0, 0.0, 2.0] * 10, [1.0, *[0.0] * 29], [0.0, 1.0]
    unknown = [0.0, np.nan, 2.0, np.nan] * 10
    past = history(every, third, hardly, new, unknown, [], [np.nan])
    assert list(demand_intervals(past)) == [1, 3, 10, 1, 2, 1, 1]


@TWIN
@given(keep=st.floats(0.3, 1.0), horizon=st.sampled_from([1.0, 2.0, 4.0]), **SEEDS)
def test_rates_moments_and_evidence(seed: int, keep: float, horizon: float) -> None:
    past = panel(seed)
    n = len(past)
    rate = rates(past, np.full(n, keep))
    spans, excess = np.full(n, horizon), np.linspace(0.0, 3.0, n)
    sums = window_sums(past, spans, 0.5)
    moments, evidence = Moments.zeros(n, 1), Evidence(np.zeros(n), np.zeros(n))
    _moments(0, n, past.indptr, sums, rate, spans, moments)
    _evidence(0, n, past.indptr, sums, rate, spans, excess, evidence)

    def log_probability(count: float, mean: float, variance: float) -> float:
        if variance <= mean * (1 + 1e-9):
            return float(stats.poisson.logpmf(round(count, 9), mean))
        size = mean**2 / (variance - mean)
        # scipy's takes whole counts; sums that stand for unknown buckets need not be.
        from scipy.special import gammaln

        return float(
            gammaln(count + size)
            - gammaln(size)
            - gammaln(count + 1)
            + size * np.log(mean / variance)
            + count * np.log1p(-mean / variance)
        )

    for i, (y, s, level, weight) in enumerate(
        zip(*(split(past, flat) for flat in (past.data, sums, *rate)), strict=True)
    ):
        expected = reference.rates(list(y), keep)
        np.testing.assert_allclose([level, weight], np.reshape(expected, (2, len(y))), rtol=1e-9)
        np.testing.assert_allclose(
            [each[i, 0] for each in moments], reference.rate_moments(s, level, weight, horizon), rtol=1e-9
        )
        if excess[i] > 0:
            twin = reference.evidence(s, level, weight, horizon, excess[i], log_probability)
            np.testing.assert_allclose([each[i] for each in evidence], twin, rtol=1e-7, atol=1e-9)


@TWIN
@given(keep=st.floats(0.3, 1.0), keep_size=st.floats(0.3, 1.0), pseudo=st.floats(0.1, 9.0), **SEEDS)
def test_chances(seed: int, keep: float, keep_size: float, pseudo: float) -> None:
    past = panel(seed)
    got = chances(past, keep, keep_size, pseudo)
    for i, y in enumerate(split(past, past.data)):
        if len(y):
            one = [each[past.indptr[i] : past.indptr[i + 1]] for each in got]
            twin = reference.chances(list(y), keep, keep_size, pseudo)
            np.testing.assert_allclose(one, twin, rtol=1e-9, atol=1e-12)


@TWIN
@given(
    after_zero=st.floats(0.0, 1.0),
    after_demand=st.floats(0.0, 1.0),
    state=st.sampled_from([0.0, 1.0]),
    horizon=st.floats(0.1, 40.0),
)
def test_chain_levels(after_zero: float, after_demand: float, state: float, horizon: float) -> None:
    chance = Chances(*(np.array([each]) for each in (after_zero, after_demand, 3.0, state)))
    got = chain_levels(history([0.0]), chance, np.array([horizon]))[0]
    demands = reference.chain_demands(after_zero, after_demand, state, horizon)
    assert got * horizon == pytest.approx(3.0 * demands, rel=1e-6, abs=1e-9)


def test_random_numbers_are_splitmix64() -> None:
    """The first outputs for the seed 1234567, as other implementations publish them."""
    state = np.array([1234567], dtype=np.uint64)
    for published in (6457827717110365317, 3203168211198807973, 9817491932198370423):
        assert uniform(state) == (published >> 11) / 2**53


@TWIN
@given(horizon=st.sampled_from([0.0, 0.4, 1.0, 2.43, 7.0, 30.6]), block=st.integers(1, 6), **SEEDS)
def test_simulated_sums(seed: int, horizon: float, block: int) -> None:
    past = panel(seed, unit=0.5)
    n, paths = len(past), 20
    number, spans = seeds(past), np.full(n, horizon)
    blocks, chains = np.zeros((n, paths)), np.zeros((n, paths))
    block_sums(past, spans, block, number, blocks)
    chance = np.random.default_rng(seed).random((n, 2))
    chain_sums(past, Chains(*chance.T, spans, np.full(n, 0.5), number), chains)
    for i, y in enumerate(split(past, past.data)):
        assert int(number[i]) == reference.seed(y)
        expected = reference.block_sums(list(y), horizon, block, int(number[i]), paths)
        np.testing.assert_allclose(blocks[i], expected, rtol=1e-9, atol=1e-9)
        expected = reference.chain_sums(list(y), chance[i], horizon, 0.5, int(number[i]), paths)
        np.testing.assert_allclose(chains[i], expected, rtol=1e-9, atol=1e-9)


@TWIN
@given(mean=st.floats(0.05, 50.0), width=st.floats(0.01, 30.0), **SEEDS)
def test_calibrated_sums(seed: int, mean: float, width: float) -> None:
    generator = np.random.default_rng(seed)
    sums = generator.poisson(2.0, (3, PATHS)) * generator.gamma(1.0, 1.0, (3, PATHS))
    sums[2] = 0.0
    target = MeanVariance(np.full(3, mean), np.full(3, width * mean**2))
    number = generator.integers(0, 2**63, 3).astype(np.uint64)
    values, levels = calibrated_sums(sums, target, number), multipliers(PATHS)
    for i in range(2):
        twin = reference.calibrated(
            list(sums[i]), mean, width * mean**2, int(number[i]), levels.tolist(), LEAST_WIDTH, MOST_WIDTH
        )
        # A sum on the edge of a step may be rounded to either side.
        assert np.mean(values[i] != twin) <= 2 / PATHS
        assert values[i].mean() == pytest.approx(mean, abs=2 / PATHS)

    assert not values[2].any()


def test_calibrated_sums_have_the_variance_asked_for() -> None:
    generator = np.random.default_rng(1)
    sums = np.tile(generator.gamma(2.0, 50.0, PATHS), (40, 1))
    number = generator.integers(0, 2**63, 40).astype(np.uint64)
    for width in (0.05, 0.5, 2.0):
        target = MeanVariance(np.full(40, 1000.0), np.full(40, width * 1000.0**2))
        values = calibrated_sums(sums, target, number)
        assert values.var(axis=1).mean() == pytest.approx(width * 1000.0**2, rel=0.1)


@pytest.mark.parametrize("orders", [0.05, 1.0, 6.0])
@pytest.mark.parametrize("variation", [0.0, 0.3, 4.0])
def test_panjer(orders: float, variation: float) -> None:
    size = np.array([0.0, 0.5, 0.2, 0.0, 0.0, 0.3])
    out = np.empty(60)
    panjer(orders, variation, size, out)
    counts = np.arange(60)
    if variation == 0:
        count = stats.poisson.pmf(counts, orders)
    else:
        count = stats.nbinom.pmf(counts, 1 / variation, 1 / (1 + variation * orders))
    twin = np.array(reference.compound(count, size, 60))

    np.testing.assert_allclose(out / out[0], twin / twin[0], rtol=1e-8)


def test_panjer_where_zero_is_out_of_reach() -> None:
    """e^-400 is no number that sums can start from in the end: the bulk must still be right."""
    out = np.empty(800)
    panjer(400.0, 0.0, np.array([0.0, 1.0]), out)
    np.testing.assert_allclose(out / out.sum(), stats.poisson.pmf(np.arange(800), 400.0), atol=1e-12)


def number_of_orders(orders: float, variation: float) -> list[float]:
    if variation == 0:
        return list(stats.poisson.pmf(np.arange(60), orders))
    return list(stats.nbinom.pmf(np.arange(60), 1 / variation, 1 / (1 + variation * orders)))


@pytest.mark.parametrize("mean, variance", [(0.3, 1.0), (4.0, 6.0), (4.0, 30.0), (12.0, 100.0), (5.0, 5.0)])
def test_compound(mean: float, variance: float) -> None:
    sizes = np.concatenate([np.arange(1.0, 5.0), [2.5, 2.5, 3.5, 9.0]])[None, :]
    values = np.zeros((1, 100))
    levels = np.linspace(0.004, 0.996, 100)
    weights = np.array([[0.7 / 4] * 4 + [0.3 / 4] * 4])
    _compound(0, 1, MeanVariance(np.array([mean]), np.array([variance])), sizes, weights, levels, values)
    twin = reference.compound_quantiles(
        mean, variance, list(sizes[0]), list(weights[0]), WHOLE, levels, number_of_orders
    )

    np.testing.assert_array_equal(values[0], twin)


def test_compound_in_wide_cells() -> None:
    """A thousand times the sizes is a thousand times the demand, up to the width of a cell."""
    sizes = np.random.default_rng(3).integers(1, 9, (1, 2 * SIZES)).astype(float)
    weights, nothing = np.full((1, 2 * SIZES), 1.0 / (2 * SIZES)), np.zeros((1, len(LEVELS)))
    one, thousand = (MeanVariance(np.array([6.0 * unit]), np.array([40.0 * unit**2])) for unit in (1.0, 1e3))
    small = compound_quantiles(one, sizes, weights, nothing)
    large = compound_quantiles(thousand, 1e3 * sizes, weights, nothing)

    np.testing.assert_allclose(large / 1e3, small, atol=0.6)
    assert np.mean(large / 1e3 - small) == pytest.approx(0.0, abs=0.1)


def test_compound_leaves_the_many_alone() -> None:
    """So many orders that their sizes average out: the calibrated values stay as they came."""
    target = MeanVariance(np.array([1e6, 0.0]), np.array([1e6, 0.0]))
    sizes, weights = np.ones((2, 2 * SIZES)), np.full((2, 2 * SIZES), 1.0 / (2 * SIZES))
    values = compound_quantiles(target, sizes, weights, np.full((2, len(LEVELS)), 7.0))
    np.testing.assert_array_equal(values, 7.0)


@TWIN
@given(**SEEDS)
def test_relative_sizes(seed: int) -> None:
    past = panel(seed)
    sizes, count = relative_sizes(past)
    for i, y in enumerate(split(past, past.data)):
        np.testing.assert_allclose(sizes[i], reference.relative_sizes(list(y), SIZES), rtol=1e-12)
        assert count[i] == np.sum(y > 0)


def test_sizes_are_pooled_within_the_category() -> None:
    sizes = np.array([np.linspace(0.5, 1.5, SIZES), np.ones(SIZES), np.full(SIZES, 9.0), np.zeros(SIZES)])
    pooled = pooled_sizes(sizes, np.array([5.0, 5.0, 1.0, 0.0]), np.array([0, 1, 1, 0]))

    np.testing.assert_allclose(pooled[0], sizes[0])
    np.testing.assert_array_equal(pooled[1], 1.0)
    np.testing.assert_array_equal(pooled[2], 1.0)
    np.testing.assert_allclose(pooled[3], pooled[0])


def test_a_category_lends_its_sizes() -> None:
    """Two items sold twice, alike in all but their category: one is of the kind with freak sizes."""
    generator = np.random.default_rng(2)
    steady = [list(np.where(generator.random(100) < 0.1, 10.0, 0.0)) for _ in range(40)]
    wild = [
        list(np.where(generator.random(100) < 0.1, generator.choice([1.0, 91.0], 100, p=[0.9, 0.1]), 0.0))
        for _ in range(40)
    ]
    new = [10.0, *[0.0] * 8, 10.0, *[0.0] * 4]
    category = np.array([0] * 41 + [1] * 41)
    past = history(*steady, new, *wild, new, traits=Traits(category, np.full(82, np.nan)))
    demand = CompoundPoisson().fit(past).demand(np.full(82, 4.0))
    small = ((demand.values > 0) & (demand.values < 8)).sum(axis=1)

    assert small[81] > 2 * small[40]


def test_packs_stay_whole() -> None:
    """What is only ever sold by the dozen is mostly forecast by the dozen; a smooth model cannot."""
    past = sporadic(items=60, chance=0.15, pack=12)
    demand = CompoundPoisson().fit(past).demand(np.full(60, 4.0))
    values = demand.values[demand.values > 0]

    assert np.mean(values % 12 == 0) > 0.65
    smooth = DynamicCounts().fit(past).demand(np.full(60, 4.0)).values
    assert np.mean(smooth[smooth > 0] % 12 == 0) < 0.3


@pytest.mark.parametrize("model", [CompoundPoisson(), BlockBootstrap(), WillemainBootstrap()])
def test_shapes_keep_the_calibrated_moments(
    model: CompoundPoisson | BlockBootstrap | WillemainBootstrap,
) -> None:
    forecast = model.fit(sporadic())
    for span in (1.0, 4.3, 26.0):
        horizon = np.full(300, span)
        demand, base = forecast.demand(horizon), forecast.base.demand(horizon)
        assert demand.mean.sum() == pytest.approx(base.mean.sum(), rel=0.03)
        assert demand.variance.sum() == pytest.approx(base.variance.sum(), rel=0.2)


@pytest.mark.parametrize(
    "model", [CompoundPoisson(), BlockBootstrap(), WillemainBootstrap(), DynamicCounts()]
)
def test_some_items_are_as_among_all(
    model: CompoundPoisson | BlockBootstrap | WillemainBootstrap | DynamicCounts,
) -> None:
    past = history(*split(sporadic(items=20), sporadic(items=20).data), [], [np.nan] * 3)
    forecast = model.fit(past)
    horizon = np.linspace(1.0, 9.0, len(past))
    chosen = np.array([21, 3, 20, 11, 3])

    np.testing.assert_array_equal(
        forecast.demand_of(chosen, horizon).values, forecast.demand(horizon).values[chosen]
    )


def test_alternating_demand_is_seen_by_the_chain_alone() -> None:
    """Demand in every other bucket: next time is certain to follow a bucket without."""
    generator = np.random.default_rng(5)
    rows = generator.integers(4, 8, (40, 120)).astype(float)
    rows[:, 1::2] = 0.0
    before, after = (history(*rows[:, :end]) for end in (120, 119))
    next_up, next_down = (
        WillemainBootstrap().fit(past).demand(np.ones(40)).mean.mean() for past in (before, after)
    )

    assert next_up > 4 * next_down
    assert WillemainBootstrap().fit(before).demand(np.full(40, 20.0)).mean.mean() == pytest.approx(
        55, rel=0.1
    )


def test_blocks_keep_their_neighbours_together() -> None:
    """A big bucket is always followed by a return to nothing: sums of pairs vary less than of singles."""
    past = history(list(np.tile([9.0, 1.0], 50)))
    horizon, seed = np.array([2.0]), seeds(past)
    together, apart = np.zeros((1, 400)), np.zeros((1, 400))
    block_sums(past, horizon, 2, seed, together)
    block_sums(past, horizon, 1, seed, apart)

    np.testing.assert_array_equal(together, 10.0)
    assert apart.std() > 4


def test_poisson_demand_is_found_to_be_poisson() -> None:
    """Steady Poisson counts: f is about 1, and the sum about as wide as Poisson and the rate allow."""
    past = history(*np.random.default_rng(7).poisson(3.0, (400, 150)).astype(float))
    demand = DynamicCounts().fit(past).demand(np.full(400, 4.0))

    assert demand.mean.mean() == pytest.approx(12.0, rel=0.03)
    assert demand.variance.mean() == pytest.approx(12.0, rel=0.25)
    assert np.mean(demand.quantile(0.95)) == pytest.approx(stats.poisson.ppf(0.95, 12.0), abs=1.0)


def test_the_discount_follows_the_panel() -> None:
    generator = np.random.default_rng(8)
    still = generator.poisson(20.0, (60, 150)).astype(float)
    wander = generator.poisson(20.0 * np.exp(np.cumsum(generator.normal(0, 0.25, (60, 150)), axis=1)))
    kept = [
        1.0 - 1.0 / DynamicCounts().fit(history(*rows.astype(float)))._now.weight.mean()
        for rows in (still, wander)
    ]

    assert kept[0] > kept[1] + 0.05


@pytest.mark.parametrize("model", [ADIDA(), IMAPA()])
def test_sums_ignore_when_the_demand_fell(model: ADIDA | IMAPA) -> None:
    """A constant is a constant, however rarely it sells, at any origin's distance to the last demand."""
    rows = [[0.0] * lag + [0.0, 0.0, 0.0, 8.0] * 30 for lag in range(4)]
    level = model.fit(history(*rows)).level_at(np.full(4, 4.0))
    for one in split(history(*rows), level):
        assert one[-1] == pytest.approx(2.0, rel=0.35)

    assert len(LEVELS) == model.fit(history(*rows)).demand(np.full(4, 4.0)).values.shape[1]
