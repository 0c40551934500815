"""The compiled heart of the cost curve: several expectations of each item in one walk over its outcomes."""

from __future__ import annotations

from forecasting.domain import FloatArray
from models.compile import compiled


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
