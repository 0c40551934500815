"""The effects of drivers: found where they are, none where nothing speaks for them, out and in again."""

from __future__ import annotations

import numpy as np
import pytest

from models.negative_binomial import NegativeBinomial
from models.shared.distribution import LEVELS, WEIGHTS, Distribution, negative_binomial
from models.shared.effect_coefficients import coefficients, evidence
from models.shared.effect_stretches import Stretches, summed
from models.shared.effects import with_effects
from models.shared.history import Drivers, History, Traits
from models.shared.scores import pinball

WEEKS, AHEAD = 104, 8


def panel(values, mean, seed=0, size=2.0, traits=None):
    """Negative binomial demand of ``mean`` (n, WEEKS + AHEAD), of which the last AHEAD are kept apart."""
    n, _, k = values.shape
    draw = np.random.default_rng(seed)
    demand = draw.negative_binomial(size, size / (size + mean)).astype(float)
    moved = Drivers(values.reshape(-1, k).astype(np.float32), tuple(f"driver {j}" for j in range(k)), AHEAD)
    history = History(demand[:, :WEEKS].ravel(), np.arange(n + 1) * WEEKS, 52, traits=traits, drivers=moved)
    return history, demand[:, WEEKS:]


def promotions(n, per_item, seed=1):
    draw = np.random.default_rng(seed)
    values = np.zeros((n, WEEKS + AHEAD, 1))
    for item in range(n):
        values[item, draw.choice(WEEKS, per_item, replace=False)] = 1.0
    return values


def season():
    return 1 + 0.4 * np.sin(2 * np.pi * np.arange(WEEKS + AHEAD) / 52)


def test_a_promotion_of_known_strength_is_found_through_the_season():
    values = promotions(300, 5)
    rate = np.random.default_rng(2).lognormal(1.0, 1.0, 300)
    history, _ = panel(values, rate[:, None] * season() * 2.5 ** values[:, :, 0])
    effects = with_effects(history)

    assert np.exp(effects.coefficient[:, 0]).mean() == pytest.approx(2.5, rel=0.06)
    usual = (rate[:, None] * season()[:WEEKS]).sum()
    assert np.nansum(effects.adjusted.data) == pytest.approx(usual, rel=0.03)
    assert np.nansum(history.data) > 1.05 * usual
    assert effects.adjusted.drivers is None


def test_categories_differ_and_lend_their_items_their_effect():
    values = promotions(400, 3)
    category = np.arange(400) % 2
    uplift = np.where(category == 0, 3.0, 1.2)
    history, _ = panel(
        values,
        4 * uplift[:, None] ** values[:, :, 0],
        traits=Traits(category, np.full(400, np.nan)),
    )
    factor = np.exp(with_effects(history).coefficient[:, 0])

    assert np.median(factor[category == 0]) == pytest.approx(3.0, rel=0.12)
    assert np.median(factor[category == 1]) == pytest.approx(1.2, rel=0.12)
    assert np.all(factor[category == 0] > 1.9)


def test_an_item_keeps_to_the_others_until_it_has_evidence_of_its_own():
    values = promotions(100, 4)
    values[0] = promotions(1, 26, seed=9)[0]
    values[1] = 0.0
    mean = 20 * 2.0 ** values[:, :, 0]
    mean[0] = 20 * 4.0 ** values[0, :, 0]
    history, _ = panel(values, mean, size=20.0)
    factor = np.exp(with_effects(history).coefficient[:, 0])

    assert 3.2 < factor[0] < 4.4
    assert factor[1] == pytest.approx(2.0, rel=0.1)  # never promoted: as the panel


@pytest.mark.parametrize("touched", [[], range(WEEKS, WEEKS + AHEAD), range(WEEKS + AHEAD)])
def test_a_driver_without_evidence_does_nothing(touched):
    """It was never at work, will only be, or always was: nothing to compare it with."""
    values = np.zeros((20, WEEKS + AHEAD, 1))
    values[:, list(touched)] = 1.0
    history, _ = panel(values, np.full((20, WEEKS + AHEAD), 5.0))
    effects = with_effects(history)

    assert effects.coefficient == pytest.approx(0.0, abs=1e-9)
    assert effects.factor(np.full(20, 4.0)) == pytest.approx(1.0)
    assert effects.adjusted.data.tolist() == history.data.tolist()


