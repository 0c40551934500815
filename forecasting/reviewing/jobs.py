"""Asking for work that takes longer than a page waits: what is asked is checked here, and done elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from forecasting.reviewing.quantities import PLAIN_NUMBER
from forecasting.reviewing.refusals import RefusedError
from forecasting.reviewing.roles import READ, SETTLE, require
from forecasting.store.application.jobs import ask_for, last_job
from forecasting.store.application.notes import record
from forecasting.store.application.opened import Store
from forecasting.store.application.people import Person
from forecasting.store.application.scenarios import (
    drop_scenario,
    drop_setting,
    find_scenario,
    keep_scenario,
    promote,
)

WHAT_IF, PLAN, LOOK_BACK, PROMISE, CHECK = "what_if", "plan", "look_back", "promise", "check"
CAUSES, DRY_RUN = "causes", "dry_run"
GIVE = "give"
"""Of a promise: the run that tried it out, and that is given."""
LONGEST_NAME = 60

FIELDS = {
    "holding_rate": ("holding stock", 0.0, 5.0),
    "shortage_factor": ("running short", 0.1, 20.0),
    "lead_time_factor": ("lead times", 0.1, 10.0),
    "budget": ("the budget", 0.0, 1e12),
}
"""What may be changed: what it is called, and its least and most."""


def asked_change(said: Mapping[str, str]) -> dict[str, Any]:
    """What is to be different, of what was typed; what was left empty stays as it is.

    Raises RefusedError where a figure is none, or nothing is different.
    """
    change: dict[str, Any] = {}
    for name, (called, least, most) in FIELDS.items():
        typed = "".join(said.get(name, "").split())
        if not typed:
            continue
        if not PLAIN_NUMBER.fullmatch(typed) or not least <= float(typed) <= most:
            raise RefusedError(f"{typed[:20]!r} for {called}: write a figure from {least:g} to {most:,.0f}.")
        change[name] = float(Decimal(typed))
    if not change:
        raise RefusedError("Change at least one figure: as it is, nothing would be different.")
    if said.get("supplier"):
        if "budget" in change:
            raise RefusedError("A budget is of all orders together: leave it empty for one supplier.")
        change["supplier"] = said["supplier"]
    return change


def ask_what_if(database: Store, person: Person, change: Mapping[str, Any]) -> str:
    """Have the plan made with the change; returns the name of the work."""
    require(person, READ)
    with database.writing() as transaction:
        return ask_for(transaction, WHAT_IF, person.name, change)


def ask_dry_run(database: Store, person: Person, to: str, known: Collection[str]) -> str:
    """Have an ordering system asked what a send would write there; returns the name of the work.

    Raises RefusedError where ``to`` is none of the ``known`` ones.
    """
    require(person, READ)
    if to not in known:
        raise RefusedError(f"There is no ordering system {to[:60]!r} here.")
    with database.writing() as transaction:
        return ask_for(transaction, DRY_RUN, person.name, {"to": to})


def ask_look_back(database: Store, person: Person) -> str:
    """Have the last half year replayed, unless that is being done; returns the name of the work."""
    return _ask_once(database, person, LOOK_BACK)


def ask_causes(database: Store, person: Person) -> str:
    """Have the causes of the dearest persistent backorders looked into, unless that is being done."""
    return _ask_once(database, person, CAUSES)


def _ask_once(database: Store, person: Person, kind: str) -> str:
    require(person, READ)
    with database.writing() as transaction:
        last = last_job(transaction, kind)
        if last is not None and not last.over:
            return last.job
        return ask_for(transaction, kind, person.name, {})


def keep(database: Store, person: Person, name: str, outcome: Mapping[str, Any]) -> None:
    """Keep what came of a change under a name."""
    require(person, READ)
    called = name.strip()
    if not called or len(called) > LONGEST_NAME:
        raise RefusedError(f"Give the scenario a name of 1 to {LONGEST_NAME} characters.")
    with database.writing() as transaction:
        if not keep_scenario(transaction, called, person.name, outcome):
            raise RefusedError(f"There is a scenario {called!r} already. Nothing was kept.")
        record(transaction, person.name, "keep scenario", called)


def forget(database: Store, person: Person, name: str) -> None:
    """Forget a scenario: one's own, or, for who may change settings, anybody's."""
    with database.writing() as transaction:
        found = find_scenario(transaction, name)
        if found is None:
            raise RefusedError(f"There is no scenario {name!r}.")
        if found["who"] != person.name:
            require(person, SETTLE)
        drop_scenario(transaction, name)
        record(transaction, person.name, "forget scenario", name)


def make_settings(database: Store, person: Person, name: str) -> Mapping[str, Any]:
    """Make the settings of a scenario those of every plan to come; returns them."""
    require(person, SETTLE)
    with database.writing() as transaction:
        found = find_scenario(transaction, name)
        settings = {} if found is None else dict(found["outcome"].get("settings", {}))
        if not settings:
            raise RefusedError("There is nothing in this scenario that could be a setting of all plans.")
        promote(transaction, name, person.name, settings)
        said = ", ".join(
            f"{setting} = {value:g}" if value is not None else f"{setting}: none"
            for setting, value in settings.items()
        )
        record(transaction, person.name, "promote scenario", name, said)
    return settings


def withdraw_setting(database: Store, person: Person, setting: str) -> None:
    """Let a promoted setting be again what the files say."""
    require(person, SETTLE)
    with database.writing() as transaction:
        if not drop_setting(transaction, setting):
            raise RefusedError(f"The setting {setting!r} is not one that was promoted.")
        record(transaction, person.name, "withdraw setting", setting)
