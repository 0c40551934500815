"""What is on order: when each line may come, how likely it still comes, and which are overdue.

When a line comes is a distribution: around the supplier's promise, unless promises have been a clearly worse
guide than the usual lead time, which it then is around; both as deliveries have taught
(``lead_time_beliefs``). A line that has not come by now is later than that distribution's part that has
passed, and the longer it is overdue, the likelier it never comes at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.domain.columns import Columns
from forecasting.inputs.documents import purchase_lines
from forecasting.inputs.lead_time_beliefs import chance_by, days_at
from forecasting.inputs.lead_times import PROMISE_SD, LeadTimeKnowledge, promised_days
from forecasting.inputs.offers import offered_lead_days
from forecasting.inputs.records import Records

NEVER_COMES = 0.02
"""The share of orders that never come: forgotten, refused, or received and not written down."""

SURE, HOPELESS = 0.9, 0.1
"""What is likelier to come in time than the one is counted on, what is less likely than the other is not."""

LATE_SD = 0.3
"""What is later than it ever was is late as others are: by this deviation of the logarithm of its days, or by
its supplier's own, where that is larger. Of 5,114 real deliveries (benchmark ``lead_times``) half of those 6
days late came within 11 more, and of suppliers that hardly ever were late no sooner than of others.
"""

CLEARLY_WORSE = 1.5
"""Promises that were off by so many times what the terms were off by, and no less than usual, are left.

