"""Decisions about plans, and the people who make them.

A migration says types in its own words: what the code's tables become later must not change what this did.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.Numeric(24, 6).with_variant(sa.Float(), "sqlite")
LINE = ("run", "location", "sku")


def _state(prefix: str, *, status_needed: bool) -> list[sa.Column[Any]]:
    """What a decision comes to, and what a change remembers of it before and after."""
    return [
        sa.Column(f"{prefix}status", sa.Text, nullable=not status_needed),
        *(
            sa.Column(f"{prefix}{name}", NUMBER)
            for name in ("quantity", "unit_cost", "value", "risk", "expected_cost")
        ),
        sa.Column(f"{prefix}reason", sa.Text, nullable=not status_needed),
        sa.Column(f"{prefix}snoozed_until", sa.Date),
    ]


def upgrade() -> None:
    """Make the tables."""
    _people()
    _decisions()
    _notes()


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("money_limit", NUMBER),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False, index=True),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False, index=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("sign_in_attempts_by_key", "sign_in_attempts", ["key", "at"])


def _decisions() -> None:
    op.create_table(
        "plans",
        sa.Column("run", sa.Text, primary_key=True),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "decisions",
        *(sa.Column(name, sa.Text, primary_key=True) for name in LINE),
        *_state("", status_needed=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("batch", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in LINE),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("from_version", sa.Integer, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
        *_state("old_", status_needed=False),
        *_state("new_", status_needed=False),
    )
    op.create_index("changes_by_batch", "changes", ["batch", "location", "sku"])
    op.create_index("changes_by_item", "changes", ["location", "sku", "id"])
    op.create_index("changes_by_person", "changes", ["who", "run", "id"])
    op.create_table(
        "snoozes",
        sa.Column("location", sa.Text, primary_key=True),
        sa.Column("sku", sa.Text, primary_key=True),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _notes() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("comments_by_item", "comments", ["location", "sku"])
    op.create_table(
        "views",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("query", sa.Text, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
