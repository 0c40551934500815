"""From a dataset's tables to records: here alone rows get their item, supplier and day numbers."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import pandas as pd

from forecasting.dataset.absent import absent
from forecasting.dataset.dataset import Dataset
from forecasting.dataset.read import read
from forecasting.dataset.tables import PRODUCTS, SUPPLIERS, Kind, Table
from forecasting.domain import LONG_AGO, DemandLines, FloatArray, IntArray, Items, TextArray
from forecasting.inputs.item_numbers import ItemNumbers, all_items
from forecasting.inputs.kits import kit_records
from forecasting.inputs.places import place_records
from forecasting.inputs.read_supply import supply_records
from forecasting.inputs.records import (
    AlternativeRecords,
    AvailabilityRecords,
    BreakRecords,
    Columns,
    CountRecords,
    EventRecords,
    LotRecords,
    OrderRecords,
    OrderStatus,
    PriceRecords,
    PurchaseRecords,
    PurchaseStatus,
    Records,
    Whole,
)

ANY_SUPPLIER = ""
"""The supplier of items for which none is named: they are ordered together."""


def read_records(source: str) -> Records:
    """All that the dataset in a folder or behind an SQL URL says. Raises DataError where it is wrong."""
    return records_of(read(source))


def records_of(dataset: Dataset, whole: Whole | None = None) -> Records:
    """All that the dataset says, as arrays. ``whole``: of the company, where the dataset is a part of it."""
    items = all_items(dataset, frozenset() if whole is None else whole.places)
    numbers = ItemNumbers(items, None if whole is None else whole.places)
    products = _columns(dataset.products, PRODUCTS, items.sku)
    of_items = products.text["supplier"].astype(str)
    names = np.unique(np.concatenate([of_items, _texts(dataset.supplier_items["supplier"]).astype(str)]))
    supplier = np.searchsorted(names, of_items)

    return Records(
        source=dataset.source,
        fingerprint=dataset.fingerprint,
        items=items,
        products=products,
        supplier=supplier,
        supplier_names=names.astype(object),
        suppliers=_columns(dataset.suppliers, SUPPLIERS, names),
        orders=_orders(dataset.orders, numbers),
        order_names=_names(dataset.orders["order"]),
        line_names=_names(dataset.orders["line"]),
        customer_names=_names(dataset.orders["customer"]),
        customer_class_names=_names(dataset.orders["customer_class"]),
        order_locations=(
            frozenset(map(str, dataset.orders["location"].unique())) if whole is None else whole.order_places
        ),
        purchases=_purchases(dataset, numbers, names),
        purchase_order_names=pd.factorize(dataset.purchase_orders["purchase_order"])[1].to_numpy(
            dtype=object
        ),
        counts=_counts(dataset.stock, dataset.lots, numbers),
        lots=_lots(dataset.lots, numbers),
        availability=_availability(dataset.availability, numbers),
        events=_events(dataset.events, numbers),
        prices=_prices(dataset.prices, numbers),
        price_breaks=_price_breaks(dataset, items, names, supplier),
        alternatives=_alternatives(dataset.alternatives, numbers),
        supply=supply_records(dataset, numbers, names.astype(object)),
        notices=dataset.notices,
        absent=absent(dataset) if whole is None else whole.absent,
        kits=kit_records(dataset.kits, items),
        places=place_records(dataset.locations, items),
        whole=whole,
    )


def days_of(times: pd.Series) -> IntArray:
    """Day numbers of a column of times; LONG_AGO where there is none."""
    values = times.to_numpy(dtype="datetime64[us]")
    days = values.astype("datetime64[D]").astype(np.int64)
    return np.where(np.isnat(values), LONG_AGO, days)


def _columns(table: pd.DataFrame, contract: Table, names: TextArray) -> Columns:
    """What the rows of the given key say, by the kinds of the contract's columns."""
    index = pd.Index(table[contract.key[0]].astype(str))
    row = index.get_indexer(pd.Index(names.astype(str)))

    number, text, day = {}, {}, {}
    for column in contract.columns:
        values = table[column.name]
        if column.kind is Kind.NUMBER:
            number[column.name] = np.append(_floats(values), np.nan)[row]
        elif column.kind in (Kind.DATE, Kind.TIME):
            day[column.name] = np.append(days_of(values), LONG_AGO)[row]
        else:
            text[column.name] = np.append(_texts(values), "")[row]
    return Columns(number, text, day)


