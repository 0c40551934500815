"""The rules that a policy is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from forecasting.contract.situations import LARGEST, PACK, SMALLEST, made_situation
from forecasting.domain import DemandLines, FloatArray
from forecasting.policies.base import Decision, Policy, Situation
from forecasting.policies.cost_optimal import CostOptimal
from models.contract.suite import Fault, Finding, Rule, go_through
from models.contract.trying import SLOWEST, not_slow, pickled, repeated, seconds
from models.extensions.arrays import no_numbers

Make = Callable[[], Policy]

LEVELS = ("quantity", "reorder_point", "order_up_to")
REFERENCE = "cost_optimal"
SPEED_ITEMS = 300


def check_policy(make: Make) -> list[Finding]:
    """Hold a policy to every rule. ``make`` makes it anew."""
    return go_through(RULES, make)


def decided(make: Make, situation: Situation) -> Decision:
    """What it decides. Raises Fault where that is no decision of these items."""
    answer: Any = make().decide(situation)
    if not isinstance(answer, Decision):
        raise Fault(
            f"decide returns {type(answer).__name__}: return Decision(quantity, reorder_point, order_up_to)"
        )
    for level in LEVELS:
        unfit = no_numbers(getattr(answer, level))
        if unfit:
            raise Fault(f"{level} is {unfit}")
        shape = np.shape(getattr(answer, level))
        if shape != (len(situation),):
            raise Fault(f"wrong shape: {level} of shape {shape} for {len(situation)} items")
    return answer


def _shape(make: Make) -> None:
    decided(make, made_situation())


def _finite(make: Make) -> None:
    decision = decided(make, made_situation())
    for level in LEVELS:
        wrong = int(np.sum(~np.isfinite(getattr(decision, level).astype(np.float64))))
        if wrong:
            raise Fault(f"{level} is NaN or infinite for {wrong} of {len(decision.quantity)} items")


def _not_negative(make: Make) -> None:
    quantity = decided(make, made_situation()).quantity
    if np.any(quantity < 0):
        raise Fault(
            f"negative orders: of {np.sum(quantity < 0)} items, {np.nanmin(quantity):g} units at least"
        )


def _terms(make: Make) -> None:
    quantity = decided(make, made_situation()).quantity
    bought = quantity[quantity > 0]
    parts = bought[bought % PACK != 0]
    if len(parts):
        raise Fault(
            f"not whole packs: {len(parts)} orders such as {parts[0]:g} units of packs of {PACK:g}; "
            "situation.terms.at_least(wanted) rounds as the terms ask"
        )
    if np.any((bought < SMALLEST) | (bought > LARGEST)):
        raise Fault(
            f"orders of {bought.min():g} to {bought.max():g} units, where {SMALLEST:g} to {LARGEST:g} are let"
        )


def _orderable(make: Make) -> None:
    situation = made_situation()
    wrong = np.sum(decided(make, situation).quantity[~situation.orderable] > 0)
    if wrong:
        raise Fault(f"orders {wrong} items that are not orderable; look at situation.orderable")


def _repeats(make: Make) -> None:
    repeated(lambda: decided(make, made_situation()), _same)


def _same(first: Decision, second: Decision) -> bool:
    return all(np.array_equal(getattr(first, each), getattr(second, each), equal_nan=True) for each in LEVELS)


def _future(make: Make) -> None:
    """What it orders on a day stays, whatever it sees of later days; and it asks for no future."""
    policy = make()
    before = policy.decide(made_situation())
    policy.decide(made_situation(later=9))
    if not _same(before, policy.decide(made_situation())):
        raise Fault(
            "peeks at the future: once it has seen a later review, it orders otherwise on the earlier day; "
            "keep nothing between two calls of decide"
        )
    line = np.zeros(1, dtype=np.int64)
    lines = DemandLines(np.array([0, 1]), line + 15_001, line + 15_001, np.ones(1), line, line + 10**6, line)
    if policy.foreseeing(lines, lambda _, item: np.full((len(item), 1), 15_064)) is not policy:
        raise Fault("peeks at the future: foreseeing returns another policy; only perfect_foresight may")


def _untouched(make: Make) -> None:
    situation = made_situation()
    before = {name: array.copy() for name, array in _arrays(situation, "situation")}
    make().decide(situation)
    for name, array in _arrays(situation, "situation"):
        if not np.array_equal(before[name], array, equal_nan=array.dtype.kind == "f"):
            raise Fault(f"mutates its situation: {name} is changed; work on a copy")


def _arrays(owner: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The arrays of a dataclass and of those in it, by where they are."""
    for field in fields(owner):
        value, place = getattr(owner, field.name), f"{name}.{field.name}"
        if isinstance(value, np.ndarray):
            yield place, value
        elif is_dataclass(value):
            yield from _arrays(value, place)


