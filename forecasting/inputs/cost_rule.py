"""A company's own rule of what items cost: a function in a file, over the rates that settings make.

It is called with what is known of the items and with their rates, and answers the rates that hold.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from forecasting.domain import BoolArray, Costs, FloatArray, TextArray
from forecasting.domain.columns import Columns
from forecasting.errors import RequestError
from models.extensions import Extension, ExtensionError, Kind, is_file_name
from models.extensions import load as load_extension
from models.extensions.arrays import no_numbers


@dataclass(frozen=True)
class CostFacts(Columns):
    """What a rule may look at, of n items.

    Attributes:
        location, sku, category, supplier: text, shape (n,), empty where not given.
        unit_cost, unit_price: float64, shape (n,), money.
        backorder_allowed: bool, shape (n,).

    """

    location: TextArray
    sku: TextArray
    category: TextArray
    supplier: TextArray
    unit_cost: FloatArray
    unit_price: FloatArray
    backorder_allowed: BoolArray


CostRule = Callable[[CostFacts, Costs], Costs]


def _is_meant(value: Any) -> bool:
    """Whether something in a user's file is meant to be a rule: a function of ``facts`` and ``costs``."""
    return inspect.isfunction(value) and list(inspect.signature(value).parameters)[:2] == ["facts", "costs"]


def _lacks(found: Any) -> str | None:
    if not _is_meant(found):
        return "is no cost rule: write a function of (facts, costs) that returns costs; see docs/extending.md"
    return None


EXTENSIONS = Kind("cost rule", "reorder.cost_rules", _is_meant, _lacks)


def cost_rule(name: str) -> Extension:
    """The rule of that name. Raises RequestError where there is none such."""
    try:
        found = load_extension(name, EXTENSIONS)
    except ExtensionError as error:
        raise RequestError(str(error)) from error
    if found is None:
        raise RequestError(f"there is no cost rule {name!r}: name a file, as in my_costs.py:my_rule")
    return found


def ruled(name: str, facts: CostFacts, costs: Costs) -> Costs:
    """The rates as the rule of that name has them.

    Raises RequestError where it fails, or answers what can be no rates.
    """
    rule = cost_rule(name)
    try:
        answer = rule.made(facts, costs)
    except (Exception, SystemExit) as error:
        raise RequestError(f"cost rule {name}: fails: {type(error).__name__}: {error}") from error
    wrong = fault(answer, len(facts))
    if wrong:
        checked = f"{rule.file}:{rule.inside}" if is_file_name(name) else name
        raise RequestError(f"cost rule {name}: {wrong}; `reorder experiment check {checked}` tells more")
    ruled_costs: Costs = answer
    return ruled_costs


def fault(answer: Any, items: int) -> str | None:
    """What keeps an answer from being the rates of so many items, in words; None: nothing."""
    if not isinstance(answer, Costs):
        return f"it answers {type(answer).__name__}, not Costs: return replace(costs, ...)"
    for field in fields(Costs):
        rates = getattr(answer, field.name)
        unfit = no_numbers(rates)
        if unfit:
            return f"{field.name} is {unfit}"
        if rates.shape != (items,):
            return f"{field.name} has shape {rates.shape}, which must be ({items},)"
        if not np.all(np.isfinite(rates)):
            return f"{field.name} holds NaN or infinite numbers"
        if np.any(rates < 0):
            return f"{field.name} is negative"
    return None
