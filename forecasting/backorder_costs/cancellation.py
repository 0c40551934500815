"""How many customers cancel, against the days that they have waited: a survival curve, and what follows
from it.

A line that ships tells how long its customer waited at least, not how long they would have: it is censored,
as is a line that still waits (Kaplan and Meier, JASA 53, 1958). Within a day shipping comes first, as
receipts go to the backlog at its start; who has not been served by its close may cancel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.backorder_costs.clusters import Estimate, groups_of, leave_out, logit, share_of
from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.inputs.line_fates import Fate, Lines

FEWEST_CANCELLED, FEWEST_WAITING = 5, 20
"""The band of the curve begins with so many cancellations, and ends where fewer lines still wait."""

FURTHEST_DAYS = 730
"""Who waits longer is taken to wait for so long."""

DRAWS, DRAWN_AT_ONCE, MOST_CLUSTERS = 1_000, 100, 2_000
"""Of the multiplier bootstrap; more customers than that are put together by chance."""


@dataclass(frozen=True)
class Curve:
    """Of k days on which somebody cancelled, each attribute of shape (k,).

    Attributes:
        day: int64, days waited. ``at_risk``, ``cancelled``: int64, lines that waited until then, and were
        cancelled. share: float64: of lines that never ship, cancelled by then.
        low, high: float64: the band in which the whole curve lies with 95 %; NaN where there is too little
        data.

    """

    day: IntArray
    at_risk: IntArray
    cancelled: IntArray
    share: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def known(self) -> BoolArray:
        """bool, shape (k,): days with a band."""
        return ~np.isnan(self.low)


@dataclass(frozen=True)
class Cancellation:
    """What cancels, of the lines that were late.

    Attributes:
        lines, customers, cancelled: how many it is measured from.
        curve: by days waited.
        realised: the share of the units on backorder that was cancelled, waits being what they were.
        impatient: the share of lines that are cancelled if they wait for as long as the curve is known.
        patience: the mean days that these wait.
        until: the days waited until which the curve is known; 0: it is not.

    """

    lines: int
    customers: int
    cancelled: int
    curve: Curve
    realised: Estimate
    impatient: Estimate
    patience: Estimate
    until: int


def cancellation(lines: Lines, seed: int) -> Cancellation:
    """Measured from the late lines."""
    late = np.flatnonzero(lines.late)
    fate, waited = lines.fate[late], np.minimum(lines.waited[late], FURTHEST_DAYS)
    gone = fate == Fate.CANCELLED
    # Who is served on a day was not there to cancel at its close.
    last = np.where(fate == Fate.LATE, waited - 1, waited)
    group, groups = groups_of(lines.cluster[late], seed)
    curve = cancellation_curve(last, gone, lines.cluster[late], seed)

    nothing = Estimate(np.nan, np.nan, np.nan)
    realised = impatient = patience = nothing
    until = int(curve.day[curve.known].max(initial=0))
    if groups >= 2 and gone.any():
        realised = _realised(waited, fate, lines.units[late], group, groups)
    if groups >= 2 and until:
        impatient, patience = _patience(last, gone, group, groups, until)
    customers = len(np.unique(lines.cluster[late]))
    return Cancellation(len(late), customers, int(gone.sum()), curve, realised, impatient, patience, until)


def cancellation_curve(last: IntArray, gone: BoolArray, cluster: IntArray, seed: int) -> Curve:
    """The Kaplan-Meier curve of m lines, with a band for the whole of it.

    Args:
        last: int64, shape (m,): the last day of waiting at whose close a line was still there to cancel, or
        did. gone: bool, shape (m,): it was cancelled then.
        cluster: int64, shape (m,): whose line it is.
        seed: of the draws.

    Returns:
        The curve; its band is of equal precision (Nair, Technometrics 26, 1984) on the scale of log(-log),
        its height by the multiplier bootstrap over clusters (Lin, Fleming and Wei, Biometrika 81, 1994).

    """
    days = np.unique(last[gone])
    out = int(last.max(initial=0)) + 1
    waiting = np.bincount(last, minlength=out)[::-1].cumsum()[::-1] if len(last) else np.zeros(out)
    at_risk, cancelled = waiting[days].astype(np.int64), np.bincount(last[gone], minlength=out)[days]
    stays = np.cumprod(1.0 - cancelled / np.maximum(at_risk, 1))

    low, high = np.full(len(days), np.nan), np.full(len(days), np.nan)
    told = (
        (np.cumsum(cancelled) >= FEWEST_CANCELLED) & (at_risk >= FEWEST_WAITING) & (stays < 1) & (stays > 0)
    )
    if told.any():
        parts = _influence(last, gone, cluster, days, at_risk, cancelled)[:, told]
        parts = parts * np.sqrt(len(parts) / max(len(parts) - 1, 1))
        # Customers who do not differ would seem to make it surer than single lines do: never surer than
        # these.
        greenwood = np.cumsum(cancelled / (at_risk * np.maximum(at_risk - cancelled, 1.0)))[told]
        error = np.sqrt(np.maximum((parts**2).sum(axis=0), greenwood))
        wide = _height(parts / np.sqrt((parts**2).sum(axis=0)), seed) * error
        hazard = -np.log(stays[told])
        low[told] = 1 - np.exp(-hazard * np.exp(-wide / hazard))
        high[told] = 1 - np.exp(-hazard * np.exp(wide / hazard))
    return Curve(days, at_risk, cancelled, (1.0 - stays).astype(np.float64), low, high)


def _influence(
    last: IntArray, gone: BoolArray, cluster: IntArray, days: IntArray, at_risk: IntArray, cancelled: IntArray
) -> FloatArray:
    """What each cluster adds to the error of the cumulated hazard by each day: float64, (clusters, k)."""
    number = np.unique(cluster, return_inverse=True)[1] % MOST_CLUSTERS
    clusters, k = int(number.max()) + 1, len(days)
    # The days on which a line was at risk are those up to its last one.
    seen = np.searchsorted(days, last, side="right")
    ends = np.bincount(number * (k + 1) + seen, minlength=clusters * (k + 1)).reshape(clusters, k + 1)
    there = ends[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    place = np.searchsorted(days, last[gone])
    left = np.bincount(number[gone] * k + place, minlength=clusters * k).reshape(clusters, k)
    return np.asarray(np.cumsum(left / at_risk - there * (cancelled / at_risk**2), axis=1))


def _height(parts: FloatArray, seed: int) -> float:
    """How many standard errors high a band is that holds the whole curve with 95 %."""
    generator, highest = np.random.default_rng([seed, 12]), []
    for _ in range(DRAWS // DRAWN_AT_ONCE):
        drawn = generator.standard_normal((DRAWN_AT_ONCE, len(parts))) @ parts
        highest.append(np.abs(drawn).max(axis=1))
    return float(np.quantile(np.concatenate(highest), 0.95))


def _by_group(day: IntArray, which: BoolArray, group: IntArray, groups: int, units: FloatArray) -> FloatArray:
    """Units by group and day: float64, shape (groups, FURTHEST_DAYS + 1)."""
    width = FURTHEST_DAYS + 1
    cell = group[which] * width + np.maximum(day[which], 0)
    return np.bincount(cell, units[which], groups * width).reshape(groups, width).astype(np.float64)


def _realised(waited: IntArray, fate: IntArray, units: FloatArray, group: IntArray, groups: int) -> Estimate:
    """The share of units cancelled while others ship: cumulative incidence (Aalen and Johansen 1978)."""
    shipped, gone = fate == Fate.LATE, fate == Fate.CANCELLED
    each = [_by_group(waited, which, group, groups, units) for which in (shipped, gone, ~shipped & ~gone)]

    def incidence(served: FloatArray, left: FloatArray, open_still: FloatArray) -> FloatArray:
        there = (served + left + open_still)[:, ::-1].cumsum(axis=1)[:, ::-1]
        some = np.maximum(there, 1e-12)
        stays = np.cumprod(1.0 - np.minimum((served + left) / some, 1.0), axis=1)
        before = np.concatenate([np.ones((len(stays), 1)), stays[:, :-1]], axis=1)
        return np.asarray((before * left / some).sum(axis=1))

    whole = incidence(*(part.sum(axis=0, keepdims=True) for part in each))
    apart = incidence(*(part.sum(axis=0) - part for part in each))[:, None]
    low, high = leave_out(whole, apart, logit)
    return Estimate(float(whole[0]), float(share_of(low)[0]), float(share_of(high)[0]))


def _patience(
    last: IntArray, gone: BoolArray, group: IntArray, groups: int, until: int
) -> tuple[Estimate, Estimate]:
    """The share of the impatient, and the mean days that they wait, by the curve until day ``until``."""
    one = np.ones(len(last))
    left, ends = _by_group(last, gone, group, groups, one), _by_group(last, last >= 0, group, groups, one)

    def both(left: FloatArray, ends: FloatArray) -> FloatArray:
        there = ends[:, ::-1].cumsum(axis=1)[:, ::-1]
        stays = np.cumprod(1.0 - left / np.maximum(there, 1.0), axis=1)[:, : until + 1]
        falls = -np.diff(stays, axis=1, prepend=1.0)
        share = 1.0 - stays[:, -1]
        days = (falls * np.arange(until + 1)).sum(axis=1) / np.maximum(share, 1e-12)
        return np.stack([share, days], axis=1)

    def scale(pair: FloatArray) -> FloatArray:
        return np.stack([logit(pair[:, 0]), np.log(np.maximum(pair[:, 1], 1e-3))], axis=1)

    whole = both(left.sum(axis=0, keepdims=True), ends.sum(axis=0, keepdims=True))
    low, high = leave_out(whole, both(left.sum(axis=0) - left, ends.sum(axis=0) - ends), scale)
    share, days = whole[0]
    return (
        Estimate(float(share), float(share_of(low[0, 0])), float(share_of(high[0, 0]))),
        Estimate(float(days), float(np.exp(low[0, 1])), float(np.exp(high[0, 1]))),
    )
