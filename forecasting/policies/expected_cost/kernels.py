"""The compiled heart of the cost curve: several expectations of each item in one walk over its outcomes."""

from __future__ import annotations

from forecasting.domain import FloatArray
from models.shared.compile import compiled


@compiled
def expected(
    start: int,
    stop: int,
    demands: tuple[FloatArray, ...],
    weights: FloatArray,
    short: FloatArray,
    left: FloatArray,
    y: FloatArray,
    out: FloatArray,
) -> None:
    """Sum over demands j of short[i, j] E[(D_j - y)+] + left[i, j] E[(y - D_j)+], at ascending points y.

    What is short follows from what is left: the totals are summed in the same order as the parts, so that
    nothing is short, exactly, above the highest outcome.
    """
    outcomes = len(weights)
    for i in range(start, stop):
        for k in range(y.shape[1]):
            out[i, k] = 0.0
        for j in range(len(demands)):
            values = demands[j]
            if short[i, j] == 0.0 and left[i, j] == 0.0:
                continue
            all_weight = 0.0
            all_demand = 0.0
            if short[i, j] != 0.0:
                for g in range(outcomes):
                    all_weight += weights[g]
                    all_demand += weights[g] * values[i, g]
            weight = 0.0
            demand = 0.0
            g = 0
            for k in range(y.shape[1]):
                point = y[i, k]
                while g < outcomes and values[i, g] < point:
                    weight += weights[g]
                    demand += weights[g] * values[i, g]
                    g += 1
                if left[i, j] != 0.0:
                    out[i, k] += left[i, j] * max(weight * point - demand, 0.0)
                if short[i, j] != 0.0:
                    above = (all_demand - demand) - (all_weight - weight) * point
                    out[i, k] += short[i, j] * max(above, 0.0)


@compiled
def between_levels(
    start: int, stop: int, levels: FloatArray, table: FloatArray, y: FloatArray, out: FloatArray
) -> None:
    """``table`` at the ascending points y, along the line between the rising ``levels`` and beyond them."""
    last = levels.shape[1] - 1
    for i in range(start, stop):
        top = last
        while top > 1 and levels[i, top - 1] >= levels[i, last]:
            top -= 1
        cell = 0
        for k in range(y.shape[1]):
            while cell + 1 < top and levels[i, cell + 1] <= y[i, k]:
                cell += 1
            gap = levels[i, cell + 1] - levels[i, cell]
            share = (y[i, k] - levels[i, cell]) / gap if gap > 0.0 else 0.0
            out[i, k] = table[i, cell] + share * (table[i, cell + 1] - table[i, cell])
