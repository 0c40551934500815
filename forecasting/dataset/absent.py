"""What a dataset does not say: the tables without a row, and the columns without a value."""

from __future__ import annotations

from forecasting.dataset.dataset import Dataset
from forecasting.dataset.tables import COST_COLUMNS, TABLES, Table


def absent(dataset: Dataset) -> tuple[tuple[str, str], ...]:
    """Each table that lacks something, with what: ``not given``, or ``without`` and its columns.

    Costs per product are left out: a setting stands for each, and is told of by its own name. So is what few
    companies have (``Table.special``).
    """
    found: list[tuple[str, str]] = []
    for table in TABLES:
        frame = getattr(dataset, table.name)
        if frame.empty and table.special:
            continue
        if frame.empty:
            found.append((table.name, "not given"))
            continue
        empty = [name for name in told_of(table) if not frame[name].notna().any()]
        if empty:
            found.append((table.name, f"without {', '.join(empty)}"))
    return tuple(found)


def told_of(table: Table) -> list[str]:
    """The columns of which it is said that they have no value."""
    return [column.name for column in table.columns if column.name not in COST_COLUMNS and not column.special]
