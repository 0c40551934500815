"""Each policy and each solver shows a worked example, which the tests run as they run any other."""

from __future__ import annotations

import inspect

import pytest

from forecasting.config import load
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import POLICIES, policy
from forecasting.solve import base_stock, deterministic, hadley_whitin, packs, r_q, s_s, stock_reward
from forecasting.solve.continuous_charge import continuous_charge
from forecasting.solve.lost_sales import base_stock_and_s_s, theta_policy, value_iteration
from forecasting.solve.lost_sales.continuous_review import lost_sales_continuous
from forecasting.solve.lost_sales.dispatch import lost_sales
from forecasting.solve.lost_sales.zero_lead_time import lost_sales_without_lead_time
from forecasting.solve.r_q_smooth import r_q_smooth

SOLVERS = [
    base_stock.base_stock,
    base_stock.newsvendor,
    base_stock_and_s_s.levels_policy,
    continuous_charge,
    deterministic.economic_order_quantity,
    deterministic.wagner_whitin,
    hadley_whitin.expected_inventory,
    hadley_whitin.loss_function,
    lost_sales,
    lost_sales_continuous,
    lost_sales_without_lead_time,
    packs.s_s_in_packs,
    r_q.r_q,
    r_q_smooth,
    s_s.s_s,
    stock_reward.stock_reward,
    theta_policy.theta_policy,
    value_iteration.optimal,
]


@pytest.mark.parametrize("kind", [*(type(policy(name, load())) for name in POLICIES), PerfectForesight])
def test_every_policy_has_one(kind):
    assert ">>> " in (inspect.getdoc(kind) or "")


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda solver: solver.__name__)
def test_every_solver_has_one(solver):
    assert ">>> " in (inspect.getdoc(solver) or "")
