"""Demand of days that were not open throughout: against a slow twin, simulated panels, and real hours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.benchmarks import unconstrained_demand as benchmark
from models.shared import expected_days
from models.shared.expected_days import Days, expectation
from models.shared.intraday_profile import HOURS, open_by_hours, open_by_share, profiles
from models.shared.unconstrained_demand import at_least, estimate, purchase_sizes

PROPERTY = settings(max_examples=40, deadline=None, derandomize=True)


def panel(seen, opened, **columns):
    """Items of equally many days, from rows of what was seen and how far it was open."""
    seen, opened = np.atleast_2d(np.asarray(seen, float)), np.atleast_2d(np.asarray(opened, float))
    n, length = seen.shape
    days = Days(
        indptr=np.arange(n + 1) * length,
        date=np.tile(np.arange(length), n),
        weekday=np.tile(np.arange(length) % 7, n),
        seen=seen.ravel(),
        open_share=np.broadcast_to(opened, seen.shape).ravel(),
        refused=np.zeros(seen.size),
        peer_group=np.zeros(n, dtype=np.int64),
        purchase=np.ones(n),
    )
    return replace(days, **columns)


def simulated(seed, n=300, length=90):
    """Poisson demand with levels, weekdays and peers that move together; a fifth of days partly shut."""
    generator = np.random.default_rng(seed)
    rate = generator.gamma(2.0, 4.0, (n, 1)) * (1 + 0.3 * (np.arange(length) % 7 == 5))
    peers = np.arange(n) % 20
    rate = rate * np.exp(generator.normal(0, 0.2, (20, length)))[peers]
    opened = np.where(generator.random((n, length)) < 0.2, generator.random((n, length)), 1.0)
    seen = generator.poisson(rate * opened)
    demand = seen + generator.poisson(rate * (1 - opened))
    return panel(seen, opened, peer_group=peers.astype(np.int64)), demand.ravel().astype(float)


@st.composite
def panels(draw, most=6, longest=20):
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, length = draw(st.integers(1, most)), draw(st.integers(1, longest))
    scale = draw(st.sampled_from([0.001, 0.3, 1.0, 40.0, 1e9]))
    opened = generator.random((n, length)).round(1) if draw(st.booleans()) else np.zeros((n, length))
    if draw(st.booleans()):
        opened = np.where(generator.random((n, length)) < 0.6, 1.0, opened)
    units = generator.poisson(draw(st.sampled_from([0.0, 0.1, 3.0])), (2, n * length)) * scale
    return panel(
        units[0].reshape(n, length),
        opened,
        refused=units[1] * (opened.ravel() < 1) * draw(st.booleans()),
        peer_group=generator.integers(0, 3, n),
        purchase=np.full(n, scale),
    )


@PROPERTY
@given(panels())
def test_demand_is_never_less_than_what_was_seen_and_always_known_how_well(days):
    found = estimate(days)
    seen = days.seen + days.refused

    assert np.isfinite(found.mean).all() and np.isfinite(found.sd).all()
    assert (found.mean >= seen * (1 - 1e-12)).all() and (found.sd >= 0).all()
    whole = days.open_share >= 1
    assert found.mean[whole] == pytest.approx(seen[whole]) and (found.sd[whole] == 0).all()


@PROPERTY
@given(panels(), st.sampled_from([1e-3, 7.0, 1e6]))
def test_the_unit_that_is_counted_in_does_not_matter(days, factor):
    units = {"seen": days.seen * factor, "refused": days.refused * factor, "purchase": days.purchase * factor}
    found, scaled = estimate(days), estimate(replace(days, **units))
    assert scaled.mean == pytest.approx(found.mean * factor, rel=1e-6)
    assert scaled.sd == pytest.approx(found.sd * factor, rel=1e-6)


@PROPERTY
@given(panels(most=1, longest=7))
def test_a_day_has_no_part_in_what_is_expected_of_it(days):
    day = len(days.seen) // 2
    more = 9 * days.purchase[0] * (np.arange(len(days.seen)) == day)
    other = replace(days, seen=days.seen + more)
    assert expectation(other)[0][day] == pytest.approx(expectation(days)[0][day], rel=1e-6)


@PROPERTY
@given(panels())
def test_the_expectation_is_that_of_its_slow_twin(days):
    assert expectation(days)[0] == pytest.approx(expected_slowly(days), rel=1e-6)


def expected_slowly(days):
    """One day at a time, as the definitions read."""
    item = [i for i in range(len(days)) for _ in range(days.indptr[i], days.indptr[i + 1])]
    every = range(len(item))
    largest = [
        max((days.open_share[t] for t in every if item[t] == i), default=0.0) for i in range(len(days))
    ]
    relative = [days.open_share[t] / max(largest[item[t]], 1e-12) for t in every]
    weight = [share**expected_days.OPEN_POWER for share in relative]
    size = [days.purchase[i] for i in item]
    seen = [weight[t] * days.seen[t] for t in every]
    due = [weight[t] * days.open_share[t] for t in every]
    level = []
    for t in every:
        panel_rate = (sum(seen) - seen[t] + 0.5 * size[t]) / (sum(due) - due[t] + 1)
        peers = [u for u in every if u != t and days.peer_group[item[u]] == days.peer_group[item[t]]]
        peer_rate = (sum(seen[u] for u in peers) + panel_rate) / (sum(due[u] for u in peers) + 1)
        others = [u for u in every if item[u] == item[t] and u != t]
        prior = expected_days.ITEM_SHAPE * size[t]
        sold, time = sum(seen[u] for u in others), sum(due[u] for u in others)
        rate = (sold + prior) / (time + prior / peer_rate)
        for decay, shape in (
            (expected_days.SLOW, expected_days.SLOW_SHAPE),
            (expected_days.FAST, expected_days.FAST_SHAPE),
        ):
            near = {u: decay ** abs(int(days.date[u] - days.date[t])) for u in others}
            sold, time = sum(near[u] * seen[u] for u in others), sum(near[u] * due[u] for u in others)
            rate = (sold + shape * size[t]) / (time + shape * size[t] / rate)
        level.append(rate)
    for period, shape in ((days.weekday, expected_days.WEEKDAY_SHAPE), (days.date, expected_days.DATE_SHAPE)):
        factors = []
        for t in every:
            factor = 1.0
            for group in ([0] * len(item), [days.peer_group[i] for i in item]):
                same = [u for u in every if u != t and group[u] == group[t] and period[u] == period[t]]
                sold = sum(seen[u] / size[u] for u in same)
                factor = (sold + shape * factor) / (sum(due[u] * level[u] / size[u] for u in same) + shape)
            factors.append(factor)
        level = [level[t] * factors[t] for t in every]
    return level


def test_the_posterior_is_that_of_an_integral():
    days = panel([[3.0, 4.0, 1.0, 6.0, 2.0, 5.0]], [[1.0, 1.0, 0.4, 1.0, 1.0, 1.0]])
    expected, variation = expectation(days)
    shape = 1 / variation[2]
    rate = np.linspace(1e-6, 60, 400_001)
    weight = stats.gamma.pdf(rate, shape, scale=expected[2] / shape) * stats.poisson.pmf(1, 0.4 * rate)
    mean = np.sum(weight * rate) / np.sum(weight)
    variance = np.sum(weight * (rate - mean) ** 2) / np.sum(weight)
    found = estimate(days)

    assert found.mean[2] == pytest.approx(1 + 0.6 * mean, rel=1e-4)
    assert found.sd[2] == pytest.approx(np.sqrt(0.36 * variance + 0.6 * mean), rel=1e-4)


def test_demand_above_a_bound_is_the_tail_of_its_gamma():
    mean, variance = np.array([4.0, 0.2, 100.0]), np.array([8.0, 0.3, 250.0])
    least, purchase = np.array([7.0, 1.0, 60.0]), np.ones(3)
    found = at_least(mean, variance, least, purchase)
    for k in range(3):
        scale = variance[k] / mean[k]
        tail = stats.gamma(mean[k] / scale, scale=scale)
        bound = least[k] - 0.5
        above = tail.expect(lambda x: x, lb=bound, conditional=True)
        square = tail.expect(lambda x: x**2, lb=bound, conditional=True)
        assert found[0][k] == pytest.approx(max(above, least[k]), rel=1e-6)
        assert found[1][k] == pytest.approx(square - above**2, rel=1e-4)


def test_far_above_what_is_expected_the_bound_itself_is_taken():
    mean, variance = at_least(np.array([1.0]), np.array([1.0]), np.array([1e6]), np.ones(1))
    assert mean[0] == pytest.approx(1e6, rel=1e-5) and np.isfinite(variance[0])


def test_what_is_sold_on_a_day_without_any_time_is_the_least_that_was_asked_for():
    opened = np.where(np.arange(60) == 30, 0.0, 1.0)
    seen = np.full(60, 5.0)
    quiet, busy, wild = (estimate(panel(np.where(opened == 0, x, seen), opened)).mean[30] for x in (0, 4, 20))

    assert quiet == pytest.approx(5.0, rel=0.05)
    assert 5.0 < busy < 7.5 and 20.0 <= wild < 22.0


def test_a_simulated_panel_is_estimated_without_bias_and_with_an_honest_width():
    days, demand = simulated(1)
    shut = days.open_share < 1
    found = estimate(days)
    error = (found.mean - demand)[shut]

    assert abs(error.sum()) < 0.01 * demand[shut].sum()
    assert np.mean(error**2) / np.mean(found.sd[shut] ** 2) == pytest.approx(1.0, abs=0.15)
    assert np.mean(np.abs(error) < 1.645 * found.sd[shut]) == pytest.approx(0.9, abs=0.03)
    blunt = [days.seen[shut], days.seen[shut] / np.maximum(days.open_share[shut], 0.05)]
    assert np.mean(np.abs(error)) < 0.6 * min(np.mean(np.abs(way - demand[shut])) for way in blunt)


def test_stock_that_demand_itself_emptied_is_no_trap():
    generator = np.random.default_rng(3)
    n, length, most = 200, 60, 160
    demand = generator.poisson(generator.gamma(9.0, 3.0, (n, 1)), (n, length))
    stock = np.maximum(
        np.round(demand.mean(axis=1, keepdims=True) * generator.gamma(20, 0.06, (n, length))), 1
    )
    times = np.sort(np.where(np.arange(most) < demand[..., None], generator.random((n, length, most)), 2.0))
    ran_out = np.take_along_axis(times, stock.astype(int)[..., None] - 1, axis=2)[..., 0]
    days = panel(np.minimum(demand, stock), np.minimum(ran_out, 1.0))
    out, demand = days.open_share < 1, demand.ravel()

    assert 0.2 < out.mean() < 0.6
    found = estimate(days).mean[out].sum() / demand[out].sum()
    assert found == pytest.approx(1.0, abs=0.03)
    whole = np.bincount(days.item[~out], demand[~out]) / np.bincount(days.item[~out])
    assert whole[days.item[out]].sum() < 0.85 * demand[out].sum(), "days that were whole are the quiet ones"


@pytest.mark.parametrize(("recorded", "hidden"), [(1.0, 0.0), (0.5, 0.5)])
def test_the_share_of_refusals_that_is_written_down_is_learnt(recorded, hidden):
    generator = np.random.default_rng(4)
    opened = np.where(generator.random((50, 100)) < 0.2, 0.0, 1.0)
    asked = generator.poisson(6.0, opened.shape)
    noted = generator.binomial(asked, recorded) * (opened == 0)
    found = estimate(panel(asked * opened, opened, refused=noted.ravel().astype(float)))
    out = opened.ravel() == 0
    total = asked.ravel()[out].sum()

    assert (found.mean[out].sum() - noted.sum()) / total == pytest.approx(hidden, abs=0.04)


def test_an_item_never_open_for_long_is_not_given_the_demand_of_others():
    generator = np.random.default_rng(5)
    opened = np.ones((20, 80))
    opened[0] = 0.4
    rate = np.full((20, 1), 2.0)
    rate[0] = 30.0
    days = panel(generator.poisson(rate * opened), opened)

    assert estimate(days).mean[:80].mean() == pytest.approx(30.0, rel=0.1)


def test_nothing_at_all_is_an_answer_too():
    empty = estimate(panel(np.zeros((0, 5)), np.zeros((0, 5))))
    assert empty.mean.shape == empty.sd.shape == (0,)
    nothing = estimate(panel(np.zeros((2, 30)), np.zeros((2, 30))))
    assert (nothing.mean > 0).all() and (nothing.sd >= nothing.mean).all()


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"open_share": np.array([0.5, 1.5])}, "open_share must lie"),
        ({"open_share": np.array([0.5, np.nan])}, "open_share must lie"),
        ({"purchase": np.zeros(1)}, "purchase above 0"),
        ({"seen": np.array([1.0, np.inf])}, "finite"),
        ({"refused": np.zeros(3)}, "shape"),
        ({"peer_group": np.zeros(2, dtype=np.int64)}, "shape"),
    ],
)
def test_columns_that_cannot_be_are_refused(columns, said):
    with pytest.raises(ValueError, match=said):
        replace(panel([[1.0, 2.0]], [[0.5, 1.0]]), **columns)


def test_a_purchase_is_shrunk_to_what_is_common():
    units = np.array([4.0] * 1000 + [1.0] * 1000 + [50.0])
    item = np.array([0] * 1000 + [1] * 1000 + [3])
    assert purchase_sizes(units, item, 4) == pytest.approx([4.0, 1.03, 4.0, 90 / 11], rel=0.01)
    assert purchase_sizes(np.zeros(0), np.zeros(0, dtype=np.int64), 2).tolist() == [1.0, 1.0]


PURCHASES = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).poisson(np.random.default_rng(seed).gamma(0.3, 40.0, (5, HOURS)))
)


@PROPERTY
@given(PURCHASES, st.floats(0, 1), st.floats(0, 1))
def test_open_shares_are_shares(purchases, one, other):
    profile = profiles(purchases.astype(float), np.arange(5) % 2)
    assert profile.sum(axis=1) == pytest.approx(np.ones(5)) and (profile > 0).all()
    item = np.arange(5)
    shorter, longer = (open_by_share(np.full(5, x), profile, item) for x in sorted((one, other)))
    assert ((shorter >= 0) & (shorter <= longer + 1e-12) & (longer <= 1)).all()
    assert open_by_share(np.zeros(5), profile, item).tolist() == [0.0] * 5
    assert open_by_share(np.ones(5), profile, item).tolist() == [1.0] * 5
    hours = np.random.default_rng(1).random((5, HOURS))
    parts = open_by_hours(hours, profile, item) + open_by_hours(1 - hours, profile, item)
    assert parts == pytest.approx(np.ones(5))


def test_without_times_of_day_a_share_of_time_is_one_of_demand():
    even = profiles(np.zeros((1, HOURS)), np.zeros(1, dtype=np.int64))
    share = np.array([0.1, 0.25, 0.7])
    assert open_by_share(share, even, np.zeros(3, dtype=np.int64)) == pytest.approx(share)


def test_the_open_part_is_the_first_one_of_the_time_of_business():
    bought = np.zeros((1, HOURS))
    bought[0, 8:16] = [3000, 1000, 1000, 1000, 1000, 1000, 1000, 1000]
    profile = profiles(bought, np.zeros(1, dtype=np.int64))
    nobody = np.zeros(2, dtype=np.int64)

    assert open_by_share(np.array([1 / 8, 0.5]), profile, nobody) == pytest.approx([0.3, 0.6], abs=0.01)


@pytest.fixture(scope="module")
def freshretailnet():
    if not benchmark.FILE.exists():
        pytest.skip(f"{Path('..') / benchmark.FILE.relative_to(benchmark.ROOT.parent)} is not there")
    return benchmark.read(benchmark.FILE)


@pytest.mark.parametrize("pattern", ["as in the data", "until closing"])
def test_real_demand_behind_simulated_stock_outs_is_found(freshretailnet, pattern):
    found = benchmark.rows(freshretailnet, benchmark.PATTERNS[pattern], seed=5)
    for ours in ("ours, hours known", "ours, share known"):
        bias, *errors, _ = found[ours]
        assert abs(bias) < 0.03
        for column, error in enumerate(errors, start=1):
            best = min(found[way][column] for way in ("sales as demand", "mean of available days"))
            assert error < 0.6 * best
