"""The days before a plan once more, for some items: as they were, and with one thing made right."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.config import Config, with_settings
from forecasting.domain import (
    LONG_AGO,
    BoolArray,
    DemandLines,
    FloatArray,
    IntArray,
    OrderTerms,
    SupplierTerms,
)
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.documents import promised_or_usual, purchase_lines
from forecasting.inputs.records import OrderStatus, Records
from forecasting.inputs.some_items import only
from forecasting.planning.observing import observer
from forecasting.replay.parts import demand_in_one_piece
from forecasting.replay.scenario import Scenario, scenario
from forecasting.simulation.ledger import Ledger

QUICK_MODEL = "theta"
"""What forecasts where the model would be chosen."""

HISTORY_DAYS = 91
"""Days of history that a policy must have before the first review."""


@dataclass(frozen=True)
class Past:
    """The past of some items.

    Attributes:
        scenario: with lead times and receipts as they were, and customers who cancel when they did.
        items: int64, shape (k,): their numbers among all items; the scenario numbers them anew.
        records, config: of all items.

    """

    scenario: Scenario
    items: IntArray
    records: Records
    config: Config

    def place(self, items: IntArray) -> IntArray:
        """The numbers that these of all items have here: int64, shape of ``items``."""
        return np.searchsorted(self.items, items)

    def of(self, items: IntArray) -> Past:
        """The same past of these of all items and their suppliers' alone."""
        return past_of(self.records, self.config, self.scenario.last_day, items)

    @property
    def days(self) -> int:
        """How many days are replayed."""
        return self.scenario.last_day - self.scenario.first_day + 1

    def as_bought(
        self, *, on_time: bool = False, in_full: bool = False, more: FloatArray | None = None
    ) -> Ledger:
        """The stock as the company's own orders made it, at the close of the last day.

        Args:
            on_time: goods come when they were promised, where they came later or not at all.
            in_full: all comes of what was ordered.
            more: float64, shape (k,), units that the company always has more of, in stock or on order.

        """
        past = self.scenario
        item, day, units = self._receipts(on_time, in_full)
        base = past.ledger()
        base.schedule(item, day, units)
        if more is None:
            base.advance(past.last_day)
            return base

        raised = replace(past, opening=past.opening + more).ledger()
        raised.schedule(item, day, units)
        supplier, before = past.observer.catalogue.supplier, past.first_day - 2
        for review in past.review_days:
            base.advance(review)
            raised.advance(review)
            # What it had more of and has sold is bought again, as far as an order may go.
            gone = more - (raised.stock.position - base.stock.position)
            gone = np.minimum(gone, self._room(before, review))
            before = review
            again = np.flatnonzero(past.reviewed(review)[supplier] & (gone > 1e-9))
            raised.schedule(again, past.arrives(review, again), gone[again])
        raised.advance(past.last_day)
        return raised

    def _room(self, before: int, review: int) -> FloatArray:
        """Units that an order at this review may still have beside what was bought: float64, shape (k,).

        ``before``: the review before.
        """
        bought = self.scenario.observer.records.purchases
        now = bought.firm & (bought.ordered > before) & (bought.ordered <= review)
        most = self.scenario.observer.catalogue.terms.max_order_quantity
        return np.maximum(most - np.bincount(bought.item[now], bought.quantity[now], len(most)), 0.0)

    def deepest_backlog(self) -> FloatArray:
        """The most units of each item that were owed at the close of a day: float64, shape (k,)."""
        ledger, most = self.scenario.ledger(), np.zeros(len(self.items))
        ledger.schedule(*self._receipts(on_time=False, in_full=False))
        for day in range(self.scenario.first_day, self.scenario.last_day + 1):
            ledger.advance(day)
            most = np.maximum(most, ledger.stock.backlog)
        return most

    def _receipts(self, on_time: bool, in_full: bool) -> tuple[IntArray, IntArray, FloatArray]:
        """What came from the first day on: item, day and units."""
        past, records = self.scenario, self.scenario.observer.records
        knowledge = past.observer.catalogue.lead_time_knowledge
        purchases, lines = records.purchases, purchase_lines(records, past.observer.catalogue.lead_times.mean)
        promised = promised_or_usual(purchases, knowledge.stated)

        came = (lines.came > 0) & purchases.firm & (lines.came_on >= past.first_day)
        day = np.minimum(lines.came_on, promised) if on_time else lines.came_on
        units = np.where(in_full & (lines.rest == 0), np.maximum(purchases.quantity, lines.came), lines.came)
        # What has not come to this day would have, had it come on time.
        rest = (lines.rest > 0) & purchases.firm & on_time & (promised <= past.last_day)
        return (
            np.concatenate([purchases.item[came], purchases.item[rest]]),
            np.maximum(np.concatenate([day[came], promised[rest]]), past.first_day),
            np.concatenate([units[came], lines.rest[rest]]),
        )

    def has_minimum(self) -> BoolArray:
        """bool, shape (k,): a supplier's term on whole orders, or a budget, may hold back orders of it."""
        known = self.scenario.observer.catalogue
        terms = known.suppliers.terms
        some = (terms.min_order_value > 0) | (terms.freight_cost > 0) | np.isfinite(terms.max_volume)
        return some[known.supplier] | (self.scenario.observer.config.budget is not None)

    def has_terms(self) -> BoolArray:
        """bool, shape (k,): the item cannot be bought by the piece, few or many."""
        terms = self.scenario.observer.catalogue.terms
        return (terms.smallest > 1) | np.isfinite(terms.max_order_quantity)

    def without_minimum(self) -> Scenario:
        """The scenario with suppliers who take any order, and no budget."""
        past = self.scenario
        suppliers = past.observer.catalogue.suppliers
        terms = SupplierTerms.none(suppliers.terms.suppliers)
        free = replace(suppliers, terms=replace(terms, order_cost=suppliers.terms.order_cost))
        known = replace(past.observer.catalogue, suppliers=free)
        config = with_settings(past.observer.config, {"budget": None})
        return replace(past, observer=replace(past.observer, catalogue=known, config=config))

    def without_terms(self) -> Scenario:
        """The scenario with items that can be bought by the piece, few or many."""
        past = self.scenario
        terms = past.observer.catalogue.terms
        n = len(terms)
        free = OrderTerms(
            np.minimum(terms.pack_size, 1.0),
            np.zeros(n),
            np.full(n, np.inf),
            terms.unit_cost,
            terms.unit_volume,
        )
        known = replace(past.observer.catalogue, terms=free)
        return replace(past, observer=replace(past.observer, catalogue=known))


