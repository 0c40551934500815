"""The lead time of each item: what is stated of it, and what deliveries have taught (``lead_time_beliefs``).

It is kept as a few possible lengths with a probability each, and demand over it is the mixture: the
variability of the lead time is in the distribution, not in a factor on top of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.config import Config
from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray, LeadTimes
from forecasting.domain.supply_calendar import FREE, SupplyCalendar
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.lead_time_beliefs import Beliefs, Deliveries, beliefs
from forecasting.inputs.records import PurchaseRecords, Records
from forecasting.inputs.supply_calendar import supply_calendar

PARTS = 5
"""Lengths kept of a random lead time. Demand varies more than its fifths do."""

USUAL_SD, SMALLEST_SD = 0.25, 0.05
"""The deviation of the logarithm of a lead time where none is stated, and the least that is believed."""

PROMISE_SD = 0.15
"""The same of a lead time around the supplier's promise."""


@dataclass(frozen=True)
class LeadTimeKnowledge:
    """What is known of how long n items take to come, at the close of a day.

    Attributes:
        lead_times: of orders placed now.
        stated: float64, shape (n,), days: what the terms say.
        assumed: bool, shape (n,): a setting stands for it: nothing is stated, and nothing was ever delivered.
        of_terms: what deliveries have taught, held against the terms.
        of_promises: and against what was promised for each.
        against_terms, against_promises: the deliveries that taught it.
        calendar: on which days suppliers work and goods arrive; None: on all. All lengths above are then as
            suppliers count them, before it.
        supplier: int64, shape (n,): of each item.

    """

    lead_times: LeadTimes
    stated: FloatArray
    assumed: BoolArray
    of_terms: Beliefs
    of_promises: Beliefs
    against_terms: Deliveries
    against_promises: Deliveries
    supplier: IntArray
    calendar: SupplyCalendar | None = None

    def arrives_in(self, item: IntArray, ordered: IntArray, lead_days: FloatArray) -> FloatArray:
        """Days until an order of the close of ``ordered`` can be used, by the calendar, where its supplier
        takes ``lead_days``: float64, of their common shape, which ``item`` has too.
        """
        if self.calendar is None:
            return lead_days
        group = self.calendar.of_items(self.supplier[item], item)
        arrival = self.calendar.arrival(group, ordered, np.rint(lead_days).astype(np.int64))
        return np.where(group == FREE, lead_days, arrival - ordered - 1.0)


def lead_time_knowledge(
    records: Records, config: Config, as_of: int, assumptions: Assumptions
) -> LeadTimeKnowledge:
    """What the terms state and the deliveries up to ``as_of`` have taught."""
    stated, sd, given = _terms(records, config)
    suppliers, prior = len(records.supplier_names), float(config.lead_time_receipts)

    # The usual deviation of each supplier: of its items, the mean of what is stated.
    relative = np.where(sd > 0, np.maximum(sd / (stated + 1.0), SMALLEST_SD), USUAL_SD)
    items = np.maximum(np.bincount(records.supplier, minlength=suppliers), 1)
    spread = np.bincount(records.supplier, relative, suppliers) / items
    usual = np.where(spread > 0, spread, USUAL_SD)

    calendar = supply_calendar(records)
    seen = _deliveries(records, as_of, stated, calendar, promised=False)
    kept = _deliveries(records, as_of, stated, calendar, promised=True)
    of_terms = beliefs(seen, records.supplier, suppliers, usual, max(prior, 1.0))
    promise_sd = np.full(suppliers, PROMISE_SD)
    of_promises = beliefs(kept, records.supplier, suppliers, promise_sd, max(prior, 1.0))

    measured = (of_terms.seen > 0) & (prior > 0)
    for name, missing in (("lead_time_days", ~given[0]), ("lead_time_sd_days", ~given[1])):
        default = float(getattr(config, name))
        assumptions.add(name, f"{default:g}", int((missing & ~measured).sum()))

    by_terms, taught = from_terms(stated, sd), _from_beliefs(stated, of_terms)
    lead_times = LeadTimes(
        np.where(measured[:, None], taught.days, by_terms.days),
        np.where(measured[:, None], taught.weight, by_terms.weight),
    )
    return LeadTimeKnowledge(
        lead_times,
        stated,
        ~given[0] & ~measured,
        of_terms,
        of_promises,
        seen,
        kept,
        records.supplier,
        calendar,
    )


