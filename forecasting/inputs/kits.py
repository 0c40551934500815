"""Kits: what each is put together from in the end, and what its orders ask of the components.

A kit lies nowhere and is never bought. A customer's line of it is a line of each of its components too, so
that their demand, what is owed of them and what left of them follow from the same rows as everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray, Items

if TYPE_CHECKING:
    from forecasting.inputs.records import OrderRecords, Records


@dataclass(frozen=True)
class KitRecords:
    """Kits at their locations, down to components that are none, by kit: ``item``, ``component``: int64;
    ``quantity``: float64, > 0, units of the component in one kit. Shape (k,).
    """

    item: IntArray
    component: IntArray
    quantity: FloatArray

    @classmethod
    def none(cls) -> KitRecords:
        """No kits."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, np.zeros(0))

    def __len__(self) -> int:
        return len(self.item)

    def marks(self, items: int) -> BoolArray:
        """bool, shape (items,): whether each is a kit."""
        marks = np.zeros(items, dtype=np.bool_)
        marks[self.item] = True
        return marks

    def reach(self, units: FloatArray) -> FloatArray:
        """How far units of n items go, float64, shape (n,): of a kit, as far as its scarcest component's do.

        What is not known of a component, NaN, is not known of the kit. Of what is no kit: as it is.
        """
        if len(self) == 0:
            return units
        reach = units.copy()
        reach[self.item] = np.inf
        np.minimum.at(reach, self.item, np.floor(units[self.component] / self.quantity + 1e-9))
        return reach


def leaf_bills(kits: pd.DataFrame) -> pd.DataFrame:
    """What one of each kit comes to in components that are no kits: columns sku, component, quantity.

    ``kits``: as the dataset has them, without a circle.
    """
    bills = kits[["sku", "component", "quantity"]].astype({"sku": str, "component": str})
    names = {"sku": "component", "component": "part", "quantity": "each"}
    direct, bill = bills.rename(columns=names), bills
    while bill["component"].isin(direct["component"]).any():
        bill = bill.merge(direct, on="component", how="left")
        inside = bill["part"].notna()
        bill["component"] = bill["part"].where(inside, bill["component"])
        bill["quantity"] = bill["quantity"] * bill["each"].fillna(1.0)
        bill = bill.groupby(["sku", "component"], as_index=False).agg({"quantity": "sum"})
    return bill


def with_components(known: pd.DataFrame, kits: pd.DataFrame) -> pd.DataFrame:
    """Pairs of ``location`` and ``sku``, and at each location the components of the kits there."""
    if kits.empty:
        return known
    bill = leaf_bills(kits)
    parts = known.merge(bill, on="sku")[["location", "component"]].rename(columns={"component": "sku"})
    return pd.concat([known, parts]).drop_duplicates()


def kit_records(kits: pd.DataFrame, items: Items) -> KitRecords:
    """The kits of the dataset at every location where they are items."""
    if kits.empty:
        return KitRecords.none()
    number = {"location": items.location.astype(str), "sku": items.sku.astype(str)}
    numbered = pd.DataFrame({**number, "item": np.arange(len(items))})
    rows = numbered.merge(leaf_bills(kits), on="sku")
    parts = numbered.rename(columns={"sku": "component", "item": "part"})
    rows = rows.merge(parts, on=["location", "component"]).sort_values(["item", "part"], kind="stable")
    return KitRecords(
        rows["item"].to_numpy(dtype=np.int64),
        rows["part"].to_numpy(dtype=np.int64),
        rows["quantity"].to_numpy(dtype=np.float64),
    )


def exploded(records: Records) -> Records:
    """The same, and behind its order lines a line of each component for each line of a kit.

    Everything about such a line is as of the kit's, but for the item, the units and the price, which is that
    of the whole kit. The first rows are the ones that there were.
    """
    return records if len(records.kits) == 0 else replace(records, orders=exploded_orders(records))


def exploded_orders(records: Records) -> OrderRecords:
    """The order lines, and behind them the components' ones."""
    row, bill = component_lines(records.orders.item, records.kits)
    orders, kits = records.orders, records.kits
    more = {field.name: getattr(orders, field.name)[row] for field in fields(orders)}
    more["item"] = kits.component[bill]
    for name in ("quantity", "shipped_units"):
        more[name] = more[name] * kits.quantity[bill]
    more["unit_price"] = np.full(len(row), np.nan)
    both = {name: np.concatenate([getattr(orders, name), rows]) for name, rows in more.items()}
    return type(orders)(**both)


def dependent_lines(lines: DemandLines, kits: KitRecords) -> DemandLines:
    """The same demand, and what it asks of the components of kits, ordered by item and day."""
    if len(kits) == 0:
        return lines
    row, bill = component_lines(lines.item, kits)
    every = np.concatenate([np.arange(len(lines)), row])
    item = np.concatenate([lines.item, kits.component[bill]])
    units = np.concatenate([lines.quantity, lines.quantity[row] * kits.quantity[bill]])
    order = np.lexsort((every, lines.day[every], item))
    every = every[order]
    counts = np.bincount(item, minlength=len(lines.indptr) - 1)
    return DemandLines(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        day=lines.day[every],
        due=lines.due[every],
        quantity=units[order],
        order=lines.order[every],
        known_until=lines.known_until[every],
        known_from=lines.known_from[every],
        project=None if lines.project is None else lines.project[every],
    )


def component_lines(item: IntArray, kits: KitRecords) -> tuple[IntArray, IntArray]:
    """For lines of these items, int64, shape (m,): of each line of a kit and component, the number of the
    line and that of the row in ``kits``; int64, shape (k,) each.
    """
    begins = np.searchsorted(kits.item, item)
    count = np.searchsorted(kits.item, item, side="right") - begins
    line = np.repeat(np.arange(len(item)), count)
    within = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    return line, np.repeat(begins, count) + within