def past_of(records: Records, config: Config, as_of: int, items: IntArray) -> Past:
    """The ``persistent_days`` up to ``as_of`` of these items, and of all others of their suppliers.

    Suppliers' terms hold for whole orders, and models learn from many items: one alone would not be decided
    on as it was. Of a shorter history all but its first quarter is taken.
    """
    beside = np.flatnonzero(np.isin(records.supplier, np.unique(records.supplier[items])))
    known = only(records, beside)
    settings = {"warmup": "none", "lead_times": "recorded", "receipts": "recorded", "cancel_after_days": None}
    if config.model == "auto":
        # To choose among all models takes longer than all else; of 8 items of the demo one has another cause
        # then.
        settings["model"] = QUICK_MODEL
    first = max(as_of - config.persistent_days + 1, known.first_day + HISTORY_DAYS)
    looked = observer(known, with_settings(config, settings), first - 1, Assumptions())
    # Reviewed on one weekday all suppliers cost a policy as many decisions as one.
    suppliers = looked.catalogue.suppliers
    together = replace(suppliers, weekday=np.full(len(suppliers.name), -1))
    looked = replace(looked, catalogue=replace(looked.catalogue, suppliers=together))
    past = scenario(looked, first, as_of, Assumptions())
    return Past(replace(past, alternatives=None, cancels_on=_cancelled(past)), beside, records, config)


def _cancelled(past: Scenario) -> IntArray:
    """The day on which each line's customer really cancelled while it waited; NEVER: did not."""
    orders = past.observer.records.orders
    lines, row, line = demand_in_one_piece(past.observer)
    day = orders.cancelled[row]
    left = (orders.status[row] == OrderStatus.CANCELLED) & (day > LONG_AGO)
    left &= (day > lines.day[line]) & (day >= past.first_day)
    on = np.full(len(lines), DemandLines.NEVER, dtype=np.int64)
    np.minimum.at(on, line[left], day[left])
    return on
