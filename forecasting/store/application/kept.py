"""What buyers' pages keep for the plans to come, read without the packages that the pages need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from forecasting.store.application.tables import forecast_edits, kept_settings
from forecasting.store.connection import connected


def settings_for_plans(url: str) -> tuple[str, ...]:
    """Settings that were promoted on the pages of this database, each as ``name=value``; none where there are
    no pages yet.
    """
    with connected(url, create=True) as connection:
        if not sa.inspect(connection).has_table(kept_settings.name):
            return ()
        rows = connection.execute(sa.select(kept_settings).order_by(kept_settings.c.name)).mappings().all()
    return tuple(f"{row['name']}={row['value']}" for row in rows)


def edits_for_plans(url: str) -> Sequence[tuple[str, str, float, date]]:
    """Forecast edits that nobody has ended: location, SKU, factor, and until when; the oldest first."""
    table = forecast_edits
    with connected(url, create=True) as connection:
        if not sa.inspect(connection).has_table(table.name):
            return ()
        statement = sa.select(table.c.location, table.c.sku, table.c.factor, table.c.until)
        rows = connection.execute(statement.where(table.c.ended_at.is_(None)).order_by(table.c.id)).all()
    return [(row.location, row.sku, float(row.factor), row.until) for row in rows]
