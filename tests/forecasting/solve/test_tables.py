"""Problems with published or independently computed answers."""

from __future__ import annotations

import json
import math

import pytest

from forecasting.solve.solve import solve
from tests.support.paths import SHARED

TABLES = SHARED / "reference" / "inventory_tables.json"


def backorders(family, holding, backlog, fixed=0.0, lead=0, **more):
    return {
        "demand": family,
        "holding": holding,
        "shortage": {"kind": "backorder", "per_unit_period": backlog},
        "fixed_order_cost": fixed,
        "lead_time": lead,
        **more,
    }


def poisson(mean):
    return {"family": "poisson", "mean": mean}


def normal(mean, sd):
    return {"family": "normal", "mean": mean, "sd": sd}


def lost(family, short, lead, mean=5.0, **more):
    return {
        "demand": {"family": family, "mean": mean},
        "holding": 1,
        "shortage": {"kind": "lost", "per_unit": short},
        "lead_time": lead,
        **more,
    }


@pytest.mark.parametrize(
    "mean, s, large, cost",
    [
        (10, 6, 40, 35.022),
        (20, 14, 62, 49.173),
        (30, 23, 66, 57.819),
        (40, 33, 87, 64.512),
        (50, 42, 108, 70.975),
        (60, 52, 129, 77.306),
        (70, 62, 81, 79.037),
        (21, 15, 65, 50.406),
        (23, 17, 52, 52.757),
        (51, 43, 110, 71.611),
        (59, 51, 126, 76.679),
        (63, 54, 73, 78.287),
    ],
)
def test_zheng_and_federgruen_1991(mean, s, large, cost):
    answer = solve(backorders(poisson(mean), 1, 9, 64))
    assert answer["policy"] == "sS" and answer["exact"]
    assert answer["parameters"] == {"s": s, "S": large}
    assert answer["cost_per_period"] == pytest.approx(cost, abs=1e-3)


@pytest.mark.parametrize(
    "mean, backlog, fixed, lead, s, large, cost",
    [
        (6, 4, 5, 0, 4, 10, 8.034111561471644),
        (2, 9, 25, 1, 3, 13, 10.870116),
        (20, 4, 32, 1, 32, 62, 33.270016),
        (5, 19, 64, 2, 15, 40, 28.158902),
        (2, 9, 25, 4, 10, 21, 12.348361),
        (20, 4, 32, 4, 92, 124, 36.480229),
    ],
)
def test_s_s_with_a_lead_time(mean, backlog, fixed, lead, s, large, cost):
    answer = solve(backorders(poisson(mean), 1, backlog, fixed, lead))
    assert answer["parameters"] == {"s": s, "S": large}
    assert answer["cost_per_period"] == pytest.approx(cost, abs=1e-5)


@pytest.mark.parametrize(
    "holding, backlog, fixed, rate, lead, r, quantity, cost",
    [
        (20, 150, 100, 1.5, 2, 3, 5, 107.9235806331498),
        (4, 28, 4, 12, 0.5, 6, 7, 28.241312842169155),
        (1, 25, 1, 5, 1, 7, 5, 7.091189),
        (1, 25, 25, 5, 1, 5, 17, 17.821327),
        (1, 25, 100, 25, 1, 23, 74, 72.829352),
        (1, 25, 100, 50, 1, 47, 105, 102.973459),
    ],
)
def test_r_q_of_poisson_demand(holding, backlog, fixed, rate, lead, r, quantity, cost):
    answer = solve(backorders(poisson(rate), holding, backlog, fixed, lead, review="continuous"))
    assert answer["policy"] == "rQ" and answer["exact"]
    assert answer["parameters"] == {"r": r, "Q": quantity}
    assert answer["cost_per_period"] == pytest.approx(cost, abs=1e-5)


def test_r_q_of_normal_demand_and_its_textbook_approximations():
    problem = backorders(normal(1300, 150), 0.225, 7.5, 8, 1 / 12, review="continuous")
    exact = solve(problem)
    assert exact["parameters"] == pytest.approx({"r": 126.86706, "Q": 328.44914}, abs=1e-3)
    assert exact["cost_per_period"] == pytest.approx(78.07114627, abs=1e-6)
    assert sum(exact["costs"].values()) == pytest.approx(exact["cost_per_period"], rel=1e-6)
    loss = solve({**problem, "policy": "rQ_loss_function"})
    assert loss["parameters"] == pytest.approx({"r": 126.8670643, "Q": 328.4491414}, abs=1e-4)
    once = {**problem, "shortage": {"per_unit": 7.5}}
    inventory = solve({**once, "policy": "rQ_expected_inventory"})
    assert inventory["parameters"] == pytest.approx({"r": 213.9704421, "Q": 318.5901811}, abs=1e-4)
    assert inventory["cost_per_period"] == pytest.approx(95.45114022, abs=1e-5)
    assert not inventory["exact"]
    assert solve({**once, "policy": "rQ"})["cost_per_period"] == pytest.approx(95.4511, abs=1.1e-3)


