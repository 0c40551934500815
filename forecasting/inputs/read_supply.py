"""From the tables of supply to records: ``supplier_items``, ``closures``, ``currencies``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecasting.dataset.dataset import Dataset
from forecasting.domain import LONG_AGO, MAIN, FloatArray, IntArray, TextArray
from forecasting.inputs.supply_records import FOR_GOOD, Closings, Offers, Rates, SupplyRecords

if TYPE_CHECKING:
    from forecasting.inputs.item_numbers import ItemNumbers

OWN_COLUMNS = ("currency", "lead_time_in", "delivery_weekdays", "landed_cost_share", "landed_cost_per_unit")
"""Columns of ``suppliers`` that say how supply really is."""


def supply_records(dataset: Dataset, numbers: ItemNumbers, names: TextArray) -> SupplyRecords | None:
    """What the dataset says of it, suppliers numbered as in ``names``; None where it says nothing."""
    tables = (dataset.supplier_items, dataset.closures, dataset.currencies)
    said = any(len(table) for table in tables)
    if not said and not any(dataset.suppliers[name].notna().any() for name in OWN_COLUMNS):
        return None
    return SupplyRecords(
        _offers(dataset.supplier_items, numbers, names),
        _closings(dataset.closures, numbers, names),
        Rates(
            _texts(dataset.currencies["currency"]),
            _floats(dataset.currencies["rate"]),
            _days(dataset.currencies["from"], LONG_AGO),
        ),
    )


def _offers(table: pd.DataFrame, numbers: ItemNumbers, names: TextArray) -> Offers:
    row, item = numbers.of_each(table)
    units = _floats(table["units_per_purchase_unit"])[row]
    return Offers(
        item=item,
        supplier=_numbered(table["supplier"], names)[row],
        **{
            name: _floats(table[name])[row]
            for name in (
                "lead_time_days",
                "lead_time_sd_days",
                "unit_cost",
                "pack_size",
                "min_order_quantity",
                "max_order_quantity",
            )
        },
        units=np.where(np.isnan(units), 1.0, units),
        purchase_unit=_texts(table["purchase_unit"])[row],
        supplier_sku=_texts(table["supplier_sku"])[row],
        rank=np.nan_to_num(_floats(table["rank"]), nan=np.inf)[row],
        begins=_days(table["from"], LONG_AGO)[row],
        ends=_days(table["until"], FOR_GOOD)[row],
    )


def _closings(table: pd.DataFrame, numbers: ItemNumbers, names: TextArray) -> Closings:
    """A row of a supplier that no item has stays out: it closes nobody."""
    supplier = _numbered(table["supplier"], names)
    of_supplier = table["supplier"].notna().to_numpy()
    location = _texts(table["location"])
    everywhere = (location == MAIN) & (MAIN not in set(numbers.items.location))
    location = np.where(of_supplier | everywhere, "", location).astype(object)
    kept = ~of_supplier | (supplier >= 0)
    begins, ends = _days(table["from"], LONG_AGO), _days(table["until"], LONG_AGO)
    return Closings(supplier[kept], location[kept], begins[kept], ends[kept])


def _numbered(column: pd.Series, names: TextArray) -> IntArray:
    """Their numbers among ``names``; -1 where the cell is empty, or names nobody that an item is
    bought from.
    """
    index = pd.Index(names.astype(str)).get_indexer(pd.Index(_texts(column).astype(str)))
    return np.where(column.notna().to_numpy(), index, -1).astype(np.int64)


def _floats(column: pd.Series) -> FloatArray:
    return column.to_numpy(dtype=np.float64)


def _texts(column: pd.Series) -> TextArray:
    return column.astype(object).where(column.notna(), "").to_numpy(dtype=object)


def _days(times: pd.Series, otherwise: int) -> IntArray:
    values = times.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(values), otherwise, values.astype("datetime64[D]").astype(np.int64))
