"""Demand to come: its distribution over the lead time, the protection interval, or any stretch of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from forecasting.domain import Calendar, FloatArray, LeadTimes
from forecasting.policies.known_demand import KnownDemand
from forecasting.policies.launch_demand import LaunchDemand
from models.shared.base import Forecast, demands_of
from models.shared.distribution import Distribution, mixture, point


@runtime_checkable
class Revised(Protocol):
    """A forecast that knows by how much it usually changes its mind."""

    @property
    def revision(self) -> float | None:
        """What it is revised by within a quarter, as a share of itself; None: not known."""
        ...


@dataclass(frozen=True)
class LeadTimeDemand:
    """Demand to come, D_t of the next t days, as seen at the close of ``as_of``.

    Attributes:
        forecast: what a model learnt from the history up to ``as_of``.
        lead_times: L of the same n items: its possible lengths, and how likely each is.
        calendar: how days become buckets.
        as_of: the day of the forecast.
        starts: float64, shape (n,): days until the item can be had; there is no demand before.
        ends: float64, shape (n,): days until the item ends (inf: never); there is none after.
        known: what customers have ordered ahead, and how far ahead they usually order; None: nothing is.
        reserved_days: float64, shape (n,): what is on the books for so many days ahead is counted
            elsewhere, and not in here; None: all of it is in here.
        launches: what is still to be ordered ahead of the items that are not on sale yet; None: of none.

    """

    forecast: Forecast
    lead_times: LeadTimes
    calendar: Calendar
    as_of: int
    starts: FloatArray
    ends: FloatArray
    known: KnownDemand | None = None
    reserved_days: FloatArray | None = None
    launches: LaunchDemand | None = None

    @property
    def revision(self) -> float | None:
        """What the forecast is revised by within a quarter, as a share of itself; None: not known."""
        return self.forecast.revision if isinstance(self.forecast, Revised) else None

    def over(self, days: FloatArray) -> Distribution:
        """D_t, units: demand summed over the next t days. ``days``: t, float64, shape (n,), >= 0."""
        return self.over_each([days])[0]

    def over_each(self, stretches: Sequence[FloatArray]) -> list[Distribution]:
        """The same for each of several, asked together: a forecast answers many faster than each."""
        asked = [number for number, days in enumerate(stretches) if days.any()]
        demands = [point(np.zeros(len(days))) for days in stretches]
        if asked:
            selling = [np.maximum(np.minimum(stretches[at], self.ends) - self.starts, 0.0) for at in asked]
            buckets = np.stack([self.calendar.buckets(self.as_of, days) for days in selling])
            everything = np.arange(len(self.starts), dtype=np.int64)
            for at, demand in zip(asked, demands_of(self.forecast, everything, buckets), strict=True):
                demands[at] = self._netted(demand, stretches[at])
        return demands

    def _netted(self, demand: Distribution, days: FloatArray) -> Distribution:
        """The demand of a stretch of days, what is known of it taken out of the forecast and put in."""
        if self.launches is not None:
            demand = self.launches.put_into(demand, days)
        if self.known is None:
            return demand
        begin, end = np.minimum(self.starts, days), np.minimum(self.ends, days)
        further = self.known.further(demand, begin, end)
        reserved = np.zeros(len(days)) if self.reserved_days is None else self.reserved_days
        booked = self.known.on_the_books(reserved, days)
        return Distribution(further.values + booked[:, None]) if booked.any() else further

    def of_a_bucket(self) -> Distribution:
        """Demand of one bucket of business from now on, whether or not the item can be had yet."""
        n = len(self.starts)
        return demands_of(self.forecast, np.arange(n, dtype=np.int64), np.ones((1, n)))[0]

    def over_lead_time(self, more_days: FloatArray) -> Distribution:
        """D_L, or D_{L+R}, units: demand until ``more_days`` days after an order placed now can arrive.

        The mixture over the lengths of the lead time, not a normal one with a variance for both: the fields's
        mean d L and variance L var(D) + d^2 var(L) follow from it (Silver, Pyke and Thomas, Inventory and
        Production Management, section 6.10).

        Args:
            more_days: float64, shape (n,), >= 0; the review period R gives the protection interval.

        """
        days = self.lead_times.days
        if np.all(days == days[:, :1]):
            return self.over(days[:, 0] + more_days)
        parts = self.over_each([days[:, part] + more_days for part in range(days.shape[1])])
        return mixture(parts, self.lead_times.weight)