@pytest.mark.parametrize(
    "demand, holding, backlog, lead, level, cost",
    [
        (normal(50, 8), 0.18, 0.70, 0, 56.60395592743389, 1.997605193176645),
        (normal(50, 8), 0.18, 0.70, 4, 264.7668943741548, 4.466781004149578),
        (normal(120, 10), 2, 18, 0, 132.815515655446, 35.09966638649737),
        (poisson(6), 1, 4, 0, 8, 3.570106945770946),
        (poisson(18), 200, 270, 0, 19, 786.0884409351115),
    ],
)
def test_newsvendor_and_base_stock(demand, holding, backlog, lead, level, cost):
    answer = solve(backorders(demand, holding, backlog, lead=lead))
    assert answer["policy"] == "base_stock" and answer["exact"]
    assert answer["parameters"]["S"] == pytest.approx(level, abs=1e-6)
    assert answer["cost_per_period"] == pytest.approx(cost, abs=1e-8)
    if lead == 0:
        once = solve({**backorders(demand, holding, backlog), "policy": "newsvendor"})
        assert (once["parameters"], once["cost_per_period"]) == (
            answer["parameters"],
            answer["cost_per_period"],
        )


def test_newsvendor_of_lognormal_demand():
    mean = math.exp(6 + 0.3**2 / 2)
    sd = mean * math.sqrt(math.expm1(0.3**2))
    answer = solve(backorders({"family": "lognormal", "mean": mean, "sd": sd}, 1, 0.1765))
    assert answer["parameters"]["S"] == pytest.approx(295.6266448071368)
    assert answer["cost_per_period"] == pytest.approx(29.44254358213529)


LOST_SALES_OPTIMA = {
    ("poisson", 1, 4): 4.0407,
    ("poisson", 2, 4): 4.3953,
    ("poisson", 3, 4): 4.5987,
    ("poisson", 4, 4): 4.7285,
    ("poisson", 1, 19): 6.6757,
    ("poisson", 2, 19): 7.6644,
    ("poisson", 3, 19): 8.3625,
    ("poisson", 4, 19): 8.8872,
}


def test_lost_sales_optimum_and_theta_policy():
    gaps = []
    for (family, lead, short), cost in LOST_SALES_OPTIMA.items():
        answer = solve(lost(family, short, lead))
        assert answer["policy"] == "optimal" and answer["exact"]
        assert answer["cost_per_period"] == pytest.approx(cost, abs=1e-3)
        assert answer["cost_between"][0] <= answer["cost_per_period"] <= answer["cost_between"][1]
        gaps.append(answer["simpler"]["cost_per_period"] / answer["cost_per_period"] - 1)
    assert max(gaps) < 0.002
    assert sum(gaps) / len(gaps) < 0.0005


@pytest.mark.slow
def test_theta_policy_over_the_whole_test_bed():
    gaps = []
    for family in ("poisson", "geometric"):
        for lead in (1, 2, 3, 4):
            for short in (4, 9, 19, 39):
                answer = solve(lost(family, short, lead))
                assert answer["exact"]
                gaps.append(answer["simpler"]["cost_per_period"] / answer["cost_per_period"] - 1)
    assert sum(gaps) / len(gaps) < 0.003
    assert max(gaps) < 0.01


def test_base_stock_where_sales_are_lost():
    answer = solve(lost("poisson", 4, 2, policy="base_stock"))
    assert answer["parameters"] == {"S": 16} and not answer["exact"]
    assert answer["cost_per_period"] == pytest.approx(4.638, abs=0.02)


