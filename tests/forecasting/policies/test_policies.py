"""The policies: what each orders in situations whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forecasting.config import load
from forecasting.errors import RequestError
from forecasting.policies.base_stock import BaseStock
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.days_of_cover import DaysOfCover
from forecasting.policies.erpnext import ERPNext
from forecasting.policies.expected_cost.cost_curve import cost_curve
from forecasting.policies.expected_cost.excess_share import excess_share
from forecasting.policies.min_max import MinMax
from forecasting.policies.netstock import Netstock
from forecasting.policies.no_orders import NoOrders
from forecasting.policies.odoo import Odoo
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import policy
from forecasting.policies.textbook import Textbook
from models.shared.history import History
from tests.support.builders import demand_lines, situation


def test_a_policy_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(RequestError, match="did you mean 'cost_optimal'"):
        policy("cost_optimum", load())
    with pytest.raises(RequestError, match="knows the future"):
        policy("perfect_foresight", load())


def newsvendor(rate, p, over, lead_days=14, review_days=7):
    """The textbook quantile, for a shortage that is counted once and a unit too many that costs `over`."""
    return stats.poisson.ppf(p / (p + over), rate * (lead_days + review_days) / 7)


def brute_force(seen, theta, excess_holding_days, highest=400):
    """The cost of every position, from the definition with scipy's Poisson."""
    y = np.arange(highest)
    rate = seen.lead_time_demand.forecast.rate[0] / 7
    lead, review = seen.lead_time_demand.lead_times.mean[0], seen.review_days[0]
    h = seen.costs.holding_per_unit_day[0]
    p = seen.costs.shortage_per_unit(seen.line_size)[0]
    b = seen.costs.waiting_per_unit_day[0]

    def parts(days):
        d = np.arange(2 * highest)
        pmf = stats.poisson.pmf(d, rate * days)
        short = np.maximum(d[None, :] - y[:, None], 0) @ pmf
        return short, np.maximum(y[:, None] - d[None, :], 0) @ pmf

    short0, left0 = parts(lead)
    short1, left1 = parts(lead + review)
    first, last = (review - 1) / 2, (review + 1) / 2
    cost = p * (short1 - short0) + b * (first * short0 + last * short1) + h * (first * left0 + last * left1)
    nodes = np.array([0, 7, 14, 28, 56, 112, 224, 364]) * excess_holding_days / 364
    tail = np.array([parts(lead + review + s)[1] for s in nodes])
    return cost + theta * h * np.trapezoid(tail, nodes, axis=0)


@pytest.mark.parametrize("rate", [0.3, 2.0, 15.0])
def test_the_order_takes_the_position_to_the_bottom_of_the_cost_curve(rate):
    seen = situation([rate], on_hand=1.0)
    expected = brute_force(seen, excess_share(seen, 0.125)[0], 364.0)
    decision = CostOptimal().decide(seen)
    assert decision.order_up_to[0] == pytest.approx(np.argmin(expected), abs=1 + 0.02 * rate * 3)
    assert decision.quantity[0] == max(decision.order_up_to[0] - 1.0, 0.0)
    assert decision.reorder_point[0] == decision.order_up_to[0] - 1.0
    curve = cost_curve(seen, 0.125, 364.0)
    y = np.arange(0.0, 60.0)
    told, best = curve.cost(y[None, :])[0], min(int(np.argmin(expected)), 59)
    near = slice(max(best - 6, 0), best + 6)
    assert told[near] == pytest.approx(expected[:60][near], rel=0.03, abs=0.04)
    assert told == pytest.approx(expected[:60], rel=0.07, abs=0.04)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    st.floats(0.05, 30),
    st.floats(1, 6),
    st.integers(-20, 60),
    st.sampled_from([1.0, 5.0, 12.0]),
    st.sampled_from([0.0, 10.0]),
    st.booleans(),
)
def test_no_feasible_quantity_costs_less_than_the_one_chosen(rate, spread, stock, pack, smallest, allowed):
    seen = situation(
        [rate],
        dispersion=spread,
        on_hand=max(stock, 0),
        backlog=max(-stock, 0) if allowed else 0,
        pack=pack,
        smallest=smallest,
        allowed=allowed,
    )
    rule = CostOptimal()
    curve = rule.curve(seen)
    chosen = rule.decide(seen).quantity
    packs = np.arange(np.ceil(max(smallest, pack) / pack), 200)
    quantities = np.concatenate([[0.0], packs * pack])
    costs = curve.cost(seen.position[:, None] + quantities[None, :])[0]
    cost = curve.cost(seen.position + chosen)[0]
    assert cost <= costs.min() + 1e-9 * abs(costs.min())


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.floats(0.1, 30), st.floats(1, 5), st.floats(0.5, 10), st.floats(1.1, 4))
def test_the_level_rises_with_the_cost_of_shortage_and_falls_with_that_of_holding(rate, spread, p, factor):
    def level(**costs):
        return CostOptimal().decide(situation([rate], dispersion=spread, **costs)).order_up_to[0]

    base = level(shortage=p)
    assert level(shortage=p * factor) >= base
    assert level(shortage=p, holding=0.01 * factor) <= base


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.floats(0.1, 30), st.integers(0, 40), st.integers(0, 40), st.integers(0, 20))
def test_only_the_inventory_position_matters(rate, on_hand, on_order, backlog):
    split = situation([rate], on_hand=on_hand, on_order=on_order, backlog=backlog)
    level = CostOptimal().decide(situation([rate])).order_up_to[0]
    expected = max(level - (on_hand + on_order - backlog), 0.0)
    assert CostOptimal().decide(split).quantity[0] == expected


