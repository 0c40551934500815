"""The rules that a cost rule is held to."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from forecasting.contract.situations import made_situation
from forecasting.domain import Costs, IntArray
from forecasting.inputs.cost_rule import CostFacts, CostRule, fault
from models.contract.suite import Fault, Finding, Rule, go_through

ITEMS = 60


def check_cost_rule(rule: CostRule) -> list[Finding]:
    """Hold a cost rule to every rule."""
    return go_through(RULES, rule)


def _facts() -> CostFacts:
    """Items of three categories and two suppliers, one of each kind not given."""
    generator = np.random.default_rng(7)
    words = {
        "location": ["main"],
        "category": ["", "garden", "toys"],
        "supplier": ["", "Eastfield"],
    }
    drawn = {
        name: np.array(some, dtype=object)[generator.integers(0, len(some), ITEMS)]
        for name, some in words.items()
    }
    cost = generator.gamma(2.0, 5.0, ITEMS)
    sku = np.array([f"sku-{number}" for number in range(ITEMS)], dtype=object)
    allowed = generator.random(ITEMS) < 0.5
    return CostFacts(**drawn, sku=sku, unit_cost=cost, unit_price=2 * cost, backorder_allowed=allowed)


def _answer(rule: CostRule, shown: IntArray | None = None) -> Costs:
    everything = np.arange(ITEMS) if shown is None else shown
    answer: Any = rule(_facts().take(everything), made_situation(ITEMS).costs.take(everything))
    wrong = fault(answer, ITEMS)
    if wrong:
        raise Fault(wrong)
    costs: Costs = answer
    return costs


def _rates(rule: CostRule) -> None:
    _answer(rule)


def _same(first: Costs, second: Costs) -> bool:
    return all(
        np.array_equal(getattr(first, each.name), getattr(second, each.name)) for each in fields(Costs)
    )


def _repeats(rule: CostRule) -> None:
    if not _same(_answer(rule), _answer(rule)):
        raise Fault("not the same twice: the same items get other rates, so random numbers are not seeded")


def _untouched(rule: CostRule) -> None:
    facts, costs = _facts(), made_situation(ITEMS).costs
    before = {each.name: getattr(costs, each.name).copy() for each in fields(Costs)}
    seen = {each.name: getattr(facts, each.name).copy() for each in fields(CostFacts)}
    rule(facts, costs)
    changed = [
        f"costs.{name}" for name, array in before.items() if not np.array_equal(array, getattr(costs, name))
    ]
    changed += [
        f"facts.{name}" for name, array in seen.items() if not np.array_equal(array, getattr(facts, name))
    ]
    if changed:
        raise Fault(f"mutates its input: {', '.join(changed)} is changed; return replace(costs, ...)")


def _order(rule: CostRule) -> None:
    shuffled = np.random.default_rng(5).permutation(ITEMS).astype(np.int64)
    if not _same(_answer(rule).take(shuffled), _answer(rule, shuffled)):
        raise Fault("depends on the order of items: in another order they cost otherwise")


RULES: tuple[Rule[CostRule], ...] = (
    Rule("rates", "finite rates of every item, none negative", _rates),
    Rule("repeats", "the same items get the same rates", _repeats, ("rates",)),
    Rule("untouched", "its input stays as it was", _untouched, ("rates",)),
    Rule("order", "the order of items does not matter", _order, ("rates", "repeats")),
)
"""What a cost rule is held to, in this order."""
