"""What is measured of the past of each window: means, sums over the same horizon, sizes, silences.

These are amounts in steps per bucket and numbers of buckets; ``models/shared/window_features.py`` turns them
into the inputs of models. Nothing after a window's origin is looked at.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.history import FloatArray, IntArray

MEAN_WEEKS = (1.0, 2.0, 4.0, 8.0, 13.0, 26.0, 52.0)
"""Means are taken over so many weeks before the origin."""

HALF_LIFE_WEEKS = (1.0, 2.0, 4.0, 10.0, 26.0)
"""Exponentially weighted means are taken with these half-lives."""

SUM_SHARES = (0.1, 0.5, 0.8, 0.9, 0.95, 1.0)
"""Which quantiles of past sums over the horizon are taken; 1 is the largest."""

OFFSET = 0.3
"""Added to amounts, in steps, before the logarithm: demand of zero stays finite, and counts that differ by
one are far apart only where they are small."""

MOST_SUMS = 60
"""Past sums over the horizon that are looked at, evenly spread over the last year."""

YEAR = 52.0
"""Weeks."""


class Windows(NamedTuple):
    """``r`` windows: each the buckets of an item that follow an origin.

    Attributes:
        item: int64, shape (r,), 0..n - 1.
        origin: int64, shape (r,): where the last bucket seen lies in ``History.data``.
        horizon: float64, shape (r,), buckets.

    """

    item: IntArray
    origin: IntArray
    horizon: FloatArray


class Demand(NamedTuple):
    """Demand of n items, and the step that it is counted in.

    Attributes:
        data: float64, shape (b,): y, units; NaN = unknown.
        indptr: int64, shape (n + 1,): item i owns ``data[indptr[i]:indptr[i + 1]]``.
        step: float64, shape (n,), > 0, units.
        week: buckets in a week.

    """

    data: FloatArray
    indptr: IntArray
    step: FloatArray
    week: float


class Statistics(NamedTuple):
    """The past of r windows; every array float64, amounts in steps.

    Attributes:
        age: shape (r,): buckets from the item's first one up to the origin.
        known: shape (r,): the known ones among them.
        mean: shape (r,): demand per known bucket.
        sold: shape (r,): buckets with demand.
        size: shape (r,): demand of a bucket with demand, on average.
        size_variation: shape (r,): squared coefficient of variation of these.
        largest: shape (r,): the largest of these.
        silent: shape (r,): buckets since the last one with demand.
        faded: shape (r, len(HALF_LIFE_WEEKS)): exponentially weighted demand per known bucket.
        recent: shape (r, len(MEAN_WEEKS)): demand per known bucket of the last weeks.
        active: shape (r, len(MEAN_WEEKS)): the share of these buckets that had demand.
        sums: shape (r, len(SUM_SHARES)): quantiles of past sums over the horizon; NaN without any.
        sums_mean, sums_deviation: shape (r,): of these sums; 0 without any.
        last, before, year_ago: shape (r,): demand per known bucket of the window of the same length up to
            the origin, of the one before it, and of the one to come a year earlier; NaN where less than half
            of it is known.

    """

    age: FloatArray
    known: FloatArray
    mean: FloatArray
    sold: FloatArray
    size: FloatArray
    size_variation: FloatArray
    largest: FloatArray
    silent: FloatArray
    faded: FloatArray
    recent: FloatArray
    active: FloatArray
    sums: FloatArray
    sums_mean: FloatArray
    sums_deviation: FloatArray
    last: FloatArray
    before: FloatArray
    year_ago: FloatArray


def window_statistics(demand: Demand, windows: Windows) -> Statistics:
    """Measure the past of each window, which must have at least one bucket.

    >>> demand = Demand(np.array([0.0, 6.0, 0.0, 0.0, 2.0, 4.0, 0.0]), np.array([0, 7]), np.ones(1), 1.0)
    >>> statistics = window_statistics(demand, Windows(np.array([0]), np.array([6]), np.array([2.0])))
    >>> statistics.size.item(), statistics.silent.item(), statistics.recent[0, :3].tolist()
    (4.0, 1.0, [0.0, 2.0, 1.5])
    >>> statistics.last.item(), statistics.before.item(), statistics.sums[0].tolist()
    (2.0, 1.0, [2.0, 6.0, 6.0, 6.0, 6.0, 6.0])

    """
    # Named, so that an array more cannot move the others.
    r = len(windows.item)
    statistics = Statistics(
        age=np.empty(r),
        known=np.empty(r),
        mean=np.empty(r),
        sold=np.empty(r),
        size=np.empty(r),
        size_variation=np.empty(r),
        largest=np.empty(r),
        silent=np.empty(r),
        faded=np.empty((r, len(HALF_LIFE_WEEKS))),
        recent=np.empty((r, len(MEAN_WEEKS))),
        active=np.empty((r, len(MEAN_WEEKS))),
        sums=np.empty((r, len(SUM_SHARES))),
        sums_mean=np.empty(r),
        sums_deviation=np.empty(r),
        last=np.empty(r),
        before=np.empty(r),
        year_ago=np.empty(r),
    )
    over_items(_statistics, r, demand, windows, statistics)
    return statistics


@compiled
def _statistics(start: int, stop: int, demand: Demand, windows: Windows, out: Statistics) -> None:
    """Of the windows ``start`` to ``stop``."""
    # Weeks in buckets, and the scratch space of all windows of the block.
    widths = np.array(MEAN_WEEKS) * demand.week
    keep = 0.5 ** (1.0 / (np.array(HALF_LIFE_WEEKS) * demand.week))
    year = int(YEAR * demand.week + 0.5)
    sums, weight = np.empty(MOST_SUMS + 2), np.empty(len(keep))
    for row in range(start, stop):
        item = windows.item[row]
        y = demand.data[demand.indptr[item] : windows.origin[row] + 1] / demand.step[item]
        horizon = windows.horizon[row]
        whole = max(1, int(horizon + 0.5))

        _whole_past(y, row, out)
        _faded_means(y, keep, weight, row, out)
        _recent_means(y, widths, row, out)
        count = _past_sums(y, horizon, year, sums)
        _describe_sums(sums, count, row, out)

        newest = len(y) - 1
        out.last[row] = _mean_up_to(y, newest, whole)
        out.before[row] = _mean_up_to(y, newest - whole, whole)
        out.year_ago[row] = _mean_up_to(y, newest - (year - whole), whole)


@compiled_within
def _whole_past(y: FloatArray, row: int, out: Statistics) -> None:
    """What all buckets of a past say. ``y``: float64, shape (age,), steps, oldest first; NaN = unknown."""
    total, squares, largest = 0.0, 0.0, 0.0
    known, sold, latest = 0, 0, -1
    for t in range(len(y)):
        if np.isnan(y[t]):
            continue
        total += y[t]
        known += 1
        if y[t] > 0.0:
            sold += 1
            squares += y[t] * y[t]
            largest = max(largest, y[t])
            latest = t

    size = total / max(sold, 1)
    out.age[row] = len(y)
    out.known[row] = known
    out.mean[row] = total / max(known, 1)
    out.sold[row] = sold
    out.size[row] = size
    out.size_variation[row] = max(squares / max(sold, 1) - size * size, 0.0) / max(size * size, 1e-9)
    out.largest[row] = largest
    out.silent[row] = len(y) - 1 - latest


@compiled_within
def _faded_means(y: FloatArray, keep: FloatArray, weight: FloatArray, row: int, out: Statistics) -> None:
    """Exponentially weighted means of one past.

    Args:
        y: as in ``_whole_past``.
        keep: float64, shape (len(HALF_LIFE_WEEKS),): what a bucket leaves of the weight of those before it.
        weight: float64, the same shape: written.
        row: of ``out.faded``, which is written.
        out: see ``Statistics``.

    """
    for k in range(len(keep)):
        out.faded[row, k], weight[k] = 0.0, 0.0
    for t in range(len(y)):
        for k in range(len(keep)):
            out.faded[row, k] *= keep[k]
            weight[k] *= keep[k]
        if np.isnan(y[t]):
            continue
        for k in range(len(keep)):
            out.faded[row, k] += y[t]
            weight[k] += 1.0
    for k in range(len(keep)):
        out.faded[row, k] /= max(weight[k], 1e-9)


@compiled_within
def _recent_means(y: FloatArray, widths: FloatArray, row: int, out: Statistics) -> None:
    """Means of the last ``widths`` buckets of one past, and the share of them with demand.

    ``y``: as in ``_whole_past``; ``widths``: float64, shape (len(MEAN_WEEKS),), ascending, buckets. A width
    beyond the past takes all of it.
    """
    total, known, sold, k = 0.0, 0, 0, 0
    for back in range(min(len(y), int(widths[-1] + 0.5))):
        value = y[len(y) - 1 - back]
        if not np.isnan(value):
            total += value
            known += 1
            sold += 1 if value > 0.0 else 0
        while k < len(widths) and back + 1 >= widths[k]:
            out.recent[row, k], out.active[row, k] = total / max(known, 1), sold / max(known, 1)
            k += 1
    while k < len(widths):
        out.recent[row, k], out.active[row, k] = total / max(known, 1), sold / max(known, 1)
        k += 1


@compiled_within
def _past_sums(y: FloatArray, horizon: float, year: int, sums: FloatArray) -> int:
    """Sums of one past over as many whole buckets as the horizon is long, evenly spread over the last year.

    Args:
        y: as in ``_whole_past``.
        horizon: buckets; what a window lacks of it is taken to be like what is known of it.
        year: buckets.
        sums: float64, shape (MOST_SUMS + 2,): the sums are written at its beginning, ascending.

    Returns:
        How many there are: of windows of which at least half is known.

    """
    whole = max(1, int(horizon + 0.5))
    possible = min(len(y), year) - whole + 1
    apart = max(1, (possible + MOST_SUMS - 1) // MOST_SUMS)
    total, known, count = 0.0, 0, 0
    for back in range(-whole + 1, possible):
        # The window of ``whole`` buckets that ends ``back`` buckets before the origin.
        entering = y[len(y) - back - whole]
        if not np.isnan(entering):
            total += entering
            known += 1
        if back > 0 and not np.isnan(y[len(y) - back]):
            total -= y[len(y) - back]
            known -= 1
        if back >= 0 and back % apart == 0 and 2 * known >= whole:
            _insert(sums, count, max(total, 0.0) * (horizon / known))
            count += 1
    return count


@compiled
def _insert(ascending: FloatArray, count: int, value: float) -> None:
    """Put a value where it belongs among the first ``count``: quicker than to sort so few at last."""
    k = count
    while k > 0 and ascending[k - 1] > value:
        ascending[k] = ascending[k - 1]
        k -= 1
    ascending[k] = value


@compiled_within
def _describe_sums(ordered: FloatArray, count: int, row: int, out: Statistics) -> None:
    """Mean, deviation and quantiles of the sums of one past: the first ``count`` of ``ordered``."""
    mean, variance = 0.0, 0.0
    for k in range(count):
        mean += ordered[k] / count
    for k in range(count):
        variance += (ordered[k] - mean) ** 2 / count
    out.sums_mean[row] = mean
    out.sums_deviation[row] = np.sqrt(variance)

    for k in range(len(SUM_SHARES)):
        rank = min(count - 1, int(SUM_SHARES[k] * (count - 1) + 0.5))
        out.sums[row, k] = ordered[rank] if count > 0 else np.nan


@compiled_within
def _mean_up_to(y: FloatArray, newest: int, whole: int) -> float:
    """The mean of the known ones of ``whole`` buckets up to ``newest``; NaN if they are less than half."""
    total, known = 0.0, 0
    for t in range(max(newest - whole + 1, 0), min(newest + 1, len(y))):
        if not np.isnan(y[t]):
            total += y[t]
            known += 1
    return total / known if 2 * known >= whole else np.nan
