"""Units that programs set aside for an order that is about to be placed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_reservations"
down_revision = "0006_pins"
branch_labels = None
depends_on = None

NUMBER = sa.Numeric(24, 6).with_variant(sa.Float(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reservations",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("quantity", NUMBER, nullable=False),
        sa.Column("asked_sku", sa.Text, nullable=False),
        sa.Column("asked_quantity", NUMBER, nullable=False),
        sa.Column("order", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
    )
    op.create_index("reservations_by_item", "reservations", ["sku", "location"])
