"""The records of some items: what the dataset would say if there were no others."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from forecasting.domain import IntArray
from forecasting.inputs.kits import KitRecords
from forecasting.inputs.places import PlaceRecords
from forecasting.inputs.records import Columns, Records
from forecasting.inputs.supply_records import Closings, SupplyRecords

OF_ITEMS = ("orders", "purchases", "counts", "lots", "availability", "prices", "price_breaks", "alternatives")
"""The tables whose every row is of an item."""


def only(records: Records, items: IntArray) -> Records:
    """The same, of these items alone and their suppliers.

    Args:
        records: of all items.
        items: int64, shape (k,), ascending: their numbers; they are numbered anew in that order.

    """
    # A row that is of no item stays out: its number, -1, is the place of the last one.
    index = np.full(len(records.items) + 1, -1, dtype=np.int64)
    index[items] = np.arange(len(items))
    tables = {name: _rows(getattr(records, name), index) for name in OF_ITEMS}

    kept = np.unique(np.concatenate([records.supplier[items], _offered_by(records, index)]))
    place = np.full(len(records.supplier_names) + 1, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    purchases = tables["purchases"]
    tables["purchases"] = replace(purchases, supplier=place[purchases.supplier])
    breaks = tables["price_breaks"]
    tables["price_breaks"] = replace(breaks, supplier=place[breaks.supplier])

    events = records.events
    named = index[events.item] >= 0
    return replace(
        records,
        items=records.items.take(items),
        products=_columns(records.products, items),
        supplier=place[records.supplier[items]],
        supplier_names=records.supplier_names[kept],
        suppliers=_columns(records.suppliers, kept),
        supply=None if records.supply is None else _supply(records.supply, index, place),
        events=replace(events, row=events.row[named], item=index[events.item[named]]),
        kits=_kits(records.kits, index),
        places=_places(records.places, items, index),
        **tables,
    )


def _offered_by(records: Records, index: IntArray) -> IntArray:
    """The suppliers that offer one of the items that stay."""
    if records.supply is None:
        return np.zeros(0, dtype=np.int64)
    offers = records.supply.offers
    return offers.supplier[index[offers.item] >= 0]


def _supply(supply: SupplyRecords, index: IntArray, place: IntArray) -> SupplyRecords:
    """The same, of the items that stay and their suppliers."""
    offers, closings = _rows(supply.offers, index), supply.closings
    closes = np.where(closings.supplier >= 0, place[closings.supplier], -1)
    stays = (closings.supplier < 0) | (closes >= 0)
    return replace(
        supply,
        offers=replace(offers, supplier=place[offers.supplier]),
        closings=Closings(closes[stays], *(values[stays] for values in list(vars(closings).values())[1:])),
    )


def _rows(table: Any, index: IntArray) -> Any:
    """The rows of items that stay, with their new numbers."""
    kept = index[table.item] >= 0
    if hasattr(table, "alternative"):
        kept &= index[table.alternative] >= 0
    rows = {each.name: getattr(table, each.name)[kept] for each in fields(table)}
    for name in ("item", "alternative"):
        if name in rows:
            rows[name] = index[rows[name]]
    return type(table)(**rows)


def _kits(kits: KitRecords, index: IntArray) -> KitRecords:
    """Kits all of whose components stay."""
    gone = np.isin(kits.item, kits.item[index[kits.component] < 0])
    kept = (index[kits.item] >= 0) & ~gone
    return KitRecords(index[kits.item[kept]], index[kits.component[kept]], kits.quantity[kept])


def _places(places: PlaceRecords, items: IntArray, index: IntArray) -> PlaceRecords:
    if len(places) == 0:
        return places
    # A source that is not among them is none: its number, -1, is the place of the last one.
    return replace(places, of_item=places.of_item[items], source=index[places.source[items]])


def _columns(columns: Columns, rows: IntArray) -> Columns:
    return Columns(
        {name: values[rows] for name, values in columns.number.items()},
        {name: values[rows] for name, values in columns.text.items()},
        {name: values[rows] for name, values in columns.day.items()},
    )
