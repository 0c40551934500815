"""What a policy sees at a review, and what it answers. The same in a plan and in a replay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import (
    BoolArray,
    CompanyLevels,
    Costs,
    EndOfLifeTerms,
    FloatArray,
    IntArray,
    OrderCrossover,
    OrderTerms,
    Stock,
)
from forecasting.policies.lead_time_demand import LeadTimeDemand
from models.shared.history import History


@dataclass(frozen=True)
class Situation:
    """All that may be known, at the close of day ``as_of``, of the n items under review.

    Attributes:
        as_of: the day number of the review.
        item: int64, shape (n,): the numbers of these items in the whole dataset.
        stock: on hand, on order and backlog at the close of the day.
        on_order_later: float64, shape (n,): units on order that arrive only after the protection interval.
        reserved: float64, shape (n,): known future demand: units that customers ordered ahead, due to ship
            within it.
        history: the demand seen so far, per bucket.
        bucket_days: days in a bucket of ``history``.
        lead_time_demand: demand to come, D_t: distributions of its sum from tomorrow to any later day.
        review_days: float64, shape (n,): days from this review to the item's next one (R).
        terms: pack, minimum (MOQ), maximum, unit cost.
        costs: what holding (h), running short (p, b) and an order line (K) cost.
        line_size: float64, shape (n,), > 0: mean units of a customer's order line.
        backorder_allowed: bool, shape (n,): whether short lines wait (else they are lost).
        orderable: bool, shape (n,): whether an order makes sense at all (the item goes on, and its
            terms can be met).
        end_of_life: shelf lives, write-offs and customers' patience; None: nothing of that.
        crossover: goods that a new order may overtake; None: nothing is overtaken.
        price_rise: float64, shape (n,): by how much a unit costs more at the next review, as announced
            (less, where negative); None: prices stay.
        own_levels: reorder points and order-up-to levels as the company has them; None: it has none.

    """

    as_of: int
    item: IntArray
    stock: Stock
    on_order_later: FloatArray
    reserved: FloatArray
    history: History
    bucket_days: float
    lead_time_demand: LeadTimeDemand
    review_days: FloatArray
    terms: OrderTerms
    costs: Costs
    line_size: FloatArray
    backorder_allowed: BoolArray
    orderable: BoolArray
    end_of_life: EndOfLifeTerms | None = None
    crossover: OrderCrossover | None = None
    price_rise: FloatArray | None = None
    own_levels: CompanyLevels | None = None

    def __len__(self) -> int:
        return len(self.review_days)

    @property
    def position(self) -> FloatArray:
        """float64, shape (n,): the inventory position that a decision can count on."""
        return self.stock.position - self.on_order_later - self.reserved

    @property
    def is_last_order(self) -> BoolArray:
        """bool, shape (n,): whether an order placed at the next review would arrive after the item's end."""
        ends = self.lead_time_demand.ends
        next_arrival = self.review_days + np.floor(self.lead_time_demand.lead_times.mean) + 1
        return np.isfinite(ends) & (ends < next_arrival)

    @property
    def protection_days(self) -> FloatArray:
        """float64, shape (n,): expected protection interval, R + L."""
        return self.review_days + self.lead_time_demand.lead_times.mean


@dataclass(frozen=True)
class Decision:
    """What to order now.

    Attributes:
        quantity: float64, shape (n,): units to order, feasible under the terms; 0 where none (Q).
        reorder_point: float64, shape (n,): at or below this inventory position an order is due (s).
        order_up_to: float64, shape (n,): the position that an order aims at, before packs (S).

    """

    quantity: FloatArray
    reorder_point: FloatArray
    order_up_to: FloatArray
