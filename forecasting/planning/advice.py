"""What a plan has worked out, before it is put into tables: who decided, on what, what, and at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecasting.domain import BoolArray, FloatArray, TextArray
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.known_until import KnownUntil
from forecasting.planning.between_places import Between
from forecasting.planning.observer import Observer
from forecasting.planning.persistent import Evidence
from forecasting.planning.position import Standing
from forecasting.planning.second_orders import SecondOrders
from forecasting.planning.sources import Sources
from forecasting.policies.base import Policy
from forecasting.policies.candidate_orders import REVIEWS_MORE, Choices, choices
from forecasting.policies.cost_optimal import Prices
from forecasting.policies.expected_cost.cost_curve import CostCurve
from forecasting.policies.expected_cost.relative_value import RelativeValue
from forecasting.policies.order_together import Orders
from forecasting.policies.situation import Decision, Situation


@dataclass(frozen=True)
class Advice:
    """All that recommendations are written from, of n items.

    Attributes:
        run: the run's identity.
        policy: who decided.
        catalogue: the items.
        model: text, shape (n,): the demand model of each.
        situation: what was decided on.
        standing: where the items stand, and how that is known.
        known_until: until when the tables are known.
        orders: what was decided.
        value: what orders cost.
        has_odd_order: bool, shape (n,): a line of the last year is not believed.
        observed: what was looked at.
        shortages: how often each ran short lately.
        sources: who else offers items, and how they were compared; None: nobody does.
        second: what is asked of faster suppliers beside; None: nothing.
        between: what is moved between places.

    """

    run: str
    policy: Policy
    catalogue: Catalogue
    model: TextArray
    situation: Situation
    standing: Standing
    known_until: KnownUntil
    orders: Orders
    value: RelativeValue
    has_odd_order: BoolArray
    observed: Observer
    shortages: Evidence
    between: Between
    sources: Sources | None = None
    second: SecondOrders | None = None

    @cached_property
    def beside(self) -> FloatArray:
        """float64, shape (n,), units: what is asked of faster suppliers beside the order."""
        return (
            np.zeros(len(self.catalogue)) if self.second is None else self.second.of_all(len(self.catalogue))
        )

    @property
    def decision(self) -> Decision:
        """Quantities, reorder points and order-up-to levels."""
        return self.orders.decision

    @property
    def curve(self) -> CostCurve:
        """The expected cost of each position."""
        return self.value.curve

    @property
    def ordered(self) -> BoolArray:
        """bool, shape (n,): items that something is suggested of."""
        return np.asarray(self.decision.quantity > 0)

    @property
    def plenty(self) -> FloatArray:
        """float64, shape (n,), units: a position above it is more than twice any likely demand calls for."""
        return np.maximum(self.curve.highest, 1.0) * 2

    @property
    def excess(self) -> FloatArray:
        """float64, shape (n,), units of the position above that; of a kit none: its components have it."""
        return np.where(self.is_kit, 0.0, self.situation.stock.position - self.plenty)

    @cached_property
    def is_kit(self) -> BoolArray:
        """bool, shape (n,): it is put together from other items when it is sold."""
        return self.observed.records.kits.marks(len(self.catalogue))

    @property
    def ordered_ahead(self) -> FloatArray:
        """float64, shape (n,), units that customers ordered ahead, due to ship within the interval."""
        reserved = self.situation.reserved - self.standing.unseen - self.standing.expiring
        reserved = reserved - self.standing.elsewhere
        return np.where(reserved > 1e-9, reserved, 0.0)

    @cached_property
    def prices(self) -> Prices:
        """What the orders change, in money."""
        return Prices.of(self.value, self.decision.quantity)

    @cached_property
    def rule(self) -> TextArray:
        """By which of the field's rules each item was decided: text, shape (n,)."""
        return self.policy.rules(self.situation)

    @cached_property
    def choices(self) -> Choices:
        """Other quantities that each item could be ordered in."""
        return choices(self.value, self.decision.quantity, REVIEWS_MORE, self.orders.wanted)