def test_goods_that_come_too_late_do_not_count_and_what_is_promised_does():
    plain = CostOptimal().decide(situation([10.0], on_order=30.0)).quantity[0]
    late = situation([10.0], on_order=30.0)
    late = replace(late, on_order_later=np.array([30.0]))
    assert CostOptimal().decide(late).quantity[0] == plain + 30.0
    promised = replace(situation([10.0], on_order=30.0), reserved=np.array([8.0]))
    assert CostOptimal().decide(promised).quantity[0] == plain + 8.0


def test_where_sales_are_lost_less_is_ordered_than_a_backlog_would_need():
    waiting = CostOptimal().decide(situation([10.0], waiting=0.0)).quantity[0]
    lost = CostOptimal().decide(situation([10.0], waiting=0.0, allowed=False)).quantity[0]
    assert 0 < lost < waiting


def test_a_cost_per_order_line_makes_orders_larger_and_rarer():
    free = CostOptimal().decide(situation([10.0], on_hand=25.0))
    costly = CostOptimal().decide(situation([10.0], on_hand=25.0, line_cost=4.0))
    assert costly.reorder_point[0] < free.reorder_point[0]
    assert costly.order_up_to[0] > free.order_up_to[0]
    low = CostOptimal().decide(situation([10.0], on_hand=5.0, line_cost=4.0))
    assert low.quantity[0] > free.order_up_to[0] - 5.0


def test_economic_order_quantity_is_approached_where_demand_is_nearly_certain():
    rate, fixed, holding = 70.0, 20.0, 0.02
    seen = situation([rate], line_cost=fixed, holding=holding, shortage=50.0, waiting=5.0)
    decision = CostOptimal(excess_holding_share=0.0).decide(seen)
    economic = np.sqrt(2 * fixed * (rate / 7) / holding)
    batch = decision.order_up_to[0] - decision.reorder_point[0]
    assert batch == pytest.approx(economic, rel=0.5)


def test_ties_and_nothing_to_gain_order_nothing():
    assert CostOptimal().decide(situation([0.0])).quantity[0] == 0.0
    free = situation([5.0], shortage=0.0, waiting=0.0)
    assert CostOptimal().decide(free).quantity[0] == 0.0


def test_min_max_orders_up_to_the_maximum_at_or_below_the_minimum():
    rule = MinMax(window_days=91.0, safety_days=7.0)  # minimum 4 weeks, maximum 5
    at = rule.decide(situation([10.0], on_hand=40.0))
    above = rule.decide(situation([10.0], on_hand=41.0))
    assert (at.reorder_point[0], at.order_up_to[0], at.quantity[0]) == (40.0, 50.0, 10.0)
    assert above.quantity[0] == 0.0
    assert rule.name == rule.candidates()[0].name


