"""Lead times, and demand over them.

A lead time is what its supplier's terms say, or, where there are enough of them, what its receipts
show. It is kept as a few possible lengths with a probability each, and demand over it is the mixture:
the variability of the lead time is in the distribution, not in a factor on top of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.calendar import Calendar
from forecasting.domain import FloatArray, IntArray
from models.base import Forecast, demands_of
from models.distribution import Distribution, mixture, point

PARTS = 5
"""Lengths kept of a random lead time. Demand varies more than its fifths do."""


@dataclass(frozen=True)
class LeadTimes:
    """Lead times of n items, each a few possible lengths with a probability each.

    Attributes:
        days: float64, shape (n, k), >= 0.
        weight: float64, shape (n, k), rows summing to 1.

    """

    days: FloatArray
    weight: FloatArray

    @property
    def mean(self) -> FloatArray:
        """float64, shape (n,), days."""
        # Whole days stay whole: sums of fifths are not exact.
        return np.asarray(np.round((self.days * self.weight).sum(axis=1), 9))

    def take(self, items: IntArray) -> LeadTimes:
        """The lead times of the given items (or of the given suppliers, for items)."""
        return LeadTimes(self.days[items], self.weight[items])


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


def from_receipts(group: IntArray, days: FloatArray, groups: int) -> LeadTimes:
    """The lead times that receipts show: the means of each group's fifths, shortest to longest.

    Args:
        group: int64, shape (m,): the group (a supplier) of each receipt.
        days: float64, shape (m,): its lead time.
        groups: how many groups; one without receipts gets zeros.

    """
    order = np.lexsort((days, group))
    group, days = group[order], days[order]
    count = np.bincount(group, minlength=groups)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    rank = np.arange(len(group)) - start[group]
    fifth = rank * PARTS // np.maximum(count[group], 1)
    cell = group * PARTS + fifth
    total = np.bincount(cell, weights=days, minlength=groups * PARTS).reshape(groups, PARTS)
    members = np.bincount(cell, minlength=groups * PARTS).reshape(groups, PARTS)
    means = total / np.maximum(members, 1)
    weight = members / np.maximum(count, 1)[:, None]
    weight[count == 0, 0] = 1.0
    return LeadTimes(np.round(means), weight)


@dataclass(frozen=True)
class Outlook:
    """Demand to come, as seen at the close of ``as_of``: any stretch of days from tomorrow on.

    Attributes:
        forecast: what a model learnt from the history up to ``as_of``.
        lead_times: of the same n items.
        calendar: how days become buckets.
        as_of: the day of the forecast.
        starts: float64, shape (n,): days until the item can be had; there is no demand before.
        ends: float64, shape (n,): days until the item ends (inf: never); there is none after.

    """

    forecast: Forecast
    lead_times: LeadTimes
    calendar: Calendar
    as_of: int
    starts: FloatArray
    ends: FloatArray

    def over(self, days: FloatArray) -> Distribution:
        """Demand summed over the next ``days`` days. ``days``: float64, shape (n,), >= 0."""
        return self.over_each([days])[0]

    def over_each(self, stretches: Sequence[FloatArray]) -> list[Distribution]:
        """The same for each of several, asked together: a forecast answers many faster than each."""
        asked = [number for number, days in enumerate(stretches) if days.any()]
        found = [point(np.zeros(len(days))) for days in stretches]
        if asked:
            selling = [np.maximum(np.minimum(stretches[at], self.ends) - self.starts, 0.0) for at in asked]
            buckets = np.stack([self.calendar.buckets(self.as_of, days) for days in selling])
            everything = np.arange(len(self.starts), dtype=np.int64)
            for at, demand in zip(asked, demands_of(self.forecast, everything, buckets), strict=True):
                found[at] = demand
        return found

    def over_lead_time(self, more_days: FloatArray) -> Distribution:
        """Demand from tomorrow until ``more_days`` days after an order placed now can arrive.

        Args:
            more_days: float64, shape (n,), >= 0; the review period gives the protection interval.

        """
        days = self.lead_times.days
        if np.all(days == days[:, :1]):
            return self.over(days[:, 0] + more_days)
        parts = self.over_each([days[:, part] + more_days for part in range(days.shape[1])])
        return mixture(parts, self.lead_times.weight)
