"""What a unit too many is charged until it is sold: little where customers wait, more where they do not."""

from __future__ import annotations

import pytest

from forecasting.policies.expected_cost.excess_share import FEW_ENOUGH, PER_LATER_REVIEW, excess_share
from tests.support.builders import situation


def theta(**terms) -> float:
    return float(excess_share(situation([5.0], **terms), 0.03)[0])


def test_where_customers_wait_it_is_in_proportion_to_the_review() -> None:
    assert theta(lead_days=56.0) == pytest.approx(0.03)
    assert theta(lead_days=56.0, review_days=28.0) == pytest.approx(0.12)
    assert theta(review_days=700.0) == 1.0


def test_where_sales_are_lost_it_grows_with_the_reviews_that_the_lead_time_spans() -> None:
    dear = {"allowed": False, "holding": 0.1, "shortage": 1.0, "waiting": 0.0}
    assert theta(lead_days=7.0, **dear) == pytest.approx(0.03)
    assert theta(lead_days=28.0, **dear) == pytest.approx(0.03 + 3 * PER_LATER_REVIEW)
    assert theta(lead_days=700.0, **dear) == 1.0


def test_it_fades_where_hardly_a_sale_is_lost() -> None:
    # Over a review holding is .07 and a lost sale 6.93: 1 less the critical ratio is .01.
    rare = theta(lead_days=28.0, allowed=False, holding=0.01, shortage=6.93, waiting=0.0)
    assert rare == pytest.approx(0.03 + 3 * PER_LATER_REVIEW * 0.01 / FEW_ENOUGH)
