"""The moving-block bootstrap: the sum of stretches of an item's own past, at its present level.

Also called: circular block bootstrap (CBB), block resampling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.negative_binomial import NegativeBinomial
from models.shared.compile import compiled, over_items
from models.shared.gaps import known_only
from models.shared.history import FloatArray, History, IntArray
from models.shared.random_numbers import UintArray, mixed, shuffled, uniform
from models.shared.resampling import ResampledForecast


def block_sums(history: History, horizon: FloatArray, block: int, seed: UintArray, out: FloatArray) -> None:
    """Sums over the horizon of blocks that start anywhere in the known buckets, which close to a circle.

    The starts of the first blocks are spread evenly over the history: less noise for as many sums.

    Args:
        history: n items. Unknown buckets are left out before blocks are cut.
        horizon: float64, shape (n,), buckets.
        block: buckets in a block, >= 1; at most half of what an item knows.
        seed: uint64, shape (n,).
        out: float64, shape (n, paths), zeros: added to, but for items of which nothing is known.

    Source: Kuensch (1989), The jackknife and the bootstrap for general stationary observations, Annals of
    Statistics 17; Politis, Romano (1992), A circular block-resampling procedure for stationary data.

    Blocks of two buckets of 9, 1, 9, 1, ... always hold one of each, so two buckets sum to 10:

    >>> history = History(np.tile([9.0, 1.0], 5), np.array([0, 10]))
    >>> out = np.zeros((1, 4))
    >>> block_sums(history, np.array([2.0]), 2, np.array([1], dtype=np.uint64), out)
    >>> out
    array([[10., 10., 10., 10.]])

    """
    over_items(_block_sums, len(history), history.data, history.indptr, horizon, block, seed, out)


@dataclass(frozen=True)
class BlockBootstrap:
    """Blocks keep what neighbouring buckets have to do with each other.

    Attributes:
        block_weeks: how long a block is.
        pseudo_windows: see ``models.shared.resampling.ResampledForecast``.

    """

    block_weeks: float = 4.0
    pseudo_windows: float = 10.0
    name: ClassVar[str] = "block_bootstrap"

    def fit(self, history: History) -> ResampledForecast:
        """See ``models.shared.base.Model``."""
        block = max(1, round(self.block_weeks * history.season / 52))
        return ResampledForecast(
            NegativeBinomial().fit(history),
            lambda items, horizon, seed, out: block_sums(history.take(items), horizon, block, seed, out),
            self.pseudo_windows,
        )


@compiled
def _block_sums(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    horizon: FloatArray,
    block: int,
    seed: UintArray,
    out: FloatArray,
) -> None:
    """See ``block_sums``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        horizon: float64, shape (n,), buckets.
        block: buckets.
        seed: uint64, shape (n,).
        out: float64, shape (n, paths): added to.

    """
    state = np.empty(1, dtype=np.uint64)
    paths = out.shape[1]
    first = np.empty(paths)
    for i in range(start, stop):
        known = known_only(data[indptr[i] : indptr[i + 1]])
        count = len(known)
        if count == 0 or horizon[i] <= 0.0:
            continue
        state[0] = mixed(seed[i])

        # Running totals around the circle, so that a block is one difference.
        length = max(1, min(block, count // 2))
        circle = np.zeros(count + length + 1)
        for t in range(count + length):
            circle[t + 1] = circle[t] + known[t % count]

        offset = uniform(state)
        for path in range(paths):
            first[path] = (path + offset) / paths
        shuffled(first, state)

        for path in range(paths):
            rest = horizon[i]
            begin = min(int(first[path] * count), count - 1)
            while rest > 0.0:
                whole = min(int(rest), length)
                out[i, path] += circle[begin + whole] - circle[begin]
                if whole < length and rest > whole:
                    out[i, path] += (rest - whole) * known[(begin + whole) % count]
                    whole += 1
                rest -= whole
                begin = int(uniform(state) * count)
