"""What is known of each item apart from its demand: prices, terms, costs, lead time, supplier.

Every gap in the dataset is filled by a setting, and every setting used is written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.dataset.dataset import Dataset
from forecasting.dataset.tables import MAIN
from forecasting.domain import (
    LONG_AGO,
    WEEKDAYS,
    BoolArray,
    Calendar,
    Costs,
    EndOfLifeTerms,
    FloatArray,
    IntArray,
    Items,
    LeadTimes,
    OrderTerms,
    PriceBreaks,
    Suppliers,
    TextArray,
)
from forecasting.inputs import costs as cost_rates
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.demand import all_items, availability, days_of, item_numbers
from forecasting.inputs.suppliers import suppliers_of
from models.shared.history import Traits


@dataclass(frozen=True)
class Catalogue:
    """What is known of n items.

    Attributes:
        items: their locations and SKUs.
        supplier: int64, shape (n,): number of the supplier in ``suppliers``.
        unit_price: float64, shape (n,), money.
        next_unit_cost: float64, shape (n,), money: the announced cost of a unit; NaN where none is.
        next_unit_cost_from: int64, shape (n,): the day from which on it holds; LONG_AGO where not given.
        available_from, ends_on: int64, shape (n,): day numbers; LONG_AGO where not given.
        known_from: int64, shape (n,): the day from which on it is known that there is such an item.
        description, category: text, shape (n,), empty where not given.
        predecessor: int64, shape (n,): the item whose place each takes, at the same location; -1: none.
        traits: category and price as the models see them; a price that is only assumed is not known.
        Others as in ``Situation``.

    """

    items: Items
    suppliers: Suppliers
    supplier: IntArray
    terms: OrderTerms
    costs: Costs
    lead_times: LeadTimes
    end_of_life: EndOfLifeTerms
    unit_price: FloatArray
    next_unit_cost: FloatArray
    next_unit_cost_from: IntArray
    backorder_allowed: BoolArray
    available_from: IntArray
    ends_on: IntArray
    known_from: IntArray
    description: TextArray
    category: TextArray
    predecessor: IntArray
    traits: Traits

    def __len__(self) -> int:
        return len(self.items)

    @property
    def review_days(self) -> FloatArray:
        """float64, shape (n,): days between two orders of the item."""
        return self.suppliers.review_days[self.supplier]

    @property
    def protection_days(self) -> FloatArray:
        """float64, shape (n,): expected protection interval, R + L."""
        return self.review_days + self.lead_times.mean

    def price_rise(self, as_of: int) -> FloatArray:
        """By how much a unit costs more at the review after ``as_of`` than now, as announced: shape (n,)."""
        soon = (self.next_unit_cost_from > as_of) & (self.next_unit_cost_from <= as_of + self.review_days)
        return np.where(
            soon & ~np.isnan(self.next_unit_cost), self.next_unit_cost - self.terms.unit_cost, 0.0
        )


def calendar(dataset: Dataset, config: Config) -> Calendar:
    """The buckets, and the days on which the whole business is closed."""
    events = dataset.events
    everything = events["sku"].isna() & events["category"].isna()
    # An event without a location is filled in with the main one, as every row is. It closes the whole
    # business where that is the only place, or no place at all.
    places = set(dataset.orders["location"].astype(str))
    everywhere = everything & (events["location"] == MAIN) & (len(places) == 1 or MAIN not in places)
    everywhere |= everything & events["location"].isin(places) & (len(places) == 1)
    closed = events.loc[everywhere & (events["kind"] == "closed"), "date"]
    weekdays = np.array([WEEKDAYS.index(name) for name in config.closed_weekdays], dtype=np.int64)
    return Calendar(config.bucket, weekdays, np.unique(days_of(closed)))


def catalogue(dataset: Dataset, config: Config, as_of: int, assumptions: Assumptions) -> Catalogue:
    """Everything but demand that is known of each item at the close of day ``as_of``."""
    items = all_items(dataset)
    products = dataset.products.set_index(dataset.products["sku"].astype(str))
    row = products.index.get_indexer(pd.Index(items.sku))

    def given(name: str) -> FloatArray:
        column = np.append(products[name].to_numpy(dtype=np.float64), np.nan)
        return column[row]

    def words(name: str) -> TextArray:
        column = products[name].astype(object).where(products[name].notna(), "")
        return np.append(column.to_numpy(dtype=object), "")[row]

    def days(name: str) -> IntArray:
        return np.append(days_of(products[name]), LONG_AGO)[row]

    backorder = words("backorder")
    assumptions.add("backorder", config.backorder, int((backorder == "").sum()))
    allowed = np.where(backorder == "", config.backorder, backorder) == "allowed"

    price = given("unit_price")
    price = np.where(np.isnan(price), _last(dataset.orders, "unit_price", items, as_of), price)
    traits = Traits(_numbered(words("category")), price)
    price = assumptions.fill("unit_price", price, config.unit_price)
    cost = given("unit_cost")
    cost = np.where(np.isnan(cost), _last(dataset.purchase_orders, "unit_cost", items, as_of), cost)
    missing = np.isnan(cost)
    assumptions.add("unit_cost_share", f"{config.unit_cost_share:g}", int(missing.sum()))
    cost = np.where(missing, price * config.unit_cost_share, cost)
    next_cost, next_from = given("next_unit_cost"), days("next_unit_cost_from")
    cost = np.where((next_from > LONG_AGO) & (next_from <= as_of) & ~np.isnan(next_cost), next_cost, cost)

    terms = OrderTerms(
        pack_size=assumptions.fill("pack_size", given("pack_size"), config.pack_size),
        min_order_quantity=assumptions.fill(
            "min_order_quantity", given("min_order_quantity"), config.min_order_quantity
        ),
        max_order_quantity=np.where(
            np.isnan(given("max_order_quantity")), np.inf, given("max_order_quantity")
        ),
        unit_cost=cost,
    )
    named = pd.DataFrame({"location": items.location, "sku": words("predecessor")}).astype(str)
    predecessor = item_numbers(named, items)
    assumptions.add("predecessor", "its demand before an item's first day", int((predecessor >= 0).sum()))
    away = availability(dataset, items)
    hidden = np.unique(away.item[(away.share < 1) & (away.day <= as_of)])
    assumptions.add("availability", "demand hidden while it could not be sold is estimated", len(hidden))
    names, supplier = np.unique(words("supplier").astype(str), return_inverse=True)
    suppliers, line_cost = suppliers_of(dataset, config, as_of, names, supplier, assumptions)
    volume = given("volume")
    limited = np.isfinite(suppliers.terms.max_volume[supplier])
    assumptions.add("unit_volume", f"{config.unit_volume:g}", int((np.isnan(volume) & limited).sum()))
    terms = replace(
        terms,
        unit_volume=np.where(np.isnan(volume), config.unit_volume, volume),
        breaks=_price_breaks(dataset, items, names[supplier]),
    )
    replaced, _, _ = alternatives(dataset, items)
    costs = cost_rates.build(
        given,
        cost,
        price,
        allowed,
        line_cost[supplier],
        config,
        assumptions,
        has_alternative=np.isin(np.arange(len(items)), replaced),
    )
    return Catalogue(
        items=items,
        suppliers=suppliers,
        supplier=supplier,
        terms=terms,
        costs=costs,
        lead_times=suppliers.lead_times.take(supplier),
        end_of_life=_endings(given, cost, price, allowed, days("ends_on"), config, assumptions),
        unit_price=price,
        next_unit_cost=next_cost,
        next_unit_cost_from=next_from,
        backorder_allowed=allowed,
        available_from=days("available_from"),
        ends_on=days("ends_on"),
        known_from=known_from(dataset, items, days("available_from")),
        description=words("description"),
        category=words("category"),
        predecessor=predecessor,
        traits=traits,
    )


def known_from(dataset: Dataset, items: Items, available_from: IntArray) -> IntArray:
    """The day from which on each item is known: int64, shape (n,), LONG_AGO where it always is.

    ``products`` has no dates, and holds today's range: of the past it would tell what was to be sold later.
    So an item is known from its first order line, stock count or purchase order on. One whose first day is
    announced (``available_from``), or of which there is no trace at all, is known as long as its row.
    """
    first = np.full(len(items), np.iinfo(np.int64).max)
    for table, column in (
        (dataset.orders, "ordered_at"),
        (dataset.stock, "as_of"),
        (dataset.purchase_orders, "ordered_at"),
    ):
        item = item_numbers(table, items)
        np.minimum.at(first, item[item >= 0], days_of(table[column])[item >= 0])
    always = (available_from > LONG_AGO) | (first == np.iinfo(np.int64).max)
    return np.where(always, LONG_AGO, first)


def alternatives(dataset: Dataset, items: Items) -> tuple[IntArray, IntArray, FloatArray]:
    """What may stand in for what at the same location: items and alternatives (int64, shape (k,)), and
    units of the alternative in the place of one unit. By item, and of one item the lowest rank first.
    """
    table = dataset.alternatives
    found = []
    for location in dict.fromkeys(items.location):
        rows = table.assign(location=location, number=np.arange(len(table)))
        pairs = [item_numbers(rows.assign(sku=rows[name]), items) for name in ("sku", "alternative")]
        found.append(np.stack([*pairs, rows["number"].to_numpy()]))
    item, other, row = np.concatenate(found, axis=1)
    rank = table["rank"].fillna(np.inf).to_numpy(dtype=np.float64)[row]
    order = np.lexsort((row, rank, item))
    order = order[(item >= 0)[order] & (other >= 0)[order] & (item != other)[order]]
    ratio = table["ratio"].fillna(1.0).to_numpy(dtype=np.float64)[row]
    return item[order], other[order], ratio[order]


def _endings(
    given: Callable[[str], FloatArray],
    cost: FloatArray,
    price: FloatArray,
    allowed: BoolArray,
    ends_on: IntArray,
    config: Config,
    assumptions: Assumptions,
) -> EndOfLifeTerms:
    """Shelf lives, write-offs and customers' patience; settings that touch no item are not listed."""
    shelf, salvage, leaving = (given(name) for name in ("shelf_life_days", "salvage_share", "cancel_share"))
    shelf = np.where(np.isnan(shelf), np.inf, shelf)
    perishing = np.isfinite(shelf) | (ends_on > LONG_AGO)
    assumptions.add("salvage_share", f"{config.salvage_share:g}", int((np.isnan(salvage) & perishing).sum()))
    salvage = np.where(np.isnan(salvage), config.salvage_share, salvage)
    leaving = np.where(np.isnan(leaving), config.cancel_share, leaving)
    patience = np.inf if config.cancel_after_days is None else config.cancel_after_days
    return EndOfLifeTerms(
        shelf_days=shelf,
        waste_per_unit=cost * (1.0 - salvage),
        unserved_backorder_cost=cost_rates.unserved_backorder_cost(given, cost, price, allowed, config),
        cancellation_rate=np.where(allowed & np.isfinite(patience), leaving, 0.0),
        patience_days=np.full(len(cost), float(patience)),
    )