def test_stock_reward():
    answer = solve(
        {
            "demand": poisson(3),
            "holding": 1,
            "shortage": {"kind": "lost", "per_unit": 5},
            "margin": 10,
            "discount": 0.9,
            "policy": "stock_reward",
        }
    )
    reward = [-15.0, -0.35318, 13.21943, 25.13464, 35.29382, 43.97252, 51.53656, 58.26659, 64.32804]
    assert answer["reward"][: len(reward)] == pytest.approx(reward, abs=1e-5)
    assert answer["marginal"][:3] == pytest.approx([14.64682, 13.57261, 11.91521], abs=1e-5)
    best = answer["parameters"]["k"]
    assert answer["marginal"][best - 1] > 0 >= answer["marginal"][best]


def test_economic_order_quantities():
    problem = {"demand": {"family": "constant", "mean": 1300}, "holding": 0.225, "fixed_order_cost": 8}
    plain = solve(problem)
    assert plain["parameters"]["Q"] == pytest.approx(304.0467800264368)
    assert plain["cost_per_period"] == pytest.approx(68.41052550594829)
    backlog = solve({**problem, "shortage": {"per_unit_period": 5}})
    assert backlog["parameters"] == pytest.approx({"Q": 310.8125552, "stockout_fraction": 0.0430622})
    assert backlog["cost_per_period"] == pytest.approx(66.92136355097325)
    breaks = [{"min_quantity": q, "unit_cost": c} for q, c in ((0, 0.75), (400, 0.72), (800, 0.68))]
    discount = solve({**problem, "holding": 0, "holding_rate": 0.3, "price_breaks": breaks})
    assert discount["parameters"]["Q"] == 800
    assert discount["cost_per_period"] == pytest.approx(978.6)


@pytest.mark.parametrize(
    "fixed, holding, quantities, cost",
    [
        (500, 2, [90, 120, 80, 70], 1380),
        (120, 0.8, [150, 100, 80, 200], 424),
        (100, 0.1, [730, 580, 445, 650, 880], 423),
    ],
)
def test_wagner_whitin(fixed, holding, quantities, cost):
    demand = {"family": "known", "quantities": quantities}
    answer = solve({"demand": demand, "holding": holding, "fixed_order_cost": fixed})
    assert answer["total_cost"] == pytest.approx(cost)
    assert sum(answer["parameters"]["orders"]) == sum(quantities)


def law_kelton(s, large):
    """ "Below s" there is "at s - 1 or below" here."""
    return {
        "demand": {"family": "compound_poisson", "rate": 10, "sizes": [0, 1 / 6, 1 / 3, 1 / 3, 1 / 6]},
        "lead_time": {"uniform": [0.5, 1]},
        "holding": 1,
        "shortage": {"per_unit_period": 5},
        "fixed_order_cost": 32,
        "unit_cost": 3,
        "policy": "sS",
        "parameters": {"s": s - 1, "S": large},
        "charged": "continuously",
        "periods": 120,
        "on_hand": 60,
    }


@pytest.mark.parametrize(
    "s, large, simulated",
    [
        (20, 40, 126.06),
        (20, 60, 120.33),
        (20, 80, 121.12),
        (20, 100, 127.36),
        (40, 60, 127.15),
        (40, 80, 125.45),
        (40, 100, 132.23),
        (60, 80, 144.47),
        (60, 100, 145.20),
    ],
)
def test_law_and_kelton(s, large, simulated):
    # The mean of 40 simulated runs, each with a standard deviation of 2 to 4.4.
    assert solve(law_kelton(s, large))["cost_per_period"] == pytest.approx(simulated, abs=1.6)


def test_every_s_s_and_r_q_row_of_the_reference_file():
    if not TABLES.exists():
        pytest.skip(f"{TABLES} is absent: the literals above stand in")
    rows = 0
    for row in json.loads(TABLES.read_text(encoding="utf-8")):
        terms, expected = row["params"], row["expected"]
        if "mu" in terms and "K" in terms:
            answer = solve(
                backorders(poisson(terms["mu"]), terms["h"], terms["b"], terms["K"], terms.get("L", 0))
            )
            assert answer["parameters"] == {"s": expected["s"], "S": expected["S"]}
        elif "r" in expected and "demand_sd" not in terms:
            answer = solve(
                backorders(
                    poisson(terms["lam"]), terms["h"], terms["p"], terms["K"], terms["L"], review="continuous"
                )
            )
            assert answer["parameters"] == {"r": expected["r"], "Q": expected["Q"]}
        else:
            continue
        assert answer["cost_per_period"] == pytest.approx(expected["cost"], abs=1e-3)
        rows += 1
    assert rows == 29
