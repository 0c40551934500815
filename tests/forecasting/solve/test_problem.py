"""Problems that cannot be answered: the message says what is wrong, where, and what to do."""

from __future__ import annotations

import json
import math

import pytest

from forecasting.errors import RequestError
from forecasting.reports.solution import explain, plot
from forecasting.solve.solve import POLICIES, solve
from forecasting.solve.sweep import sweep

GOOD = {
    "demand": {"family": "poisson", "mean": 10},
    "lead_time": 0,
    "holding": 1,
    "shortage": {"kind": "backorder", "per_unit_period": 9},
    "fixed_order_cost": 64,
}
LOST = {"kind": "lost", "per_unit": 9}


def family(name, **terms):
    return {"demand": {"family": name, **terms}}


@pytest.mark.parametrize(
    "change, said",
    [
        ({"lead_time": -1}, "lead_time"),
        ({"lead_time": math.nan}, "lead_time"),
        ({"lead_time": "two"}, "lead_time"),
        ({"lead_time": 1.5}, "whole number of periods"),
        ({"lead_time": {"pmf": [0.5, 0.6]}}, "lead_time.pmf: its probabilities sum to 1.1"),
        ({"lead_time": {}}, "lead_time"),
        ({"holding": 0}, "critical ratio is 1"),
        ({"holding": 1e-12}, "critical ratio is 1"),
        ({"holding": 0, "shortage": {}}, "every policy costs the same"),
        ({"shortage": {}}, "shortage: costs nothing"),
        ({"shortage": {"kind": "lost", "per_unit": 1, "per_unit_period": 2}}, "shortage.per_unit_period"),
        ({"shortage": {"per_uint": 2}}, "Did you mean 'per_unit'"),
        ({"fixed_cost": 2}, "Did you mean 'fixed_order_cost'"),
        ({"holding": "1"}, "holding"),
        ({"holding": True}, "holding"),
        ({"review": "weekly"}, "review"),
        ({"demand": 10}, "demand: must be an object"),
        (family("zipf", mean=3), "demand.family"),
        (family("poisson"), "demand.mean: is missing"),
        (family("poisson", mean=0), "demand.mean"),
        (family("poisson", mean=math.nan), "demand.mean"),
        (family("poisson", mean=math.inf), "demand.mean"),
        (family("poisson", mean=3, sd=2), "demand.sd: does not belong"),
        (family("poisson", mean=1e12), "larger units"),
        (family("normal", mean=3, sd=0), "demand.sd"),
        (family("negative_binomial", mean=3, variance=3), "demand.variance"),
        (family("pmf", pmf=[0.5, 0.4]), "sum to 0.9"),
        (family("pmf", pmf=[1.5, -0.5]), "demand.pmf.1"),
        (family("pmf", pmf=[1]), "always zero"),
        (family("pmf", pmf=[]), "0 probabilities"),
        ({**family("pmf", pmf=[0.5, 0.5]), "review": "continuous"}, "when in it"),
        ({**family("lognormal", mean=3, sd=1), "review": "continuous", "lead_time": 0.5}, "cannot be cut"),
        ({"pack_size": 0}, "pack_size"),
        ({"pack_size": 2.5}, "no whole unit"),
        ({"min_order_quantity": 1e9}, "larger units"),
        ({"fixed_order_cost": 1e300}, "fixed_order_cost"),
        ({"policy": "xS"}, "Did you mean 'sS'"),
        ({"policy": "theta"}, "lost sales"),
        ({"policy": "newsvendor"}, "no fixed order cost"),
        ({"policy": "newsvendor", "fixed_order_cost": 0, "lead_time": 2}, "without lead time"),
        ({"policy": "stock_reward"}, "margin"),
        ({"policy": "eoq", "fixed_order_cost": 0}, "fixed_order_cost"),
        ({"policy": "wagner_whitin"}, "known demands"),
        ({"parameters": {"s": 1, "S": 9}}, "Name it in policy"),
        ({"policy": "sS", "parameters": {"s": 3, "S": 3}}, "parameters.S"),
        ({"policy": "sS", "parameters": {"s": 3}}, "parameters.S: is missing"),
        ({"policy": "sS", "parameters": {"s": 3, "S": 9, "Q": 2}}, "parameters 'Q'"),
        ({"policy": "sS", "parameters": {"s": 0.5, "S": 9}}, "whole unit"),
        ({"policy": "theta", "shortage": LOST, "lead_time": 1}, "fixed order cost"),
        ({"policy": "theta", "shortage": LOST, "lead_time": {"pmf": [0.5, 0.5]}}, "one lead time"),
        ({**family("geometric", mean=3), "shortage": LOST, "review": "continuous"}, "demand.family"),
        ({"charged": "continuously"}, "parameters"),
    ],
)
def test_what_cannot_be_answered_is_said(change, said):
    with pytest.raises(RequestError) as error:
        solve({**GOOD, **change})
    assert said in str(error.value)
    assert str(error.value).startswith("problem, ")


def test_a_given_theta_is_a_probability():
    terms = {**GOOD, "fixed_order_cost": 0, "shortage": LOST, "lead_time": 1, "policy": "theta"}
    with pytest.raises(RequestError, match="no probability"):
        solve({**terms, "parameters": {"theta": 1.5}})


@pytest.mark.parametrize("problem", [None, [], "x", 3])
def test_a_problem_is_an_object(problem):
    with pytest.raises(RequestError, match="JSON object"):
        solve(problem)


@pytest.mark.parametrize("missing", ["demand"])
def test_what_is_missing_is_named(missing):
    with pytest.raises(RequestError, match=f"problem, {missing}: is missing"):
        solve({name: value for name, value in GOOD.items() if name != missing})


def test_every_answer_is_plain_json():
    problems = [
        GOOD,
        {**GOOD, "pack_size": 6},
        {**GOOD, **family("gamma", mean=10, sd=4), "fixed_order_cost": 0, "pack_size": 7.5},
        {**GOOD, "review": "continuous", "lead_time": 0.3},
        {**GOOD, "shortage": LOST, "lead_time": 2},
        {**GOOD, "shortage": LOST, "fixed_order_cost": 0, "lead_time": {"pmf": [0, 0.5, 0.5]}},
        {**GOOD, "shortage": LOST, "pack_size": 4},
        {**GOOD, "shortage": LOST, "fixed_order_cost": 1e5},
        {**GOOD, "policy": "eoq"},
    ]
    names = "policy parameters cost_per_period exact cycle_service_level fill_rate safety_stock".split()
    for problem in problems:
        answer = solve(problem)
        assert answer["policy"] in (*POLICIES, "no_stock")
        assert set(names) <= set(answer)
        assert answer["exact"] or answer["approximated"]
        assert json.loads(json.dumps(answer, allow_nan=False)) == answer
        assert explain(answer, sweep(problem, answer))


def test_stock_that_costs_more_than_shortages_is_not_kept(tmp_path):
    answer = solve({**GOOD, "shortage": {"kind": "lost", "per_unit": 0.5}})
    assert (answer["policy"], answer["cost_per_period"]) == ("no_stock", pytest.approx(5.0))
    with pytest.raises(RequestError, match="no cost curve"):
        plot(answer, sweep(GOOD, answer), tmp_path / "curve.png")
