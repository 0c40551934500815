"""The policies by name. A new one is its file and a line here.

A policy of a user's own has a name too: that of its file, or of an entry point (``models/extensions/``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from forecasting.config import Config
from forecasting.errors import RequestError, known_names
from forecasting.policies.base import Policy
from forecasting.policies.base_stock import BaseStock
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.cost_optimal_average import CostOptimalAverage
from forecasting.policies.days_of_cover import DaysOfCover
from forecasting.policies.erpnext import ERPNext
from forecasting.policies.expected_cost.relative_value import RelativeValue
from forecasting.policies.mean_root import MeanRoot
from forecasting.policies.min_max import MinMax
from forecasting.policies.min_max_forecast import MinMaxForecast
from forecasting.policies.netstock import Netstock
from forecasting.policies.no_orders import NoOrders
from forecasting.policies.odoo import Odoo
from forecasting.policies.own_levels import OwnLevels
from forecasting.policies.seasonal_mean import SeasonalMean
from forecasting.policies.situation import Situation
from forecasting.policies.textbook import Textbook
from models.extensions import Extension, ExtensionError, Kind
from models.extensions import load as load_extension
from models.extensions.loading import takes

POLICIES: dict[str, Callable[[Config], Policy]] = {
    "base_stock": lambda config: BaseStock(),
    "cost_optimal": lambda config: CostOptimal(config.excess_holding_share, config.excess_holding_days),
    "cost_optimal_average": lambda config: CostOptimalAverage(
        config.excess_holding_share, config.excess_holding_days
    ),
    "days_of_cover": lambda config: DaysOfCover(),
    "erpnext": lambda config: ERPNext(),
    "mean_root": lambda config: MeanRoot(),
    "min_max": lambda config: MinMax(),
    "min_max_forecast": lambda config: MinMaxForecast(),
    "netstock": lambda config: Netstock(),
    "odoo": lambda config: Odoo(),
    "own_levels": lambda config: OwnLevels(),
    "seasonal_mean": lambda config: SeasonalMean(),
    "textbook": lambda config: Textbook(),
    "no_orders": lambda config: NoOrders(),
}
"""Policies that anybody can follow."""

OWN_LEVELS = "own_levels"
"""The one that needs levels in the data."""

RECORDED = "recorded"
"""No rule: what the data says that happened."""

IN_HINDSIGHT = ("perfect_foresight", RECORDED)
"""What only a replay can show, because it knows what came after."""


def _is_meant(value: Any) -> bool:
    """Whether something in a user's file is meant to be a policy."""
    if inspect.isclass(value):
        return callable(getattr(value, "decide", None)) and not inspect.isabstract(value)
    return isinstance(value, Policy)


def _lacks(found: Any) -> str | None:
    if not isinstance(found, Policy):
        return "is no policy: make its class one of forecasting.policies.base.Policy; see docs/extending.md"
    wrong = takes(found.decide, "situation")
    return None if wrong is None else f"is no policy: its method decide {wrong}"


EXTENSIONS = Kind("policy", "reorder.policies", _is_meant, _lacks, (*POLICIES, *IN_HINDSIGHT))
"""Policies that users bring: found in their file, or by the entry point of a package."""


def extension(name: str) -> Extension | None:
    """What a user wrote under that name; None where it names none, as those shipped do.

    Raises RequestError where it names one that cannot be had.
    """
    if name in EXTENSIONS.taken:
        return None
    try:
        return load_extension(name, EXTENSIONS)
    except ExtensionError as error:
        raise RequestError(str(error)) from error


def policy(name: str, config: Config) -> Policy:
    """The policy of that name. Raises RequestError naming the nearest known one, or saying what is wrong."""
    if name in POLICIES:
        return POLICIES[name](config)
    found = extension(name)
    if found is not None:
        made: Policy = found.made
        return made
    if name in IN_HINDSIGHT:
        raise RequestError(
            f"policy {name!r} knows the future: only `reorder replay` can show it. "
            f"Choose one of {', '.join(POLICIES)}"
        )
    raise unknown(name, tuple(POLICIES))


def judged(value: RelativeValue | None, situation: Situation, config: Config) -> RelativeValue:
    """What orders are expected to cost: by the policy's own ``value`` where it weighs that.

    A rule that weighs no costs is judged by the one that does: whatever the policy, a plan says what its
    orders are expected to cost as ``cost_optimal`` reckons it, so that plans of different policies compare.
    Nowhere else does one policy speak for another.
    """
    if value is not None:
        return value
    return CostOptimal(config.excess_holding_share, config.excess_holding_days).value(situation)


def unknown(name: str, known: tuple[str, ...]) -> RequestError:
    """The error for a name that no policy has."""
    return RequestError(f"there is no policy {name!r}: {known_names(name, known)}")
