"""What a window's past says of the demand in it: the inputs of models that learn from all items at once.

Every feature that is an amount is the logarithm of its ratio to the item's level, so that a thing learnt
from one item holds for another that sells a thousand times as much. Nothing after a window's origin is
looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import FloatArray, History, IntArray
from models.shared.kernels import steps

OFFSET = 0.3
"""Added to amounts, in steps, before the logarithm: demand of zero stays finite, and counts that differ by
one are far apart only where they are small."""

MEAN_WEEKS: FloatArray = np.array([1.0, 2.0, 4.0, 8.0, 13.0, 26.0, 52.0])
HALF_LIFE_WEEKS: FloatArray = np.array([1.0, 2.0, 4.0, 10.0, 26.0])
SUM_SHARES: FloatArray = np.array([0.1, 0.5, 0.8, 0.9, 0.95, 1.0])
MOST_SUMS = 60
"""Past sums over the horizon that are looked at, evenly spread over the last year."""

NAMES: tuple[str, ...] = (
    *(f"mean_{weeks:.0f}w" for weeks in MEAN_WEEKS),
    *(f"faded_{weeks:.0f}w" for weeks in HALF_LIFE_WEEKS),
    *(f"sums_{share:g}" for share in SUM_SHARES),
    "last_sum",
    "sum_before",
    "year_ago",
    "mean",
    "sums_variation",
    "size",
    "active_4w",
    "active_13w",
    "active_52w",
    "active_buckets",
    "silent_weeks",
    "silent_intervals",
    "age_weeks",
    "size_variation",
    "largest_size",
    "level",
    "size_units",
    "horizon_weeks",
)
"""The features of a window, in order."""

HORIZON = NAMES.index("horizon_weeks")
"""Where the logarithm of a window's length in weeks stands."""

OF_ORDERS: IntArray = np.array(
    [
        NAMES.index(name)
        for name in (
            *("mean_4w", "mean_13w", "mean_52w", "faded_2w", "faded_4w", "faded_10w", "faded_26w"),
            *("sums_0.5", "sums_0.9", "sums_variation", "last_sum", "mean", "level"),
        )
    ],
    dtype=np.int64,
)
"""Those that are also taken of the number of order lines."""


@dataclass(frozen=True)
class Windows:
    """``r`` windows: each the buckets of an item that follow an origin.

    Attributes:
        item: int64, shape (r,).
        origin: int64, shape (r,): where the last bucket seen lies in ``History.data``.
        horizon: float64, shape (r,), buckets.

    """

    item: IntArray
    origin: IntArray
    horizon: FloatArray


@dataclass(frozen=True)
class Features:
    """What is known of ``r`` windows at their origins.

    Attributes:
        values: float64, shape (r, f).
        level: float64, shape (r,): expected demand in the window from its recent past, in steps.
        step: float64, shape (r,): the item's unit.

    """

    values: FloatArray
    level: FloatArray
    step: FloatArray


def window_features(history: History, windows: Windows, step: FloatArray | None = None) -> Features:
    """The features of windows of a history, those of its order lines too where it knows them.

    Args:
        history: n items.
        windows: r windows, each with at least one bucket before it.
        step: float64, shape (n,): the items' units; from the history where it is not given.

    """
    step = steps(history) if step is None else step
    values, level = _features(history, history.data, windows, step)
    if history.orders is not None:
        of_orders, _ = _features(history, history.orders, windows, np.ones(len(history)))
        values = np.concatenate([values, of_orders[:, OF_ORDERS]], axis=1)
    return Features(values, level, step[windows.item])


def _features(
    history: History, data: FloatArray, windows: Windows, step: FloatArray
) -> tuple[FloatArray, FloatArray]:
    values = np.empty((len(windows.item), len(NAMES)))
    level = np.empty(len(windows.item))
    over_items(
        _window_features,
        len(windows.item),
        data,
        history.indptr,
        windows.item,
        windows.origin,
        windows.horizon,
        history.season / 52.0,
        step,
        MEAN_WEEKS,
        HALF_LIFE_WEEKS,
        SUM_SHARES,
        values,
        level,
    )
    return values, level


