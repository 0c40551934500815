"""The cost model traced through to a plan and a replay: parts, rules, write-offs, prices, absurd terms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import LeadTimes, Receipts, day_number
from forecasting.inputs.stock import overtaken
from forecasting.planning.plan import plan
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.replay.simulate import simulate
from forecasting.solve.solve import solve
from models.shared.distribution import LEVELS, Distribution
from tests.forecasting.policies.test_cost_curve import DAYS, ending_after
from tests.forecasting.replay.test_replay import Script, staged, weekly_orders
from tests.support.builders import order, records, situation

AS_OF = day_number("2026-05-31")
PARTS = ("holding", "lost_business", "goodwill", "admin", "word_of_mouth", "ordering", "waste")


def sold(sku, every=7, quantity=10):
    days = range(day_number("2025-11-03"), AS_OF + 1, every)
    return [
        order(sku, str(np.datetime64(day, "D")), quantity + (day // every) % 3, unit_price=10) for day in days
    ]


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    def product(sku, **more):
        return {"sku": sku, "unit_cost": 5, "supplier": "one", **more}

    products = [
        product("plain"),
        product("ending", ends_on="2026-06-20"),
        product("free", holding_per_unit_day=0),
        product(
            "nothing",
            holding_per_unit_day=0,
            shortage_per_unit=0,
            shortage_per_line=0,
            backlog_per_unit_day=0,
        ),
        product("packed", pack_size=12),
        product("perishing", shelf_life_days=12),
        product("refused", backorder="refused"),
        product("rising", next_unit_cost=8, next_unit_cost_from="2026-06-03"),
        product("risen", next_unit_cost=8, next_unit_cost_from="2026-05-20"),
        product("costly", supplier="two"),
    ]
    folder = tmp_path_factory.mktemp("terms") / "data"
    data = records(
        folder,
        orders=[line for row in products for line in sold(row["sku"])],
        products=products,
        suppliers=[{"supplier": "one"}, {"supplier": "two", "line_cost": 6}],
        stock=[{"as_of": "2026-05-31", "sku": row["sku"], "on_hand": 12} for row in products],
    )
    tables = plan(data, load(None, ["line_cost=0"]), AS_OF).tables
    return {name: table.set_index("sku") if "sku" in table else table for name, table in tables.items()}


def test_the_parts_of_each_cost_sum_to_it(planned):
    table, costs = planned["recommendations"], planned["costs"]
    for suffix in ("", "_if_ordered"):
        parts = costs[[f"cost_{name}{suffix}" for name in PARTS]]
        total = f"expected_cost{suffix}"
        assert parts.sum(axis=1).to_numpy() == pytest.approx(costs[total].to_numpy(), abs=1e-7)
        assert costs[total].tolist() == table[total].tolist()
        assert (parts.to_numpy() >= 0).all()
    # Told of the reviews that the order lasts: its line once, against a line at most of the other reviews.
    assert costs.loc["plain", "cost_ordering"] == costs.loc["plain", "cost_ordering_if_ordered"] == 0
    assert costs.loc["costly", "cost_ordering_if_ordered"] == pytest.approx(6, abs=2e-4)  # parts are rounded
    assert costs.loc["costly", "cost_ordering"] > 6.1
    assert costs.loc["perishing", "cost_waste_if_ordered"] > 0
    assert costs.loc["plain", "cost_waste_if_ordered"] == 0
    assert costs.loc["plain", "cost_lost_business"] > costs.loc["plain", "cost_lost_business_if_ordered"] > 0


def test_each_item_says_by_which_rule_it_was_decided(planned):
    rules = planned["recommendations"]["rule"]
    said = {
        "plain": "base_stock",
        "ending": "newsvendor",
        "packed": "r_nQ",
        "refused": "lost_sales",
        "costly": "s_S",
    }
    assert {sku: rules[sku] for sku in said} == said
    reason = planned["recommendations"]["reason"]
    assert reason["ending"].endswith("It is the last order before the item ends on 2026-06-20.")
    assert "covers several reviews" in reason["costly"]
    assert "price rises" in reason["rising"]


def test_a_short_life_and_prices_move_the_quantity(planned):
    quantity = planned["recommendations"]["quantity"]
    assert 0 < quantity["perishing"] < quantity["plain"] < quantity["rising"]
    unit_cost = planned["recommendations"]["unit_cost"]
    assert unit_cost["rising"] == 5 and unit_cost["risen"] == 8


def test_absurd_costs_of_one_item_are_flagged_and_leave_the_others_alone(planned):
    table = planned["recommendations"]
    flagged = table["flags"].str.contains("absurd_costs")
    assert flagged[flagged].index.tolist() == ["free", "nothing"]
    assert "Holding a unit costs nothing" in table.loc["free", "reason"]
    assert table.loc["nothing", "quantity"] == 0 and "neither holding" in table.loc["nothing", "reason"]
    assert np.isfinite(table.loc["free", "quantity"]) and table.loc["free", "quantity"] > 0


def test_the_constants_of_the_decision_are_among_the_assumptions(planned):
    said = planned["assumptions"].set_index("setting")
    assert said.loc["excess_holding_share"].tolist() == ["0.125", 10]
    assert said.loc["salvage_share"].tolist() == ["0", 2]


def test_what_is_left_on_an_items_last_day_is_written_off(tmp_path):
    data = records(
        tmp_path,
        orders=weekly_orders("a", "2026-01-05", 9, 10),
        products=[{"sku": "a", "unit_cost": 4, "salvage_share": 0.25, "ends_on": "2026-03-05"}],
        stock=[{"as_of": "2026-02-22", "sku": "a", "on_hand": 50}],
    )
    first = day_number("2026-02-23")
    past, _ = staged(data, "warmup=none", first=first, last=first + 27)
    # 50 less two weeks' 10: 30 are left on Thursday of the second week.
    assert simulate(Script([0, 0, 0, 0]), past).cost_waste[0].tolist() == [0.0, 30 * 4 * 0.75, 0.0, 0.0]


def test_goods_that_may_be_overtaken_are_told_by_length_of_the_lead_time():
    lead_times = LeadTimes(np.array([[10.0, 20.0], [5.0, 5.0]]), np.full((2, 2), 0.5))
    coming = Receipts(np.array([0, 0, 1]), np.array([100 + 14, 100 + 40, 100 + 3]), np.array([8.0, 9.0, 7.0]))
    late = overtaken(coming, 100, lead_times, np.full(2, 7.0))
    # Due three days after an order that takes ten; what comes beyond the protection interval is left out.
    assert late.units.tolist() == [[8.0, 0.0], [0.0, 0.0]]
    assert late.missing[0].tolist() == [3 / 7, 0.0]
    assert (
        overtaken(
            Receipts(coming.item[2:], coming.day[2:], coming.quantity[2:]), 100, lead_times, np.full(2, 7.0)
        )
        is None
    )


class Lines:
    """Days with a few large order lines: the exact distribution over whole days."""

    def __init__(self, pmf):
        self.pmf = np.asarray(pmf)

    def demand(self, horizon):
        values = []
        for days in horizon:
            whole = int(np.floor(days))
            sums = [np.array([1.0])]
            for _ in range(whole + 1):
                sums.append(np.convolve(sums[-1], self.pmf))
            mixed = np.zeros(len(sums[whole + 1]))
            mixed[: len(sums[whole])] += (1 - (days - whole)) * sums[whole]
            mixed += (days - whole) * sums[whole + 1]
            values.append(np.searchsorted(mixed.cumsum(), LEVELS - 1e-12))
        return Distribution(np.array(values, dtype=np.float64))


@pytest.mark.parametrize("fixed", [0.0, 3.0, 20.0])
def test_large_lines_that_jump_below_the_reorder_point_are_reckoned_with(fixed):
    pmf = np.zeros(13)
    pmf[[0, 1, 12]] = 0.6, 0.2, 0.2
    seen = situation(
        [1.0], lead_days=0.0, review_days=1.0, holding=0.05, shortage=0.0, waiting=0.5, line_cost=fixed
    )
    seen = replace(seen, lead_time_demand=replace(seen.lead_time_demand, forecast=Lines(pmf), calendar=DAYS))
    rule = CostOptimal(excess_holding_share=0.0)
    told = rule.decide(seen)
    s, large = int(told.reorder_point[0]), int(told.order_up_to[0])
    problem = {
        "demand": {"family": "pmf", "pmf": pmf.tolist()},
        "holding": 0.05,
        "shortage": {"kind": "backorder", "per_unit_period": 0.5},
        "fixed_order_cost": fixed,
    }
    best = solve({**problem, "policy": "sS"})
    ours = solve({**problem, "policy": "sS", "parameters": {"s": s, "S": large}})
    assert ours["cost_per_period"] <= best["cost_per_period"] * 1.06
    # What is shown is what is done, from whatever position the jump leads to.
    for stock in (s, s + 1, s - 5):
        at = replace(seen, stock=replace(seen.stock, on_hand=np.full(1, max(stock, 0.0))))
        at = replace(at, stock=replace(at.stock, backlog=np.full(1, max(-stock, 0.0))))
        assert rule.decide(at).quantity[0] == (large - stock if stock <= s else 0.0)


def test_the_last_order_is_called_a_newsvendors_only_where_no_other_can_come():
    seen = ending_after(situation([5.0]), 22.0)
    assert CostOptimal().rules(seen)[0] == "base_stock"
    seen = ending_after(situation([5.0]), 21.0)
    assert CostOptimal().rules(seen)[0] == "newsvendor"
