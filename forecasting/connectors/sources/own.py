"""What a source does not hold: a folder of the company's own tables beside it.

A shop knows no supplier, no cost and no purchase. A folder with ``products.csv`` (sku, supplier, unit_cost),
``suppliers.csv``, ``purchase_orders.csv`` does, read as any dataset is (``dataset.yaml`` included); a folder
that another import wrote will do as well, and so does a file of settings: that system is then read first.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from forecasting.dataset.folder import read_folder
from forecasting.dataset.parse import typed
from forecasting.dataset.rules import in_names
from forecasting.dataset.source import describe
from forecasting.dataset.tables import ORDERS
from forecasting.errors import DataError, Notice, Problem


def own_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables in the folder; it need not hold orders. Raises DataError where one cannot be read."""
    raws, problems = read_folder(folder)
    if not any(raw.table is ORDERS for raw in raws) and raws:
        problems = [each for each in problems if each.table != ORDERS.name]
    tables = {}
    for raw in raws:
        table, faults = typed(raw)
        problems += [*in_names(raw), *describe(raw, faults)]
        tables[raw.table.name] = table
    wrong: list[Problem] = [each for each in problems if not isinstance(each, Notice)]
    if wrong:
        raise DataError(str(folder), wrong)
    return tables


def with_own(tables: Mapping[str, pd.DataFrame], own: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables of a source, and those of the company's own that it does not hold; of products each cell.

    What the company's own table says of a product counts; what it leaves empty is the source's.
    """
    whole = {**own, **{name: table for name, table in tables.items() if len(table) or name not in own}}
    if "products" in tables and "products" in own:
        ours, theirs = (each["products"].astype(object).set_index("sku") for each in (own, tables))
        columns = list(dict.fromkeys([*ours.columns, *theirs.columns]))
        index = theirs.index.append(ours.index.difference(theirs.index, sort=False))
        ours, theirs = (each.reindex(index=index, columns=columns) for each in (ours, theirs))
        whole["products"] = ours.where(ours.notna(), theirs).infer_objects().reset_index()
    return whole
