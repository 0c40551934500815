"""Places in series, exactly: the recursion of Clark and Scarf (1960), as Chen and Zheng (1994, "Lower bounds
for multi-echelon stochastic inventory systems") write it, on a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

Demand = Callable[[float], tuple[np.ndarray, np.ndarray]]
"""Of a stretch of time: the values that demand takes, multiples of the step from 0 on, and their chances."""


def normal(mean: float, sd: float, step: float) -> Demand:
    def over(time: float) -> tuple[np.ndarray, np.ndarray]:
        top = mean * time + 8 * sd * np.sqrt(time)
        values = np.arange(0.0, top + step, step)
        edges = np.append(-np.inf, np.append(values[:-1] + step / 2, np.inf))
        return values, np.diff(stats.norm.cdf(edges, mean * time, sd * np.sqrt(time)))

    return over


def poisson(mean: float) -> Demand:
    def over(time: float) -> tuple[np.ndarray, np.ndarray]:
        values = np.arange(0.0, stats.poisson.ppf(1 - 1e-12, mean * time) + 1)
        return values, stats.poisson.pmf(values, mean * time)

    return over


def serial(
    holding: Sequence[float],
    times: Sequence[float],
    penalty: float,
    demand: Demand,
    grid: np.ndarray,
    levels: Sequence[float] | None = None,
) -> tuple[list[float], float]:
    """Echelon base-stock levels and the cost of a period, the place that meets demand first.

    ``holding``: echelon holding of a unit and period at each; ``times``: over which each level must last;
    ``levels``: what it costs to keep these; None: the best ones.
    """
    below = (penalty + sum(holding)) * np.maximum(-grid, 0.0)
    kept, cost = [], np.inf
    for place, (h, time) in enumerate(zip(holding, times, strict=True)):
        values, chances = demand(time)
        here = h * grid + below
        # Beyond the lower end of the grid costs go on as a straight line does.
        slope = here[1] - here[0]
        longer = np.concatenate([here[0] - slope * np.arange(len(values) - 1, 0, -1), here])
        expected = np.convolve(longer, chances, mode="valid")
        best = int(expected.argmin()) if levels is None else int(np.abs(grid - levels[place]).argmin())
        kept.append(float(grid[best]))
        cost = float(expected[best])
        below = expected[np.minimum(np.arange(len(grid)), best)]
    return kept, cost
