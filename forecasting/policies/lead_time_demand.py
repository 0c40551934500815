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
        now = np.zeros(len(self.starts))
        return self._of([(now, days) for days in stretches])

    def between(self, begin: FloatArray, stretches: Sequence[FloatArray]) -> list[Distribution]:
        """Demand of the t days that follow on the next ``begin`` days, as seen now: for each of several t.

        The spread is that of as many buckets from now on. What is expected is not: seasons, weekdays and
        trends make it D_{begin + t} less D_begin. Where t is short against ``begin`` that is the small
        difference of two long forecasts, and mostly their errors: it counts by 2 t / (begin + t), and whole
        from t = begin on.

        Args:
            begin: float64, shape (n,), days >= 0. Each of ``stretches``: t, alike.

        """
        ends = [begin + days for days in stretches]
        first, *until = self.over_each([begin, *ends])
        alike = self._of([(begin, end) for end in ends])
        return [
            _moved_to(demand, last.mean - first.mean, np.minimum(2.0 * days / np.maximum(end, 1.0), 1.0))
            for demand, last, days, end in zip(alike, until, stretches, ends, strict=True)
        ]

    def _of(self, spans: Sequence[tuple[FloatArray, FloatArray]]) -> list[Distribution]:
        """Demand of as many buckets from now on as each span holds: days until its begin, and its end."""
        asked = [number for number, (begin, end) in enumerate(spans) if np.any(end > begin)]
        demands = [point(np.zeros(len(end))) for begin, end in spans]
        if asked:
            buckets = np.stack([self._selling(spans[at][1]) - self._selling(spans[at][0]) for at in asked])
            everything = np.arange(len(self.starts), dtype=np.int64)
            for at, demand in zip(asked, demands_of(self.forecast, everything, buckets), strict=True):
                demands[at] = self._netted(demand, *spans[at])
        return demands

    def _selling(self, days: FloatArray) -> FloatArray:
        """Buckets of the next ``days`` days in which the item can be had: float64, shape (n,)."""
        return self.calendar.buckets(self.as_of, np.maximum(np.minimum(days, self.ends) - self.starts, 0.0))

    def _netted(self, demand: Distribution, begin: FloatArray, end: FloatArray) -> Distribution:
        """The demand between two days, what is known of it taken out of the forecast and put in."""
        if self.launches is not None:
            demand = self.launches.put_into(demand, begin, end)
        if self.known is None:
            return demand
        first, last = np.minimum(np.maximum(self.starts, begin), end), np.minimum(self.ends, end)
        further = self.known.further(demand, first, last)
        booked = self.known.on_the_books(
            begin if self.reserved_days is None else np.maximum(self.reserved_days, begin), end
        )
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


def _moved_to(demand: Distribution, expected: FloatArray, trust: FloatArray) -> Distribution:
    """The same around another mean, as far as it is trusted: float64, shape (n,) each, ``trust`` 0..1."""
    mean = demand.mean
    ratio = np.divide(np.maximum(expected, 0.0), mean, out=np.ones(len(mean)), where=mean > 0).round(9)
    return Distribution(demand.values * (ratio**trust)[:, None])
