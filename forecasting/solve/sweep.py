"""What deciding a little otherwise would cost: the answer's policy with one of its parameters moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.domain import FloatArray
from forecasting.errors import RequestError
from forecasting.solve.problem import Problem, parse
from forecasting.solve.solve import solve

MOVED = {"base_stock": "S", "newsvendor": "S", "sS": "S", "rQ": "r", "theta": "theta", "stock_reward": "k"}
"""The parameter of each policy that is moved; the others stay as answered."""

POINTS = 11
PARAMETERS = ("s", "S", "r", "Q", "theta")


@dataclass(frozen=True)
class Sweep:
    """The cost curve about an answer; without points where the policy has none.

    Attributes:
        parameter: the one that is moved; empty where there is none to move.
        values: float64, shape (k,): its values in ascending order, the answer's among them.
        costs: float64, shape (k,): the cost per period at each; the reward, for a stock reward.

    """

    parameter: str
    values: FloatArray
    costs: FloatArray


def sweep(problem: Mapping[str, Any], answer: Mapping[str, Any]) -> Sweep:
    """The cost curve about ``answer``, which is what ``solve(problem)`` returned."""
    policy, asked = answer["policy"], parse(problem)
    parameter = MOVED.get(policy, "")
    if not parameter or asked.charged == "continuously":
        return Sweep(parameter, np.zeros(0), np.zeros(0))
    if policy == "stock_reward":
        return _rewards(answer, parameter)
    return _costs(asked, answer, parameter)


def _rewards(answer: Mapping[str, Any], parameter: str) -> Sweep:
    """The reward of having 0, 1, ... units: the answer holds all of them already."""
    best, reward = answer["parameters"][parameter], np.array(answer["reward"])
    values = np.unique(np.linspace(0, min(2 * best + 5, len(reward) - 1), 2 * POINTS).astype(int))
    values = np.union1d(values, [best])
    return Sweep(parameter, values, reward[values])


def _costs(asked: Problem, answer: Mapping[str, Any], parameter: str) -> Sweep:
    """The cost per period of each policy about the answer's, each solved by itself."""
    policy = answer["policy"]
    terms = asked.model_dump(exclude_unset=True)
    kept = {name: value for name, value in answer["parameters"].items() if name in PARAMETERS}

    values, costs = [], []
    for value in _around(answer, parameter):
        try:
            other = solve({**terms, "policy": policy, "parameters": {**kept, parameter: value}})
        except RequestError:
            continue  # There is no such policy: an S at or below s, say.
        values.append(value)
        costs.append(other["cost_per_period"])

    order = np.argsort(values)
    return Sweep(parameter, np.array(values)[order], np.array(costs)[order])


def _around(answer: Mapping[str, Any], parameter: str) -> list[float]:
    """The values to try: even steps about the answer's own, of a probability even steps of its log odds."""
    parameters = answer["parameters"]
    best = parameters[parameter]
    if parameter == "theta":
        odds = np.log(best / (1 - best)) + np.array([-1, -2 / 3, -1 / 3, 1 / 3, 2 / 3, 1])
        return [*(1 / (1 + np.exp(-odds))).tolist(), best]

    width = parameters["S"] - parameters["s"] if "s" in parameters else parameters.get("Q", abs(best))
    stride = max(width, 0.25 * abs(best), 5) / (POINTS - 1)
    if isinstance(best, int):
        stride = max(round(stride), 1)
    return [best + stride * k for k in range(-(POINTS // 2), POINTS // 2 + 1)]
