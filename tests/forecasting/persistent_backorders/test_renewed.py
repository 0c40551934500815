"""A policy that reckons anew every so often: between them it decides by the stock of the day."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.persistent_backorders.renewed import RENEWED_DAYS, Renewed
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.min_max import MinMax
from tests.support.builders import situation


@dataclass(frozen=True)
class Counting(CostOptimal):
    """Cost-optimal, and tells how often it worked out a curve."""

    asked: tuple = ()

    def curve(self, situation):
        self.asked[0].append(situation.as_of)
        return super().curve(situation)


def on(day, on_hand, items=(0, 1)):
    made = situation([7.0, 21.0][: len(items)] if items == (0, 1) else [21.0], on_hand=on_hand)
    return replace(made, as_of=15_000 + day, item=np.array(items))


def test_a_reckoning_holds_for_its_days_and_every_review_decides_by_its_own_stock():
    counted = Counting(asked=([],))
    renewed = Renewed(counted, 15_000)
    for day, stock in ((0, [0.0, 40.0]), (2, [20.0, 10.0]), (RENEWED_DAYS - 1, [5.0, 0.0])):
        expected = CostOptimal().decide(on(day, stock)).quantity
        assert np.array_equal(renewed.decide(on(day, stock)).quantity, expected)
    assert counted.asked[0] == [15_000]
    renewed.decide(on(RENEWED_DAYS, [0.0, 0.0]))
    assert counted.asked[0] == [15_000, 15_000 + RENEWED_DAYS]


def test_a_review_of_some_of_the_items_is_served_by_the_reckoning_of_all():
    counted = Counting(asked=([],))
    renewed = Renewed(counted, 15_000)
    both = renewed.decide(on(0, [0.0, 10.0])).quantity
    one = renewed.decide(on(1, [10.0], items=(1,))).quantity
    assert one.tolist() == both[1:].tolist() and len(counted.asked[0]) == 1


def test_another_world_of_the_same_days_shares_the_curve_and_keeps_its_own_terms():
    counted = Counting(asked=([],))
    renewed = Renewed(counted, 15_000)
    renewed.decide(on(0, [0.0, 40.0]))
    packed = replace(on(0, [0.0, 40.0]), terms=situation([7.0, 21.0], pack=12.0).terms)
    quantity = renewed.for_other_terms().decide(packed).quantity
    assert np.array_equal(quantity, CostOptimal().decide(packed).quantity) and (quantity % 12 == 0).all()
    assert len(counted.asked[0]) == 1


def test_a_rule_that_weighs_no_costs_is_asked_at_every_review():
    rule = MinMax()
    renewed = Renewed(rule, 15_000)
    for day, stock in ((0, [0.0, 40.0]), (7, [20.0, 10.0])):
        assert renewed.value(on(day, stock)) is None
        assert np.array_equal(renewed.decide(on(day, stock)).quantity, rule.decide(on(day, stock)).quantity)
