"""Levels that shift and items that end: the models follow, with no rule of their own for it."""

from __future__ import annotations

import numpy as np
import pytest

from models.negative_binomial import NegativeBinomial
from models.registry import model
from models.shared.history import History

N, WEEKS = 60, 104


def panel(after, seed=0):
    """Items that sold 10 a week, and ``after`` for the last weeks (an array of rates)."""
    rate = np.concatenate([np.full(WEEKS - len(after), 10.0), after])
    demand = np.random.default_rng(seed).poisson(rate, (N, WEEKS)).astype(float)
    return History(demand.ravel(), np.arange(N + 1) * WEEKS, 52)


def mean_of(name, after):
    return model(name).fit(panel(np.asarray(after, dtype=float))).demand(np.full(N, 4.0)).mean.mean()


@pytest.mark.parametrize("name", ["negative_binomial", "ses", "tsb"])
@pytest.mark.parametrize("rate", [3.0, 30.0])
def test_a_shift_of_level_is_followed_within_a_quarter(name, rate):
    before, now = 40.0, 4 * rate
    assert abs(mean_of(name, [rate] * 13) - now) < 0.3 * abs(before - now)


@pytest.mark.parametrize("name,left", [("tsb", 0.05), ("ses", 0.05), ("negative_binomial", 0.25)])
def test_an_item_that_ended_half_a_year_ago_has_faded(name, left):
    assert mean_of(name, [0.0] * 26) < left * 40.0


def test_tsb_fades_within_a_quarter_and_never_to_nothing():
    quarter, half, year = (mean_of("tsb", [0.0] * weeks) for weeks in (13, 26, 52))
    assert 0 < year <= half <= quarter < 2.0


def test_an_item_that_ended_among_many_that_go_on_is_seen_to_have_ended():
    going, ended = panel(np.array([])), panel(np.zeros(26))
    data = going.data.copy()
    data[:WEEKS] = ended.data[:WEEKS]
    mixed = History(data, going.indptr, 52)
    demand = model("tsb").fit(mixed).demand(np.full(N, 4.0))

    assert demand.quantile(0.9)[0] <= 4
    assert demand.mean[1:].min() > 25


def test_a_shift_is_not_taken_for_a_project_order():
    shifted = panel(np.full(6, 100.0))
    assert NegativeBinomial().fit(shifted).demand(np.full(N, 4.0)).mean.mean() > 200
