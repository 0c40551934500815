"""What buyers' pages keep for the plans to come, read without the packages that the pages need."""

from __future__ import annotations

import sqlalchemy as sa

from forecasting.store.application.tables import kept_settings
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
