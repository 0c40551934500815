"""Figures that a plan was made with, as a review reckons with them."""

from __future__ import annotations

from forecasting.store.application.plans import Plan

USUAL = {
    "holding_rate": 0.25,
    "salvage_share": 0.0,
    "transfer_cost_per_line": 5.0,
    "admin_hourly_cost": 30.0,
    "admin_minutes_per_line": 5.0,
}
"""Of a plan that does not say by which it was made."""


def rate(plan: Plan, setting: str) -> float:
    """A setting of the plan, as it is without an item's own."""
    return float(plan.described.get("config", {}).get(setting, USUAL[setting]))
