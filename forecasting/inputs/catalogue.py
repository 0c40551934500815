"""What is known of each item apart from its demand: prices, terms, costs, lead time, supplier.

Every gap in the records is filled by a setting, and every setting used is written down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import (
    LONG_AGO,
    BoolArray,
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
from forecasting.inputs.availability import availability
from forecasting.inputs.cost_rule import CostFacts, cost_rule, ruled
from forecasting.inputs.lead_times import LeadTimeKnowledge, lead_time_knowledge
from forecasting.inputs.records import BreakRecords, OrderRecords, PurchaseRecords, Records
from forecasting.inputs.successors import succession
from forecasting.inputs.suppliers import suppliers
from models.shared.history import Traits

LATER = np.iinfo(np.int64).max
"""A day that never comes."""


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
        lead_time_knowledge: what ``lead_times`` and the arrival of what is on order follow from.
        traits: category and price as the models see them; a price that is only assumed is not known.
        Others as in ``Situation``.

    """

    items: Items
    suppliers: Suppliers
    supplier: IntArray
    terms: OrderTerms
    costs: Costs
    lead_times: LeadTimes
    lead_time_knowledge: LeadTimeKnowledge
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


def catalogue(records: Records, config: Config, as_of: int, assumptions: Assumptions) -> Catalogue:
    """Everything but demand that is known of each item at the close of day ``as_of``."""
    products, items = records.products, records.items
    allowed = _backorder_allowed(records, config, assumptions)
    known_price = _known_prices(records, as_of)
    price = assumptions.fill("unit_price", known_price, config.unit_price)
    cost = _unit_costs(records, price, config, as_of, assumptions)

    known_suppliers, line_cost = suppliers(records, config, assumptions)
    lead_time = lead_time_knowledge(records, config, as_of, assumptions)
    limited = np.isfinite(known_suppliers.terms.max_volume[records.supplier])
    known = known_from(records)
    follows = succession(records, _predecessors(records, assumptions), known, as_of)
    _assume_censoring(records, as_of, assumptions)

    rates = cost_rates.build(
        products.number,
        cost,
        price,
        allowed,
        line_cost[records.supplier],
        config,
        assumptions,
        has_alternative=np.isin(np.arange(len(items)), records.alternatives.item),
    )
    costs = _ruled(rates, records, known_suppliers.name, cost, price, allowed, config, assumptions)
    return Catalogue(
        items=items,
        suppliers=known_suppliers,
        supplier=records.supplier,
        terms=_order_terms(records, cost, limited, config, assumptions),
        costs=costs,
        lead_times=lead_time.lead_times,
        lead_time_knowledge=lead_time,
        end_of_life=_end_of_life(records, cost, price, allowed, config, assumptions),
        unit_price=price,
        next_unit_cost=products.number["next_unit_cost"],
        next_unit_cost_from=products.day["next_unit_cost_from"],
        backorder_allowed=allowed,
        available_from=follows.available_from,
        ends_on=follows.ends_on,
        known_from=known,
        description=products.text["description"],
        category=products.text["category"],
        predecessor=follows.predecessor,
        # A price that is only assumed is not known.
        traits=Traits(_numbered(products.text["category"]), known_price),
    )


def _ruled(
    rates: Costs,
    records: Records,
    supplier_names: TextArray,
    cost: FloatArray,
    price: FloatArray,
    allowed: BoolArray,
    config: Config,
    assumptions: Assumptions,
) -> Costs:
    """The rates as the company's own rule has them, where a setting names one."""
    if config.cost_rule is None:
        return rates
    items, products = records.items, records.products
    supplied_by = supplier_names[records.supplier]
    category = products.text["category"]
    facts = CostFacts(items.location, items.sku, category, supplied_by, cost, price, allowed)
    assumptions.add("cost_rule", cost_rule(config.cost_rule).name, len(items))
    return ruled(config.cost_rule, facts, rates)


