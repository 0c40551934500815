"""From when each ordered line is, by item: every line of a plan is asked whether it is ordered meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_orders_by_item"
down_revision = "0007_reservations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say it of lines, as their orders do, and find it by item."""
    op.add_column("outbox_lines", sa.Column("as_of", sa.Date))
    op.add_column("outbox_lines", sa.Column("frozen_at", sa.DateTime))
    lines = sa.table("outbox_lines", sa.column("key"), sa.column("as_of"), sa.column("frozen_at"))
    orders = sa.table("outbox_orders", sa.column("key"), sa.column("as_of"), sa.column("frozen_at"))

    def of_order(column: str) -> sa.ScalarSelect[object]:
        return sa.select(orders.c[column]).where(orders.c.key == lines.c.key).scalar_subquery()

    op.execute(sa.update(lines).values(as_of=of_order("as_of"), frozen_at=of_order("frozen_at")))
    op.drop_index("outbox_lines_by_item", "outbox_lines")
    op.create_index("outbox_lines_by_day", "outbox_lines", ["location", "sku", "as_of"])
    op.create_index("outbox_lines_by_moment", "outbox_lines", ["location", "sku", "frozen_at"])
