"""What lies between two contenders, and how surely: against draws made one by one, and planted savings."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.experimenting.paired import savings

ALL = np.ones((1, 300), dtype=bool)


def cost(seed, items=300, windows=6):
    return np.random.default_rng(seed).gamma(0.5, 20.0, (items, windows))


def test_a_tenth_saved_on_every_item_in_every_window_is_a_tenth_for_sure():
    base = cost(1)
    (saving,) = savings(base, 0.9 * base, ALL, 1, 400)
    assert saving.share == pytest.approx(0.1) and saving.saved == pytest.approx(0.1 * base.sum())
    assert (saving.share_low, saving.share_high) == (pytest.approx(0.1), pytest.approx(0.1))
    assert saving.low < saving.saved < saving.high and saving.surely == 1


def test_what_differs_by_chance_alone_has_zero_in_its_interval_nine_times_in_ten():
    """Both costs are of one distribution: 90 % intervals miss zero in a tenth of the cases or less."""
    missed = 0
    for seed in range(60):
        (saving,) = savings(cost(2 * seed), cost(2 * seed + 1), ALL, seed, 200)
        missed += saving.surely != 0
    assert missed <= 10


def test_the_interval_is_the_one_of_draws_made_item_by_item_and_window_by_window():
    """A slow twin: the same draws of items and windows, summed one by one."""
    from forecasting.replay.compare import weights

    a, b = cost(3, 7, 5), cost(4, 7, 5)
    (saving,) = savings(a, b, np.ones((1, 7), dtype=bool), 9, 50)
    drawn = []
    for by_item, by_window in weights((50, 7, 5), 9):
        for items, windows in zip(by_item, by_window, strict=True):
            total = sum(items[i] * windows[w] * (a[i, w] - b[i, w]) for i in range(7) for w in range(5))
            drawn.append(total)
    low, high = np.quantile(drawn, (0.05, 0.95))
    assert (saving.low, saving.high) == (pytest.approx(low), pytest.approx(high))


def test_a_window_that_is_unlike_the_others_widens_the_interval():
    a = np.full((300, 6), 10.0)
    alike, unlike = np.full((300, 6), 9.0), np.full((300, 6), 10.0)
    unlike[:, 2] = 4.0
    steady = savings(a, alike, ALL, 1, 500)[0]
    jumping = savings(a, unlike, ALL, 1, 500)[0]
    assert steady.saved == jumping.saved
    assert (steady.surely, jumping.surely) == (1, 0)


def test_of_fewer_windows_than_four_only_items_are_drawn():
    a = np.full((300, 3), 10.0)
    unlike = np.full((300, 3), 10.0)
    unlike[:, 1] = 4.0
    (saving,) = savings(a, unlike, ALL, 1, 500)
    assert saving.low == pytest.approx(saving.saved) == pytest.approx(saving.high)


def test_groups_are_judged_by_themselves_and_add_up():
    a, b = cost(5), cost(6)
    first = np.arange(300) < 100
    everything, one, rest = savings(a, b, np.stack([ALL[0], first, ~first]), 1, 100)
    assert (one.items, rest.items) == (100, 200)
    assert one.saved + rest.saved == pytest.approx(everything.saved)
    assert one.saved == pytest.approx((a - b)[:100].sum())


def test_where_nothing_costs_anything_no_share_is_known():
    nothing = np.zeros((4, 5))
    (saving,) = savings(nothing, nothing, np.ones((1, 4), dtype=bool), 1, 50)
    assert np.isnan(saving.share) and saving.surely == 0
