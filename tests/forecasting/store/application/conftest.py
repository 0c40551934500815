"""The same databases as for the use cases."""

from __future__ import annotations

from tests.forecasting.reviewing.conftest import (  # noqa: F401  # fixtures are found by their names
    postgresql_base,
    result,
    sqlite_base,
    store,
    url,
)
