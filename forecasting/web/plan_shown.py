"""The plan that pages show."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException

from forecasting.store.application.opened import Store
from forecasting.store.application.plans import Plan, has_new_plans, latest_plan, register_plans
from forecasting.web.caller import Caller, Database, Reader


class NoPlanError(Exception):
    """There is no plan to show yet; ``caller``: to whom."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller


def current_plan(store: Store) -> Plan | None:
    """The plan that is decided on; one that was written just now is noticed."""
    with store.reading() as transaction:
        if not has_new_plans(transaction):
            return latest_plan(transaction)
    with store.writing() as transaction:
        register_plans(transaction)
        return latest_plan(transaction)


def plan_shown(caller: Reader, store: Database) -> Plan:
    """A dependency: that plan. Without one the page says how to make it."""
    plan = current_plan(store)
    if plan is None:
        raise NoPlanError(caller)
    return plan


def plan_answered(store: Store) -> Plan:
    """That plan, for a program. Raises HTTPException, 404, where there is none."""
    plan = current_plan(store)
    if plan is None:
        raise HTTPException(404, "There is no plan yet: run reorder plan DATASET --as-of D --db URL.")
    return plan


Shown = Annotated[Plan, Depends(plan_shown)]
