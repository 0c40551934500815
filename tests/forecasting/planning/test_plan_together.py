"""Orders as a whole: supplier terms, price breaks and the budget in decisions, plans and replays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.config import load
from forecasting.domain import PriceBreaks, SupplierTerms, day_number, day_text
from forecasting.joint_orders.terms import Bound
from forecasting.planning.plan import plan
from forecasting.policies.candidate_orders import choices
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.min_max import MinMax
from forecasting.policies.order_together import order_together
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from tests.support.builders import order, records, situation

ONE = np.zeros(1, dtype=np.int64)


def asks(suppliers=1, **terms):
    each = {"min_order_value": 0, "free_freight_value": np.inf, "freight_cost": 0, "order_cost": 0}
    each |= {"max_volume": np.inf} | terms
    return SupplierTerms(**{name: np.full(suppliers, float(value)) for name, value in each.items()})


def with_breaks(seen, *breaks):
    """The same situation, with price breaks (quantity, unit cost) for every item."""
    quantity, cost = (
        np.tile(np.array(part, dtype=float), (len(seen), 1)) for part in zip(*breaks, strict=True)
    )
    return replace(seen, terms=replace(seen.terms, breaks=PriceBreaks(quantity, cost)))


def value_of(seen):
    return CostOptimal().value(seen)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    st.lists(st.floats(0.05, 30), min_size=1, max_size=6),
    st.floats(1, 5),
    st.integers(0, 60),
    st.sampled_from([1.0, 5.0, 12.0]),
    st.sampled_from([0.0, 10.0]),
    st.sampled_from([0.0, 3.0]),
    st.booleans(),
)
def test_the_cheapest_of_the_choices_is_the_quantity_chosen(
    rates, spread, stock, pack, smallest, line, cheaper
):
    seen = situation(
        rates, dispersion=spread, on_hand=stock, pack=pack, smallest=smallest, largest=300.0, line_cost=line
    )
    if cheaper:
        seen = with_breaks(seen, (40.0, 4.8), (120.0, 4.5))
    value = value_of(seen)
    chosen = value.decision().quantity
    candidates = choices(value, chosen)
    assert candidates.quantity[candidates.chosen].tolist() == chosen.tolist()
    assert candidates.cost[candidates.chosen] == pytest.approx(value.cost(chosen), rel=1e-12)
    for item in range(len(seen)):
        of_item = slice(candidates.indptr[item], candidates.indptr[item + 1])
        quantity = candidates.quantity[of_item]
        assert 1 <= len(quantity) <= 14
        assert quantity[0] == 0.0 and np.all(np.diff(quantity) > 0)
        bought = quantity[1:]
        assert np.all(bought % pack == 0) and np.all(bought >= smallest) and np.all(bought <= 300)
        least = candidates.cost[of_item].min()
        assert candidates.cost[candidates.chosen[item]] <= least + 1e-9 * abs(least)


def test_an_order_that_lasts_is_charged_for_as_long_as_it_lasts():
    seen = situation([70.0], shortage=50.0, waiting=5.0, holding=0.02)
    value = CostOptimal(excess_holding_share=0.0).value(seen)
    best = value.decision().quantity[0]
    # Steady demand of 10 a day: 280 more last four weeks, in which they lie for 280 * 14 + ... unit-days.
    extra = value.cost(np.array([[best, best + 280.0]]))[0]
    assert extra[1] - extra[0] == pytest.approx(0.02 * 280 * 28 / 2, rel=0.2)


def test_nothing_is_computed_where_nothing_is_asked():
    seen = situation([10.0, 3.0])
    for rule in (CostOptimal(), MinMax()):
        together = order_together(rule, seen, np.zeros(2, dtype=np.int64), asks())
        assert together.decision.quantity.tolist() == rule.decide(seen).quantity.tolist()
        assert together.gap is None
        assert together.decided_by == (Bound.FREE,)


def spent(seen, together):
    quantity = together.decision.quantity
    return float((quantity * seen.terms.price(quantity)).sum())


@pytest.mark.parametrize("rule", [CostOptimal(), MinMax()], ids=lambda rule: rule.name)
def test_a_minimum_is_reached_or_nothing_is_ordered(rule):
    seen = situation([10.0, 4.0, 0.7], on_hand=[5.0, 3.0, 1.0])
    supplier = np.zeros(3, dtype=np.int64)
    alone = spent(seen, order_together(rule, seen, supplier, asks()))
    for share in (0.5, 1.05, 1.3, 2.0, 400.0):
        together = order_together(rule, seen, supplier, asks(min_order_value=alone * share))
        assert spent(seen, together) == 0.0 or spent(seen, together) >= alone * share * (1 - 1e-9)
        if share <= 1:
            assert spent(seen, together) == alone
        if share == 1.3:
            assert together.decided_by == (Bound.MINIMUM,)
            assert np.all(together.decision.quantity >= together.wanted)
        if share == 400.0:
            assert together.decided_by == (Bound.MINIMUM_TOO_HIGH,)


@pytest.mark.parametrize("rule", [CostOptimal(), MinMax()], ids=lambda rule: rule.name)
def test_volume_and_budget_are_never_exceeded(rule):
    seen = situation([10.0, 4.0, 0.7, 20.0], on_hand=[5.0, 3.0, 0.0, 2.0], pack=2.0)
    supplier = np.array([0, 0, 1, 1])
    alone = order_together(rule, seen, supplier, asks(2))
    for share in np.linspace(0, 1.1, 12):
        limited = order_together(rule, seen, supplier, asks(2), spent(seen, alone) * share)
        assert spent(seen, limited) <= spent(seen, alone) * share + 1e-9
        room = asks(2, max_volume=max(alone.decision.quantity.sum() * share / 2, 1e-9))
        cut = order_together(rule, seen, supplier, room).decision.quantity
        assert np.all(np.bincount(supplier, cut) <= room.max_volume + 1e-9)
        assert np.all(cut <= alone.decision.quantity)


@settings(deadline=None, derandomize=True, max_examples=10)
@given(st.lists(st.floats(0.3, 25), min_size=2, max_size=8), st.integers(0, 12))
def test_more_budget_never_raises_the_expected_cost(rates, stock):
    seen = situation(rates, on_hand=float(stock), dispersion=2.0)
    supplier = np.arange(len(rates)) % 2
    terms = asks(2, min_order_value=120.0, freight_cost=3.0, free_freight_value=200.0, order_cost=2.0)
    value = value_of(seen)
    total = float((value.decision().quantity * 5.0).sum())
    costs = []
    for share in [*np.linspace(0, 1.5, 8), None]:
        budget = None if share is None else share * total
        orders = order_together(CostOptimal(), seen, supplier, terms, budget)
        fixed = float(orders.freight.sum() + orders.order_cost.sum())
        costs.append(float(value.cost(orders.decision.quantity).sum()) + fixed)
    assert np.all(np.diff(costs) <= 1e-9 * np.abs(costs[:-1]) + 1e-9)


def test_the_most_urgent_are_kept_by_a_rule_that_weighs_nothing():
    seen = situation([10.0, 10.0], on_hand=[30.0, 0.0])
    alone = MinMax().decide(seen).quantity
    limited = order_together(MinMax(), seen, np.zeros(2, dtype=np.int64), asks(max_volume=alone[1]))
    assert limited.decision.quantity.tolist() == [0.0, alone[1]]
    assert limited.decided_by == (Bound.VOLUME,)


def test_freight_is_saved_where_that_is_worth_it():
    seen = situation([10.0, 4.0], on_hand=[5.0, 3.0])
    supplier = np.zeros(2, dtype=np.int64)
    alone = spent(seen, order_together(CostOptimal(), seen, supplier, asks()))
    little = asks(free_freight_value=alone + 40, freight_cost=500.0)
    added = order_together(CostOptimal(), seen, supplier, little)
    assert spent(seen, added) >= alone + 40 - 1e-6
    assert (added.freight.sum(), added.decided_by) == (0.0, (Bound.FREIGHT,))
    far = order_together(CostOptimal(), seen, supplier, asks(free_freight_value=alone * 9, freight_cost=0.5))
    assert (spent(seen, far), far.freight.sum()) == (alone, 0.5)


def test_an_order_waits_until_it_is_worth_its_cost():
    soon, now = (situation([5.0], on_hand=stock) for stock in (18.0, 9.0))
    waits = order_together(CostOptimal(), soon, ONE, asks(order_cost=6.0))
    assert (waits.wanted[0] > 0, waits.decided_by) == (True, (Bound.NOT_WORTH,))
    assert order_together(CostOptimal(), now, ONE, asks(order_cost=6.0)).decision.quantity[0] > 0


def test_a_price_break_is_taken_where_it_is_worth_it():
    seen = situation([10.0], on_hand=5.0, unit_cost=5.0)
    plain = CostOptimal().decide(seen).quantity[0]
    level = np.ceil(plain * 1.5)
    worth = with_breaks(seen, (level, 4.0))
    assert CostOptimal().decide(worth).quantity[0] >= level
    tiny = with_breaks(seen, (plain * 20, 4.999))
    assert CostOptimal().decide(tiny).quantity[0] == plain
    reached = with_breaks(seen, (1.0, 4.0))
    assert CostOptimal().decide(reached).quantity[0] == plain


def test_a_price_break_costs_what_trying_every_quantity_says():
    for seed in range(6):
        generator = np.random.default_rng(seed)
        seen = situation([float(generator.gamma(2, 5))], on_hand=float(generator.integers(0, 20)), pack=4.0)
        seen = with_breaks(seen, (float(generator.integers(20, 60)), 4.7), (150.0, 4.4))
        value = value_of(seen)
        chosen = value.decision().quantity
        every = np.concatenate([[0.0], np.arange(1, 150) * 4.0])
        assert value.cost(chosen)[0] <= value.cost(every[None, :])[0].min() + 1e-9


WEEKS = 40
FIRST = day_number("2025-01-01")


def shop(folder, products, suppliers, **tables):
    """Two steady items, a and b, for 40 weeks."""
    generator = np.random.default_rng(4)
    rows = [
        order(sku, day_text(FIRST + day), int(1 + generator.poisson(rate)), order=f"{sku}{day}")
        for sku, rate in (("a", 6), ("b", 2))
        for day in range(0, 7 * WEEKS, 2)
    ]
    return records(folder, orders=rows, products=products, suppliers=suppliers, **tables)


TWO = [{"sku": sku, "supplier": "acme", "unit_cost": 4, "unit_price": 9} for sku in "ab"]
LAST = FIRST + 7 * WEEKS - 2


QUICK = load(None, ["model=moving_average"])


def planned(folder, supplier=None, products=TWO, config=(), **tables):
    result = plan(
        shop(folder, products, [{"supplier": "acme", "lead_time_days": 7, **(supplier or {})}], **tables),
        load(None, ["model=moving_average", *config]),
        LAST,
    )
    return result, result.tables["recommendations"].set_index("sku")


def test_the_tables_of_a_plan_agree(tmp_path):
    result, table = planned(tmp_path, {"order_cost": 5, "freight_cost": 12, "free_freight_value": 1e6})
    candidates, whole = result.tables["choices"], result.tables["supplier_orders"].iloc[0]
    chosen = candidates[candidates["recommended"]].set_index("sku")
    assert chosen["quantity"].tolist() == table["quantity"].tolist()
    assert chosen["expected_cost"].tolist() == table["expected_cost_if_ordered"].tolist()
    assert chosen["value"].tolist() == table["value"].tolist()
    none = candidates[candidates["quantity"] == 0].set_index("sku")
    assert none["expected_cost"].tolist() == table["expected_cost"].tolist()
    assert (whole["lines"], whole["units"]) == (2, table["quantity"].sum())
    assert (whole["value"], whole["freight"], whole["order_cost"]) == (table["value"].sum(), 12, 5)
    saved = (table["expected_cost"] - table["expected_cost_if_ordered"]).sum() - 17
    assert whole["saved"] == pytest.approx(saved, abs=1e-3)
    assert result.run["counts"]["supplier_orders"] == 1
    assert result.run["together"]["budget"] is None
    assert result.run["together"]["gap"] < 1e-6


def test_a_pack_of_one_is_no_pack(tmp_path):
    _, packed = planned(tmp_path / "pack", products=[{**row, "pack_size": 1} for row in TWO])
    _, plain = planned(tmp_path / "none")
    assert packed.drop(columns="run").equals(plain.drop(columns="run"))


def test_what_a_term_changed_is_said(tmp_path):
    _, plain = planned(tmp_path / "plain")
    alone = float(plain["value"].sum())
    result, more = planned(tmp_path / "more", {"min_order_value": alone * 1.2})
    changed = more[more["quantity"] > plain["quantity"]]
    assert len(changed) and changed["flags"].str.contains("supplier_minimum").all()
    assert changed["reason"].str.contains("takes no smaller order").all()
    assert result.tables["supplier_orders"]["decided_by"].tolist() == ["minimum reached by adding"]
    _, less = planned(tmp_path / "less", config=[f"budget={alone / 2}"])
    assert less["value"].sum() <= alone / 2
    cut = less[less["quantity"] < plain["quantity"]]
    assert len(cut) and cut["flags"].str.contains("budget").all()


def test_terms_that_cannot_be_met_are_said_and_harm_nobody_else(tmp_path):
    products = [
        {**TWO[0], "min_order_quantity": 5, "max_order_quantity": 7, "pack_size": 4, "supplier": "acme"},
        {**TWO[0], "sku": "never", "pack_size": 10, "max_order_quantity": 7},
        {**TWO[1], "supplier": "dear"},
    ]
    suppliers = [{"supplier": "acme"}, {"supplier": "dear", "min_order_value": 1e9}]
    result = plan(shop(tmp_path, products, suppliers), QUICK, LAST)
    table = result.tables["recommendations"].set_index("sku")
    assert table.loc["a", "quantity"] == 0 and "infeasible_terms" in table.loc["a", "flags"]
    assert "packs of 4 do not fit" in table.loc["a", "reason"]
    assert "infeasible_terms" in table.loc["never", "flags"]
    assert table.loc["b", "quantity"] == 0 and "minimum_out_of_reach" in table.loc["b", "flags"]
    assert "out of reach" in table.loc["b", "reason"]
    _, alone = planned(tmp_path / "alone")
    other = (
        plan(shop(tmp_path / "other", [TWO[0], {**TWO[1], "supplier": "dear"}], suppliers), QUICK, LAST)
        .tables["recommendations"]
        .set_index("sku")
    )
    assert other.loc["a", "quantity"] > 0 and alone.loc["b", "quantity"] > 0


def test_the_price_of_the_quantity_ordered_is_shown(tmp_path):
    breaks = [{"supplier": "acme", "sku": "a", "min_quantity": 10, "unit_cost": 3.5}]
    breaks += [{"supplier": "other", "sku": "b", "min_quantity": 1, "unit_cost": 0.1}]
    suppliers = [{"supplier": "acme"}, {"supplier": "other"}]
    data = shop(tmp_path, TWO, suppliers, price_breaks=breaks)
    table = plan(data, QUICK, LAST).tables["recommendations"].set_index("sku")
    assert table.loc["a", "quantity"] >= 10
    assert (table.loc["a", "unit_cost"], table.loc["b", "unit_cost"]) == (3.5, 4.0)
    assert table.loc["a", "value"] == table.loc["a", "quantity"] * 3.5


def test_volumes_come_from_products_or_the_setting(tmp_path):
    products = [{**TWO[0], "volume": 0.5}, TWO[1]]
    result, table = planned(tmp_path, {"max_volume": 20}, products, ["unit_volume=2"])
    volume = table.loc["a", "quantity"] * 0.5 + table.loc["b", "quantity"] * 2
    assert volume <= 20
    assert result.tables["supplier_orders"]["volume"].tolist() == [pytest.approx(volume)]
    said = result.tables["assumptions"].set_index("setting")
    assert said.loc["unit_volume", ["value", "items"]].tolist() == ["2", 1]


def test_a_replay_meets_the_terms_and_tallies_freight(tmp_path):
    terms = {"review_days": 7, "order_cost": 3, "min_order_value": 150}
    days = (LAST - 41, LAST)
    summaries = {}
    for freight in (0, 9):
        supplier = {"supplier": "acme", "lead_time_days": 7, "freight_cost": freight, **terms}
        data = shop(tmp_path / str(freight), TWO, [supplier])
        config = load(None, ["warmup=none", "interval_draws=20", "model=moving_average", "line_cost=0"])
        policies = ["cost_optimal", "no_orders"]
        summary = replay(data, config, ReplayRequest(*days, policies, "no_orders")).tables["summary"]
        summaries[freight] = summary.set_index("policy").loc["cost_optimal"]
        row = summaries[freight]
        assert row["cost_ordering"] == pytest.approx((3 + freight) * row["purchase_orders"])
        assert row["purchased_units"] * 4 >= 150 * row["purchase_orders"]
    assert summaries[0]["purchase_orders"] > 0
    assert summaries[9]["purchase_orders"] <= summaries[0]["purchase_orders"]
