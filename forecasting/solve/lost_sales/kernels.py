"""Lost sales with a lead time, on whole units: kernels over the states (on hand, orders on their way).

A state is ``x`` on hand as orders are placed, today's arrival included, and the L - 1 orders that arrive in
the next periods, each a number of packs. Those are written as the digits of ``pipe``, in base ``base``, the
next arrival first. Arrays over states are ``[pipe, x]``; a pipeline and a stock that together pass the
highest position are no state.

With q packs ordered, ``full = pipe * base + q``: its first digit arrives next, the others are the next pipe.
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray
from models.shared.compile import compiled


@compiled
def packs_on_the_way(pipe: int, base: int, digits: int) -> int:
    """The packs of all orders of a pipeline."""
    total = 0
    for _ in range(digits):
        total += pipe % base
        pipe //= base
    return total


@compiled
def _ahead(value: FloatArray, pmf: FloatArray, x: int, arrives: int) -> float:
    """Expected ``value`` one period on; ``value``: of the next pipe, by stock."""
    total = 0.0
    left = 1.0
    for d in range(min(x, len(pmf))):
        total += pmf[d] * value[x - d + arrives]
        left -= pmf[d]
    return total + max(left, 0.0) * value[arrives]


@compiled
def sweep(
    value: FloatArray,
    orders: IntArray,
    pmf: FloatArray,
    stage: FloatArray,
    terms: IntArray,
    fixed: float,
    improve: bool,
    out: FloatArray,
) -> tuple[float, float]:
    """One step of value iteration: the least and greatest gain over all states.

    Args:
        value, out: float64, shape (pipes, stocks): relative cost before and after.
        orders: int64, the same shape: packs ordered; rewritten where ``improve``.
        pmf: demand of a period. stage: expected cost of the period by stock.
        terms: lead time, base, units in a pack, fewest packs of an order, 1 where the cost is known
            to have one valley in q (no fixed cost, packs of 1: Zipkin 2008).
        fixed: cost of an order.

    """
    lead, base, pack, fewest, valley = terms[0], terms[1], terms[2], terms[3], terms[4]
    first = base ** (lead - 1)
    highest = value.shape[1] - 1
    least, greatest = np.inf, -np.inf
    for pipe in range(value.shape[0]):
        coming = packs_on_the_way(pipe, base, lead - 1) * pack
        guess = 0
        for x in range(highest - coming + 1):
            most = min((highest - coming - x) // pack, base - 1)
            q = orders[pipe, x]
            if improve:
                q = min(guess, most) if valley else 0
            full = pipe * base + q
            best = _ahead(value[full % first], pmf, x, full // first * pack)
            best += fixed if q > 0 else 0.0
            if improve and valley:
                # The best order moves by one at most as stock grows by one: look beside the last one.
                for direction in (-1, 1):
                    moved = False
                    while 0 <= q + direction <= most:
                        full = pipe * base + q + direction
                        other = _ahead(value[full % first], pmf, x, full // first * pack)
                        if other >= best:
                            break
                        best = other
                        q += direction
                        moved = True
                    if moved:
                        break
            elif improve:
                for trial in range(fewest, most + 1):
                    full = pipe * base + trial
                    other = fixed + _ahead(value[full % first], pmf, x, full // first * pack)
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


@compiled
def enough(pmf: FloatArray, cdf: FloatArray, terms: IntArray, out: FloatArray) -> None:
    """P(no stock-out in the period in which an order of q packs arrives), for every state and q.

    ``out``: float32, shape (pipes, stocks, base): stock is projected exactly through the pipeline.
    """
    lead, base, pack = terms[0], terms[1], terms[2]
    highest = out.shape[1] - 1
    chance = np.empty(highest + 1)
    after = np.empty(highest + 1)
    for pipe in range(out.shape[0]):
        coming = packs_on_the_way(pipe, base, lead - 1) * pack
        for x in range(highest - coming + 1):
            chance[:] = 0.0
            chance[x] = 1.0
            top = x
            for period in range(lead):
                arrives = 0
                if period < lead - 1:
                    arrives = pipe // base ** (lead - 2 - period) % base * pack
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
            for q in range(base):
                total = 0.0
                for stock in range(top + 1):
                    total += chance[stock] * cdf[min(stock + q * pack, len(cdf) - 1)]
                out[pipe, x, q] = total


@compiled
def orders_of_theta(enough_with: FloatArray, theta: float, terms: IntArray, orders: IntArray) -> None:
    """The fewest packs with which the arrival period sees no stock-out with probability ``theta``."""
    lead, base, pack, fewest = terms[0], terms[1], terms[2], terms[3]
    highest = orders.shape[1] - 1
    for pipe in range(orders.shape[0]):
        coming = packs_on_the_way(pipe, base, lead - 1) * pack
        for x in range(highest - coming + 1):
            most = min((highest - coming - x) // pack, base - 1)
            q = 0
            while q < most and enough_with[pipe, x, q] < theta:
                q += 1
            orders[pipe, x] = min(max(q, fewest), most) if q > 0 else 0
            if orders[pipe, x] < fewest:
                orders[pipe, x] = 0


@compiled
def walk_table(demand: IntArray, orders: IntArray, terms: IntArray, tally: FloatArray) -> None:
    """Follow a table of orders through ``demand``; the first tenth is not counted.

    ``tally``: left over, lost, periods with a loss, orders, periods counted, periods before an arrival
    in which somebody found nothing (a cycle's end).
    """
    lead, base, pack = terms[0], terms[1], terms[2]
    first = base ** (lead - 1)
    pipe = 0
    x = min(orders.shape[1] - 1, int(demand[0]) + 1)
    pending = False
    for t in range(len(demand)):
        q = orders[pipe, x]
        full = pipe * base + q
        arrives = full // first * pack
        lost = max(demand[t] - x, 0)
        left = max(x - demand[t], 0)
        pending = pending or lost > 0
        if t >= len(demand) // 10:
            tally[0] += left
            tally[1] += lost
            tally[2] += lost > 0
            tally[3] += q > 0
            tally[4] += 1
            tally[5] += pending and arrives > 0
        if arrives > 0:
            pending = False
        x = left + arrives
        pipe = full % first


@compiled
def walk_levels(
    demand: IntArray,
    leads: IntArray,
    reorder_point: int,
    order_up_to: int,
    terms: IntArray,
    tally: FloatArray,
) -> None:
    """Follow (s, S) through ``demand``, each order with its own lead time; orders do not cross.

    ``terms``: longest lead time, -, units in a pack, fewest packs. ``tally`` as in ``walk_table``.
    """
    longest, pack, fewest = terms[0], terms[2], terms[3]
    arriving = np.zeros(longest + 1, dtype=np.int64)
    x = order_up_to
    position = order_up_to
    latest = 0
    pending = False
    for t in range(len(demand)):
        arrived = arriving[t % (longest + 1)]
        arriving[t % (longest + 1)] = 0
        counted = t >= len(demand) // 10
        if counted:
            tally[5] += pending and arrived > 0
        if arrived > 0:
            pending = False
        x += arrived
        if position <= reorder_point:
            ordered = max((order_up_to - position) // pack, fewest) * pack
            latest = max(latest, t + leads[t])
            if latest == t:
                x += ordered
            else:
                arriving[latest % (longest + 1)] += ordered
            position += ordered
            tally[3] += counted
        lost = max(demand[t] - x, 0)
        left = max(x - demand[t], 0)
        position -= x - left
        x = left
        pending = pending or lost > 0
        if counted:
            tally[0] += left
            tally[1] += lost
            tally[2] += lost > 0
            tally[4] += 1


@compiled
def walk_theta(
    demand: IntArray, paths: IntArray, cdf: FloatArray, theta: float, terms: IntArray, tally: FloatArray
) -> None:
    """The theta policy where states are too many: stock is projected along ``paths`` of demand.

    ``paths``: int64, shape (n, L): demand of the L periods until an order arrives. ``tally`` as above.
    """
    lead, pack, fewest = terms[0], terms[2], terms[3]
    arriving = np.zeros(lead, dtype=np.int64)
    often = np.zeros(len(cdf), dtype=np.int64)
    x = int(demand[0]) + 1
    pending = False
    for t in range(len(demand)):
        arrived = arriving[t % lead]
        x += arrived
        for i in range(len(paths)):
            stock = x
            for k in range(lead):
                stock = max(stock - paths[i, k], 0)
                if k < lead - 1:
                    stock += arriving[(t + k + 1) % lead]
            often[min(stock, len(cdf) - 1)] += 1
        low, high = 0, (len(cdf) - 1) // pack + 1
        while low < high:
            q = (low + high) // 2
            total = 0.0
            for stock in range(len(often)):
                total += often[stock] * cdf[min(stock + q * pack, len(cdf) - 1)]
            if total >= theta * len(paths):
                high = q
            else:
                low = q + 1
        often[:] = 0
        ordered = max(low, fewest) * pack if low > 0 else 0
        arriving[t % lead] = ordered
        counted = t >= len(demand) // 10
        if counted:
            tally[5] += pending and arrived > 0
        if arrived > 0:
            pending = False
        lost = max(demand[t] - x, 0)
        x = max(x - demand[t], 0)
        pending = pending or lost > 0
        if counted:
            tally[0] += x
            tally[1] += lost
            tally[2] += lost > 0
            tally[3] += ordered > 0
            tally[4] += 1
