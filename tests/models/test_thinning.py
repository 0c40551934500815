"""What is left of demand of which a part is known: its mean and its spread are right."""

from __future__ import annotations

import numpy as np
import pytest

from models.shared.distribution import Distribution, negative_binomial, point
from models.shared.thinning import thinned

ONE = np.ones(1)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_the_rest_has_the_mean_and_the_variance_of_lines_kept_at_random(share):
    mean, variance, size = 60.0, 180.0, 4.0
    demand = negative_binomial(np.array([mean]), np.array([variance]))
    rest = thinned(demand, np.array([share]), np.array([size]), ONE)

    assert rest.mean[0] == pytest.approx(share * mean, rel=0.02, abs=0.02)
    expected = share**2 * demand.variance[0] + share * (1 - share) * mean * size
    assert rest.variance[0] == pytest.approx(expected, rel=0.1, abs=0.1)
    assert np.all(np.diff(rest.values) >= 0) and np.all(rest.values >= 0)
    assert np.array_equal(rest.values, np.floor(rest.values))


def test_a_share_of_one_changes_nothing():
    demand = negative_binomial(np.array([3.0, 9.0]), np.array([5.0, 20.0]))
    rest = thinned(demand, np.array([1.0, 0.5]), np.ones(2), np.ones(2))

    assert np.array_equal(rest.values[0], demand.values[0])
    assert rest.mean[1] == pytest.approx(4.5, rel=0.05)


def test_goods_by_weight_stay_whole_numbers_of_their_unit():
    rest = thinned(point(np.array([2.5])), np.array([0.3]), np.array([0.25]), np.array([0.05]))

    assert rest.mean[0] == pytest.approx(0.75, rel=0.05)
    assert np.allclose(rest.values / 0.05, np.round(rest.values / 0.05))


def test_what_is_left_of_an_item_is_the_same_in_whichever_row_it_stands():
    """Outcomes that reach a level exactly are ties, and a row's place among others must not break them."""
    mean = np.linspace(0.5, 40.0, 80)
    demand = negative_binomial(mean, 1.0 + 2.0 * mean)
    share, size = np.full(80, 0.25), np.ones(80)
    alone = [
        thinned(Distribution(demand.values[[row]]), share[:1], ONE, ONE).values[0] for row in range(len(mean))
    ]

    times = np.tile(np.arange(80), 50)
    together = thinned(Distribution(demand.values[times]), share[times], size[times], size[times])

    assert np.array_equal(together.values, np.asarray(alone)[times])
