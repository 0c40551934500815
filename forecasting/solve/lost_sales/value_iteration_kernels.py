"""One sweep of value iteration over all states of lost sales with a lead time (``states``)."""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.lost_sales.states import States, packs_on_the_way
from models.shared.compile import compiled


@compiled
def _ahead(value: FloatArray, pmf: FloatArray, pipe: int, x: int, q: int, states: States) -> float:
    """Expected relative cost one period on, from the state ``[pipe, x]`` with q packs ordered."""
    full = pipe * states.base + q
    arrives = full // states.first * states.pack
    following = value[full % states.first]

    total = 0.0
    left = 1.0
    for d in range(min(x, len(pmf))):
        total += pmf[d] * following[x - d + arrives]
        left -= pmf[d]
    # All demand from x on leaves nothing but what arrives.
    return total + max(left, 0.0) * following[arrives]


@compiled
def sweep(
    value: FloatArray,
    orders: IntArray,
    pmf: FloatArray,
    stage: FloatArray,
    states: States,
    fixed: float,
    improve: bool,
    out: FloatArray,
) -> tuple[float, float]:
    """One step of value iteration: the least and greatest gain over all states.

    Args:
        value: float64, shape (pipes, stocks), money: relative cost before the step.
        orders: int64, the same shape: packs ordered; rewritten where ``improve``.
        pmf: float64: the probability that a period demands 0, 1, .. steps.
        stage: float64, shape (stocks,), money: expected cost of the period by stock.
        states: how pipelines are numbered.
        fixed: money, cost of an order (K).
        improve: whether to look for better orders; else those of ``orders`` are followed.
        out: float64, the shape of ``value``, written: relative cost after the step.

    """
    # Without a fixed cost and in single steps the cost has one valley in q (Zipkin 2008, "On the structure of
    # lost-sales inventory models").
    one_valley = fixed == 0.0 and states.pack == 1 and states.fewest == 1
    highest = value.shape[1] - 1
    least, greatest = np.inf, -np.inf

    for pipe in range(value.shape[0]):
        coming = packs_on_the_way(pipe, states) * states.pack
        guess = 0
        for x in range(highest - coming + 1):
            most = min((highest - coming - x) // states.pack, states.base - 1)
            q = orders[pipe, x]
            if improve:
                q = min(guess, most) if one_valley else 0
            best = _ahead(value, pmf, pipe, x, q, states)
            best += fixed if q > 0 else 0.0

            if improve and one_valley:
                # The best order moves by one at most as stock grows by one: look beside the last one.
                for direction in (-1, 1):
                    moved = False
                    while 0 <= q + direction <= most:
                        other = _ahead(value, pmf, pipe, x, q + direction, states)
                        if other >= best:
                            break
                        best = other
                        q += direction
                        moved = True
                    if moved:
                        break
            elif improve:
                for trial in range(states.fewest, most + 1):
                    other = fixed + _ahead(value, pmf, pipe, x, trial, states)
                    if other < best:
                        best = other
                        q = trial

            guess = q
            orders[pipe, x] = q
            out[pipe, x] = stage[x] + best
            gain = out[pipe, x] - value[pipe, x]
            least = min(least, gain)
            greatest = max(greatest, gain)
    return least, greatest