def _backorder_allowed(records: Records, config: Config, assumptions: Assumptions) -> BoolArray:
    given = records.products.text["backorder"]
    assumptions.add("backorder", config.backorder, int((given == "").sum()))
    return np.asarray(np.where(given == "", config.backorder, given) == "allowed")


def _known_prices(records: Records, as_of: int) -> FloatArray:
    """What each item sells at: as ``products`` says, else as it sold last; NaN where neither does."""
    given = records.products.number["unit_price"]
    orders = records.orders
    return np.where(np.isnan(given), _last(orders, orders.unit_price, len(given), as_of), given)


def _unit_costs(
    records: Records, price: FloatArray, config: Config, as_of: int, assumptions: Assumptions
) -> FloatArray:
    """What a unit costs: as ``products`` says, as it was bought last, or a share of its price.

    A cost that was announced holds from its day on.
    """
    products, purchases = records.products, records.purchases
    cost = products.number["unit_cost"]
    cost = np.where(np.isnan(cost), _last(purchases, purchases.unit_cost, len(cost), as_of), cost)

    missing = np.isnan(cost)
    assumptions.add("unit_cost_share", f"{config.unit_cost_share:g}", int(missing.sum()))
    cost = np.where(missing, price * config.unit_cost_share, cost)

    announced, day = products.number["next_unit_cost"], products.day["next_unit_cost_from"]
    return np.where((day > LONG_AGO) & (day <= as_of) & ~np.isnan(announced), announced, cost)


def _order_terms(
    records: Records, cost: FloatArray, limited: BoolArray, config: Config, assumptions: Assumptions
) -> OrderTerms:
    """Packs, minimums, maximums and price breaks. ``limited``: the supplier's order has a ``max_volume``."""
    number = records.products.number
    volume, largest = number["volume"], number["max_order_quantity"]
    assumptions.add("unit_volume", f"{config.unit_volume:g}", int((np.isnan(volume) & limited).sum()))
    return OrderTerms(
        pack_size=assumptions.fill("pack_size", number["pack_size"], config.pack_size),
        min_order_quantity=assumptions.fill(
            "min_order_quantity", number["min_order_quantity"], config.min_order_quantity
        ),
        max_order_quantity=np.where(np.isnan(largest), np.inf, largest),
        unit_cost=cost,
        unit_volume=np.where(np.isnan(volume), config.unit_volume, volume),
        breaks=_price_breaks(records.price_breaks, len(cost)),
    )


def _price_breaks(breaks: BreakRecords, items: int) -> PriceBreaks | None:
    """The price breaks of each item, of fewest units first; None where there are none."""
    if len(breaks.item) == 0:
        return None
    count = np.bincount(breaks.item, minlength=items)
    rank = np.arange(len(breaks.item)) - (np.cumsum(count) - count)[breaks.item]
    quantity = np.full((items, int(count.max())), np.inf)
    unit_cost = np.zeros(quantity.shape)
    quantity[breaks.item, rank] = breaks.min_quantity
    unit_cost[breaks.item, rank] = breaks.unit_cost
    return PriceBreaks(quantity, unit_cost)


def _end_of_life(
    records: Records,
    cost: FloatArray,
    price: FloatArray,
    allowed: BoolArray,
    config: Config,
    assumptions: Assumptions,
) -> EndOfLifeTerms:
    """Shelf lives, write-offs and customers' patience; settings that touch no item are not listed."""
    number = records.products.number
    shelf, salvage, leaving = (number[name] for name in ("shelf_life_days", "salvage_share", "cancel_share"))
    shelf = np.where(np.isnan(shelf), np.inf, shelf)

    # Only what perishes, or ends, is ever written off: for the others the setting is no assumption.
    perishing = np.isfinite(shelf) | (records.products.day["ends_on"] > LONG_AGO)
    assumptions.add("salvage_share", f"{config.salvage_share:g}", int((np.isnan(salvage) & perishing).sum()))
    salvage = np.where(np.isnan(salvage), config.salvage_share, salvage)

    leaving = np.where(np.isnan(leaving), config.cancel_share, leaving)
    patience = np.inf if config.cancel_after_days is None else config.cancel_after_days
    return EndOfLifeTerms(
        shelf_days=shelf,
        waste_per_unit=cost * (1.0 - salvage),
        unserved_backorder_cost=cost_rates.unserved_backorder_cost(number, cost, price, allowed, config),
        cancellation_rate=np.where(allowed & np.isfinite(patience), leaving, 0.0),
        patience_days=np.full(len(cost), float(patience)),
    )


