"""Demand of the days that follow on an arrival is that of those days, not of as many from tomorrow on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.launch_demand import LaunchDemand
from forecasting.policies.lead_time_demand import LeadTimeDemand
from forecasting.policies.situation import Situation
from models.shared.distribution import Distribution, negative_binomial, point
from tests.support.builders import situation


class TwoRates:
    """Poisson demand at one rate per bucket for the first weeks, and then at another."""

    def __init__(self, first: float, weeks: float, then: float) -> None:
        self.first, self.weeks, self.then = first, weeks, then

    def demand(self, horizon: np.ndarray) -> Distribution:
        near = np.minimum(horizon, self.weeks)
        mean = self.first * near + self.then * (horizon - near)
        return negative_binomial(mean, mean)


def in_season(first: float, then: float, **terms: float | bool) -> Situation:
    """An item whose demand changes when an order placed now arrives, in two weeks."""
    asked = situation([first], **terms)
    return replace(
        asked, lead_time_demand=replace(asked.lead_time_demand, forecast=TwoRates(first, 2.0, then))
    )


def days(number: float) -> np.ndarray:
    return np.array([number])


def demand_of(asked: Situation) -> LeadTimeDemand:
    return asked.lead_time_demand


def test_steady_demand_is_the_same_whenever_it_begins() -> None:
    ahead = demand_of(situation([5.0], dispersion=2.0))
    later, now = ahead.between(days(14.0), [days(7.0)])[0], ahead.over(days(7.0))
    assert later.mean == pytest.approx(now.mean, rel=0.005)
    assert later.variance == pytest.approx(now.variance, rel=0.01)


@pytest.mark.parametrize("first, then", [(2.0, 10.0), (10.0, 2.0), (5.0, 0.0)])
def test_a_stretch_as_long_as_the_days_before_it_has_the_mean_of_its_season(first, then) -> None:
    later = demand_of(in_season(first, then)).between(days(14.0), [days(14.0), days(28.0)])
    assert later[0].mean == pytest.approx([2 * then], rel=0.01, abs=0.01)
    assert later[1].mean == pytest.approx([4 * then], rel=0.01, abs=0.01)


def test_of_a_short_stretch_far_ahead_the_season_is_believed_in_part() -> None:
    # A week after two: 2 x 7 / 21 of what is expected further, as a power of the ratio to what is near.
    later = demand_of(in_season(2.0, 10.0)).between(days(14.0), [days(7.0)])[0]
    assert later.mean == pytest.approx([2.0 * 5.0 ** (2 / 3)], rel=0.01)


def test_an_item_that_ends_or_begins_between_sells_on_its_own_days() -> None:
    ahead = demand_of(situation([7.0]))
    ended = replace(ahead, ends=days(18.0)).between(days(14.0), [days(14.0)])[0]
    begun = replace(ahead, starts=days(20.0)).between(days(14.0), [days(14.0)])[0]
    assert ended.mean == pytest.approx([4.0], rel=0.02)
    assert begun.mean == pytest.approx([8.0], rel=0.02)


def test_a_launch_counts_where_it_lies() -> None:
    item = np.zeros(1, dtype=np.int64)
    launch = LaunchDemand(item, np.array([20]), item + 1, np.ones(1), point(np.array([50.0])), 3)
    ahead = replace(demand_of(situation([7.0])), launches=launch)
    with_it, after_it = (ahead.between(days(begin), [days(14.0)])[0] for begin in (14.0, 21.0))
    assert with_it.mean == pytest.approx([64.0], rel=0.05)
    assert after_it.mean == pytest.approx([14.0], rel=0.05)


@pytest.mark.parametrize("first, then", [(20.0, 40.0), (40.0, 20.0)])
def test_where_sales_are_lost_an_order_is_for_the_weeks_after_its_arrival(first, then) -> None:
    # Nothing in stock, nothing coming: all demand of two weeks is lost, and the order serves the next two,
    # with a tenth of chance that it falls short: a little more than is expected then.
    asked = in_season(first, then, allowed=False, waiting=0.0, shortage=1.26, review_days=14.0)
    quantity = CostOptimal(excess_holding_share=0.0).decide(asked).quantity[0]
    assert 1.05 * 2 * then < quantity < 1.3 * 2 * then
