"""Orders ahead of a launch: what is still to come lies within its interval, and follows from what came."""

from __future__ import annotations

import numpy as np
import pytest

from models.launch_orders import Launches, orders_to_come


def launches(random, rates, spread=30.0):
    """Lines of launches that come mostly in the last days before."""
    count = random.poisson(rates)
    launch = np.repeat(np.arange(len(rates)), count)
    ahead = 1 + np.floor(spread * random.beta(0.8, 1.6, len(launch))).astype(int)
    return Launches(launch, ahead, 1.0 + random.poisson(1.0, len(launch)), len(rates))


def still_to_come(made, days):
    late = made.ahead < days
    return np.bincount(made.launch[late], made.quantity[late], made.count)


def foretold(earlier, made, days):
    early = made.ahead >= days
    lines = np.bincount(made.launch[early], minlength=made.count)
    units = np.bincount(made.launch[early], made.quantity[early], made.count)
    n = made.count
    return orders_to_come(earlier, np.full(n, days), lines, units, np.ones(n))


@pytest.mark.parametrize(("earlier", "days"), [(3, 10), (8, 5), (8, 20), (25, 10)])
def test_what_comes_is_within_its_interval_as_often_as_it_says(earlier, days):
    inside, below = [], []
    for seed in range(60):
        random = np.random.default_rng(seed)
        rates = random.gamma(2.0, 8.0, earlier + 20)
        known, new = launches(random, rates[:earlier]), launches(random, rates[earlier:])
        if not len(known.launch):
            continue
        said, came = foretold(known, new, days), still_to_come(new, days)
        inside.append((came >= said.quantile(0.05)) & (came <= said.quantile(0.95)))
        below.append(came <= said.quantile(0.5))
    assert 0.87 <= np.concatenate(inside).mean() <= 0.97
    assert 0.45 <= np.concatenate(below).mean() <= 0.62


def test_a_launch_that_has_had_twice_as_many_lines_gets_nearly_twice_as_many_more():
    random = np.random.default_rng(1)
    known = launches(random, random.gamma(2.0, 20.0, 40))
    lines = np.array([20, 40])
    said = orders_to_come(known, np.full(2, 10), lines, 2.0 * lines, np.ones(2)).mean
    # A little less: it may also be one that builds up early.
    assert 1.5 < said[1] / said[0] < 2.0


def test_on_the_eve_of_a_launch_nothing_more_comes_and_long_before_all_of_it_does():
    random = np.random.default_rng(2)
    known = launches(random, np.full(10, 30.0))
    none = np.zeros(2, dtype=int)
    eve, long_before = orders_to_come(known, np.array([1, 40]), none, np.zeros(2), np.ones(2)).mean
    assert eve == pytest.approx(0.0, abs=0.01)
    usual = still_to_come(known, 999).mean()
    assert long_before == pytest.approx(usual, rel=0.15)


def test_one_earlier_launch_is_a_wide_guide_and_many_alike_a_narrow_one():
    random = np.random.default_rng(3)
    one, many = launches(random, np.full(1, 30.0)), launches(random, np.full(30, 30.0))
    none = np.zeros(1, dtype=int)
    widths = [
        said.quantile(0.95)[0] - said.quantile(0.05)[0]
        for said in (
            orders_to_come(each, np.array([40]), none, np.zeros(1), np.ones(1)) for each in (one, many)
        )
    ]
    assert widths[0] > 2 * widths[1]


def test_without_any_line_ahead_of_a_launch_nothing_is_guessed():
    nothing = Launches(np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros(0), 3)
    with pytest.raises(ValueError, match="no line came ahead"):
        orders_to_come(nothing, np.array([5]), np.zeros(1, dtype=int), np.zeros(1), np.ones(1))


def test_what_is_sold_by_the_half_is_foretold_by_the_half():
    random = np.random.default_rng(4)
    known = launches(random, np.full(10, 10.0))
    halves = Launches(known.launch, known.ahead, known.quantity / 2, known.count)
    said = orders_to_come(halves, np.array([9]), np.array([4]), np.array([3.0]), np.array([0.5])).values
    assert np.array_equal(said * 2, np.floor(said * 2)) and (said % 1 > 0).any()
