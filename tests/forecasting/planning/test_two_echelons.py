"""A hub that decides by the demand of its shops costs little more than the best that could be done."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.policies.cost_optimal import CostOptimal
from tests.reference.two_echelons import normal, poisson, serial
from tests.support.builders import situation


def test_the_reference_finds_the_published_optimum_of_three_places_in_series():
    """Normal demand (10, 2), echelon holding 1, 3, 4 from the customer up, lead times 2, 1, 1, penalty 40:
    the example of Snyder's stockpyl (README, ``optimize_base_stock_levels``), by Chen and Zheng's algorithm.
    """
    grid = np.arange(-80.0, 120.0, 0.05)
    levels, cost = serial((1, 3, 4), (2, 1, 1), 40, normal(10, 2, 0.05), grid)
    assert cost == pytest.approx(227.153, rel=2e-3)
    assert levels == pytest.approx([25.696, 34.932, 44.169], abs=0.3)


def level(daily: float, days: float, waiting: float, holding: float, share: float) -> float:
    """The level that the policy orders up to, each day, for demand over so many days of lead time."""
    made = situation(
        [7 * daily], lead_days=days, review_days=1, holding=holding, shortage=0.0, waiting=waiting
    )
    return float(CostOptimal(excess_holding_share=share).decide(made).order_up_to[0])


@pytest.mark.parametrize("daily", [0.4, 2.0, 9.0])
@pytest.mark.parametrize(("hub_days", "shop_days"), [(3, 1), (10, 2), (5, 5)])
@pytest.mark.parametrize("waiting", [0.05, 0.3])
def test_the_levels_of_hub_and_shop_cost_little_more_than_the_optimum(daily, hub_days, shop_days, waiting):
    """A shop's order lasts for its transfer and the day until the next one; what the hub orders comes, and
    goes on the same evening: it lasts a day longer than both lead times together.

    With echelon holding of nothing at the shop the best is to send all on at once; ours keeps some back at
    the hub, as one does that serves several.
    """
    holding, times = 0.01, (shop_days + 1, hub_days + 1)
    grid = np.arange(-300.0, 400.0)
    # Holding costs the same at both places: an echelon holding of nothing at the shop.
    best = serial((0.0, holding), times, waiting, poisson(daily), grid)
    shop = level(daily, shop_days, waiting, holding, 0.0)
    hub = level(daily, hub_days + shop_days + 1, waiting, holding, 0.0)
    ours = serial((0.0, holding), times, waiting, poisson(daily), grid, (shop, hub))
    assert ours[1] <= 1.14 * best[1]
    # The hub's own level is the best one.
    assert hub == best[0][1]
