"""Orders of goods that expire weigh waste against shortage, and come near the exact optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.domain import EndOfLifeTerms
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.one_item import SteadyDemand, one_item
from tests.reference.perishing import Perishing
from tests.reference.perishing_levels import PerishingLevels
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
    assert ours <= 1.06 * best


def test_orders_that_weigh_waste_are_nearer_still_in_the_mean():
    over = [case.cost_of(orders(case, weighs_waste=True)) / case.best()[1] for case in CASES]
    assert np.mean(over) <= 1.015


@pytest.mark.parametrize("case", CASES, ids=str)
def test_waste_ignored_costs_far_more(case):
    assert case.cost_of(orders(case, weighs_waste=True)) < 0.88 * case.cost_of(
        orders(case, weighs_waste=False)
    )


LEVELS = [
    PerishingLevels(mean, lead_days, life, shortage, waste)
    for mean, lead_days, life in ((1.0, 3, 10), (0.5, 2, 14), (2.0, 5, 8), (0.3, 7, 21))
    for shortage, waste in ((5.0, 4.0), (15.0, 4.0), (6.0, 9.0))
]


def level(case: PerishingLevels) -> int:
    made = situation(
        [7 * case.mean],
        on_hand=0,
        lead_days=case.lead_days,
        review_days=1,
        holding=case.holding,
        shortage=case.shortage,
        waiting=0.0,
        allowed=True,
    )
    life, waste = np.full(1, float(case.life)), np.full(1, case.waste)
    terms = replace(EndOfLifeTerms.none(1), shelf_days=life, waste_per_unit=waste)
    decided = CostOptimal(excess_holding_share=0.0).decide(replace(made, end_of_life=terms))
    return int(decided.order_up_to[0])


def test_a_life_of_many_reviews_leaves_the_level_near_the_best_one():
    over = [case.cost_of(level(case)) / case.best(level(case)) for case in LEVELS]
    # Were each review to bear all of the waste, levels would cost 38 % more in the mean, and 79 % at worst.
    assert max(over) <= 1.17 and np.mean(over) <= 1.04


def test_a_long_life_does_not_empty_the_shelf_where_demand_is_uncertain():
    # Of 41 a week or far less, 17 weeks' life: what may be thrown away then is the loss of many reviews.
    made = one_item([41.0] * 26, lead_days=47, review_days=14, goodwill_per_unit=6.14, line_cost=0.8)
    uncertain = replace(made.lead_time_demand, forecast=SteadyDemand(np.full(1, 41.0), dispersion=400.0))
    made = replace(made, lead_time_demand=uncertain)
    forever = EndOfLifeTerms.none(1)
    perishing = replace(forever, shelf_days=np.full(1, 119.0), waste_per_unit=np.full(1, 8.96))
    known, ignored = (
        CostOptimal().decide(replace(made, end_of_life=terms)).quantity[0] for terms in (perishing, forever)
    )
    assert 0.5 * ignored <= known <= ignored
