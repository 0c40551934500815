"""Figures that a plan was made with, as a review reckons with them."""

from __future__ import annotations

from functools import cache

from forecasting.config import Config, load
from forecasting.store.application.plans import Plan

DAYS_PER_YEAR = 365.0


def rate(plan: Plan, setting: str) -> float:
    """A setting of the plan, as it is without an item's own; the default where the plan does not say."""
    said = plan.described.get("config", {})
    return float(said[setting] if setting in said else getattr(_usual(), setting))


@cache
def _usual() -> Config:
    return load()
