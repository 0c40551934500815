"""Scenarios that were kept under a name, and settings that were promoted from them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import now
from forecasting.store.application.tables import kept_settings, scenarios
from forecasting.store.application.writing import insert_unless_there, upsert


def keep_scenario(transaction: Transaction, name: str, who: str, outcome: Mapping[str, Any]) -> bool:
    """Keep what came of a change under a name; False where there is one of that name."""
    values = {"name": name, "who": who, "at": now(), "outcome": json.dumps(dict(outcome))}
    return insert_unless_there(transaction, scenarios, values)


def scenarios_kept(transaction: Transaction) -> Sequence[dict[str, Any]]:
    """All of them, the last first."""
    chosen = sa.select(scenarios).order_by(scenarios.c.at.desc(), scenarios.c.name)
    return [_read(row) for row in transaction.execute(chosen).mappings()]


def find_scenario(transaction: Transaction, name: str) -> dict[str, Any] | None:
    """One of them; None where there is none of that name."""
    row = transaction.execute(sa.select(scenarios).where(scenarios.c.name == name)).mappings().first()
    return None if row is None else _read(row)


def drop_scenario(transaction: Transaction, name: str) -> None:
    """Forget one. Settings that were promoted from it stay."""
    transaction.execute(scenarios.delete().where(scenarios.c.name == name))


def promote(transaction: Transaction, name: str, who: str, settings: Mapping[str, Any]) -> None:
    """Make its settings those of every plan to come, and note who did."""
    for setting, value in settings.items():
        row = {"name": setting, "value": json.dumps(value), "who": who, "at": now(), "why": name}
        upsert(transaction, kept_settings, ("name",), row)
    this = sa.update(scenarios).where(scenarios.c.name == name)
    transaction.execute(this.values(promoted_by=who, promoted_at=now()))


def settings_kept(transaction: Transaction) -> Sequence[dict[str, Any]]:
    """The settings that hold in every plan to come, by name, with who promoted each and from what."""
    found = transaction.execute(sa.select(kept_settings).order_by(kept_settings.c.name)).mappings()
    return [{**row, "value": json.loads(row["value"])} for row in found]


def drop_setting(transaction: Transaction, name: str) -> bool:
    """Let a setting be again what the files say; False where it was not promoted."""
    return bool(transaction.execute(kept_settings.delete().where(kept_settings.c.name == name)).rowcount)


def _read(row: sa.RowMapping) -> dict[str, Any]:
    return {**row, "outcome": json.loads(row["outcome"])}
