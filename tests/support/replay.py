"""Two small runs of a replay, with figures that can be checked by hand."""

from __future__ import annotations

import numpy as np

from forecasting.domain import Costs
from forecasting.replay.policy_run import PolicyRun
from forecasting.simulation.flows import Flows

RATES = (
    "holding_per_unit_day",
    "lost_business_per_unit",
    "refused_per_unit",
    "goodwill_per_unit",
    "goodwill_per_late_unit_day",
    "backlog_per_unit_day",
    "admin_per_line",
    "word_of_mouth_per_line",
    "line_cost",
    "lost_margin",
    "cancellation_rate",
)


def tallies(shape, **flows) -> Flows:
    zeros = {name: np.zeros(shape) for name in Flows._fields}
    return Flows.of(**{**zeros, **{name: np.array(flow, dtype=float) for name, flow in flows.items()}})


def run_of(policy, flows: Flows, purchased=None, orders=None, ordering=None) -> PolicyRun:
    shape = flows.lines.shape
    return PolicyRun(
        policy=policy,
        parameters="",
        flows=flows,
        purchased_units=np.zeros(shape) if purchased is None else np.array(purchased, dtype=float),
        purchase_orders=np.zeros(shape[1]) if orders is None else np.array(orders, dtype=float),
        cost_ordering=np.zeros(shape) if ordering is None else np.array(ordering, dtype=float),
        cost_waste=np.zeros(shape),
    )


def costs_with(n, **rates) -> Costs:
    return Costs(
        **{name: np.full(n, rates.get(name, 0.0)) for name in RATES},
        leaving_simulated=np.full(n, rates.get("leaving_simulated", False)),
    )


# Two items over two weeks. Item 0 waits where it is short, item 1 loses.
BASE = run_of(
    "min_max",
    tallies(
        (2, 2),
        lines=[[4, 2], [3, 1]],
        units=[[40, 20], [10, 5]],
        backordered_lines=[[2, 0], [0, 0]],
        backordered_units=[[12, 0], [0, 0]],
        lost_lines=[[0, 0], [1, 1]],
        lost_units=[[0, 0], [2, 1]],
        late_lines=[[1, 0], [0, 0]],
        in_full_lines=[[3, 2], [2, 0]],
        backlog_unit_days=[[30, 6], [0, 0]],
        late_unit_days=[[18, 6], [0, 0]],
        on_hand_unit_days=[[70, 140], [14, 21]],
        days=[[7, 7], [7, 7]],
        received_units=[[50, 0], [5, 5]],
        short_periods=[[1, 0], [1, 1]],
    ),
    purchased=[[50, 10], [5, 5]],
    orders=[2, 1],
    ordering=[[6, 3], [6, 3]],
)
BETTER = run_of(
    "cost_optimal",
    BASE.flows._replace(
        backordered_lines=np.array([[1.0, 0], [0, 0]]),
        backordered_units=np.array([[5.0, 0], [0, 0]]),
        lost_lines=np.zeros((2, 2)),
        lost_units=np.zeros((2, 2)),
        short_periods=np.array([[1.0, 0], [0, 0]]),
    ),
    orders=[1, 1],
)
CHARGED = Costs(
    holding_per_unit_day=np.array([0.01, 0.1]),
    lost_business_per_unit=np.array([0.5, 4.0]),
    refused_per_unit=np.array([5.0, 4.0]),
    goodwill_per_unit=np.array([0.25, 1.0]),
    goodwill_per_late_unit_day=np.array([0.05, 0.0]),
    backlog_per_unit_day=np.array([0.02, 0.0]),
    admin_per_line=np.array([3.0, 2.0]),
    word_of_mouth_per_line=np.array([1.5, 0.5]),
    line_cost=np.zeros(2),
    lost_margin=np.array([5.0, 4.0]),
    cancellation_rate=np.array([0.1, 1.0]),
    leaving_simulated=np.zeros(2, dtype=bool),
)
WORTH = np.array([2.0, 10.0])
