"""Where an order of q packs leaves the period of its arrival, for every state (``states``)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.lost_sales.states import States, packs_on_the_way
from models.shared.compile import compiled, compiled_within


@compiled
def non_stockout(pmf: FloatArray, cdf: FloatArray, states: States, out: npt.NDArray[np.float32]) -> None:
    """P(no stock-out in the period in which an order of q packs arrives), for every state and q.

    Args:
        pmf, cdf: float64: the probability that a period demands 0, 1, .. steps, and at most that.
        states: how pipelines are numbered.
        out: float32, shape (pipes, stocks, base), written. Stock is projected exactly through the pipeline.

    """
    highest = out.shape[1] - 1
    chance = np.empty(highest + 1)
    after = np.empty(highest + 1)
    for pipe in range(out.shape[0]):
        coming = packs_on_the_way(pipe, states) * states.pack
        for x in range(highest - coming + 1):
            top = _projected(pipe, x, pmf, states, chance, after)
            for q in range(states.base):
                total = 0.0
                for stock in range(top + 1):
                    total += chance[stock] * cdf[min(stock + q * states.pack, len(cdf) - 1)]
                out[pipe, x, q] = total


@compiled_within
def _projected(
    pipe: int, x: int, pmf: FloatArray, states: States, chance: FloatArray, after: FloatArray
) -> int:
    """The highest stock as an order placed now arrives; P(each stock) into ``chance``.

    ``after``: float64, the shape of ``chance``, is written over.
    """
    chance[:] = 0.0
    chance[x] = 1.0
    top = x
    for period in range(states.lead):
        arrives = 0
        if period < states.lead - 1:
            arrives = pipe // states.base ** (states.lead - 2 - period) % states.base * states.pack

        after[: top + arrives + 1] = 0.0
        for stock in range(top + 1):
            if chance[stock] > 0.0:
                left = 1.0
                for d in range(min(stock, len(pmf))):
                    after[stock - d + arrives] += chance[stock] * pmf[d]
                    left -= pmf[d]
                after[arrives] += chance[stock] * max(left, 0.0)
        top += arrives
        chance[: top + 1] = after[: top + 1]
    return top


@compiled
def orders_of_theta(
    non_stockout_with: npt.NDArray[np.float32], theta: float, states: States, orders: IntArray
) -> None:
    """The fewest packs with which the arrival period sees no stock-out with probability ``theta``.

    Args:
        non_stockout_with: float32, shape (pipes, stocks, base): as ``non_stockout`` gives it.
        theta: the probability wanted.
        states: how pipelines are numbered.
        orders: int64, shape (pipes, stocks), written: packs.

    """
    highest = orders.shape[1] - 1
    for pipe in range(orders.shape[0]):
        coming = packs_on_the_way(pipe, states) * states.pack
        for x in range(highest - coming + 1):
            most = min((highest - coming - x) // states.pack, states.base - 1)
            q = 0
            while q < most and non_stockout_with[pipe, x, q] < theta:
                q += 1
            orders[pipe, x] = min(max(q, states.fewest), most) if q > 0 else 0
            if orders[pipe, x] < states.fewest:
                orders[pipe, x] = 0
