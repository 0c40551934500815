"""What may be ordered of each item, and what becomes of it at its end; settings fill the gaps."""

from __future__ import annotations

import numpy as np

from forecasting.config import Config
from forecasting.domain import LONG_AGO, BoolArray, EndOfLifeTerms, FloatArray, OrderTerms, PriceBreaks
from forecasting.inputs import costs as cost_rates
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import BreakRecords, Records


def order_terms(
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


def end_of_life(
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