def _orders(table: pd.DataFrame, numbers: ItemNumbers) -> OrderRecords:
    waited = (table["cancelled_at"] - table["ordered_at"]).to_numpy(dtype="timedelta64[us]")
    return OrderRecords(
        order=_numbers(table["order"]),
        line=_numbers(table["line"]),
        item=numbers.of(table),
        customer=_numbers(table["customer"]),
        customer_class=_numbers(table["customer_class"]),
        time=_microseconds(table["ordered_at"]),
        ordered=days_of(table["ordered_at"]),
        due=days_of(table["due"]),
        quantity=_floats(table["quantity"]),
        unit_price=_floats(table["unit_price"]),
        ahead=table["kind"].isin(["preorder", "standing", "project"]).to_numpy(dtype=bool),
        preorder=(table["kind"] == "preorder").to_numpy(dtype=bool),
        project=(table["kind"] == "project").to_numpy(dtype=bool),
        status=_statuses(table["status"], OrderStatus),
        shipped=days_of(table["shipped_at"]),
        shipped_units=_floats(table["quantity_shipped"]),
        cancelled=days_of(table["cancelled_at"]),
        cancelled_after=np.where(np.isnat(waited), DemandLines.NEVER, waited.astype(np.int64)),
    )


def _purchases(dataset: Dataset, numbers: ItemNumbers, supplier_names: TextArray) -> PurchaseRecords:
    table = dataset.purchase_orders
    return PurchaseRecords(
        order=pd.factorize(table["purchase_order"])[0].astype(np.int64),
        item=numbers.of(table),
        supplier=_suppliers_of(table, dataset.products, supplier_names),
        time=_microseconds(table["ordered_at"]),
        ordered=days_of(table["ordered_at"]),
        expected=days_of(table["expected_at"]),
        confirmed=days_of(table["confirmed_at"]),
        received=days_of(table["received_at"]),
        quantity=_floats(table["quantity"]),
        received_units=_floats(table["quantity_received"]),
        unit_cost=_floats(table["unit_cost"]),
        status=_statuses(table["status"], PurchaseStatus),
    )


def _suppliers_of(purchases: pd.DataFrame, products: pd.DataFrame, names: TextArray) -> IntArray:
    """The supplier of each row, its product's where it names none: int64, -1 where not in ``names``."""
    by_sku = products.set_index(products["sku"].astype(str))["supplier"]
    of_product = by_sku.reindex(purchases["sku"].astype(str)).astype(object).to_numpy()
    own = purchases["supplier"].astype(object).to_numpy()
    name = pd.Series(np.where(pd.isna(own), of_product, own), dtype=object).fillna(ANY_SUPPLIER)
    return pd.Index(names).get_indexer(pd.Index(name.astype(str))).astype(np.int64)


def _counts(table: pd.DataFrame, lots: pd.DataFrame, numbers: ItemNumbers) -> CountRecords:
    """The counts of ``stock``; of items that it does not name, the sums of their ``lots``."""
    item = numbers.of(table)
    counts = CountRecords(item, days_of(table["as_of"]), _floats(table["on_hand"]))
    of_lots = numbers.of(lots)
    rows = (of_lots >= 0) & ~np.isin(of_lots, item)
    if not rows.any():
        return counts
    pairs = np.stack([of_lots[rows], days_of(lots["as_of"])[rows]])
    (of_lots, days), each = np.unique(pairs, axis=1, return_inverse=True)
    return CountRecords(
        np.concatenate([item, of_lots]),
        np.concatenate([counts.day, days]),
        np.concatenate([counts.on_hand, np.bincount(each.reshape(-1), _floats(lots["on_hand"])[rows])]),
    )


def _lots(table: pd.DataFrame, numbers: ItemNumbers) -> LotRecords:
    """Lots of known items; those of others are the check's matter."""
    item = numbers.of(table)
    known = item >= 0
    as_of, expires = days_of(table["as_of"])[known], days_of(table["expires_on"])[known]
    return LotRecords(item[known], as_of, expires, _floats(table["on_hand"])[known])


