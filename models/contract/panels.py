"""Made histories that models are tried on: seeded, so that everybody is tried on the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.shared.history import FloatArray, History

ITEMS = 60


def history(*series: Sequence[float], season: int = 52) -> History:
    """A history of these items, each as long as it is.

    >>> history([3.0, 1.0], [2.0]).indptr
    array([0, 2, 3])

    """
    lengths = [len(one) for one in series]
    data = np.concatenate([np.empty(0), *(np.asarray(one, dtype=np.float64) for one in series)])
    return History(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), season)


def wholesale(seed: int = 0, items: int = ITEMS, weeks: int = 110) -> History:
    """Counts of items of every kind: frequent, sporadic, new, ended, partly unknown."""
    generator = np.random.default_rng(seed)
    series = []
    for item in range(items):
        length = int(generator.integers(2, weeks))
        rate, size = generator.lognormal(-0.5, 1.2), generator.integers(1, 8)
        y = generator.poisson(rate, length) * generator.integers(1, size + 1, length).astype(float)
        if item % 7 == 0:
            y[length // 2 :] = 0.0
        if item % 5 == 0:
            y[generator.random(length) < 0.3] = np.nan
        series.append(list(y))
    return history(*series)


def steady(rate: float, items: int = 20, weeks: int = 100, seed: int = 4) -> History:
    """Items that all sell at one rate a week (Poisson)."""
    rows = np.random.default_rng(seed).poisson(rate, (items, weeks)).astype(np.float64)
    return history(*rows.tolist())


def with_future(past: History, weeks: int, factor: float) -> tuple[History, History]:
    """A history, and the same so many weeks later, when demand was ``factor`` times what it had been.

    The earlier one is a view of an array in which the later weeks follow: who looks beyond the end of what
    it is given finds them.
    """
    pieces: list[FloatArray] = []
    for item in range(len(past)):
        own = past.data[past.indptr[item] : past.indptr[item + 1]]
        level = float(np.nan_to_num(own).mean()) if len(own) else 0.0
        pieces += [own, np.floor(np.full(weeks, level * factor + factor))]
    grown = past.indptr + weeks * np.arange(len(past) + 1)
    later = History(np.concatenate(pieces), grown, past.season)
    both = np.concatenate([past.data, later.data])
    return History(both[: len(past.data)], past.indptr, past.season), later


def copied(panel: History) -> History:
    """The same in arrays of its own."""
    return History(panel.data.copy(), panel.indptr.copy(), panel.season)