def _predecessors(records: Records, assumptions: Assumptions) -> IntArray:
    """The item whose place each takes, at the same location: int64, shape (n,), -1: none."""
    number = {pair: item for item, pair in enumerate(zip(*vars(records.items).values(), strict=True))}
    named = records.products.text["predecessor"]
    pairs = zip(records.items.location, named, strict=True)
    predecessor = np.array([number.get(pair, -1) if pair[1] else -1 for pair in pairs], dtype=np.int64)
    assumptions.add("predecessor", "its demand before an item's first day", int((predecessor >= 0).sum()))
    return predecessor


def _assume_censoring(records: Records, as_of: int, assumptions: Assumptions) -> None:
    """Write down for how many items demand is estimated, because they could not be sold at some time."""
    unavailable = availability(records, records.products.text["backorder"] == "refused")
    hidden = np.unique(unavailable.item[(unavailable.share < 1) & (unavailable.day <= as_of)])
    assumptions.add("availability", "demand hidden while it could not be sold is estimated", len(hidden))


def known_from(records: Records) -> IntArray:
    """The day from which on each item is known: int64, shape (n,), LONG_AGO where it always is.

    ``products`` has no dates, and holds today's range: of the past it would tell what was to be sold later.
    So an item is known from its first order line, stock count or purchase order on. One whose first day is
    announced (``available_from``), or of which there is no trace at all, is known as long as its row.
    """
    orders, counts, purchases = records.orders, records.counts, records.purchases
    never = np.iinfo(np.int64).max
    first = np.full(len(records.items), never)
    for item, day in (
        (orders.item, orders.ordered),
        (counts.item, counts.day),
        (purchases.item, purchases.ordered),
    ):
        np.minimum.at(first, item, day)

    announced = records.products.day["available_from"] > LONG_AGO
    return np.where(announced | (first == never), LONG_AGO, first)


def stocked_from(records: Records, backorder_allowed: BoolArray) -> IntArray:
    """The first day at whose close each item could be asked for: int64, shape (n,); LONG_AGO: not known.

    It was in stock; or counted at all, where customers wait for what is not there.
    """
    counts, purchases = records.counts, records.purchases
    there = (counts.on_hand > 0) | backorder_allowed[counts.item]
    there &= counts.item >= 0
    came = (purchases.received > LONG_AGO) & (purchases.came_units > 0)
    first = np.full(len(records.items), LATER)
    np.minimum.at(first, counts.item[there], counts.day[there])
    np.minimum.at(first, purchases.item[came], purchases.received[came])
    return np.where(first == LATER, LONG_AGO, first)


def _numbered(words: TextArray) -> IntArray:
    """A number a word, in their order; -1 for the empty one."""
    known, number = np.unique(words.astype(str), return_inverse=True)
    return number.astype(np.int64) - int(len(known) > 0 and known[0] == "")


def _last(rows: OrderRecords | PurchaseRecords, value: FloatArray, items: int, as_of: int) -> FloatArray:
    """The last positive value that was known at ``as_of``, per item; NaN without one."""
    known = np.flatnonzero((value > 0) & (rows.ordered <= as_of))
    order = known[np.argsort(rows.time[known], kind="stable")]
    last = np.full(items, np.nan)
    # Of several values written to one row the last one stays: the latest, as they are in order.
    last[rows.item[order]] = value[order]
    return last
