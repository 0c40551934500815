"""The shortest way to a model: mean and spread, or quantiles, from a table of past demand."""

from __future__ import annotations

import numpy as np
import pytest

from models.shared.distribution import LEVELS, negative_binomial
from models.shared.history import History
from models.shared.simple import Simple, table

PANEL = History(np.array([2.0, 4.0, 3.0, 3.0, 1.0, np.nan, 2.0]), np.array([0, 4, 7, 7]))


class Counted(Simple):
    def mean_and_sd(self, demand, horizon):
        return 3.0 * horizon, np.sqrt(6.0 * horizon)


class ThreeLevels(Simple):
    levels = (0.1, 0.5, 0.9)

    def quantiles(self, demand, horizon):
        return np.stack([2.0 * horizon, 5.0 * horizon, 8.0 * horizon], axis=1)


def test_a_row_an_item_the_last_bucket_last():
    np.testing.assert_array_equal(
        table(PANEL, 3), [[4.0, 3.0, 3.0], [1.0, np.nan, 2.0], [np.nan, np.nan, np.nan]]
    )


def test_mean_and_spread_are_those_of_a_negative_binomial():
    demand = Counted().fit(PANEL).demand(np.array([2.0, 2.0, 0.0]))
    expected = negative_binomial(np.array([6.0]), np.array([12.0]))

    np.testing.assert_array_equal(demand.values[:2], np.repeat(expected.values, 2, axis=0))
    assert np.all(demand.values[2] == 0)


def test_demand_in_half_units_is_forecast_in_half_units():
    half = History(np.array([0.5, 1.5, 1.0]), np.array([0, 3]))
    values = Counted().fit(half).demand(np.array([1.0])).values

    np.testing.assert_array_equal(values * 2, np.floor(values * 2))
    assert np.any(values != np.floor(values))


def test_a_few_levels_go_on_in_normal_scores():
    demand = ThreeLevels().fit(PANEL).demand(np.full(3, 10.0))
    scale = 30.0 / 1.2815515655446004

    assert demand.quantile(0.5).tolist() == [50.0] * 3
    assert demand.quantile(0.9).tolist() == [80.0] * 3
    assert demand.quantile(0.99)[0] == pytest.approx(50 + 2.3263478740408408 * scale, abs=0.5)
    assert demand.values.min() >= 0


def test_zeros_alone_never_make_demand_impossible():
    class Mean(Simple):
        def mean_and_sd(self, demand, horizon):
            return np.nanmean(demand, axis=1) * horizon, 0.0 * horizon

    zeros = History(np.zeros(20), np.array([0, 20]))
    assert Mean().fit(zeros).demand(np.array([4.0])).quantile(0.9999)[0] > 0


def test_what_a_user_changes_in_the_table_is_seen_by_nobody_else():
    class Spoils(Simple):
        def mean_and_sd(self, demand, horizon):
            demand[:] = 1e6
            return 3.0 * horizon, horizon

    forecast = Spoils().fit(PANEL)
    forecast.demand(np.ones(3))
    assert np.nanmax(forecast.past) == 4.0


@pytest.mark.parametrize(
    "answer, said",
    [
        ((np.ones(2), np.ones(3)), r"mean has shape \(2,\), which must be \(3,\)"),
        ((np.ones(3), np.full(3, -1.0)), "3 of 3 items a sd that is not finite, or negative, such as -1"),
        ((np.array([1.0, np.nan, 1.0]), np.ones(3)), "1 of 3 items a mean that is not finite"),
    ],
)
def test_an_answer_that_can_be_no_forecast_is_named(answer, said):
    class Wrong(Simple):
        def mean_and_sd(self, demand, horizon):
            return answer

    with pytest.raises(ValueError, match=said):
        Wrong().fit(PANEL).demand(np.ones(3))


def test_who_defines_neither_method_is_told():
    class Nothing(Simple):
        pass

    with pytest.raises(NotImplementedError, match="Nothing must define mean_and_sd or quantiles"):
        Nothing().fit(PANEL).demand(np.ones(3))


def test_all_levels_are_taken_as_they_are():
    class Levels(Simple):
        def quantiles(self, demand, horizon):
            return np.outer(horizon, np.arange(len(LEVELS)) + 0.5)

    values = Levels().fit(PANEL).demand(np.ones(3)).values
    np.testing.assert_array_equal(values[0], np.arange(len(LEVELS)) + 0.5)
