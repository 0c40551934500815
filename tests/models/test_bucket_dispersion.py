"""What the buckets of a short history tell of sums to come."""

from __future__ import annotations

import numpy as np
import pytest

from models.registry import model
from models.shared.bucket_dispersion import bucket_dispersion
from models.shared.history import History

ITEMS, WEEKS, AHEAD = 400, 4, 3


def four_weeks(dispersion: float, seed: int) -> tuple[History, np.ndarray]:
    """Weekly demand of many items, negative binomial around levels of all sizes; and the sums that follow."""
    generator = np.random.default_rng(seed)
    level = np.exp(generator.uniform(0.0, np.log(40.0), ITEMS))
    size = 1.0 / dispersion
    demand = generator.negative_binomial(size, size / (size + level[:, None]), (ITEMS, WEEKS + AHEAD))
    past = demand[:, :WEEKS].astype(float).ravel()
    history = History(past, np.arange(0, ITEMS * WEEKS + 1, WEEKS, dtype=np.int64))
    return history, demand[:, WEEKS:].sum(axis=1)


@pytest.mark.parametrize("dispersion", [0.1, 0.5])
@pytest.mark.parametrize("name", ["negative_binomial", "quantile_average"])
def test_after_four_weeks_quantiles_hold_what_they_say(name: str, dispersion: float) -> None:
    held, said = [], []
    for seed in range(5):
        history, followed = four_weeks(dispersion, seed)
        demand = model(name).fit(history).demand(np.full(ITEMS, float(AHEAD)))
        held.append([(followed <= demand.quantile(q)).mean() for q in (0.5, 0.9, 0.98)])
        said.append(demand.mean.sum() / followed.sum())
    assert np.mean(said) == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose(np.mean(held, axis=0), [0.5, 0.9, 0.98], atol=0.06)


def test_wider_demand_has_the_larger_dispersion_and_a_longer_sum_the_smaller() -> None:
    one = np.ones(ITEMS)
    calm, wild = (bucket_dispersion(four_weeks(c, 1)[0], one).over(3 * one) for c in (0.1, 1.0))
    assert np.median(wild) > 2 * np.median(calm)
    longer = bucket_dispersion(four_weeks(1.0, 1)[0], one).over(12 * one)
    assert np.all(longer < wild)


def test_without_any_demand_it_stays_finite() -> None:
    history = History(np.array([0.0, np.nan, np.nan]), np.array([0, 1, 3], dtype=np.int64))
    assert np.all(np.isfinite(bucket_dispersion(history, np.ones(2)).over(np.ones(2))))