@compiled
def _window_features(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    items: IntArray,
    origins: IntArray,
    horizons: FloatArray,
    week: float,
    steps: FloatArray,
    mean_weeks: FloatArray,
    half_life_weeks: FloatArray,
    sum_shares: FloatArray,
    out: FloatArray,
    levels: FloatArray,
) -> None:
    keep = 0.5 ** (1.0 / (half_life_weeks * week))
    faded, weight = np.empty(len(keep)), np.empty(len(keep))
    means, active = np.empty(len(mean_weeks)), np.empty(len(mean_weeks))
    sums = np.empty(MOST_SUMS + 2)
    for row in range(start, stop):
        first, last = indptr[items[row]], origins[row]
        step, horizon = steps[items[row]], horizons[row]
        age = last - first + 1

        faded[:], weight[:] = 0.0, 0.0
        total, known, sold, squares, largest, latest = 0.0, 0, 0, 0.0, 0.0, first - 1
        for t in range(first, last + 1):
            for k in range(len(keep)):
                faded[k] *= keep[k]
                weight[k] *= keep[k]
            if np.isnan(data[t]):
                continue
            y = data[t] / step
            total += y
            known += 1
            for k in range(len(keep)):
                faded[k] += y
                weight[k] += 1.0
            if y > 0.0:
                sold += 1
                squares += y * y
                largest = max(largest, y)
                latest = t
        mean = total / max(known, 1)

        within, seen, positive, k = 0.0, 0, 0, 0
        for back in range(min(age, int(mean_weeks[-1] * week + 0.5))):
            y = data[last - back] / step
            if not np.isnan(y):
                within += y
                seen += 1
                positive += 1 if y > 0.0 else 0
            while k < len(means) and back + 1 >= mean_weeks[k] * week:
                means[k], active[k] = within / max(seen, 1), positive / max(seen, 1)
                k += 1
        while k < len(means):
            means[k], active[k] = within / max(seen, 1), positive / max(seen, 1)
            k += 1

        level = 0.5 * (faded[2] / max(weight[2], 1e-9)) + 0.3 * means[4] + 0.2 * mean
        levels[row] = level * horizon
        base = np.log(level * horizon + OFFSET)
        f = 0
        for k in range(len(means)):
            out[row, f] = np.log(means[k] * horizon + OFFSET) - base
            f += 1
        for k in range(len(keep)):
            out[row, f] = np.log(faded[k] / max(weight[k], 1e-9) * horizon + OFFSET) - base
            f += 1

        # Sums over as many whole buckets as the horizon is long, evenly spread over the last year.
        whole = max(1, int(horizon + 0.5))
        possible = min(age, int(52.0 * week + 0.5)) - whole + 1
        apart = max(1, (possible + MOST_SUMS - 1) // MOST_SUMS)
        count, within, seen = 0, 0.0, 0
        for back in range(-whole + 1, possible):
            # The window of `whole` buckets that ends `back` buckets before the origin.
            entering = data[last - back - whole + 1]
            if not np.isnan(entering):
                within += entering / step
                seen += 1
            if back > 0 and not np.isnan(data[last - back + 1]):
                within -= data[last - back + 1] / step
                seen -= 1
            if back >= 0 and back % apart == 0 and 2 * seen >= whole:
                sums[count] = max(within, 0.0) * (horizon / seen)
                count += 1
        ordered = np.sort(sums[:count])
        middle, spread = 0.0, 0.0
        for k in range(count):
            middle += ordered[k] / count
        for k in range(count):
            spread += (ordered[k] - middle) ** 2 / count
        for k in range(len(sum_shares)):
            at = min(count - 1, int(sum_shares[k] * (count - 1) + 0.5))
            out[row, f] = np.log((ordered[at] if count > 0 else level * horizon) + OFFSET) - base
            f += 1
        year = int(52.0 * week + 0.5)
        for k in range(3):
            newest = last - (k * whole if k < 2 else year - whole)
            within, seen = 0.0, 0
            for t in range(newest - whole + 1, newest + 1):
                if t >= first and t <= last and not np.isnan(data[t]):
                    within += data[t] / step
                    seen += 1
            like = within / seen if 2 * seen >= whole else means[-1]
            out[row, f] = np.log(like * horizon + OFFSET) - base
            f += 1

        size = total / max(sold, 1)
        variation = max(squares / max(sold, 1) - size * size, 0.0) / max(size * size, 1e-9)
        silent = float(last - latest)
        out[row, f] = np.log(mean * horizon + OFFSET) - base
        out[row, f + 1] = np.log(np.sqrt(spread) / max(middle, 1e-9) + 0.1)
        out[row, f + 2] = np.log(min(size / max(mean * horizon, 1e-9), 1e3) + 0.1)
        out[row, f + 3] = active[2]
        out[row, f + 4] = active[4]
        out[row, f + 5] = active[6]
        out[row, f + 6] = np.log(sold + 1.0)
        out[row, f + 7] = np.log(silent / week + 0.1)
        out[row, f + 8] = np.log(silent * sold / max(known, 1) + 0.1)
        out[row, f + 9] = np.log(age / week + 0.1)
        out[row, f + 10] = np.log(variation + 0.1)
        out[row, f + 11] = np.log(largest / max(size, 1e-9) + 0.1)
        out[row, f + 12] = base
        out[row, f + 13] = np.log(size + OFFSET)
        out[row, f + 14] = np.log(horizon / week)
