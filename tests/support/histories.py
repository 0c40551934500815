"""Small histories, item after item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.shared.history import FloatArray, History, Traits


def history(*series: Sequence[float] | FloatArray, season: int = 52, traits: Traits | None = None) -> History:
    """One of the given items: demand per bucket of each."""
    indptr = np.concatenate([[0], np.cumsum([len(one) for one in series])]).astype(np.int64)
    return History(np.concatenate([np.asarray(one, dtype=float) for one in series]), indptr, season, traits)


def split(panel: History, flat: FloatArray) -> list[FloatArray]:
    """An array of the shape of ``panel.data``, item by item."""
    return np.split(flat, panel.indptr[1:-1])


def ragged(seed: int, items: int = 10, season: int = 7) -> History:
    """Items of any length, with gaps. The first has no bucket, the second has one."""
    generator = np.random.default_rng(seed)
    series = []
    for item in range(items):
        y = generator.poisson(2.0, item if item < 2 else generator.integers(2, 45)) * 1.5
        y[generator.random(len(y)) < 0.15] = np.nan
        series.append(y)
    return history(*series, season=season)
