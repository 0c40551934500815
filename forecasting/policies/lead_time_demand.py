"""Demand to come: its distribution over the lead time, the protection interval, or any stretch of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from forecasting.domain import Calendar, FloatArray, IntArray, LeadTimes
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

    def over_each(self, stretches: Sequence[FloatArray], items: IntArray | None = None) -> list[Distribution]:
        """The same for each of several, asked together: a forecast answers many faster than each.

        Args:
            stretches: days, float64, shape (n,) each: those of every item, whoever is asked about.
            items: int64, shape (k,), each once: the k that are asked about; None: all.

        """
        everything = np.arange(len(self.starts), dtype=np.int64)
        wanted = everything if items is None else items
        asked = [number for number, days in enumerate(stretches) if days.any()] if len(wanted) else []
        demands = [point(np.zeros(len(wanted))) for _ in stretches]
        if asked:
            selling = [np.maximum(np.minimum(stretches[at], self.ends) - self.starts, 0.0) for at in asked]
            buckets = np.stack([self.calendar.buckets(self.as_of, days) for days in selling])
            known = self if items is None else self._known_of(items)
            for at, demand in zip(asked, demands_of(self.forecast, wanted, buckets), strict=True):
                demands[at] = known._netted(demand, stretches[at][wanted])
        return demands

    def _known_of(self, items: IntArray) -> LeadTimeDemand:
        """The same, of which all but the forecast and the lead times are those of the given items."""
        return replace(
            self,
            starts=self.starts[items],
            ends=self.ends[items],
            known=None if self.known is None else self.known.take(items),
            reserved_days=None if self.reserved_days is None else self.reserved_days[items],
            launches=None if self.launches is None else self.launches.take(items),
        )

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

    def over_lead_time(self, more_days: FloatArray, items: IntArray | None = None) -> Distribution:
        """D_L, or D_{L+R}, units: demand until ``more_days`` days after an order placed now can arrive.

        The mixture over the lengths of the lead time, not a normal one with a variance for both: the fields's
        mean d L and variance L var(D) + d^2 var(L) follow from it (Silver, Pyke and Thomas, Inventory and
        Production Management, section 6.10).

        Args:
            more_days: float64, shape (n,), >= 0; the review period R gives the protection interval.
            items: as in ``over_each``.

        """
        days, weight = self.lead_times.days, self.lead_times.weight
        if np.all(days == days[:, :1]):
            return self.over_each([days[:, 0] + more_days], items)[0]
        parts = self.over_each_length(more_days, items)
        # Where all lengths say the same, as of a lead time that is certain, there is nothing to mix.
        values = parts[0].values.copy()
        differs = np.zeros(len(values), dtype=np.bool_)
        for part in parts[1:]:
            differs |= np.any(part.values != values, axis=1)
        rows = np.flatnonzero(differs)
        own_weight = weight[rows] if items is None else weight[items[rows]]
        values[rows] = mixture([part.take(rows) for part in parts], own_weight).values
        return Distribution(values)

    def over_each_length(self, more_days: FloatArray, items: IntArray | None = None) -> list[Distribution]:
        """The same for each length of the lead time by itself: what ``over_lead_time`` is the mixture of."""
        return self.over_each([days + more_days for days in self.lead_times.days.T], items)
