"""Following a policy through simulated demand where sales are lost: a table of orders, (s, S), or theta.

All of them write the same ``tally``, float64, shape (6,): what is left over, what is lost, periods with a
loss, orders, periods counted, and cycles with a loss: periods before an arrival in which somebody found
nothing. The first tenth of the periods is not counted.
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.solve.lost_sales.states import Ordering, States
from models.shared.compile import compiled, compiled_within

LEFT, LOST, LOSING, ORDERS, COUNTED, CYCLES_LOSING = range(6)
"""The places of ``tally``."""

WARM_UP = 10
"""One part in so many of the periods is not counted."""


@compiled
def follow_table(demand: IntArray, orders: IntArray, states: States, tally: FloatArray) -> None:
    """Follow a table of orders.

    Args:
        demand: int64, shape (periods,), steps.
        orders: int64, shape (pipes, stocks): packs ordered in each state.
        states: how pipelines are numbered.
        tally: written (see above).

    """
    pipe = 0
    x = min(orders.shape[1] - 1, int(demand[0]) + 1)
    short = False  # whether somebody has found nothing since the last arrival
    for t in range(len(demand)):
        q = orders[pipe, x]
        full = pipe * states.base + q
        arrives = full // states.first * states.pack
        lost = max(demand[t] - x, 0)
        left = max(x - demand[t], 0)
        short = short or lost > 0

        if t >= len(demand) // WARM_UP:
            tally[LEFT] += left
            tally[LOST] += lost
            tally[LOSING] += lost > 0
            tally[ORDERS] += q > 0
            tally[COUNTED] += 1
            tally[CYCLES_LOSING] += short and arrives > 0
        if arrives > 0:
            short = False
        x = left + arrives
        pipe = full % states.first


@compiled
def follow_levels(
    demand: IntArray,
    leads: IntArray,
    reorder_point: int,
    order_up_to: int,
    ordering: Ordering,
    tally: FloatArray,
) -> None:
    """Follow (s, S), each order with its own lead time; orders do not cross.

    Args:
        demand: int64, shape (periods,), steps.
        leads: int64, shape (periods,): the lead time of an order placed in each period.
        reorder_point, order_up_to: s and S, steps.
        ordering: what orders there are.
        tally: written (see above).

    """
    arriving = np.zeros(ordering.lead + 1, dtype=np.int64)
    x = order_up_to
    position = order_up_to
    latest = 0
    short = False
    for t in range(len(demand)):
        arrived = arriving[t % (ordering.lead + 1)]
        arriving[t % (ordering.lead + 1)] = 0
        counted = t >= len(demand) // WARM_UP
        if counted:
            tally[CYCLES_LOSING] += short and arrived > 0
        if arrived > 0:
            short = False
        x += arrived

        if position <= reorder_point:
            ordered = max((order_up_to - position) // ordering.pack, ordering.fewest) * ordering.pack
            latest = max(latest, t + leads[t])
            if latest == t:
                x += ordered
            else:
                arriving[latest % (ordering.lead + 1)] += ordered
            position += ordered
            tally[ORDERS] += counted

        lost = max(demand[t] - x, 0)
        left = max(x - demand[t], 0)
        position -= x - left
        x = left
        short = short or lost > 0
        if counted:
            tally[LEFT] += left
            tally[LOST] += lost
            tally[LOSING] += lost > 0
            tally[COUNTED] += 1


@compiled
def follow_theta(
    demand: IntArray,
    paths: IntArray,
    cdf: FloatArray,
    theta: float,
    ordering: Ordering,
    tally: FloatArray,
) -> None:
    """Follow the theta policy where states are too many: stock is projected along ``paths`` of demand.

    Args:
        demand: int64, shape (periods,), steps.
        paths: int64, shape (n, L): demand of the L periods until an order arrives.
        cdf: float64: the probability that a period demands at most 0, 1, .. steps.
        theta: P(no stock-out in the period of arrival) that an order has to reach.
        ordering: what orders there are.
        tally: written (see above).

    """
    lead, pack = ordering.lead, ordering.pack
    arriving = np.zeros(lead, dtype=np.int64)
    often = np.zeros(len(cdf), dtype=np.int64)
    x = int(demand[0]) + 1
    short = False
    for t in range(len(demand)):
        arrived = arriving[t % lead]
        x += arrived

        # How often each stock is left as the order arrives.
        for i in range(len(paths)):
            stock = x
            for k in range(lead):
                stock = max(stock - paths[i, k], 0)
                if k < lead - 1:
                    stock += arriving[(t + k + 1) % lead]
            often[min(stock, len(cdf) - 1)] += 1
        low = _fewest_packs(often, cdf, theta * len(paths), pack)
        often[:] = 0

        ordered = max(low, ordering.fewest) * pack if low > 0 else 0
        arriving[t % lead] = ordered
        counted = t >= len(demand) // WARM_UP
        if counted:
            tally[CYCLES_LOSING] += short and arrived > 0
        if arrived > 0:
            short = False
        lost = max(demand[t] - x, 0)
        x = max(x - demand[t], 0)
        short = short or lost > 0
        if counted:
            tally[LEFT] += x
            tally[LOST] += lost
            tally[LOSING] += lost > 0
            tally[ORDERS] += ordered > 0
            tally[COUNTED] += 1


@compiled_within
def _fewest_packs(often: IntArray, cdf: FloatArray, wanted: float, pack: int) -> int:
    """The fewest packs with which the stocks, ``often`` each, suffice ``wanted`` times: by bisection."""
    low, high = 0, (len(cdf) - 1) // pack + 1
    while low < high:
        q = (low + high) // 2
        total = 0.0
        for stock in range(len(often)):
            total += often[stock] * cdf[min(stock + q * pack, len(cdf) - 1)]
        if total >= wanted:
            high = q
        else:
            low = q + 1
    return low
