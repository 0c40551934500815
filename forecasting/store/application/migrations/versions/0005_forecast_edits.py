"""Forecasts that people edited: what the plans to come are to expect of an item, until a day, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_forecast_edits"
down_revision = "0004_jobs"
branch_labels = None
depends_on = None

NUMBER = sa.Numeric(24, 6).with_variant(sa.Float(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "forecast_edits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("factor", NUMBER, nullable=False),
        sa.Column("begins", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("daily_demand", NUMBER, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("ended_by", sa.Text),
        sa.Column("ended_at", sa.DateTime),
    )
    op.create_index("forecast_edits_by_item", "forecast_edits", ["location", "sku"])
