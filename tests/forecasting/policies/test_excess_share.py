"""What a unit too many is charged until it is sold: less where shortages are cheap, more where sales go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.policies.expected_cost.excess_share import (
    FEW_LOST,
    PER_LATER_REVIEW,
    RARE,
    REVISED,
    excess_share,
)
from models.shared.history import History
from tests.support.builders import SteadyForecast, situation

SHARE = 0.125


def theta(**terms) -> float:
    return float(excess_share(situation([5.0], waiting=0.0, **terms), SHARE)[0])


def test_a_rare_shortage_is_charged_the_whole_share_in_proportion_to_the_review() -> None:
    # A week of holding is .07, a shortage 70.
    assert theta(shortage=70.0, lead_days=56.0) == pytest.approx(SHARE)
    assert theta(shortage=70.0, lead_days=56.0, review_days=14.0) == pytest.approx(2 * SHARE)
    assert theta(shortage=1e6, review_days=700.0) == 1.0


def test_it_falls_with_the_root_of_how_cheap_a_shortage_is() -> None:
    # 1 less the critical ratio is .07 / (.07 + .63) = .1, and .07 / (.07 + .28) = .2.
    assert theta(shortage=0.63) == pytest.approx(SHARE * (RARE / 0.1) ** 0.5)
    assert theta(shortage=0.28) == pytest.approx(SHARE * (RARE / 0.2) ** 0.5)


def test_where_sales_are_lost_it_grows_with_the_reviews_that_the_lead_time_spans() -> None:
    here = {"allowed": False, "shortage": 0.28}
    own = SHARE * (RARE / 0.2) ** 0.5
    assert theta(lead_days=7.0, **here) == pytest.approx(own)
    assert theta(lead_days=28.0, **here) == pytest.approx(own + 3 * PER_LATER_REVIEW)
    assert theta(lead_days=700.0, **here) == 1.0


def test_that_fades_where_hardly_a_sale_is_lost() -> None:
    # Over a review holding is .07 and a lost sale 6.93: 1 less the critical ratio is .01.
    rare = theta(lead_days=28.0, allowed=False, shortage=6.93)
    assert rare == pytest.approx(SHARE + 3 * PER_LATER_REVIEW * 0.01 / FEW_LOST)


def test_what_costs_nothing_to_hold_or_to_lack_is_charged_all_the_same() -> None:
    assert theta(holding=0.0) == pytest.approx(SHARE)
    assert 0.0 < theta(shortage=0.0) < SHARE


class Revising(SteadyForecast):
    """A forecast that says by how much it usually changes its mind."""

    def __init__(self, revision: float | None) -> None:
        super().__init__([5.0])
        self.revision = revision


def theta_of_a_forecast_that_is_revised_by(
    revision: float | None, weeks: int = 52, weekly: float = 5.0, **terms
) -> float:
    asked = situation([5.0], **{"waiting": 0.0, "shortage": 70.0, **terms})
    ahead = replace(asked.lead_time_demand, forecast=Revising(revision))
    year = History(np.full(weeks, weekly), np.array([0, weeks]), 52)
    return float(excess_share(replace(asked, lead_time_demand=ahead, history=year), SHARE)[0])


def test_a_forecast_that_never_changes_its_mind_is_believed_to_its_tail() -> None:
    assert theta_of_a_forecast_that_is_revised_by(0.0) == 0.0
    assert theta_of_a_forecast_that_is_revised_by(REVISED / 2) == pytest.approx(SHARE / 4)
    assert theta_of_a_forecast_that_is_revised_by(REVISED) == pytest.approx(SHARE)
    assert theta_of_a_forecast_that_is_revised_by(9.0) == pytest.approx(SHARE)


def test_where_nobody_knows_how_often_it_does_the_whole_share_is_charged() -> None:
    assert theta_of_a_forecast_that_is_revised_by(None) == pytest.approx(SHARE)


def test_how_older_items_fare_says_nothing_of_those_too_young_or_never_asked_for() -> None:
    assert theta_of_a_forecast_that_is_revised_by(0.0, weeks=25) == pytest.approx(SHARE)
    assert theta_of_a_forecast_that_is_revised_by(0.0, weeks=26) == 0.0
    assert theta_of_a_forecast_that_is_revised_by(0.0, weekly=0.0) == pytest.approx(SHARE)


def test_what_later_reviews_add_where_sales_are_lost_does_not_hang_on_it() -> None:
    lost = theta_of_a_forecast_that_is_revised_by(0.0, allowed=False, lead_days=28.0)
    assert lost == pytest.approx(3 * PER_LATER_REVIEW * 0.001 / FEW_LOST, rel=1e-2)
