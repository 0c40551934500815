"""What every policy promises, whatever it is. One suite over all of them."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.contract.policies import check_policy
from forecasting.domain import SupplierTerms
from forecasting.policies.base import Policy
from forecasting.policies.expected_cost.review_cost import PARTS
from forecasting.policies.order_together import order_together
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import POLICIES, judged
from models.registry import MODELS
from tests.support.builders import demand_lines, situation

ITEMS = 60


def foresight() -> PerfectForesight:
    """One who knows a line a week of every item, and when orders of the next three reviews arrive."""
    lines = demand_lines([[(15_001 + 7 * week, 5.0) for week in range(9)]] * ITEMS)
    arrivals = np.array([15_015, 15_022, 15_029, 15_064])
    return PerfectForesight(lines, lambda day, item: np.tile(arrivals, (len(item), 1)))


RULES = [*(make(load()) for make in POLICIES.values()), foresight()]


@pytest.fixture(params=RULES, ids=lambda rule: rule.name)
def rule(request: pytest.FixtureRequest) -> Policy:
    return request.param


@pytest.fixture(scope="module")
def seen():
    """Items of every speed, in packs and with limits; every seventh cannot be ordered."""
    generator = np.random.default_rng(3)
    return situation(
        generator.gamma(0.7, 20, ITEMS).tolist(),
        on_hand=generator.integers(0, 60, ITEMS).tolist(),
        pack=6.0,
        smallest=20.0,
        largest=100.0,
        line_cost=1.0,
        orderable=np.arange(ITEMS) % 7 > 0,
    )


def test_every_policy_is_known_by_its_name(rule):
    assert isinstance(rule, Policy)
    assert rule.name in {*POLICIES, "perfect_foresight"}


def test_it_keeps_the_contract_that_users_policies_are_held_to(rule):
    findings = check_policy(lambda: rule)

    # Who knows the future on purpose cannot go to another process either: it holds what is to come
    # (and its lines are of too few items for its time to be measured).
    foreseen = {"future", "pickles", "speed"} if rule.name == "perfect_foresight" else set()
    faults = {finding.rule: finding.fault for finding in findings if finding.fault}
    assert set(faults) == foreseen, faults


def test_orders_are_from_the_least_to_the_most_that_is_let_in_whole_packs(rule, seen):
    bought = rule.decide(seen).quantity
    bought = bought[bought > 0]

    assert np.all(bought % 6 == 0) and np.all(bought >= 24) and np.all(bought <= 96)


def test_a_policy_that_weighs_orders_decides_as_it_weighs_them(rule, seen):
    value = rule.value(seen)

    assert (value is not None) == rule.name.startswith("cost_optimal")
    if value is not None:
        assert value.decision().quantity.tolist() == rule.decide(seen).quantity.tolist()
        assert tuple(value.parts(value.decision().quantity)) == PARTS


def test_whatever_the_policy_somebody_says_what_its_orders_cost(rule, seen):
    supplier = np.zeros(ITEMS, dtype=np.int64)
    orders = order_together(rule, seen, supplier, SupplierTerms.none(1))
    value = judged(orders.value, seen, load())

    assert np.all(np.isfinite(value.cost(orders.decision.quantity)))
    assert rule.rules(seen).shape == (ITEMS,)


def test_its_candidates_are_policies_of_its_name_that_differ(rule):
    candidates = rule.candidates()

    assert {each.name for each in candidates} == {rule.name}
    assert len({each.describe() for each in candidates}) == len(candidates)
    assert (len(candidates) > 1) == bool(rule.describe())


def test_its_settings_rise_and_one_of_them_is_its_own(rule, seen):
    settings = rule.settings()

    turned = [each.aggressiveness for each in settings]
    assert turned == sorted(set(turned))
    assert [each.policy for each in settings if each.as_replayed] == [rule]
    assert len({each.label for each in settings}) == len(settings)
    levels = [each.policy.decide(seen).order_up_to.sum() for each in settings]
    assert levels == sorted(levels)


def test_who_is_told_that_shortages_are_dearer_holds_no_less(rule, seen):
    dearer = rule.with_shortage_weight(2.0)

    assert dearer.name == rule.name
    assert (dearer is rule) == (rule.value(seen) is None)
    assert dearer.decide(seen).order_up_to.sum() >= rule.decide(seen).order_up_to.sum()


def test_only_who_knows_the_future_is_told_of_another(rule):
    lines = demand_lines([[(15_001, 1.0)]] * ITEMS)
    told = rule.foreseeing(lines, lambda day, item: np.full((len(item), 1), 15_064))

    assert (told is rule) == (rule.name != "perfect_foresight")


def test_a_demand_model_that_it_brings_exists(rule):
    assert rule.model is None or rule.model in MODELS
