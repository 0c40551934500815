"""What must hold of every answer, whatever the numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.reports.solution import explain, plot
from forecasting.solve.solve import solve
from forecasting.solve.sweep import sweep

CHECKS = settings(deadline=None, max_examples=25, derandomize=True)

means = st.floats(0.3, 25)
costs = st.floats(0.5, 30)
fixed_costs = st.sampled_from([0.0, 3.0, 40.0])
leads = st.integers(0, 4)
FAMILIES = {
    "poisson": lambda mean: {},
    "geometric": lambda mean: {},
    "negative_binomial": lambda mean: {"variance": 2.5 * mean},
    "normal": lambda mean: {"sd": 0.25 * mean},
    "gamma": lambda mean: {"sd": 0.6 * mean},
}


@st.composite
def problems(draw, families=("poisson", "geometric", "negative_binomial")):
    family, mean = draw(st.sampled_from(families)), draw(means)
    return {
        "demand": {"family": family, "mean": mean, **FAMILIES[family](mean)},
        "lead_time": draw(leads),
        "holding": draw(st.floats(0.2, 3)),
        "shortage": {"kind": "backorder", "per_unit_period": draw(costs)},
        "fixed_order_cost": draw(fixed_costs),
    }


@CHECKS
@given(
    problems((*FAMILIES,)), st.sampled_from(["holding", "fixed_order_cost", "per_unit_period", "per_unit"])
)
def test_cost_never_falls_when_a_cost_rises(problem, name):
    before = solve(problem)["cost_per_period"]
    dearer = {**problem, "shortage": dict(problem["shortage"])}
    owner = dearer if name in dearer else dearer["shortage"]
    owner[name] = owner.get(name, 0.0) * 1.3 + 0.5
    assert solve(dearer)["cost_per_period"] >= before * (1 - 1e-6)


@CHECKS
@given(problems((*FAMILIES,)))
def test_base_stock_rises_with_the_backlog_cost_and_falls_with_holding(problem):
    problem = {**problem, "policy": "base_stock"}
    level = solve(problem)["parameters"]["S"]
    backlog = {"per_unit_period": problem["shortage"]["per_unit_period"] * 1.5}
    assert solve({**problem, "shortage": backlog})["parameters"]["S"] >= level
    assert solve({**problem, "holding": problem["holding"] * 1.5})["parameters"]["S"] <= level


@CHECKS
@given(problems(), st.sampled_from(["periodic", "continuous"]), st.integers(2, 9))
def test_packs_never_help_and_a_pack_of_one_is_no_pack(problem, review, pack):
    problem = {**problem, "review": review}
    plain = solve(problem)
    single = solve({**problem, "pack_size": 1, "min_order_quantity": 1})
    assert single == plain
    assert solve({**problem, "pack_size": pack})["cost_per_period"] >= plain["cost_per_period"] - 1e-9


@CHECKS
@given(problems((*FAMILIES,)), st.floats(0.01, 100))
def test_money_has_no_unit(problem, rate):
    scaled = {
        **problem,
        "holding": problem["holding"] * rate,
        "fixed_order_cost": problem["fixed_order_cost"] * rate,
        "shortage": {"per_unit_period": problem["shortage"]["per_unit_period"] * rate},
    }
    one, other = solve(problem), solve(scaled)
    assert other["cost_per_period"] == pytest.approx(one["cost_per_period"] * rate, rel=1e-7)


@CHECKS
@given(means, costs, fixed_costs, st.floats(0, 3))
def test_under_continuous_review_time_has_no_unit(mean, backlog, fixed, lead):
    weekly = {
        "review": "continuous",
        "demand": {"family": "negative_binomial", "mean": mean, "variance": 3 * mean},
        "lead_time": lead,
        "holding": 1.0,
        "shortage": {"per_unit_period": backlog, "per_unit": 0.5},
        "fixed_order_cost": fixed,
    }
    daily = {
        **weekly,
        "demand": {"family": "negative_binomial", "mean": mean / 7, "variance": 3 * mean / 7},
        "lead_time": lead * 7,
        "holding": 1 / 7,
        "shortage": {"per_unit_period": backlog / 7, "per_unit": 0.5},
    }
    assert solve(daily)["cost_per_period"] * 7 == pytest.approx(solve(weekly)["cost_per_period"], rel=1e-7)


@CHECKS
@given(problems((*FAMILIES,)))
def test_the_parts_of_the_cost_add_up_and_service_is_a_share(problem):
    answer = solve(problem)
    assert sum(answer["costs"].values()) == pytest.approx(answer["cost_per_period"])
    for name in ("cycle_service_level", "period_service_level", "fill_rate"):
        assert 0 <= answer[name] <= 1
    assert answer["orders_per_period"] * problem["fixed_order_cost"] == pytest.approx(
        answer["costs"]["ordering"]
    )


@CHECKS
@given(problems((*FAMILIES,)), st.integers(-3, 3), st.integers(-3, 3))
def test_no_other_parameters_cost_less(problem, down, up):
    answer = solve(problem)
    parameters = dict(answer["parameters"])
    if "s" in parameters:
        parameters["s"] += down
        parameters["S"] = max(parameters["S"] + up, parameters["s"] + 1)
    else:
        parameters["S"] += up
    other = solve({**problem, "policy": answer["policy"], "parameters": parameters})
    assert other["cost_per_period"] >= answer["cost_per_period"] * (1 - 1e-7)


@CHECKS
@given(problems())
def test_a_longer_or_less_certain_lead_time_costs_more(problem):
    lead = problem["lead_time"]
    cost = solve(problem)["cost_per_period"]
    assert solve({**problem, "lead_time": lead + 1})["cost_per_period"] >= cost - 1e-9
    certain = solve({**problem, "lead_time": {"pmf": [0.0] * lead + [1.0]}})
    assert certain["cost_per_period"] == pytest.approx(cost, rel=1e-9)


def test_sharper_and_wider_lattices_agree_with_the_smooth_limit():
    # A gamma demand of a thousand units and a negative binomial of the same moments hardly differ.
    terms = {"lead_time": 2, "holding": 1, "shortage": {"per_unit_period": 9}, "fixed_order_cost": 4000}
    smooth = solve({**terms, "demand": {"family": "gamma", "mean": 400, "sd": 120}})
    whole = solve({**terms, "demand": {"family": "negative_binomial", "mean": 400, "variance": 120**2}})
    assert smooth["cost_per_period"] == pytest.approx(whole["cost_per_period"], rel=2e-3)
    assert smooth["approximated"]
    assert whole["exact"]


@pytest.mark.parametrize(
    "more",
    [
        {"fixed_order_cost": 64},
        {},
        {"review": "continuous", "fixed_order_cost": 64},
        {"fixed_order_cost": 20, "pack_size": 6},
        {"shortage": {"kind": "lost", "per_unit": 9}, "lead_time": 1, "policy": "theta"},
        {"shortage": {"kind": "lost", "per_unit": 9}, "lead_time": 0.5, "review": "continuous"},
        {"policy": "stock_reward", "margin": 3.0, "shortage": {"per_unit": 2}},
    ],
)
def test_an_answer_is_explained_and_drawn_with_its_own_cost_on_the_curve(more, tmp_path):
    problem = {
        "demand": {"family": "poisson", "mean": 4},
        "holding": 1,
        "shortage": {"per_unit_period": 9},
        **more,
    }
    answer = solve(problem)
    about = sweep(problem, answer)
    text = explain(answer, about)
    marked = [line for line in text.splitlines() if line.endswith(" <")]
    assert len(marked) == 1
    figure = answer["reward_of_k"] if "reward" in answer else answer["cost_per_period"]
    assert f"{figure:.4f}" in marked[0]
    plot(answer, about, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
