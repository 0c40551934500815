"""Places: which supply others, and what it takes to move goods to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.domain import BoolArray, FloatArray, IntArray, Items, TextArray

SELLS, SUPPLIES, RETURNS = "sells", "supplies", "returns"


@dataclass(frozen=True)
class PlaceRecords:
    """The p places that ``locations`` speaks of, or that items lie at, by name.

    Attributes:
        name: text, shape (p,). ``kind``: text, shape (p,): sells, supplies or returns.
        supplied_by: int64, shape (p,): the place that goods come from; -1: they are bought.
        transfer_days: float64, shape (p,), days to it. ``cost_per_line``, ``cost_per_unit``: float64, shape
            (p,), money. NaN: not given.
        of_item: int64, shape (n,): the place of each item.
        source: int64, shape (n,): the item of the same SKU at the place that supplies; -1: none does.

    """

    name: TextArray
    kind: TextArray
    supplied_by: IntArray
    transfer_days: FloatArray
    cost_per_line: FloatArray
    cost_per_unit: FloatArray
    of_item: IntArray
    source: IntArray

    @classmethod
    def none(cls) -> PlaceRecords:
        """Places that know nothing of each other."""
        text, whole, real = (np.zeros(0, dtype=kind) for kind in (object, np.int64, np.float64))
        return cls(text, text, whole, real, real, real, whole, whole)

    def __len__(self) -> int:
        return len(self.name)

    @property
    def supplied(self) -> BoolArray:
        """bool, shape (n,): the items that come from another place."""
        return np.asarray(self.source >= 0)

    def level(self) -> IntArray:
        """int64, shape (n,): through how many places the goods of each item come; 0: they are bought."""
        level, at = np.zeros(len(self.source), dtype=np.int64), self.source.copy()
        while np.any(at >= 0):
            level += at >= 0
            at = np.where(at >= 0, np.append(self.source, -1)[at], -1)
        return level


def with_sources(known: pd.DataFrame, locations: pd.DataFrame) -> pd.DataFrame:
    """Pairs of ``location`` and ``sku``, and each SKU of a place at the place that supplies it too."""
    if locations.empty:
        return known
    links = locations.loc[locations["supplied_by"].notna(), ["location", "supplied_by"]].astype(str)
    size = -1
    while len(known) > size:
        size = len(known)
        more = known.merge(links, on="location")[["supplied_by", "sku"]]
        more = more.rename(columns={"supplied_by": "location"})
        known = pd.concat([known, more]).drop_duplicates()
    return known


def place_records(locations: pd.DataFrame, items: Items) -> PlaceRecords:
    """The places of the dataset; none where it has no such table."""
    if locations.empty:
        return PlaceRecords.none()
    rows = locations.assign(location=locations["location"].astype(str)).set_index("location")
    supplier = rows["supplied_by"].astype(object).where(rows["supplied_by"].notna(), "").astype(str)
    item_location = items.location.astype(str)
    name = np.unique(np.concatenate([rows.index.to_numpy(str), item_location, supplier[supplier != ""]]))
    rows, supplier = rows.reindex(name), supplier.reindex(name).fillna("")
    index = pd.Index(name)

    # The item of the same SKU at the supplying place.
    of_item, supplied_by = index.get_indexer(item_location), index.get_indexer(supplier)
    sku, number = np.unique(items.sku.astype(str), return_inverse=True)
    cell = np.full(len(name) * len(sku), -1, dtype=np.int64)
    cell[of_item * len(sku) + number] = np.arange(len(items))
    above = supplied_by[of_item]
    kind = rows["kind"].astype(object).where(rows["kind"].notna(), SELLS)
    return PlaceRecords(
        name=name.astype(object),
        kind=kind.to_numpy(dtype=object),
        supplied_by=supplied_by.astype(np.int64),
        transfer_days=rows["transfer_days"].to_numpy(dtype=np.float64),
        cost_per_line=rows["transfer_cost_per_line"].to_numpy(dtype=np.float64),
        cost_per_unit=rows["transfer_cost_per_unit"].to_numpy(dtype=np.float64),
        of_item=of_item.astype(np.int64),
        source=np.where(above >= 0, cell[above * len(sku) + number], -1),
    )
