"""When the runs beside plans were first seen: of several the last one is shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_runs_seen"
down_revision = "0002_outbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "runs_seen",
        sa.Column("run", sa.Text, primary_key=True),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