def test_promoted_horizons_are_forecast_better_and_other_items_are_untouched():
    n = 300
    values = promotions(n, 5)
    values[n // 2 :] = 0.0
    values[: n // 2, WEEKS + 1 : WEEKS + 3] = 1.0
    rate = np.random.default_rng(4).lognormal(1.0, 0.8, n)
    history, after = panel(values, rate[:, None] * 2.5 ** values[:, :, 0])
    actual, horizon, items = after[:, :4].sum(axis=1), np.full(n, 4.0), np.arange(n)
    plain = NegativeBinomial().fit(history).demand(horizon)
    effects = with_effects(history)
    base = NegativeBinomial().fit(effects.adjusted).demand(horizon)
    moved = effects.apply(base, items, horizon)

    def loss(demand):
        return np.array([pinball(actual, demand.quantile(q), q) for q in (0.5, 0.8, 0.9, 0.95, 0.98)]).mean(
            axis=0
        )

    promoted = items < n // 2
    assert loss(moved)[promoted].sum() < 0.85 * loss(plain)[promoted].sum()
    assert moved.mean[promoted].sum() == pytest.approx(actual[promoted].sum(), rel=0.1)
    assert np.array_equal(moved.values[~promoted], base.values[~promoted])
    assert np.array_equal(effects.adjusted.data[WEEKS * n // 2 :], history.data[WEEKS * n // 2 :])
    some = np.array([7, 200, 3])
    assert np.array_equal(effects.apply(base.take(some), some, horizon).values, moved.values[some])


def test_what_was_known_at_a_past_date_is_found_from_its_past_alone():
    values = promotions(50, 6)
    history, _ = panel(values, 4 * 3.0 ** values[:, :, 0])
    past = history.until(30)
    other = History(
        np.where(np.tile(np.arange(WEEKS), 50) < WEEKS - 30, history.data, 0.0),
        history.indptr, 52, drivers=history.drivers,
    )  # fmt: skip

    assert np.array_equal(with_effects(past).coefficient, with_effects(other.until(30)).coefficient)
    factor = with_effects(past).factor(np.full(50, 30.0))
    strength = np.exp(with_effects(past).coefficient[:, 0])
    promoted = values[:, WEEKS - 30 : WEEKS, 0].sum(axis=1)
    assert factor == pytest.approx(1 + (strength - 1) * promoted / 30, rel=1e-4)


def test_the_mean_factor_counts_parts_of_buckets_and_knows_nothing_beyond():
    values = np.zeros((40, WEEKS + AHEAD, 1))
    values[:, 10::20] = 1.0
    values[:, WEEKS:] = 0.0
    values[:, WEEKS + 1] = 1.0
    history, _ = panel(values, 10 * 2.0 ** values[:, :, 0])
    effects = with_effects(history)
    strength = np.exp(effects.coefficient[:, 0])
    for horizon, share in ((0.0, 0), (1.0, 0), (1.5, 0.5 / 1.5), (2, 1 / 2), (8, 1 / 8), (80, 1 / 80)):
        expected = 1 + (strength - 1) * share
        assert effects.factor(np.full(40, float(horizon))) == pytest.approx(expected, rel=1e-6)


def test_demand_that_was_nearly_shut_out_is_unknown_to_the_models():
    values = promotions(60, 6)
    history, _ = panel(values, 10 * 0.02 ** values[:, :, 0])
    adjusted = with_effects(history).adjusted
    touched = values[:, :WEEKS, 0].ravel() > 0

    assert np.isnan(adjusted.data[touched]).all()
    assert np.array_equal(adjusted.data[~touched], history.data[~touched])


def scaled(distribution, factor):
    """``distribution`` of one item, with a driver ahead of that factor."""
    effects = with_effects(panel(promotions(2, 4), np.full((2, WEEKS + AHEAD), 5.0))[0])
    ahead = np.full((2, AHEAD), factor, dtype=np.float32)
    effects = type(effects)(effects.adjusted, effects.names, effects.coefficient, effects.step, ahead)
    return effects.apply(distribution, np.array([1]), np.full(2, 4.0))


@pytest.mark.parametrize("factor", [0.3, 0.8, 1.3, 2.0, 7.7])
@pytest.mark.parametrize("mean", [0.05, 0.4, 3.0, 80.0, 1e6])
def test_scaling_keeps_counts_whole_and_scales_the_mean(mean, factor):
    base = negative_binomial(np.array([mean]), np.array([2 * mean]))
    found = scaled(base, factor)

    assert np.array_equal(found.values, np.floor(found.values))
    assert np.all(np.diff(found.values) >= 0) and np.all(found.values >= 0)
    assert found.mean[0] == pytest.approx(factor * base.mean[0], rel=0.02, abs=0.01)


def test_without_drivers_everything_is_handed_through():
    history = History(np.arange(30.0), np.array([0, 10, 30]))
    effects = with_effects(history)
    demand = Distribution(np.tile(np.linspace(0, 5, len(LEVELS)), (2, 1)))

    assert effects.adjusted is history
    assert effects.apply(demand, np.arange(2), np.ones(2)) is demand
    assert effects.factor(np.ones(2)).tolist() == [1.0, 1.0]
    assert len(WEIGHTS) == demand.values.shape[1]


def likelihood(history, b, block):
    """Slow twin: the likelihood of the shares of each stretch's demand, given its total."""
    total = 0.0
    drivers = history.drivers
    for i in range(len(history)):
        y = history.data[history.indptr[i] : history.indptr[i + 1]]
        x = drivers.values[history.indptr[i] + i * drivers.ahead :][: len(y)].astype(float)
        for end in range(len(y), 0, -block):
            rows = np.arange(max(end - block, 0), end)
            rows = rows[~np.isnan(y[rows])]
            if len(rows) > 1:
                total += y[rows] @ (x[rows] @ b - np.log(np.exp(x[rows] @ b).sum()))
    return total


def test_the_kernel_climbs_the_likelihood_that_the_slow_twin_writes_out():
    draw = np.random.default_rng(5)
    n, lengths = 6, np.array([40, 0, 1, 23, 60, 9])
    data = draw.poisson(3.0, lengths.sum()).astype(float)
    data[draw.random(len(data)) < 0.1] = np.nan
    values = draw.normal(size=(lengths.sum() + n * 3, 2)) * (draw.random((lengths.sum() + n * 3, 1)) < 0.4)
    drivers = Drivers(values.astype(np.float32), ("a", "b"), 3)
    history = History(data, np.concatenate([[0], np.cumsum(lengths)]), 52, drivers=drivers)
    b = np.array([0.4, -0.7])
    stretches = Stretches(data, history.indptr, drivers.values, 3, 8)
    found = evidence(stretches, summed(stretches), np.tile(b, (n, 1)))
    h = 1e-4
    for j in range(2):
        e = np.eye(2)[j] * h
        up, here, down = (likelihood(history, b + s * e, 8) for s in (1, 0, -1))
        assert found.slope.sum(axis=0)[j] == pytest.approx((up - down) / (2 * h), rel=1e-5)
        assert found.curve.sum(axis=0)[j, j] == pytest.approx(-(up - 2 * here + down) / h**2, rel=1e-3)


def test_odd_histories_have_finite_effects():
    rows = np.array([0, 1, 5, 5, 30, 30])
    data = np.concatenate(
        [[3.0], np.full(5, np.nan), np.zeros(5), np.tile([1e9, 0, 2.5], 10), np.full(30, 0.001)]
    )
    values = np.random.default_rng(0).normal(size=(rows.sum() + 6 * 4, 2)).astype(np.float32) * 40
    drivers = Drivers(values, ("a", "b"), 4)
    history = History(data, np.concatenate([[0], np.cumsum(rows)]), 52, drivers=drivers)
    effects = with_effects(history)

    assert np.isfinite(coefficients(history, drivers)).all()
    assert np.all((effects.ahead >= 0.049) & (effects.ahead <= 20.01))
    known = effects.adjusted.data[~np.isnan(effects.adjusted.data)]
    assert np.all(np.isfinite(known) & (known >= 0))
