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
        now = np.zeros(len(self.starts))
        return self._of([(now, days) for days in stretches], items)

    def between(
        self, begin: FloatArray, stretches: Sequence[FloatArray], items: IntArray | None = None
    ) -> list[Distribution]:
        """Demand of the t days that follow on the next ``begin`` days, as seen now: for each of several t.

        The spread is that of as many buckets from now on. What is expected is not: seasons, weekdays and
        trends make it D_{begin + t} less D_begin. Where t is short against ``begin`` that is the small
        difference of two long forecasts, and mostly their errors: it counts by 2 t / (begin + t), and whole
        from t = begin on.

        Args:
            begin: float64, shape (n,), days >= 0. Each of ``stretches``: t, alike.
            items: as in ``over_each``.

        """
        now, ends = np.zeros(len(begin)), [begin + days for days in stretches]
        spans = [(now, begin), *((now, end) for end in ends), *((begin, end) for end in ends)]
        first, *demands = self._of(spans, items)
        until, alike = demands[: len(ends)], demands[len(ends) :]
        trusted = [np.minimum(2.0 * days / np.maximum(begin + days, 1.0), 1.0) for days in stretches]
        return [
            _moved_to(demand, last.mean - first.mean, trust if items is None else trust[items])
            for demand, last, trust in zip(alike, until, trusted, strict=True)
        ]

    def _of(
        self, spans: Sequence[tuple[FloatArray, FloatArray]], items: IntArray | None
    ) -> list[Distribution]:
        """Demand of as many buckets from now on as each span holds: days until its begin, and its end."""
        wanted = np.arange(len(self.starts), dtype=np.int64) if items is None else items
        asked = [number for number, (begin, end) in enumerate(spans) if np.any(end > begin)]
        demands = [point(np.zeros(len(wanted))) for _ in spans]
        if asked and len(wanted):
            buckets = np.stack([self._selling(spans[at][1]) - self._selling(spans[at][0]) for at in asked])
            known = self if items is None else self._known_of(items)
            for at, demand in zip(asked, demands_of(self.forecast, wanted, buckets), strict=True):
                begin, end = spans[at]
                demands[at] = known._netted(demand, begin[wanted], end[wanted])
        return demands

    def _selling(self, days: FloatArray) -> FloatArray:
        """Buckets of the next ``days`` days in which the item can be had: float64, shape (n,)."""
        return self.calendar.buckets(self.as_of, np.maximum(np.minimum(days, self.ends) - self.starts, 0.0))

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


def _moved_to(demand: Distribution, expected: FloatArray, trust: FloatArray) -> Distribution:
    """The same around another mean, as far as it is trusted: float64, shape (n,) each, ``trust`` 0..1."""
    mean = demand.mean
    ratio = np.divide(np.maximum(expected, 0.0), mean, out=np.ones(len(mean)), where=mean > 0).round(9)
    return Distribution(demand.values * (ratio**trust)[:, None])
