"""Orders of goods that expire weigh waste against shortage, and come near the exact optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.domain import EndOfLifeTerms
from forecasting.policies.cost_optimal import CostOptimal
from tests.reference.perishing import Perishing
from tests.support.builders import situation

CASES = [
    Perishing(mean, 0.05, shortage, waste)
    for mean in (2.0, 5.0, 9.0)
    for shortage in (5.0, 15.0)
    for waste in (1.0, 4.0)
]


def orders(case: Perishing, *, weighs_waste: bool) -> np.ndarray:
    """What our policy orders with so many units on the shelf."""
    there = np.arange(case.most + 1)
    made = situation(
        [7 * case.mean] * len(there),
        on_hand=there,
        lead_days=0,
        review_days=1,
        holding=case.holding,
        shortage=case.shortage,
        waiting=0.0,
        allowed=False,
    )
    terms = EndOfLifeTerms.none(len(there))
    if weighs_waste:
        terms = replace(
            terms, shelf_days=np.full(len(there), 2.0), waste_per_unit=np.full(len(there), case.waste)
        )
    return CostOptimal(excess_holding_share=0.0).decide(replace(made, end_of_life=terms)).quantity.astype(int)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_orders_that_weigh_waste_are_near_the_optimum(case):
    best, ours = case.best()[1], case.cost_of(orders(case, weighs_waste=True))
    assert best <= ours + 1e-9
    assert ours <= 1.15 * best


@pytest.mark.parametrize("case", CASES, ids=str)
def test_waste_ignored_costs_far_more(case):
    assert case.cost_of(orders(case, weighs_waste=True)) < 0.88 * case.cost_of(
        orders(case, weighs_waste=False)
    )
