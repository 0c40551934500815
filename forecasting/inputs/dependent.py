"""Demand that follows from other demand: of a kit's components, and of the places that supply others.

Both are worked out once, before anything else looks at the records: past this point the goods of a place that
is supplied are bought from the place that supplies it, as from a supplier, and that place sees what is asked
for at those that it serves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.config import Config
from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray
from forecasting.inputs.kits import dependent_lines, exploded
from forecasting.inputs.places import RETURNS, PlaceRecords
from forecasting.inputs.records import Columns, Records


def as_supplied(records: Records, config: Config) -> Records:
    """The same, with the lines of kits' components, and with places as suppliers of those they supply.

    Such an item's lead time is the days of the transfer; packs stay, the supplier's minimum, maximum and
    price breaks do not hold. A company's own supplier of the place's name has its terms.
    """
    records = exploded(records)
    if not records.places.supplied.any():
        return records
    places, number = records.places, dict(records.products.number)
    supplied = places.supplied
    number["lead_time_days"] = np.where(supplied, transfer_days(places, config), number["lead_time_days"])
    number["lead_time_sd_days"] = np.where(supplied, 0.0, number["lead_time_sd_days"])
    number["min_order_quantity"] = np.where(supplied, 0.0, number["min_order_quantity"])
    number["max_order_quantity"] = np.where(supplied, np.nan, number["max_order_quantity"])
    breaks, purchases = records.price_breaks, records.purchases
    bought = ~supplied[breaks.item]
    # What once came from a supplier says nothing of how long a transfer takes.
    of_supplier = np.where(supplied[purchases.item], -1, purchases.supplier)
    return replace(
        _with_suppliers(records, config),
        products=replace(records.products, number=number),
        purchases=replace(purchases, supplier=of_supplier),
        price_breaks=replace(breaks, **{name: rows[bought] for name, rows in vars(breaks).items()}),
    )


def transfer_days(places: PlaceRecords, config: Config) -> FloatArray:
    """float64, shape (n,): whole days that goods take to the place of each item, from another one."""
    days = np.where(np.isnan(places.transfer_days), config.transfer_days, places.transfer_days)
    return np.ceil(days)[places.of_item]


def transfer_costs(places: PlaceRecords, config: Config) -> tuple[FloatArray, FloatArray]:
    """Money per line and per unit that is moved to the place of each item: float64, shape (n,) each."""
    line, unit = places.cost_per_line, places.cost_per_unit
    line = np.where(np.isnan(line), config.transfer_cost_per_line, line)
    unit = np.where(np.isnan(unit), config.transfer_cost_per_unit, unit)
    return line[places.of_item], unit[places.of_item]


def _with_suppliers(records: Records, config: Config) -> Records:
    """The places that supply, behind the suppliers: their orders cost what moving goods does, and no more."""
    places = records.places
    sources = np.unique(places.supplied_by[places.supplied_by >= 0])
    names = places.name[sources]
    known = {str(name): place for place, name in enumerate(records.supplier_names)}
    new = [name for name in names if str(name) not in known]
    known |= {str(name): len(records.supplier_names) + place for place, name in enumerate(new)}

    number = {name: np.append(of, np.full(len(new), np.nan)) for name, of in records.suppliers.number.items()}
    for name in ("min_order_value", "free_freight_value", "freight_cost", "order_cost"):
        number[name][len(records.supplier_names) :] = 0.0
    line_cost = np.where(np.isnan(places.cost_per_line), config.transfer_cost_per_line, places.cost_per_line)
    for name in new:
        served = np.flatnonzero(places.supplied_by == np.flatnonzero(places.name == name)[0])
        number["line_cost"][known[str(name)]] = line_cost[served].mean()
    text = {name: np.append(of, np.full(len(new), "", object)) for name, of in records.suppliers.text.items()}

    of_place = np.full(len(places) + 1, -1, dtype=np.int64)
    of_place[sources] = [known[str(name)] for name in names]
    own = of_place[places.supplied_by[places.of_item]]
    return replace(
        records,
        supplier=np.where(places.supplied, own, records.supplier),
        supplier_names=np.append(records.supplier_names, np.array(new, dtype=object)),
        suppliers=Columns(number, text, records.suppliers.day),
    )


def returns(places: PlaceRecords, items: int) -> BoolArray:
    """bool, shape (items,): what lies where goods come back to: it can be moved, and nothing is ordered."""
    if len(places) == 0:
        return np.zeros(items, dtype=np.bool_)
    return np.asarray(places.kind[places.of_item] == RETURNS)


def never_ordered(records: Records) -> BoolArray:
    """bool, shape (n,): kits, and what lies where goods come back to."""
    n = len(records.items)
    return records.kits.marks(n) | returns(records.places, n)


def ancestors(places: PlaceRecords) -> tuple[IntArray, IntArray]:
    """Each item, and each of those above it that its goods come through: int64, shape (k,) each."""
    item = np.flatnonzero(places.supplied)
    below, above, at = [item], [places.source[item]], places.source[item]
    while np.any(more := np.append(places.source, -1)[at] >= 0):
        item, at = item[more], places.source[at[more]]
        below.append(item)
        above.append(at)
    return np.concatenate(below), np.concatenate(above)


def further_days(places: PlaceRecords, review_days: FloatArray, config: Config) -> FloatArray | None:
    """Days until what has come to an item's place can be sold at those that it supplies, the mean over them;
    0 where there are none: float64, shape (n,); None: no place supplies another.

    Goods that come go on at the close of a day on which those places order, and can be sold ``transfer_days``
    after the day that follows.

    Args:
        review_days: float64, shape (n,), days between two orders of each item.

    """
    if not places.supplied.any():
        return None
    items = len(review_days)
    days = np.zeros(items)
    own = 1.0 + (review_days - 1.0) / 2.0 + transfer_days(places, config)
    level = places.level()
    for each in range(int(level.max()), 0, -1):
        item = np.flatnonzero(level == each)
        total = np.bincount(places.source[item], own[item] + days[item], items)
        count = np.bincount(places.source[item], minlength=items)
        days = np.where(count > 0, total / np.maximum(count, 1), days)
    return np.ceil(days)


def downstream(places: PlaceRecords, position: FloatArray) -> FloatArray:
    """What the places below each item's have in all, of positions in units: float64, shape (n,) both."""
    total = np.zeros(len(position))
    if places.supplied.any():
        below, above = ancestors(places)
        np.add.at(total, above, position[below])
    return total