def _order(make: Make) -> None:
    straight = decided(make, made_situation())
    shuffled = np.random.default_rng(5).permutation(len(straight.quantity)).astype(np.int64)
    other = decided(make, made_situation(order=shuffled))
    # Sums over all items are rounded in another order: a level may move by the last bits.
    apart = [_apart(getattr(straight, each)[shuffled], getattr(other, each)) for each in LEVELS]
    if max(apart):
        raise Fault(
            f"depends on the order of items: in another order {max(apart)} of them are decided otherwise"
        )


def _apart(first: FloatArray, second: FloatArray) -> int:
    return int(np.sum(~np.isclose(first, second, rtol=1e-9, atol=1e-9, equal_nan=True)))


def _works_with(**made: Any) -> Callable[[Make], None]:
    def check(make: Make) -> None:
        decision = decided(make, made_situation(**made))
        if not np.all(np.isfinite(decision.quantity) & (decision.quantity >= 0)):
            raise Fault("orders that are NaN, infinite or negative")

    return check


def _pickles(make: Make) -> None:
    policy = make()
    other = pickled(policy)
    if not _same(policy.decide(made_situation()), other.decide(made_situation())):
        raise Fault("does not pickle: what comes back decides otherwise")


def _speed(make: Make) -> None:
    situation, reference, policy = made_situation(SPEED_ITEMS), CostOptimal(), make()
    ours = seconds(lambda: reference.decide(situation))
    theirs = seconds(lambda: policy.decide(situation))
    not_slow(ours, theirs, reference.name, SPEED_ITEMS)


BASE = ("shape", "finite", "not_negative")

RULES: tuple[Rule[Make], ...] = (
    Rule("shape", "a quantity and two levels for each item", _shape),
    Rule("finite", "no NaN, nothing infinite", _finite, ("shape",)),
    Rule("not_negative", "no negative orders", _not_negative, ("shape",)),
    Rule("terms", "whole packs, from the least to the most that is let", _terms, BASE),
    Rule("orderable", "nothing is ordered that cannot be", _orderable, ("shape",)),
    Rule("repeats", "the same situation gives the same orders", _repeats, ("shape",)),
    Rule("future", "nothing later than its day is looked at", _future, ("shape", "repeats")),
    Rule("untouched", "its situation stays as it was", _untouched, ("shape",)),
    Rule("order", "the order of items does not matter", _order, ("shape", "repeats", "future")),
    Rule("one_item", "one item alone will do", _works_with(items=1), BASE),
    Rule("no_items", "so will no item at all", _works_with(items=0), BASE),
    Rule("zeros", "items that sell nothing will do", _works_with(rate=0.0), BASE),
    Rule("short", "a history of one week will do", _works_with(weeks=1), BASE),
    Rule("pickles", "another process can have it", _pickles, ("shape", "repeats")),
    Rule("speed", f"at most {SLOWEST:g} times as slow as {REFERENCE}", _speed, ("shape",)),
)
"""What a policy is held to, in this order."""
