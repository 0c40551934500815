"""Which items there are, and which of them a row of a table speaks of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.dataset.dataset import Dataset
from forecasting.domain import MAIN, IntArray, Items
from forecasting.inputs.kits import with_components
from forecasting.inputs.places import with_sources


def all_items(dataset: Dataset, places: frozenset[str] = frozenset()) -> Items:
    """Every item that the dataset speaks of, ordered by (location, sku).

    A SKU that only ``products`` names is an item at each location that has stock or orders, and at each of
    ``places``; a component where its kits are, and what a place is supplied with at the place that it comes
    from.
    """
    pairs = [
        table[["location", "sku"]].drop_duplicates().astype(str)
        for table in (dataset.orders, dataset.stock, dataset.purchase_orders)
    ]
    known = pd.concat(pairs).drop_duplicates()

    elsewhere = dataset.products.loc[~dataset.products["sku"].isin(known["sku"]), ["sku"]].astype(str)
    if len(elsewhere):
        locations = pd.DataFrame({"location": list(dict.fromkeys([*known["location"], *sorted(places)]))})
        known = pd.concat([known, locations.merge(elsewhere, how="cross")])

    known = with_sources(with_components(known, dataset.kits), dataset.locations)
    known = known.sort_values(["location", "sku"], kind="stable")
    return Items(known["location"].to_numpy(dtype=object), known["sku"].to_numpy(dtype=object))


class ItemNumbers:
    """Which item a row speaks of."""

    def __init__(self, items: Items, places: frozenset[str] | None = None) -> None:
        self.items = items
        self._places = set(items.location) if places is None else places
        self._locations = pd.Index(sorted(set(items.location)))
        self._skus = pd.Index(sorted(set(items.sku)))

        # One cell for each pair of a location and a SKU, and a last one for what is no item.
        self._number = np.full(len(self._locations) * len(self._skus) + 1, -1, dtype=np.int64)
        location, sku = self._locations.get_indexer(items.location), self._skus.get_indexer(items.sku)
        self._number[location * len(self._skus) + sku] = np.arange(len(items))

    def of(self, table: pd.DataFrame, sku: str = "sku") -> IntArray:
        """The item of each row of a table with ``location`` and the column ``sku``; -1: none of them."""
        location = _codes(table["location"], self._locations)
        code = _codes(table[sku], self._skus)
        known = (location >= 0) & (code >= 0)
        return self._number[np.where(known, location * len(self._skus) + code, len(self._number) - 1)]

    def of_each(self, table: pd.DataFrame) -> tuple[IntArray, IntArray]:
        """The items that each row speaks of: row and item, int64, of the same shape.

        A row without a location has the main one. Where that is no location of the company, it means every
        location.
        """
        item = self.of(table)
        everywhere = (table["location"] == MAIN).to_numpy()
        if MAIN in self._places or not everywhere.any():
            return np.flatnonzero(item >= 0), item[item >= 0]

        rows = pd.DataFrame({"sku": table["sku"].astype(str).to_numpy(), "row": np.arange(len(table))})
        named = pd.DataFrame({"sku": self.items.sku.astype(str), "item": np.arange(len(self.items))})
        spread = rows[everywhere].merge(named, on="sku")
        placed = np.flatnonzero(~everywhere & (item >= 0))
        return (
            np.concatenate([placed, spread["row"].to_numpy(dtype=np.int64)]),
            np.concatenate([item[placed], spread["item"].to_numpy(dtype=np.int64)]),
        )


def _codes(column: pd.Series, index: pd.Index) -> IntArray:
    """Where each value of a column stands in ``index``, or -1."""
    values = column.astype("category")
    of_category = index.get_indexer(values.cat.categories.astype(str))
    codes = values.cat.codes.to_numpy()
    return np.where(codes >= 0, np.append(of_category, -1)[codes], -1).astype(np.int64)
