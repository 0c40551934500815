"""The rising concave hull of options in (money, value): the steps that are worth most per unit of money."""

from __future__ import annotations

from forecasting.domain import FloatArray, IntArray
from models.shared.compile import compiled


@compiled
def hull_steps(
    start: int,
    stop: int,
    indptr: IntArray,
    value: FloatArray,
    money: FloatArray,
    slope: FloatArray,
    step: FloatArray,
) -> None:
    """The rising upper hull of the options of each of the items ``start`` to ``stop``.

    Args:
        start, stop: items.
        indptr: int64, shape (items + 1,): item i has the options ``indptr[i]:indptr[i + 1]``.
        value, money: float64, shape (options,).
        slope, step: float64, shape (options,), written at the points of the hull: value per unit of money of
            the step that leads there, and its money. Else they stay as they are.

    """
    for i in range(start, stop):
        # The hull begins at the best of what costs nothing.
        now = indptr[i]
        for j in range(indptr[i] + 1, indptr[i + 1]):
            if money[j] == 0.0 and value[j] > value[now]:
                now = j

        while True:
            best, best_slope = -1, 0.0
            for j in range(indptr[i], indptr[i + 1]):
                if money[j] > money[now] and value[j] > value[now]:
                    at = (value[j] - value[now]) / (money[j] - money[now])
                    if at > best_slope or (at == best_slope and money[j] > money[best]):
                        best, best_slope = j, at
            if best < 0:
                break
            slope[best], step[best] = best_slope, money[best] - money[now]
            now = best