def _availability(table: pd.DataFrame, numbers: ItemNumbers) -> AvailabilityRecords:
    item = numbers.of(table)
    known = item >= 0
    time = table["date"].to_numpy(dtype="datetime64[us]")[known]
    day = time.astype("datetime64[D]")
    hour = (time - day).astype("timedelta64[h]").astype(np.int64)
    return AvailabilityRecords(item[known], day.astype(np.int64), hour, _floats(table["share"])[known])


def _events(table: pd.DataFrame, numbers: ItemNumbers) -> EventRecords:
    of_items = table["sku"].notna().to_numpy()
    row, item = numbers.of_each(table.loc[of_items])
    return EventRecords(
        kind=_texts(table["kind"]),
        day=days_of(table["date"]),
        location=_texts(table["location"]),
        category=_texts(table["category"]),
        of_items=of_items,
        row=np.flatnonzero(of_items)[row],
        item=item,
    )


def _prices(table: pd.DataFrame, numbers: ItemNumbers) -> PriceRecords:
    row, item = numbers.of_each(table)
    return PriceRecords(
        item,
        days_of(table["from"])[row],
        _floats(table["unit_price"])[row],
        table["promotion"].notna().to_numpy()[row],
    )


def _price_breaks(dataset: Dataset, items: Items, names: TextArray, supplier: IntArray) -> BreakRecords:
    """The breaks of each item at its own supplier, and at those that ``supplier_items`` names for it."""
    named = pd.DataFrame({"item": np.arange(len(items)), "sku": items.sku, "supplier": names[supplier]})
    if len(dataset.supplier_items):
        others = dataset.supplier_items[["supplier", "sku"]].astype(str)
        named = pd.concat([named, named[["item", "sku"]].merge(others, on="sku")]).drop_duplicates()
    named = named.astype({"sku": str, "supplier": str})
    table = dataset.price_breaks[["supplier", "sku", "min_quantity", "unit_cost"]]
    rows = named.merge(table.astype({"supplier": str, "sku": str}), on=["supplier", "sku"])
    rows = rows.sort_values(["item", "min_quantity"])
    return BreakRecords(
        rows["item"].to_numpy(dtype=np.int64),
        np.searchsorted(names, rows["supplier"].to_numpy(dtype=str)),
        _floats(rows["min_quantity"]),
        _floats(rows["unit_cost"]),
    )


def _alternatives(table: pd.DataFrame, numbers: ItemNumbers) -> AlternativeRecords:
    """What may stand in for what at the same location."""
    items, others, rows = [], [], []
    for location in dict.fromkeys(numbers.items.location):
        placed = table.assign(location=location)
        items.append(numbers.of(placed))
        others.append(numbers.of(placed, "alternative"))
        rows.append(np.arange(len(table)))
    item, other, row = (np.concatenate(each) for each in (items, others, rows))

    rank = table["rank"].fillna(np.inf).to_numpy(dtype=np.float64)[row]
    order = np.lexsort((row, rank, item))
    order = order[((item >= 0) & (other >= 0) & (item != other))[order]]
    ratio = table["ratio"].fillna(1.0).to_numpy(dtype=np.float64)[row]
    return AlternativeRecords(item[order], other[order], ratio[order])


def _microseconds(times: pd.Series) -> IntArray:
    return times.to_numpy(dtype="datetime64[us]").astype(np.int64)


def _numbers(column: pd.Series) -> IntArray:
    """The number of each row's name among ``_names``; -1 where it has none."""
    return pd.factorize(column)[0].astype(np.int64)


def _names(column: pd.Series) -> TextArray:
    return np.asarray(pd.factorize(column)[1], dtype=object)


def _floats(column: pd.Series) -> FloatArray:
    return column.to_numpy(dtype=np.float64)


def _texts(column: pd.Series) -> TextArray:
    return column.astype(object).where(column.notna(), "").to_numpy(dtype=object)


def _statuses(column: pd.Series, kinds: type[IntEnum]) -> IntArray:
    """The number of each status; 0 where there is none."""
    number = {kind.name.lower(): int(kind) for kind in kinds}
    return np.asarray(column.astype(object).map(number).fillna(0), dtype=np.int64)