def _numbered(words: TextArray) -> IntArray:
    """A number a word, in their order; -1 for the empty one."""
    found, number = np.unique(words.astype(str), return_inverse=True)
    return number.astype(np.int64) - int(len(found) > 0 and found[0] == "")


def _price_breaks(dataset: Dataset, items: Items, supplier: TextArray) -> PriceBreaks | None:
    """The price breaks of each item at its supplier, of fewest units first; None where there are none."""
    table = dataset.price_breaks
    named = pd.DataFrame({"item": np.arange(len(items)), "sku": items.sku, "supplier": supplier})
    named = named.astype({"sku": str, "supplier": str})
    rows = table[["supplier", "sku", "min_quantity", "unit_cost"]].astype({"supplier": str, "sku": str})
    rows = named.merge(rows, on=["supplier", "sku"]).sort_values(["item", "min_quantity"])
    if rows.empty:
        return None
    place, item = rows.groupby("item").cumcount().to_numpy(), rows["item"].to_numpy()
    quantity = np.full((len(items), int(place.max()) + 1), np.inf)
    unit_cost = np.zeros(quantity.shape)
    quantity[item, place] = rows["min_quantity"]
    unit_cost[item, place] = rows["unit_cost"]
    return PriceBreaks(quantity, unit_cost)


def _last(table: pd.DataFrame, name: str, items: Items, as_of: int) -> FloatArray:
    """The last positive value of a column that was known at ``as_of``, per item; NaN without one."""
    out = np.full(len(items), np.nan)
    if len(table) == 0:
        return out
    value = table[name].to_numpy(dtype=np.float64)
    keep = (value > 0) & (days_of(table["ordered_at"]) <= as_of)
    chosen = table.loc[keep]
    order = np.argsort(chosen["ordered_at"].to_numpy(), kind="stable")
    # Of several values written to one place the last one stays: the latest, as they are in order.
    out[item_numbers(chosen, items)[order]] = value[keep][order]
    return out