def seen_above(
    lines: DemandLines, record: IntArray, asked: BoolArray, places: PlaceRecords
) -> tuple[DemandLines, IntArray, BoolArray]:
    """The lines, and each line of a place again at those above it, which see it too.

    Args:
        record: int64, shape (m,): the order record of each line.
        asked: bool, shape (m,): a customer's line; what is added is none.

    """
    if not places.supplied.any():
        return lines, record, asked
    below, above = ancestors(places)
    order = np.argsort(below, kind="stable")
    below, above = below[order], above[order]
    item = lines.item
    begins = np.searchsorted(below, item)
    count = np.searchsorted(below, item, side="right") - begins
    row = np.repeat(np.arange(len(item)), count)
    link = np.repeat(begins, count) + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)

    every = np.concatenate([np.arange(len(item)), row])
    item = np.concatenate([item, above[link]])
    own = np.concatenate([asked, np.zeros(len(row), dtype=np.bool_)])
    order = np.lexsort((every, lines.day[every], item))
    every = every[order]
    counts = np.bincount(item, minlength=len(lines.indptr) - 1)
    made = DemandLines(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        day=lines.day[every],
        due=lines.due[every],
        quantity=lines.quantity[every],
        order=lines.order[every],
        known_until=lines.known_until[every],
        known_from=lines.known_from[every],
        project=None if lines.project is None else lines.project[every],
    )
    return made, record[every], own[order]


def all_demand(lines: DemandLines, records: Records) -> DemandLines:
    """Customers' demand, and all that follows from it."""
    lines = dependent_lines(lines, records.kits)
    nothing = np.zeros(len(lines), dtype=np.int64)
    return seen_above(lines, nothing, nothing == 0, records.places)[0]
