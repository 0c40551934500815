"""The outbox: approved orders on their way into an ordering system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_outbox"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.Numeric(24, 6).with_variant(sa.Float(), "sqlite")
LINE = ("run", "location", "sku")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outbox_orders",
        sa.Column("key", sa.Text, primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("payload", "payload_hash", "target", "guarantee", "run")
        ),
        sa.Column("as_of", sa.Date, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("supplier", "location")),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.Column("frozen_at", sa.DateTime, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("status", "number", "reason")),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.DateTime),
        sa.Column("fence", sa.Integer, nullable=False),
    )
    op.create_index("outbox_orders_due", "outbox_orders", ["target", "status", "next_at"])
    # A line of a plan is in one order at most, whoever freezes it, and when.
    op.create_table(
        "outbox_lines",
        *(sa.Column(name, sa.Text, primary_key=True) for name in LINE),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("outbox_lines_by_item", "outbox_lines", ["location", "sku"])
    op.create_index("outbox_lines_by_key", "outbox_lines", ["key"])
    op.create_table(
        "outbox_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_index("outbox_events_by_key", "outbox_events", ["key", "id"])