# Ten a week; two weeks of lead time, weekly reviews, a week of safety.
@pytest.mark.parametrize(
    ("rule", "point", "level"),
    [
        (MinMax(91.0, 7.0), 40.0, 50.0),
        (DaysOfCover(91.0, 7.0), 39.0, 40.0),
        (Netstock(91.0, 7.0), 30.0, 40.0),
        (ERPNext(91.0, 7.0), 30.0, 40.0),
        (Odoo(91.0, 7.0), 39.0, 50.0),
        (Textbook(91.0, 0.0), 30.0, 40.0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_what_the_incumbents_order(rule, point, level):
    at = rule.decide(situation([10.0], on_hand=point))
    above = rule.decide(situation([10.0], on_hand=point + 1))
    assert (at.reorder_point[0], at.order_up_to[0]) == (point, level)
    assert (at.quantity[0], above.quantity[0]) == (level - point, 0.0)
    assert len({candidate.describe() for candidate in rule.candidates()}) == 32


def test_odoo_rounds_down_and_the_others_up():
    assert Odoo(91.0, 7.0).decide(situation([10.0], on_hand=0.0, pack=12.0)).quantity[0] == 48.0
    assert MinMax(91.0, 7.0).decide(situation([10.0], on_hand=0.0, pack=12.0)).quantity[0] == 60.0


def test_erpnext_orders_the_shortfall_where_that_is_more():
    assert ERPNext(91.0, 7.0).decide(situation([10.0], on_hand=28.0)).quantity[0] == 10.0
    assert ERPNext(91.0, 7.0).decide(situation([10.0], on_hand=5.0)).quantity[0] == 25.0


def test_the_textbook_adds_deviations_and_an_economic_order():
    history = History(np.tile([0.0, 20.0], 10), np.array([0, 20]), 52)
    seen = replace(situation([10.0], line_cost=2.0, holding=0.01), history=history)
    decision = Textbook(140.0, 2.0).decide(seen)
    # Ten a week with a deviation of ten: 30 + 2 x 10 x sqrt(3), and sqrt(2 x 2 x (10 / 7) / 0.01) on top.
    assert decision.reorder_point[0] == np.floor(30 + 20 * np.sqrt(3))
    assert decision.order_up_to[0] == np.ceil(30 + 20 * np.sqrt(3) + np.sqrt(4 * 10 / 7 / 0.01))


def test_base_stock_is_the_quantile_at_the_critical_ratio():
    # Two a unit short against a week's holding at .1 a day: 2 / 2.7 of the demand of three weeks.
    rule = BaseStock()
    decision = rule.decide(situation([10.0], on_hand=4.0, waiting=0.0, holding=0.1))
    level = stats.poisson.ppf(2.0 / 2.7, 30.0)
    assert level == 33.0
    assert (decision.order_up_to[0], decision.reorder_point[0], decision.quantity[0]) == (33.0, 32.0, 29.0)
    nothing = rule.decide(situation([10.0], shortage=0.0, waiting=0.0, holding=0.0))
    assert nothing.quantity[0] == 0.0


def test_no_orders_orders_nothing():
    assert NoOrders().decide(situation([10.0])).quantity[0] == 0.0


def foresight(lines, arrives, following):
    return PerfectForesight(lines, lambda day, item: np.tile([arrives, following], (len(item), 1)))


def test_perfect_foresight_buys_what_comes_until_the_next_arrival():
    lines = demand_lines([[(15_001, 2.0), (15_016, 3.0), (15_021, 4.0), (15_022, 50.0)]])
    decision = foresight(lines, 15_015, 15_022).decide(situation([1.0], on_hand=1.0))
    assert decision.quantity[0] == 2.0 + 3.0 + 4.0 - 1.0


def test_perfect_foresight_lets_wait_what_costs_more_to_hold():
    lines = demand_lines([[(15_015, 1.0), (15_021, 1.0)]])
    cheap = situation([1.0], shortage=0.03, waiting=0.0, holding=0.01)
    assert foresight(lines, 15_015, 15_022).decide(cheap).quantity[0] == 1.0


def test_perfect_foresight_does_not_replace_what_is_lost():
    lines = demand_lines([[(15_001, 9.0), (15_016, 3.0)]])
    lost = situation([1.0], on_hand=2.0, allowed=False)
    assert foresight(lines, 15_015, 15_022).decide(lost).quantity[0] == 3.0
