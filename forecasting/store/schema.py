"""Every table that runs leave behind, declared once: Parquet, CSV, SQL and ``docs/outputs.md`` follow.

Nothing is declared that nothing writes. A new column is a line here and in what writes it; a table that
does not fit is refused where it is written.
"""

from __future__ import annotations

from forecasting.store.backorder_tables import (
    BACKORDER_COSTS,
    CANCELLATION_CURVE,
    LATENESS_EFFECT,
    PERSISTENT_BACKORDERS,
    PRE_ORDERS,
)
from forecasting.store.backtest_tables import FORECASTS, SCORES
from forecasting.store.columns import Table
from forecasting.store.page_tables import (
    ITEM_FACTS,
    ITEM_WEEKS,
    LINE_DETAILS,
    OPEN_PURCHASES,
    POLICIES_REPLAYED,
    SUPPLIER_DETAILS,
    SUPPLIER_SCORES,
)
from forecasting.store.plan_tables import (
    ASSUMPTIONS,
    CHOICES,
    COSTS,
    EXCESS,
    FORECAST,
    KEPT_FORECASTS,
    NOTICES,
    OVERDUE,
    RECOMMENDATIONS,
    RUNS,
    SUPPLIER_ORDERS,
)
from forecasting.store.promise_tables import TABLES as PROMISE_TABLES
from forecasting.store.replay_tables import (
    DECOMPOSITION,
    EQUAL_TERMS,
    FRONTIER,
    ITEMS,
    PERIODS,
    SENSITIVITY,
    SUMMARY,
    TRACE_ORDERS,
    TRACE_STOCK,
    WINDOWS,
)
from forecasting.store.supply_tables import TABLES as SUPPLY_TABLES
from forecasting.store.transfer_tables import TRANSFERS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        RECOMMENDATIONS,
        COSTS,
        CHOICES,
        SUPPLIER_ORDERS,
        OVERDUE,
        EXCESS,
        *SUPPLY_TABLES,
        TRANSFERS,
        *PROMISE_TABLES,
        LINE_DETAILS,
        ITEM_WEEKS,
        ITEM_FACTS,
        SUPPLIER_DETAILS,
        OPEN_PURCHASES,
        SUPPLIER_SCORES,
        POLICIES_REPLAYED,
        PERSISTENT_BACKORDERS,
        PRE_ORDERS,
        FORECAST,
        KEPT_FORECASTS,
        SUMMARY,
        WINDOWS,
        PERIODS,
        ITEMS,
        DECOMPOSITION,
        FRONTIER,
        EQUAL_TERMS,
        SENSITIVITY,
        TRACE_ORDERS,
        TRACE_STOCK,
        SCORES,
        FORECASTS,
        BACKORDER_COSTS,
        CANCELLATION_CURVE,
        LATENESS_EFFECT,
        ASSUMPTIONS,
        NOTICES,
        RUNS,
    )
}
"""By name, in the order of the documentation."""