def _terms(records: Records, config: Config) -> tuple[FloatArray, FloatArray, tuple[BoolArray, BoolArray]]:
    """Mean and deviation that are stated of each item, days, and which are not by a setting."""
    own, by_supplier = records.products.number, records.suppliers.number
    filled, given = [], []
    for name in ("lead_time_days", "lead_time_sd_days"):
        said = np.where(np.isnan(own[name]), by_supplier[name][records.supplier], own[name])
        given.append(~np.isnan(said))
        filled.append(np.where(np.isnan(said), float(getattr(config, name)), said))
    return filled[0], filled[1], (given[0], given[1])


def _deliveries(
    records: Records, as_of: int, stated: FloatArray, calendar: SupplyCalendar | None, *, promised: bool
) -> Deliveries:
    """The deliveries up to ``as_of``, held against the terms, or against what was ``promised``.

    Goods received on day r can be sold from its start; ordered at the close of day t, they took
    r - t - 1 days. Lines of one item that were ordered on one day and came on another are one delivery.
    """
    purchases = records.purchases
    came = (purchases.received > LONG_AGO) & (purchases.received <= as_of) & (purchases.supplier >= 0)
    promise = promised_days(purchases)
    if promised:
        came &= ~np.isnan(promise)
    if records.supply is not None and len(records.supply.offers):
        # What another supplier of the item did says nothing of this one, whose terms are others.
        came &= purchases.supplier == records.supplier[purchases.item]

    row = np.flatnonzero(came)
    keys = np.stack([purchases.received, purchases.ordered, purchases.supplier, purchases.item])[:, row]
    order = np.lexsort((row, *keys[::-1]))
    same = np.all(keys[:, order][:, 1:] == keys[:, order][:, :-1], axis=0)
    row = row[order][np.append(True, ~same)[: len(order)]]

    days = np.maximum(purchases.received[row] - purchases.ordered[row] - 1, 0)
    against = promise[row] if promised else stated[purchases.item[row]]
    if calendar is not None and not promised:
        # What the calendar explains teaches nothing: a delivery took as much longer than stated as it came
        # later
        # than one of the stated length would have.
        group = calendar.of_items(purchases.supplier[row], purchases.item[row])
        due = calendar.arrival(group, purchases.ordered[row], np.rint(against).astype(np.int64))
        days = np.where(group == FREE, days, np.maximum(against + purchases.received[row] - due, 0))
    y = np.log1p(days) - np.log1p(against)
    return Deliveries.of(
        purchases.supplier[row], purchases.item[row], purchases.ordered[row], purchases.received[row], y
    )


def promised_days(purchases: PurchaseRecords) -> FloatArray:
    """Days from each order to the confirmed, else the promised arrival; NaN where neither is given."""
    days = np.maximum(purchases.promised - purchases.ordered - 1, 0).astype(np.float64)
    return np.where(purchases.promised > LONG_AGO, days, np.nan)


def _from_beliefs(stated: FloatArray, believed: Beliefs) -> LeadTimes:
    """The middles of the fifths of what is believed, whole days, shortest to longest."""
    middle = (np.arange(PARTS) + 0.5) / PARTS
    y = np.stack([believed.quantile(probability) for probability in middle], axis=1)
    days = np.expm1(np.log1p(stated)[:, None] + y)
    return LeadTimes(np.maximum(np.round(days), 0.0), np.full(days.shape, 1.0 / PARTS))


def from_terms(mean: FloatArray, sd: FloatArray) -> LeadTimes:
    """Gamma lead times with these moments, whole days, in ``PARTS`` equally likely lengths.

    Args:
        mean, sd: float64, shape (n,), days, >= 0. Where sd is 0 the lead time is certain.

    """
    middle = (np.arange(PARTS) + 0.5) / PARTS
    certain = (sd <= 0) | (mean <= 0)
    safe_mean, safe_sd = np.where(certain, 1.0, mean), np.where(certain, 1.0, sd)
    shape = (safe_mean / safe_sd) ** 2
    days = special.gammaincinv(shape[:, None], middle[None, :]) * (safe_sd**2 / safe_mean)[:, None]

    # The middles of fifths vary less than the whole: stretch them around the mean to its deviation.
    spread = days - days.mean(axis=1, keepdims=True)
    deviation = np.sqrt((spread**2).mean(axis=1, keepdims=True))
    days = safe_mean[:, None] + spread * (safe_sd[:, None] / np.maximum(deviation, 1e-12))
    days = np.maximum(np.round(days), 0.0)
    days = np.where(certain[:, None], mean[:, None], days)
    return LeadTimes(days, np.full(days.shape, 1.0 / PARTS))
