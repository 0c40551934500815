"""Which settings are ways of deciding, which say what things cost, and which how the world is.

Contenders that differ in a way of deciding are tried in the same world and charged the same. Those that
differ in a cost BELIEVE another cost: what is charged stays that of the experiment. Those that differ in
anything else live in another world: what lies between them is what that difference is worth, no saving.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecasting.config import Config
from forecasting.replay.request import CHARGEABLE

DECIDING = frozenset(
    {
        "policy",
        "model",
        "contenders",
        "bucket",
        "choose_by",
        "available_share",
        "hidden_demand",
        "odd_order_factor",
        "holidays_country",
        "selection_origins",
        "lead_time_receipts",
        "lead_time_spread",
        "excess_holding_share",
        "excess_holding_days",
        "reselect_days",
        "supplier_gain",
    }
)
"""What can be promoted."""

STATISTICS = frozenset({"interval_draws", "experiment_store", "tracking"})
"""What changes nothing but how a result is shown, and where it is kept."""


def charged(base: Config, own: Config) -> dict[str, Any]:
    """The costs to charge where a contender believes others: those of the experiment."""
    return {name: getattr(base, name) for name in CHARGEABLE if getattr(base, name) != getattr(own, name)}


def other_world(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The settings in which two contenders live in different worlds, by name.

    ``one``, ``other``: all settings of each.
    """
    same = {*DECIDING, *CHARGEABLE, *STATISTICS}
    return sorted(name for name in one if name not in same and one[name] != other.get(name))
