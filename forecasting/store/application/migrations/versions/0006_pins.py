"""Goods that people set aside for an order line of a customer by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_pins"
down_revision = "0005_forecast_edits"
branch_labels = None
depends_on = None

NUMBER = sa.Numeric(24, 6).with_variant(sa.Float(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pins",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order", sa.Text, nullable=False),
        sa.Column("line", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("quantity", NUMBER),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
