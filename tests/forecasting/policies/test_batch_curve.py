"""Orders in batches: their levels against the exact (s, S), and what they add up to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson

from forecasting.domain import Receipts
from forecasting.inputs.stock import overtaken
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.expected_cost.batch_curve import batch_curve
from forecasting.policies.expected_cost.kernels import between_levels
from forecasting.solve.solve import solve
from tests.forecasting.policies.test_cost_curve import DAYS
from tests.forecasting.policies.test_cost_terms import Lines
from tests.support.builders import situation

RULE = CostOptimal(excess_holding_share=0.0)


def poisson_days(mean):
    pmf = poisson.pmf(np.arange(int(mean * 3 + 12)), mean)
    return pmf / pmf.sum(), 1.0


def few_lines():
    """Three days in ten a line, of five units on average."""
    pmf = np.concatenate([[0.7], 0.3 * 0.2 * 0.8 ** np.arange(40)])
    return pmf / pmf.sum(), 5.0


def daily(pmf, line, *, line_cost, lead_days=2.0, **more):
    seen = situation(
        [1.0],
        lead_days=lead_days,
        review_days=1.0,
        holding=0.05,
        shortage=0.0,
        waiting=0.5,
        line_cost=line_cost,
        **more,
    )
    lead_time_demand = replace(seen.lead_time_demand, forecast=Lines(pmf), calendar=DAYS)
    return replace(seen, lead_time_demand=lead_time_demand, line_size=np.array([line]))


@pytest.mark.parametrize("line_cost", [3.0, 20.0, 64.0])
@pytest.mark.parametrize(
    "demand",
    [poisson_days(0.2), poisson_days(1.0), poisson_days(5.0), poisson_days(20.0), few_lines()],
    ids=["slow", "one a day", "five", "fast", "few lines"],
)
def test_levels_cost_within_a_hundredth_of_the_exact_ones(demand, line_cost):
    pmf, line = demand
    told = RULE.decide(daily(pmf, line, line_cost=line_cost))
    problem = {
        "demand": {"family": "pmf", "pmf": pmf.tolist()},
        "lead_time": 2,
        "holding": 0.05,
        "shortage": {"kind": "backorder", "per_unit_period": 0.5},
        "fixed_order_cost": line_cost,
        "policy": "sS",
    }
    best = solve(problem)["cost_per_period"]
    levels = {"s": int(told.reorder_point[0]), "S": int(told.order_up_to[0])}
    assert solve({**problem, "parameters": levels})["cost_per_period"] <= 1.01 * best


def test_the_reviews_that_an_order_lasts_are_those_that_demand_takes():
    pmf, line = few_lines()
    seen = daily(pmf, line, line_cost=20.0)
    batch, level = batch_curve(seen, RULE.curve(seen), np.array([0]))
    told = batch.lasting(level[:, None])[1][0, 0]
    generator, counts = np.random.default_rng(1), []
    for _ in range(4000):
        left, reviews = level[0] - batch.reorder[0], 0
        while left > 0:
            left -= generator.choice(len(pmf), p=pmf)
            reviews += 1
        counts.append(reviews)
    assert told == pytest.approx(np.mean(counts), rel=0.05)


def test_a_line_that_costs_next_to_nothing_is_ordered_at_each_review():
    pmf, line = poisson_days(5.0)
    for theta in (0.0, 0.125):
        rule = CostOptimal(excess_holding_share=theta)
        free, cheap = (rule.decide(daily(pmf, line, line_cost=cost)) for cost in (0.0, 1e-6))
        assert cheap.order_up_to[0] == free.order_up_to[0]
        assert abs(cheap.reorder_point[0] - free.reorder_point[0]) <= 1


def test_a_dearer_line_is_ordered_less_often_and_more():
    pmf, line = poisson_days(5.0)
    told = [CostOptimal().decide(daily(pmf, line, line_cost=cost)) for cost in (1.0, 10.0, 100.0)]
    assert np.all(np.diff([each.order_up_to[0] for each in told]) > 0)
    assert np.all(np.diff([each.reorder_point[0] for each in told]) < 0)


def test_the_parts_of_a_batch_sum_to_its_cost():
    pmf, line = poisson_days(2.0)
    seen = daily(pmf, line, line_cost=20.0, on_hand=3.0)
    rule = CostOptimal()
    value = rule.value(seen)
    for units in (0.0, 10.0, 40.0, 400.0):
        quantity = np.array([units])
        parts = value.parts(quantity)
        assert sum(part[0] for part in parts.values()) == pytest.approx(value.cost(quantity)[0], rel=1e-6)


def test_an_item_that_nobody_asks_for_is_not_ordered():
    pmf = np.array([1.0])
    told = CostOptimal().decide(daily(pmf, 1.0, line_cost=5.0))
    assert told.quantity[0] == 0.0
    assert np.isfinite([told.reorder_point[0], told.order_up_to[0]]).all()


def test_between_its_levels_a_table_is_read_along_the_line():
    generator = np.random.default_rng(2)
    levels = np.cumsum(generator.random((3, 9)) + 0.1, axis=1)
    levels[1, 6:] = levels[1, 5]
    table = generator.random((3, 9))
    y = np.sort(generator.uniform(levels[:, :1], levels[:, -1:], (3, 20)), axis=1)
    out = np.empty_like(y)
    between_levels(0, 3, levels, table, y, out)
    for i in (0, 2):
        assert out[i] == pytest.approx(np.interp(y[i], levels[i], table[i]))
    assert out[1] == pytest.approx(np.interp(y[1], levels[1, :6], table[1, :6]))


@pytest.mark.parametrize("line_cost", [0.0, 5.0])
def test_goods_that_come_late_call_for_an_order_all_the_same(line_cost):
    seen = situation([20.0], on_hand=5.0, on_order=60.0, lead_days=7.0, line_cost=line_cost)
    coming = Receipts(np.array([0]), np.array([seen.as_of + 12]), np.array([60.0]))
    late = overtaken(coming, seen.as_of, seen.lead_time_demand.lead_times, seen.review_days)
    rule = CostOptimal()
    assert rule.decide(seen).quantity[0] == 0.0
    seen = replace(seen, crossover=late)
    value = rule.value(seen)
    quantity = value.decision().quantity
    assert quantity[0] > 0.0
    assert sum(part[0] for part in value.parts(quantity).values()) == pytest.approx(value.cost(quantity)[0])
