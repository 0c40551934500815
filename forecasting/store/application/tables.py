"""The application's tables as the code reads and writes them. ``migrations`` makes them.

A plan's own tables are not here: they are declared in ``store/schema.py`` and are never changed. A decision
lies beside its line and says nothing that the recommendation says already: where ``quantity`` is empty the
recommended one stands.
"""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from forecasting.store.plan_tables import RUN
from forecasting.store.schema import TABLES
from forecasting.store.sql_tables import Exact, sql_table

METADATA = sa.MetaData()
LINE = ("run", "location", "sku")
"""What names a line."""

people = sa.Table(
    "people",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("money_limit", Exact),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    METADATA,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("seen_at", sa.DateTime, nullable=False),
    sa.Column("ends_at", sa.DateTime, nullable=False),
)

tokens = sa.Table(
    "tokens",
    METADATA,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("ends_at", sa.DateTime),
)

attempts = sa.Table(
    "sign_in_attempts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)

plans = sa.Table(
    "plans",
    METADATA,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("seen_at", sa.DateTime, nullable=False),
)

runs_seen = sa.Table(
    "runs_seen",
    METADATA,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("as_of", sa.Date),
    sa.Column("seen_at", sa.DateTime, nullable=False),
)

decisions = sa.Table(
    "decisions",
    METADATA,
    *(sa.Column(name, sa.Text, primary_key=True) for name in LINE),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("quantity", Exact),
    sa.Column("unit_cost", Exact),
    sa.Column("value", Exact),
    sa.Column("risk", Exact),
    sa.Column("expected_cost", Exact),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("snoozed_until", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", sa.DateTime, nullable=False),
)

STATE = ("status", "quantity", "unit_cost", "value", "risk", "expected_cost", "reason", "snoozed_until")
"""What of a decision a change may change, and an undo puts back."""

changes = sa.Table(
    "changes",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("batch", sa.Text, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in LINE),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("from_version", sa.Integer, nullable=False),
    sa.Column("undone", sa.Boolean, nullable=False),
    *(sa.Column(f"old_{column}", decisions.c[column].type) for column in STATE),
    *(sa.Column(f"new_{column}", decisions.c[column].type) for column in STATE),
)

snoozes = sa.Table(
    "snoozes",
    METADATA,
    sa.Column("location", sa.Text, primary_key=True),
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

comments = sa.Table(
    "comments",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

views = sa.Table(
    "views",
    METADATA,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("query", sa.Text, nullable=False),
)

jobs = sa.Table(
    "jobs",
    METADATA,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("beat_at", sa.DateTime),
    sa.Column("result", sa.Text),
)

scenarios = sa.Table(
    "scenarios",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("promoted_by", sa.Text),
    sa.Column("promoted_at", sa.DateTime),
)

kept_settings = sa.Table(
    "kept_settings",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

forecast_edits = sa.Table(
    "forecast_edits",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("factor", Exact, nullable=False),
    sa.Column("begins", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("daily_demand", Exact, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("ended_by", sa.Text),
    sa.Column("ended_at", sa.DateTime),
)

pins = sa.Table(
    "pins",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("order", sa.Text, nullable=False),
    sa.Column("line", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("quantity", Exact),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)

reservations = sa.Table(
    "reservations",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("quantity", Exact, nullable=False),
    sa.Column("asked_sku", sa.Text, nullable=False),
    sa.Column("asked_quantity", Exact, nullable=False),
    sa.Column("order", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("until", sa.DateTime, nullable=False),
    sa.Column("ended_at", sa.DateTime),
)

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)

outbox_orders = sa.Table(
    "outbox_orders",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("payload_hash", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("guarantee", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("supplier", sa.Text, nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("value", Exact, nullable=False),
    sa.Column("frozen_at", sa.DateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", sa.DateTime, nullable=False),
    sa.Column("changed_at", sa.DateTime, nullable=False),
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", sa.DateTime),
    sa.Column("fence", sa.Integer, nullable=False),
)

outbox_lines = sa.Table(
    "outbox_lines",
    METADATA,
    *(sa.Column(name, sa.Text, primary_key=True) for name in LINE),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("as_of", sa.Date),
    sa.Column("frozen_at", sa.DateTime),
)

outbox_events = sa.Table(
    "outbox_events",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
)


LISTED = (
    *("run", "location", "sku", "supplier", "as_of", "quantity", "value"),
    *("inventory_position", "on_hand", "on_order", "backlog", "order_by", "arrives_on"),
    *("stockout_probability", "expected_cost", "expected_cost_if_ordered", "flags"),
)
"""What lists narrow, order and sum recommendations by. An index of these takes a quarter of the table's
bytes: whoever asks for all lines of a plan need not read the rest.
"""


@cache
def plan_table(name: str) -> sa.Table:
    """A table that a plan wrote, as it is declared."""
    columns = {column.name: column for column in TABLES[name].columns}
    table = sql_table(name, columns if RUN.name in columns else {**columns, RUN.name: RUN})
    if name == "recommendations":
        sa.Index("recommendations_by_supplier", table.c.run, table.c.supplier)
        sa.Index("recommendations_as_listed", *(table.c[column] for column in LISTED))
    if name == "line_details":
        sa.Index("line_details_by_number", table.c.run, table.c.number)
    if name == "promises":
        sa.Index("promises_by_item", table.c.run, table.c.sku, table.c.location)
    return table
