"""Price breaks: orders against the best of any rule, over a grid of them, and what may never come of one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson

from forecasting.config import load
from forecasting.domain.order_terms import PriceBreaks
from forecasting.planning.plan import plan
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.situation import Situation
from tests.reference.price_breaks import best_cost, cost_of
from tests.support.builders import order, records, situation

EXACT = CostOptimal(excess_holding_share=0.0)
SIZES = (5, 10, 18, 25, 40, 60, 120)
DISCOUNTS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
POSITIONS = np.arange(-40.0, 181.0)


def with_breaks(seen: Situation, *breaks: tuple[float, float]) -> Situation:
    quantity, unit_cost = (np.tile(column, (len(seen), 1)) for column in np.array(breaks).T)
    return replace(seen, terms=replace(seen.terms, breaks=PriceBreaks(quantity, unit_cost)))


def item(weekly: float, positions: np.ndarray, **more) -> Situation:
    """One item as it is at each of the ``positions``: 10 a unit, a quarter of that a year to hold."""
    seen = situation(
        np.full(len(positions), weekly),
        on_hand=np.maximum(positions, 0.0),
        unit_cost=10.0,
        holding=2.5 / 365,
        shortage=5.5,
        waiting=0.1,
        **more,
    )
    return replace(seen, stock=replace(seen.stock, backlog=np.maximum(-positions, 0.0)))


@pytest.fixture(scope="module")
def review():
    """The cost of a review of seven a week at each of the ``POSITIONS``, and the demand of a review."""
    curve = EXACT.curve(item(7.0, np.zeros(1)))
    demand = poisson.pmf(np.arange(30), 7.0)
    return curve.cost(POSITIONS[None, :])[0], demand / demand.sum()


@pytest.mark.parametrize("size", SIZES)
def test_no_rule_saves_a_fiftieth_more_whatever_the_break_and_the_discount(size, review):
    for discount in DISCOUNTS:
        price = 10.0 * (1.0 - discount)
        seen = with_breaks(item(7.0, POSITIONS), (size, price))
        quantity = EXACT.decide(seen).quantity.astype(np.int64)
        prices = [(1, 10.0), (size, price)]
        bought = 7.0 * price
        # What the units cost at best is no rule's merit.
        best, told = best_cost(*review, prices) - bought, cost_of(quantity, *review, prices) - bought
        assert told <= best * 1.02, discount
        assert told + bought <= (best + bought) * 1.001, discount


@pytest.mark.parametrize("weekly", [0.2, 1.0, 7.0, 30.0])
@pytest.mark.parametrize("rule", [EXACT, CostOptimal()], ids=["exact", "as set"])
def test_enough_stock_is_enough_however_cheap_more_would_be(rule, weekly):
    cases = np.array([(size, 10.0 * (1.0 - discount)) for size in SIZES for discount in DISCOUNTS])
    seen = item(weekly, np.full(len(cases), 400.0 + 60.0 * weekly))
    terms = replace(seen.terms, breaks=PriceBreaks(cases[:, :1], cases[:, 1:]))
    assert not rule.decide(replace(seen, terms=terms)).quantity.any()


def test_a_break_that_every_order_reaches_anyway_changes_no_quantity():
    for weekly in (20.0, 100.0):
        plain = item(weekly, np.array([0.0]))
        cheap = with_breaks(plain, (2.0, 6.0))
        assert CostOptimal().decide(cheap).quantity[0] == CostOptimal().decide(plain).quantity[0]


def test_the_levels_told_are_a_usual_order_apart():
    told = CostOptimal().decide(with_breaks(item(7.0, np.array([0.0])), (18.0, 9.0)))
    assert told.order_up_to[0] - told.reorder_point[0] >= 18.0


def test_another_items_second_break_changes_nothing():
    seen = item(7.0, np.zeros(2))
    one = with_breaks(item(7.0, np.zeros(1)), (18.0, 9.0))
    padded = replace(
        seen.terms,
        breaks=PriceBreaks(
            np.array([[18.0, np.inf], [18.0, 60.0]]),
            np.array([[9.0, 0.0], [9.0, 8.0]]),
        ),
    )
    both = CostOptimal().decide(replace(seen, terms=padded))
    assert both.quantity[0] == CostOptimal().decide(one).quantity[0]
    assert both.quantity[1] >= 60.0


@pytest.mark.parametrize(
    ("pack", "smallest", "largest"), [(12.0, 0.0, np.inf), (1.0, 30.0, np.inf), (1.0, 0.0, 15.0)]
)
def test_orders_keep_to_packs_minimums_and_maximums(pack, smallest, largest):
    seen = with_breaks(
        item(7.0, np.array([20.0]), pack=pack, smallest=smallest, largest=largest), (18.0, 9.0)
    )
    quantity = CostOptimal().decide(seen).quantity
    assert seen.terms.smallest[0] <= quantity[0] <= largest
    assert quantity[0] % pack == 0.0
    assert quantity[0] >= 18.0 or largest < 18.0


def test_a_tenth_off_from_eighteen_units_does_not_triple_an_order(tmp_path):
    days = np.arange(np.datetime64("2025-06-02"), np.datetime64("2026-03-30"))
    data = records(
        tmp_path / "data",
        orders=[order("A", str(day)) for day in days],
        products=[{"sku": "A", "supplier": "S", "unit_cost": 10, "unit_price": 20}],
        suppliers=[{"supplier": "S", "lead_time_days": 14}],
        stock=[{"as_of": "2026-03-29", "sku": "A", "on_hand": 0}],
        price_breaks=[{"supplier": "S", "sku": "A", "min_quantity": 18, "unit_cost": 9}],
    )
    row = plan(data, load(), int(days[-1].astype(np.int64))).tables["recommendations"].iloc[0]
    assert 28 <= row["quantity"] <= 48
    assert row["unit_cost"] == 9.0