Of an order whose day was promised the promise is what is known of it alone: where both guides were as good,
it is the one to believe. Of 3,461 real deliveries (benchmark ``lead_times``) a median by the guide that was
closer is off by 4.3 days on average, by this rule by 3.9.
"""

OTHERS_SD = 0.25
"""The deviation of the logarithm of a lead time of a supplier that an item is not bought from."""

USUALLY_BY = 0.9
"""A line without a promise is overdue after the days within which so many would have come."""


@dataclass(frozen=True)
class OpenOrders(Columns):
    """Lines of purchase orders that are open at the close of a day; each of shape (m,).

    Attributes:
        row: int64: the line among the records' purchases.
        item: int64.
        quantity: float64, units that are still to come.
        elapsed: float64, days since the order, as lead times count them; -1: ordered today.
        stated: float64, days that its arrival is judged by: the promise, or the terms.
        level, sd: float64: what deliveries have taught of that (``lead_time_beliefs``).
        promised: bool: the supplier promised or confirmed a day. ``by_promise``: it is judged by that.
        due: int64: the day on which it should have come at last.
        as_of: the day.

    """

    row: IntArray
    item: IntArray
    quantity: FloatArray
    elapsed: FloatArray
    stated: FloatArray
    level: FloatArray
    sd: FloatArray
    promised: BoolArray
    by_promise: BoolArray
    due: IntArray
    as_of: int

    @property
    def overdue(self) -> BoolArray:
        """bool, shape (m,): the line should have come by now."""
        return self.due <= self.as_of

    @property
    def chance(self) -> FloatArray:
        """float64, shape (m,): how likely it comes at all."""
        # That a supplier was always on time says little of how long it takes once it is not.
        late = (1.0 - NEVER_COMES) * (1.0 - self._reached(np.maximum(self.sd, LATE_SD)))
        return late / (late + NEVER_COMES)

    def chance_by(self, day: FloatArray) -> FloatArray:
        """float64, shape (m,): how likely it can be used by the end of ``day``, float64, shape (m,)."""
        reached = chance_by(self.elapsed + (day - self.as_of), self.stated, self.level, self._spread)
        share = np.maximum(reached - self._passed, 0.0) / np.maximum(1.0 - self._passed, 1e-12)
        return self.chance * share

    def arrival(self, probability: float) -> IntArray:
        """int64, shape (m,): the day by which it comes with a probability, given that it comes."""
        ahead = np.rint(self.days_ahead(probability)).astype(np.int64)
        return self.as_of + np.maximum(ahead, 1)

    def days_ahead(self, probability: float) -> FloatArray:
        """float64, shape (m,): in how many days it comes, as ``arrival`` does, parts of a day included."""
        passed = self._passed
        at = passed + probability * (1.0 - passed)
        days = days_at(np.minimum(at, 1.0 - 1e-9), self.stated, self.level, self._spread)
        return np.clip(days, 0.0, 1e5) - self.elapsed

    def counted_on(self, day: FloatArray) -> FloatArray:
        """Units that can be counted on by the end of ``day``, float64, shape (m,): what may be expected.

        All of what is nearly sure, nothing of what is hopeless; whole units where whole ones were ordered.
        """
        chance = self.chance_by(day)
        expected = np.where(chance >= SURE, 1.0, np.where(chance <= HOPELESS, 0.0, chance)) * self.quantity
        return np.where(self.quantity == np.floor(self.quantity), np.rint(expected), expected)

    @property
    def _passed(self) -> FloatArray:
        return self._reached(self._spread)

    @property
    def _spread(self) -> FloatArray:
        """The deviation around the level: of what is later than it should ever be, that of the late."""
        return np.where(self._reached(self.sd) > USUALLY_BY, np.maximum(self.sd, LATE_SD), self.sd)

    def _reached(self, sd: FloatArray) -> FloatArray:
        """float64, shape (m,): the part of the distribution of its days that has passed."""
        reached = chance_by(self.elapsed, self.stated, self.level, sd)
        return np.where(self.elapsed >= 0, np.minimum(reached, 1.0 - 1e-9), 0.0)


def promise_is_the_guide(
    sd_of_promises: FloatArray, sd_of_terms: FloatArray, deliveries: FloatArray
) -> BoolArray:
    """Whether an open order is judged by the day that was promised for it, not by the terms.

    Args:
        sd_of_promises, sd_of_terms: float64, of one shape: how far deliveries lay from each (``Beliefs.sd``).
        deliveries: float64, of the same shape: how many the second rests on.

    Returns:
        bool, of the same shape.

    """
    kept = sd_of_promises <= np.maximum(CLEARLY_WORSE * sd_of_terms, PROMISE_SD)
    return np.asarray(kept | (deliveries <= 0))


def open_orders(records: Records, known: LeadTimeKnowledge, as_of: int) -> OpenOrders:
    """The lines that are on order at the close of ``as_of``, with the day on which each may come."""
    purchases = records.purchases
    quantity = purchase_lines(records, known.lead_times.mean).open_at(purchases, as_of)
    row = np.flatnonzero(quantity > 0)
    item, ordered = purchases.item[row], purchases.ordered[row]

    promise = promised_days(purchases)[row]
    guide = promise_is_the_guide(known.of_promises.sd, known.of_terms.sd, known.of_terms.seen)
    by_promise = ~np.isnan(promise) & guide[item]
    stated = np.where(by_promise, promise, known.arrives_in(item, ordered, known.stated[item]))
    level = np.where(by_promise, known.of_promises.level[item], known.of_terms.level[item])
    sd = np.where(by_promise, known.of_promises.sd[item], known.of_terms.sd[item])
    elsewhere, theirs = offered_lead_days(records, item, purchases.supplier[row], known.supplier)
    if elsewhere.any():
        # Ordered from another than the item's supplier: by that one's terms, of which nothing was learnt.
        told = elsewhere & ~by_promise
        stated, level, sd = (
            np.where(told, other, own) for other, own in ((theirs, stated), (0.0, level), (OTHERS_SD, sd))
        )

    usual = np.ceil(days_at(np.full(len(row), USUALLY_BY), stated, level, sd))
    due = ordered + 1 + np.where(np.isnan(promise), usual, promise).astype(np.int64)
    return OpenOrders(
        row=row,
        item=item,
        quantity=quantity[row],
        elapsed=(as_of - ordered - 1).astype(np.float64),
        stated=stated,
        level=level,
        sd=np.maximum(sd, 1e-3),
        promised=~np.isnan(promise),
        by_promise=by_promise,
        due=due,
        as_of=as_of,
    )
