"""What a policy sees at a review, and what it answers. The same in a plan and in a replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forecasting.costs import Costs
from forecasting.domain import BoolArray, FloatArray, IntArray, Stock
from forecasting.lead_time import Outlook
from forecasting.policies.supply_terms import SupplyTerms
from models.history import History


@dataclass(frozen=True)
class Endings:
    """What becomes of units that nobody bought in time, and of customers who wait. Shape (n,) each.

    Attributes:
        shelf_days: float64, days that a unit can be sold for, from its arrival; inf: it keeps.
        waste_per_unit: float64, money lost with a unit not sold by then, or by the item's end.
        stranded_per_unit: float64, money that a unit short costs on top where no later order can serve it.
        leaving_share: float64, share of the units on backorder whose customers leave; 0: all stay.
        patience_days: float64, mean days after which those leave; inf: they stay owed.

    """

    shelf_days: FloatArray
    waste_per_unit: FloatArray
    stranded_per_unit: FloatArray
    leaving_share: FloatArray
    patience_days: FloatArray

    @classmethod
    def none(cls, items: int) -> Endings:
        """Goods that keep, and customers who wait."""
        nothing, never = np.zeros(items), np.full(items, np.inf)
        return cls(never, nothing, nothing, nothing, never)

    def take(self, items: IntArray) -> Endings:
        """Those of the given items."""
        return Endings(**{name: values[items] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Late:
    """Goods on order that an order placed now may overtake. Each float64, shape (n, k).

    Column j speaks of lead time j of ``LeadTimes``: goods due after an order placed now arrives, if it
    takes that long, and not ``beyond`` the protection interval.

    Attributes:
        units: how many.
        missing: the share of the review period, from that arrival on, without them: 0 to 1.

    """

    units: FloatArray
    missing: FloatArray


@dataclass(frozen=True)
class Situation:
    """All that may be known, at the close of day ``as_of``, of the n items under review.

    Attributes:
        as_of: the day number of the review.
        item: int64, shape (n,): the numbers of these items in the whole dataset.
        stock: on hand, on order and backlog at the close of the day.
        beyond: float64, shape (n,): units on order that arrive too late for the protection interval.
        promised: float64, shape (n,): units ordered ahead that are due to ship within it.
        history: the demand seen so far, per bucket.
        bucket_days: days in a bucket of ``history``.
        outlook: demand to come: distributions of its sum from tomorrow to any later day.
        review_days: float64, shape (n,): days from this review to the item's next one (R).
        terms: pack, minimum, maximum, unit cost.
        costs: what holding and running short cost.
        line_size: float64, shape (n,), > 0: mean units of a customer's order line.
        backorder_allowed: bool, shape (n,): whether short lines wait (else they are lost).
        orderable: bool, shape (n,): whether an order makes sense at all (the item goes on, and its
            terms can be met).
        endings: shelf lives, write-offs and customers' patience; None: nothing of that.
        late: goods that a new order may overtake; None: there are none.
        price_rise: float64, shape (n,): by how much a unit costs more at the next review, as announced
            (less, where negative); None: prices stay.

    """

    as_of: int
    item: IntArray
    stock: Stock
    beyond: FloatArray
    promised: FloatArray
    history: History
    bucket_days: float
    outlook: Outlook
    review_days: FloatArray
    terms: SupplyTerms
    costs: Costs
    line_size: FloatArray
    backorder_allowed: BoolArray
    orderable: BoolArray
    endings: Endings | None = None
    late: Late | None = None
    price_rise: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.review_days)

    @property
    def position(self) -> FloatArray:
        """float64, shape (n,): the inventory position that a decision can count on."""
        return self.stock.position - self.beyond - self.promised

    @property
    def protection_days(self) -> FloatArray:
        """float64, shape (n,): expected protection interval, R + L."""
        return self.review_days + self.outlook.lead_times.mean


@dataclass(frozen=True)
class Decision:
    """What to order now.

    Attributes:
        quantity: float64, shape (n,): units to order, feasible under the terms; 0 where none.
        reorder_point: float64, shape (n,): at or below this inventory position an order is due (s).
        order_up_to: float64, shape (n,): the position that an order aims at, before packs (S).

    """

    quantity: FloatArray
    reorder_point: FloatArray
    order_up_to: FloatArray


class Policy(Protocol):
    """A rule that turns a situation into orders. Parameters only; it keeps nothing between reviews.

    A rule with an attribute ``model`` decides on that demand model, whichever is configured.
    """

    @property
    def name(self) -> str:
        """The name that commands and outputs use."""

    def decide(self, situation: Situation) -> Decision:
        """Decide for all items at once. Items not ``orderable`` get quantity 0."""
