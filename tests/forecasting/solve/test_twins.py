"""The exact algorithms against the definitions written out, and against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecasting.solve.solve import solve
from tests.reference import solve as twins

PMFS = {
    "sporadic": [0.6, 0.1, 0.05, 0.05, 0.0, 0.2],
    "steady": [0.05, 0.2, 0.5, 0.2, 0.05],
    "lumpy": [0.7, 0, 0, 0, 0.3],
}


def problem(pmf, lead=1, holding=1.0, backlog=6.0, short=0.0, fixed=8.0, **more):
    return {
        "demand": {"family": "pmf", "pmf": pmf},
        "lead_time": lead,
        "holding": holding,
        "shortage": {"per_unit_period": backlog, "per_unit": short},
        "fixed_order_cost": fixed,
        **more,
    }


def g_of(pmf, lead, holding=1.0, backlog=6.0, short=0.0):
    return twins.one_period_cost(
        twins.convolved(pmf, lead), twins.convolved(pmf, lead + 1), holding, backlog, short
    )


@pytest.mark.parametrize("name", PMFS)
@pytest.mark.parametrize("lead, short", [(0, 0.0), (2, 0.0), (1, 9.0)])
def test_s_s_is_the_best_of_all_pairs(name, lead, short):
    pmf = PMFS[name]
    g = g_of(pmf, lead, short=short)
    answer = solve(problem(pmf, lead, short=short))
    s, large = answer["parameters"]["s"], answer["parameters"]["S"]
    assert answer["cost_per_period"] == pytest.approx(twins.s_s_cost(pmf, g, 8.0, s, large), abs=1e-9)
    least = min(
        twins.s_s_cost(pmf, g, 8.0, low, high)
        for low in range(s - 4, s + 5)
        for high in range(low + 1, large + 6)
    )
    assert answer["cost_per_period"] == pytest.approx(least, abs=1e-9)


@pytest.mark.parametrize("name", PMFS)
@pytest.mark.parametrize("lead, short", [(0, 0.0), (3, 0.0), (2, 5.0)])
def test_base_stock_is_the_bottom_of_the_cost_curve(name, lead, short):
    g = g_of(PMFS[name], lead, short=short)
    answer = solve(problem(PMFS[name], lead, short=short, fixed=0.0))
    costs = {y: g(y) for y in range(-2, 30)}
    assert answer["cost_per_period"] == pytest.approx(min(costs.values()), abs=1e-9)
    assert costs[answer["parameters"]["S"]] == pytest.approx(min(costs.values()), abs=1e-9)


@pytest.mark.parametrize("short", [0.0, 20.0])
@pytest.mark.parametrize("pack, smallest", [(1, 0), (4, 0), (1, 9), (5, 11)])
def test_r_q_is_the_best_of_all_feasible_pairs(short, pack, smallest):
    rate, lead, fixed, backlog = 3.0, 0.75, 12.0, 7.0
    given = {
        "review": "continuous",
        "demand": {"family": "poisson", "mean": rate},
        "lead_time": lead,
        "holding": 1,
        "shortage": {"per_unit_period": backlog, "per_unit": short},
        "fixed_order_cost": fixed,
        "pack_size": pack,
        "min_order_quantity": smallest,
    }
    pmf = stats.poisson(rate * lead).pmf(np.arange(40))

    def g(y):
        left = sum(p * max(y - d, 0) for d, p in enumerate(pmf))
        owed = sum(p * max(d - y, 0) for d, p in enumerate(pmf))
        return left + backlog * owed + short * rate * sum(pmf[max(y, 0) :])

    values = {y: g(y) for y in range(-20, 45)}
    costs = {
        (r, q): (fixed * rate + sum(values[y] for y in range(r + 1, r + q + 1))) / q
        for q in range(pack, 31, pack)
        if q >= smallest
        for r in range(-15, 12)
    }
    answer = solve(given)
    assert answer["cost_per_period"] == pytest.approx(min(costs.values()), abs=1e-9)
    chosen = answer["parameters"]["r"], answer["parameters"]["Q"]
    assert costs[chosen] == pytest.approx(min(costs.values()), abs=1e-9)


def test_a_compound_poisson_of_single_units_is_poisson():
    terms = {"review": "continuous", "lead_time": 1.5, "holding": 1, "fixed_order_cost": 30}
    terms["shortage"] = {"per_unit_period": 12}
    plain = solve({**terms, "demand": {"family": "poisson", "mean": 4}})
    compound = solve({**terms, "demand": {"family": "compound_poisson", "rate": 4, "sizes": [0, 1]}})
    assert compound["cost_per_period"] == pytest.approx(plain["cost_per_period"], abs=1e-9)
    assert compound["parameters"]["s"] == plain["parameters"]["r"]


def test_packs_without_a_fixed_cost_are_the_best_of_all_policies():
    pmf = PMFS["sporadic"]
    for pack in (2, 5):
        answer = solve(problem(pmf, 1, fixed=0.0, pack_size=pack))
        least = twins.best_in_packs(pmf, g_of(pmf, 1), 0.0, pack, pack, -25, 35)
        assert answer["cost_per_period"] == pytest.approx(least, abs=1e-4)


@pytest.mark.parametrize("pack, smallest, fixed", [(3, 0, 8.0), (1, 9, 4.0), (4, 10, 0.0)])
def test_packs_and_minimum_orders_come_close_to_the_best_of_all_policies(pack, smallest, fixed):
    pmf = PMFS["steady"]
    least_order = max(pack, -(-smallest // pack) * pack)
    answer = solve(problem(pmf, 1, fixed=fixed, pack_size=pack, min_order_quantity=smallest))
    least = twins.best_in_packs(pmf, g_of(pmf, 1), fixed, pack, least_order, -25, 40)
    assert least - 1e-4 <= answer["cost_per_period"] <= 1.02 * least


def test_the_service_of_s_s_is_what_simulation_sees():
    pmf = PMFS["sporadic"]
    answer = solve(problem(pmf, 2))
    s, large = answer["parameters"]["s"], answer["parameters"]["S"]
    demand = np.random.default_rng(3).choice(len(pmf), 200_000, p=pmf).tolist()
    cost, fill, periods, cycles = twins.walk(
        demand, lambda x, *_: large - x if x <= s else 0, 2, large, 1.0, 6.0, 0.0, 8.0, lost=False
    )
    assert answer["cost_per_period"] == pytest.approx(cost, rel=0.01)
    assert answer["fill_rate"] == pytest.approx(fill, abs=0.01)
    assert answer["period_service_level"] == pytest.approx(periods, abs=0.01)
    assert answer["cycle_service_level"] == pytest.approx(cycles, abs=0.015)


@pytest.mark.parametrize("pack, smallest", [(1, 0), (3, 0), (1, 7)])
def test_lost_sales_without_a_lead_time(pack, smallest):
    pmf = PMFS["sporadic"]
    terms = problem(pmf, 0, fixed=5.0, pack_size=pack, min_order_quantity=smallest)
    answer = solve({**terms, "shortage": {"kind": "lost", "per_unit": 10}})
    parameters = answer["parameters"]
    if "orders" in parameters:
        table = parameters["orders"]

        def order(x, *_):
            return table[x] if x < len(table) else 0

    else:

        def order(x, *_):
            return parameters["S"] - x if x <= parameters["s"] else 0

    demand = np.random.default_rng(4).choice(len(pmf), 200_000, p=pmf).tolist()
    cost, fill, periods, cycles = twins.walk(demand, order, 0, 10, 1.0, 0.0, 10.0, 5.0, lost=True)
    assert answer["cost_per_period"] == pytest.approx(cost, rel=0.01)
    assert answer["fill_rate"] == pytest.approx(fill, abs=0.01)
    assert answer["period_service_level"] == pytest.approx(periods, abs=0.01)
    assert answer["cycle_service_level"] == pytest.approx(cycles, abs=0.015)


def test_the_lost_sales_optimum_is_that_of_every_state_and_order():
    pmf = [0.3, 0.4, 0.2, 0.1]
    answer = solve({**problem(pmf, 2, fixed=0.0), "shortage": {"kind": "lost", "per_unit": 8}})
    least = twins.lost_sales_optimum(pmf, 2, 1.0, 8.0, 10, 5)
    assert answer["cost_per_period"] == pytest.approx(least, abs=1e-4)


def test_a_given_theta_is_what_simulation_sees():
    pmf = [0.3, 0.4, 0.2, 0.1]
    cdf = np.cumsum(pmf)
    theta = 0.8
    answer = solve(
        {
            **problem(pmf, 2, fixed=0.0),
            "shortage": {"kind": "lost", "per_unit": 8},
            "policy": "theta",
            "parameters": {"theta": theta},
        }
    )

    def order(_, on_hand, pipeline):
        chance = {on_hand: 1.0}
        for arrives in [*pipeline, 0]:
            after = {}
            for stock, p in chance.items():
                for d, p_d in enumerate(pmf):
                    to = max(stock - d, 0) + arrives
                    after[to] = after.get(to, 0.0) + p * p_d
            chance = after
        q = 0
        while sum(p * cdf[min(x + q, 3)] for x, p in chance.items()) < theta - 1e-7:
            q += 1
        return q

    demand = np.random.default_rng(5).choice(4, 20_000, p=pmf).tolist()
    cost, *_ = twins.walk(demand, order, 2, 3, 1.0, 0.0, 8.0, 0.0, lost=True)
    assert answer["exact"]
    assert answer["cost_per_period"] == pytest.approx(cost, rel=0.03)


def test_continuous_lost_sales_are_what_simulation_sees():
    rate, lead = 4.0, 0.6
    terms = {
        "review": "continuous",
        "demand": {"family": "poisson", "mean": rate},
        "lead_time": lead,
        "holding": 1,
        "shortage": {"kind": "lost", "per_unit": 12},
    }
    for fixed in (0.0, 6.0):
        answer = solve({**terms, "fixed_order_cost": fixed})
        parameters = answer["parameters"]
        r = parameters.get("r", parameters.get("S", 0) - 1)
        quantity = parameters.get("Q", 1)
        generator = np.random.default_rng(6)
        time, held, missed, orders = 0.0, 0.0, 0, 0
        stock, due = r + quantity, []
        horizon = 30_000.0
        for gap in generator.exponential(1 / rate, int(horizon * rate)).tolist():
            end = time + gap
            while due and due[0] <= end:
                held += stock * (due[0] - time)
                time = due.pop(0)
                stock += quantity
            held += stock * (end - time)
            time = end
            if stock == 0:
                missed += 1
                continue
            stock -= 1
            if stock + quantity * len(due) <= r:
                due.append(time + lead)
                orders += 1
        cost = (held + 12 * missed + fixed * orders) / time
        assert answer["cost_per_period"] == pytest.approx(cost, rel=0.015)
        assert answer["fill_rate"] == pytest.approx(1 - missed / (horizon * rate), abs=0.005)


def test_costs_that_run_all_the_time_are_what_simulation_sees():
    given = {
        "demand": {"family": "compound_poisson", "rate": 3, "sizes": [0, 0.5, 0.5]},
        "lead_time": {"uniform": [0.25, 0.75]},
        "holding": 1,
        "shortage": {"per_unit_period": 5},
        "fixed_order_cost": 10,
        "policy": "sS",
        "parameters": {"s": 6, "S": 15},
        "charged": "continuously",
    }
    generator = np.random.default_rng(7)
    level, total = 15, 0.0
    periods = 30_000
    for _ in range(periods):
        ordered = 15 - level if level <= 6 else 0
        total += 10 * (ordered > 0)
        count = generator.poisson(3)
        moments = [(t, -int(generator.integers(1, 3))) for t in generator.random(count)]
        moments += [(float(generator.uniform(0.25, 0.75)), ordered), (1.0, 0)]
        at = 0.0
        for then, change in sorted(moments):
            total += (then - at) * (max(level, 0) + 5 * max(-level, 0))
            at, level = then, level + change
    assert solve(given)["cost_per_period"] == pytest.approx(total / periods, rel=0.015)
