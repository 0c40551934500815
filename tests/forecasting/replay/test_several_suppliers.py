"""A replay buys where a plan would: from the supplier that is chosen, and from a fast one beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.adapters.checkpoints import FolderCheckpoints
from forecasting.config import load
from forecasting.domain import day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observing import observer
from forecasting.policies.registry import policy
from forecasting.replay.scenario import scenario
from forecasting.replay.simulate import simulate, simulate_together
from forecasting.replay.trace import trace
from forecasting.store.conform import conform
from tests.support.builders import order
from tests.support.supply import AS_OF, company

SUPPLIERS = [
    {"supplier": "north", "lead_time_days": 4},
    {"supplier": "far", "lead_time_days": 40, "lead_time_sd_days": 12},
]
CONFIG = load(None, ("model=negative_binomial", "seed=3", "warmup=none"))


def orders_of_some_days():
    """On one day of ten about forty units are asked for."""
    random = np.random.default_rng(5)
    units = random.poisson(40, 300) * (random.random(300) < 0.1)
    return [order("axe", day_text(AS_OF - back), int(n)) for back, n in enumerate(units) if n]


def past(folder, **offers: float):
    """A hundred days of a company that may buy from these, far being the usual one."""
    given = [{"supplier": name, "sku": "axe", "unit_cost": cost} for name, cost in offers.items()]
    known = company(
        folder,
        suppliers=SUPPLIERS,
        supplier_items=given,
        products=[{"sku": "axe", "supplier": "far", "unit_price": 12}],
        stock=[{"as_of": "2026-03-22", "sku": "axe", "on_hand": 40}],
        orders=orders_of_some_days(),
    )
    observed = observer(known, CONFIG, AS_OF - 100, Assumptions())
    return scenario(observed, AS_OF - 99, AS_OF, Assumptions())


def test_both_suppliers_are_asked_and_goods_come_as_each_of_them_takes(tmp_path):
    world = past(tmp_path, far=4, north=4.5)
    orders = simulate(policy("cost_optimal", CONFIG), world).orders
    takes = orders.arrives - orders.day - 1
    assert set(takes[takes < 10]) == {4}
    assert np.sum(takes >= 10) > 3 and np.sum(takes == 4) > 1


def test_a_trace_tells_the_orders_of_one_review_at_both_suppliers_apart(tmp_path):
    world = past(tmp_path, far=4, north=4.5)
    run = simulate(policy("cost_optimal", CONFIG), world)
    traced = trace([run], world)["trace_orders"]
    conform("trace_orders", traced)
    assert traced["line"].max() == 2
    both = traced[traced.duplicated(["reviewed_on", "sku"], keep=False)].sort_values(["reviewed_on", "line"])
    assert np.all(np.diff(both["arrives_on"].to_numpy())[::2] < np.timedelta64(0))


def test_the_fast_one_avoids_backorders_for_less_than_they_cost(tmp_path):
    alone, both = past(tmp_path / "alone", far=4), past(tmp_path / "both", far=4, north=4.5)
    runs = [simulate(policy("cost_optimal", CONFIG), world) for world in (alone, both)]
    short = [run.flows.backordered_units.sum() for run in runs]
    assert short[1] < short[0]
    # What is paid more for the goods is charged as a cost of ordering.
    bought = runs[1].orders
    fast = bought.arrives - bought.day - 1 == 4
    lines = np.count_nonzero(bought.quantity) * float(both.observer.catalogue.costs.line_cost[0])
    counted = both.count_from[0] <= bought.day + 1
    premium = 0.5 * bought.quantity[fast & counted].sum()
    assert premium <= runs[1].cost_ordering.sum() <= premium + lines + 1e-9


def test_a_cheaper_supplier_saves_the_difference_of_its_price(tmp_path):
    world = past(tmp_path, far=4, north=3)
    run = simulate(policy("cost_optimal", CONFIG), world)
    takes = run.orders.arrives - run.orders.day - 1
    assert set(takes) == {4}
    counted = world.count_from[0] <= run.orders.day + 1
    lines = counted.sum() * float(world.observer.catalogue.costs.line_cost[0])
    assert run.cost_ordering.sum() == pytest.approx(lines - run.orders.quantity[counted].sum())


def test_a_rule_that_weighs_no_costs_buys_where_the_company_does(tmp_path):
    run = simulate(policy("min_max", CONFIG), past(tmp_path, far=4, north=3))
    takes = run.orders.arrives - run.orders.day - 1
    assert len(takes) and np.all(takes > 4)


def test_a_replay_that_was_stopped_goes_on_with_both_suppliers(tmp_path):
    world = past(tmp_path / "dataset", far=4, north=4.5)
    optimal = policy("cost_optimal", CONFIG)
    kept = FolderCheckpoints(tmp_path / "kept", "one")
    first = simulate_together([optimal], world, kept)[0]
    again = simulate_together([Refusing()], world, kept)[0]
    assert np.array_equal(first.orders.arrives, again.orders.arrives)
    assert np.array_equal(first.flows.backordered_units, again.flows.backordered_units)


class Refusing(type(policy("cost_optimal", CONFIG))):
    """Decides nothing: its orders are read."""

    def decide(self, situation):
        raise AssertionError("it was asked again")


def test_who_offers_nothing_else_is_replayed_as_ever(tmp_path):
    world = past(tmp_path, far=4)
    blind = replace(
        world, observer=replace(world.observer, records=replace(world.observer.records, supply=None))
    )
    runs = [simulate(policy("cost_optimal", CONFIG), each) for each in (world, blind)]
    assert np.array_equal(runs[0].orders.quantity, runs[1].orders.quantity)
