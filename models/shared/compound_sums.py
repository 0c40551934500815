"""The distribution of the sum of a random number of random sizes.

Also called: compound distribution, Panjer recursion.
"""

from __future__ import annotations

import numpy as np

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.distribution import LEVELS, MeanVariance
from models.shared.history import FloatArray

CELLS = 1024
"""Probabilities that the recursion works out; where demand reaches further, a cell holds several steps."""

WHOLE = 0.5
"""Where past errors had this share of the variance that whole sizes need, they stay whole, as packs do."""

MOST_ORDERS = 400.0
"""Beyond this many orders the sum of sizes differs no more from the calibrated negative binomial."""


def compound_quantiles(
    target: MeanVariance, size: FloatArray, weight: FloatArray, otherwise: FloatArray
) -> FloatArray:
    """Quantiles, in whole steps, of the sum of a negative binomial number of orders.

    Args:
        target: what the sums of the k items are to have, steps; the variance becomes larger where whole
            sizes need it.
        size: float64, shape (k, m), >= 0: what an order may take, steps.
        weight: float64, shape (k, m): with which probability; rows sum to 1.
        otherwise: float64, shape (k, G): quantiles where there is no demand or are too many orders to tell.

    Returns:
        float64, shape (k, G): at ``LEVELS``.

    Half an order of a dozen on average is none, one or two of them:

    >>> dozen, certain = np.full((1, 1), 12.0), np.ones((1, 1))
    >>> target, nothing = MeanVariance(np.array([6.0]), np.array([72.0])), np.zeros((1, len(LEVELS)))
    >>> values = compound_quantiles(target, dozen, certain, nothing)
    >>> np.unique(values[0, :120])
    array([ 0., 12., 24.])

    """
    values = otherwise.copy()
    over_items(_compound, len(values), target, size, weight, LEVELS, values)
    return values


@compiled
def panjer(orders: float, variation: float, size: FloatArray, out: FloatArray) -> None:
    """Probabilities of the sum of a negative binomial number of sizes, cell by cell.

    g_0 = 1, g_x = sum over k of (a + b k / x) f_k g_{x-k}: what is left out is the same factor of all.

    Args:
        orders: the mean number of orders, > 0.
        variation: squared coefficient of variation of its rate, >= 0; 0 is Poisson.
        size: float64, shape (s,): f, the probability of each size in cells; ``size[0]`` is 0.
        out: float64, shape (cells,): g, proportional to the probabilities of the sum, up to its last cell.

    Source: Panjer (1981), Recursive evaluation of a family of compound distributions, ASTIN Bulletin 12.

    One order on average, of 1 or 2: g is 1, 1/2, 1/2 x 1/4 + 1/2 = 5/8, ...

    >>> out = np.empty(4)
    >>> panjer(1.0, 0.0, np.array([0.0, 0.5, 0.5]), out)
    >>> out.round(4)
    array([1.    , 0.5   , 0.625 , 0.2708])

    """
    a = variation * orders / (1.0 + variation * orders)
    b = (1.0 - variation) * orders / (1.0 + variation * orders)
    sizes, kinds = np.empty(len(size), dtype=np.int64), 0
    for k in range(len(size)):
        if size[k] != 0.0:
            sizes[kinds] = k
            kinds += 1
    out[:] = 0.0
    out[0] = 1.0
    for cell in range(1, len(out)):
        total = 0.0
        for kind in range(kinds):
            k = sizes[kind]
            if k > cell:
                break
            total += (a + b * k / cell) * size[k] * out[cell - k]
        out[cell] = total
        if total > 1e100:
            # What came before is then nothing beside what is to come.
            for earlier in range(cell + 1):
                out[earlier] *= 1e-100


@compiled
def _compound(
    start: int,
    stop: int,
    target: MeanVariance,
    size: FloatArray,
    weight: FloatArray,
    levels: FloatArray,
    values: FloatArray,
) -> None:
    """See ``compound_quantiles``.

    Args:
        start, stop: items.
        target: of the k items, steps.
        size, weight: float64, shape (k, m).
        levels: float64, shape (G,), ascending, 0..1.
        values: float64, shape (k, G): written, or left.

    """
    in_cells, chance = np.empty(CELLS), np.empty(CELLS)
    for i in range(start, stop):
        mean, variance = target.mean[i], target.variance[i]
        first, second, largest = _moments(size[i], weight[i])
        if mean <= 0.0 or first <= 0.0:
            continue
        # Poisson arrivals of whole sizes have a variance of second / first for each unit of the mean.
        part = max(variance / mean, 1.0) * first / second
        part = 1.0 if part > WHOLE else part
        reach = mean + 24.0 * np.sqrt(variance) + part * largest
        cell = max(1.0, np.ceil(reach / CELLS))
        cells = min(CELLS, int(reach / cell) + 2)

        _sort_into_cells(size[i], weight[i], part, cell, in_cells)
        first, second = 0.0, 0.0
        for k in range(CELLS):
            first += k * in_cells[k]
            second += k * k * in_cells[k]
        orders = mean / cell / first
        if orders > MOST_ORDERS:
            continue
        variation = max(variance / (cell * cell) - orders * second, 0.0) / (orders * first) ** 2
        panjer(orders, variation, in_cells, chance[:cells])
        _quantiles(chance[:cells], cell, levels, values[i])


@compiled
def _moments(size: FloatArray, weight: FloatArray) -> tuple[float, float, float]:
    """Mean, mean square and largest of sizes; both float64, shape (m,)."""
    first, second, largest = 0.0, 0.0, 0.0
    for j in range(len(size)):
        first += weight[j] * size[j]
        second += weight[j] * size[j] ** 2
        largest = max(largest, size[j])
    return first, second, largest


@compiled_within
def _sort_into_cells(size: FloatArray, weight: FloatArray, part: float, cell: float, out: FloatArray) -> None:
    """Probability of each size in cells. A size between two cells falls into both, so that its mean stays.

    Args:
        size: float64, shape (m,), steps.
        weight: float64, shape (m,).
        part: the part of a size that an order takes, 0..1.
        cell: steps in a cell.
        out: float64, shape (CELLS,): written.

    """
    out[:] = 0.0
    for j in range(len(size)):
        taken = min(max(part * size[j] / cell, 1.0), CELLS - 2.0)
        below = int(taken)
        out[below] += weight[j] * (1.0 - (taken - below))
        out[below + 1] += weight[j] * (taken - below)


@compiled
def _quantiles(chance: FloatArray, cell: float, levels: FloatArray, out: FloatArray) -> None:
    """Walk the cells upwards once, noting each level as it is passed.

    Args:
        chance: float64, shape (cells,): proportional to the probability of each.
        cell: steps in a cell.
        levels: float64, shape (G,), ascending.
        out: float64, shape (G,): written, whole steps.

    """
    total = 0.0
    for probability in chance:
        total += probability
    k, below_k, passed = 0, 0.0, chance[0]
    for j in range(len(levels)):
        while passed < levels[j] * total * (1.0 - 1e-12) and k < len(chance) - 1:
            k += 1
            below_k = passed
            passed += chance[k]
        # Within a wide cell demand lies evenly, about its middle.
        value = k * cell
        if cell > 1.0 and k > 0:
            inside = (levels[j] * total - below_k) / max(passed - below_k, 1e-300)
            value += (min(max(inside, 0.0), 1.0) - 0.5) * cell
        out[j] = max(np.floor(value + 0.5), 0.0)
