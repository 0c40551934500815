"""Simulated sums brought to a mean and a variance, their shape kept."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import special

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.distribution import LEVELS, MeanVariance
from models.shared.history import FloatArray
from models.shared.random_numbers import UintArray, mixed, shuffled, uniform

LEAST_WIDTH, MOST_WIDTH = 1e-4, 1e3
"""Range of the squared coefficient of variation of the level for which multipliers are kept."""

WIDTHS = 64
"""How many, in equal ratios."""


def calibrated(sums: FloatArray, target: MeanVariance, seed: UintArray, otherwise: FloatArray) -> FloatArray:
    """Quantiles, in whole steps, of sums brought to a mean and a variance.

    Args:
        sums: float64, shape (k, paths), >= 0: simulated, in any unit.
        target: of the k items, steps.
        seed: uint64, shape (k,): of what is random in it: which sum is multiplied by which level, and how
            sums are rounded.
        otherwise: float64, shape (k, G): quantiles of an item without simulated sums, or of no demand.

    Returns:
        float64, shape (k, G): at ``LEVELS``.

    Sums of 0, 1 and 2 made ten times as large: theirs are a mean of 10 and a variance of 2/3 x 100.

    >>> sums = np.tile([[0.0, 1.0, 2.0]], (1, 100))
    >>> target = MeanVariance(np.array([10.0]), np.array([200.0 / 3.0]))
    >>> values = calibrated(sums, target, np.array([7], dtype=np.uint64), np.zeros((1, len(LEVELS))))
    >>> values[0, [0, 50, -1]]
    array([ 0., 10., 20.])

    """
    at = np.maximum(np.ceil(LEVELS * sums.shape[1] - 1e-9).astype(np.int64) - 1, 0)
    told = (sums.max(axis=1) > 0) & (target.mean > 0)
    return np.where(told[:, None], calibrated_sums(sums, target, seed)[:, at], otherwise)


def calibrated_sums(sums: FloatArray, target: MeanVariance, seed: UintArray) -> FloatArray:
    """The sums themselves, in whole steps: float64, shape (k, paths), ascending; 0 where there is no demand.

    Arguments as of ``calibrated``.
    """
    scaled, states = np.zeros_like(sums), np.zeros((len(sums), 1), dtype=np.uint64)
    over_items(_scale, len(sums), sums, target, seed, multipliers(sums.shape[1]), scaled, states)
    scaled.sort(axis=1)
    over_items(_round, len(sums), target.mean, scaled, states)
    scaled.sort(axis=1)
    return scaled


@lru_cache(maxsize=4)
def multipliers(paths: int) -> FloatArray:
    """Gamma variables of mean 1: the level, where its squared coefficient of variation is v.

    Returns:
        float64, shape (WIDTHS, paths), not to be written to: a row for each v, in equal ratios from
        ``LEAST_WIDTH`` to ``MOST_WIDTH``; ascending, equally likely.

    """
    shape = 1.0 / np.geomspace(LEAST_WIDTH, MOST_WIDTH, WIDTHS)[:, None]
    middle = (np.arange(paths) + 0.5) / paths
    values = special.gammaincinv(shape, middle[None, :]) / shape
    scaled: FloatArray = values / values.mean(axis=1, keepdims=True)
    scaled.flags.writeable = False
    return scaled


@compiled
def _scale(
    start: int,
    stop: int,
    sums: FloatArray,
    target: MeanVariance,
    seed: UintArray,
    gammas: FloatArray,
    out: FloatArray,
    states: UintArray,
) -> None:
    """Sums of the wanted mean and variance. See ``calibrated_sums``.

    Args:
        start, stop: items.
        sums: float64, shape (k, paths), >= 0.
        target: of the k items.
        seed: uint64, shape (k,).
        gammas: float64, shape (WIDTHS, paths).
        out: float64, shape (k, paths): written where there are sums and demand.
        states: uint64, shape (k, 1): written, of the random numbers to come.

    """
    paths = sums.shape[1]
    level = np.empty(paths)
    for i in range(start, stop):
        mean, variance = _mean_and_variance(sums[i])
        if mean <= 0.0 or target.mean[i] <= 0.0:
            continue
        states[i, 0] = mixed(seed[i] + np.uint64(1))
        variation = variance / (mean * mean)
        wanted = target.variance[i] / (target.mean[i] * target.mean[i])
        narrower = np.sqrt(wanted / variation) if wanted < variation else 1.0
        for j in range(paths):
            out[i, j] = sums[i, j] / mean
            if wanted < variation:
                out[i, j] = 1.0 + (out[i, j] - 1.0) * narrower
        if wanted >= variation:
            _widen(out[i], (wanted - variation) / (1.0 + variation), gammas, level, states[i])

        total = 0.0
        for j in range(paths):
            total += out[i, j]
        for j in range(paths):
            out[i, j] = target.mean[i] if total <= 0.0 else out[i, j] * (target.mean[i] * paths / total)


@compiled_within
def _mean_and_variance(sums: FloatArray) -> tuple[float, float]:
    """Of float64, shape (paths,)."""
    mean, variance = 0.0, 0.0
    for value in sums:
        mean += value
    mean /= len(sums)
    for value in sums:
        variance += (value - mean) ** 2
    return mean, variance / len(sums)


@compiled_within
def _widen(sums: FloatArray, width: float, gammas: FloatArray, level: FloatArray, state: UintArray) -> None:
    """Multiply sums by levels of the squared coefficient of variation ``width``, in random order.

    Args:
        sums: float64, shape (paths,): changed.
        width: hardly any (less than ``LEAST_WIDTH``) changes nothing.
        gammas: float64, shape (WIDTHS, paths); between two rows they are interpolated.
        level: float64, shape (paths,): written.
        state: of the random numbers.

    """
    if width <= LEAST_WIDTH:
        return
    rows = len(gammas)
    row = np.log(width / LEAST_WIDTH) / np.log(MOST_WIDTH / LEAST_WIDTH) * (rows - 1.0)
    below = min(int(row), rows - 2)
    part = min(row - below, 1.0)
    for j in range(len(sums)):
        level[j] = (1.0 - part) * gammas[below, j] + part * gammas[below + 1, j]
    shuffled(level, state)
    for j in range(len(sums)):
        sums[j] *= level[j]


@compiled
def _round(start: int, stop: int, mean: FloatArray, sums: FloatArray, states: UintArray) -> None:
    """Sums in whole steps, in place: what rounding down leaves over the next one gets.

    Args:
        start, stop: items.
        mean: float64, shape (k,): an item of no demand is left.
        sums: float64, shape (k, paths), ascending.
        states: uint64, shape (k, 1): of the random numbers.

    """
    for i in range(start, stop):
        if mean[i] <= 0.0:
            continue
        so_far, given = uniform(states[i]), 0.0
        for j in range(sums.shape[1]):
            so_far += sums[i, j]
            sums[i, j] = max(np.floor(so_far - given), 0.0)
            given += sums[i, j]
