"""Lead times from terms, and demand over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.domain import LeadTimes
from forecasting.inputs.lead_times import from_terms
from forecasting.policies.lead_time_demand import LeadTimeDemand
from tests.support.builders import WEEKS, SteadyForecast


def lead_time_demand(lead_times, rate=7.0, starts=0.0, ends=np.inf):
    return LeadTimeDemand(
        SteadyForecast([rate]), lead_times, WEEKS, 15_000, np.array([starts]), np.array([ends])
    )


def test_a_certain_lead_time_is_one_length():
    lead_times = from_terms(np.array([14.0, 0.0]), np.array([0.0, 3.0]))
    assert lead_times.mean.tolist() == [14.0, 0.0]
    assert np.all(lead_times.days == lead_times.days[:, :1])


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.floats(3, 100), st.floats(0.02, 0.6))
def test_random_lead_times_have_the_moments_of_their_terms(mean, variation):
    lead_times = from_terms(np.array([mean]), np.array([mean * variation]))
    sd = np.sqrt(((lead_times.days - lead_times.mean[:, None]) ** 2 * lead_times.weight).sum(axis=1))
    assert lead_times.mean[0] == pytest.approx(mean, abs=0.6 + 0.02 * mean)
    assert sd[0] == pytest.approx(mean * variation, abs=0.6 + 0.05 * mean)
    assert lead_times.weight.sum() == pytest.approx(1.0)
    assert np.all(lead_times.days == np.round(lead_times.days))


def test_demand_over_a_random_lead_time_is_the_mixture():
    lead = LeadTimes(np.array([[7.0, 21.0]]), np.array([[0.5, 0.5]]))
    demand = lead_time_demand(lead).over_lead_time(np.array([7.0]))
    low = lead_time_demand(LeadTimes(np.array([[7.0]]), np.ones((1, 1)))).over_lead_time(np.array([7.0]))
    high = lead_time_demand(LeadTimes(np.array([[21.0]]), np.ones((1, 1)))).over_lead_time(np.array([7.0]))
    assert demand.mean[0] == pytest.approx((low.mean[0] + high.mean[0]) / 2, rel=0.01)
    x = np.array([17.0])
    assert demand.cdf(x)[0] == pytest.approx((low.cdf(x)[0] + high.cdf(x)[0]) / 2, abs=0.01)
    assert demand.variance[0] > max(low.variance[0], high.variance[0])


def test_no_lead_time_is_no_demand():
    lead = LeadTimes(np.zeros((1, 1)), np.ones((1, 1)))
    assert lead_time_demand(lead).over_lead_time(np.zeros(1)).mean[0] == 0.0


def test_there_is_no_demand_before_a_launch_or_after_an_end():
    lead = LeadTimes(np.array([[14.0]]), np.ones((1, 1)))
    weeks = np.array([28.0])
    assert lead_time_demand(lead).over(weeks).mean[0] == pytest.approx(28.0, rel=0.01)
    assert lead_time_demand(lead, starts=14.0).over(weeks).mean[0] == pytest.approx(14.0, rel=0.01)
    assert lead_time_demand(lead, ends=7.0).over(weeks).mean[0] == pytest.approx(7.0, rel=0.01)
    assert lead_time_demand(lead, starts=14.0, ends=7.0).over(weeks).mean[0] == 0.0
