"""Improving one supplier's order by changing single items, and two items at a time.

Options whose score lies further below their item's best than the bound lies above the order found are left
out of the pairs: they can be part of no better order (reduced-cost fixing).
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import IntArray
from forecasting.joint_orders.arrays import Duals, ItemOptions, Limits
from models.shared.compile import compiled, compiled_within

CHANGES = 200
"""Of one item."""

PAIRED = 400
"""Options that may take part in an exchange."""


@compiled
def improve(options: ItemOptions, price: float, limits: Limits, chosen: IntArray) -> float:
    """Change one item at a time, the best change first, until none helps; the minimum is reached first.

    Args:
        options: of the supplier's items.
        price: of a unit of money.
        limits: least money, most volume.
        chosen: int64, shape (items,), written: the chosen options.

    Returns the net value reached, sum(v - price c); -inf where the limits are not kept.

    """
    indptr, value, money, volume = options
    net = spent = filled = 0.0
    for i in range(len(chosen)):
        j = chosen[i]
        net += value[j] - price * money[j]
        spent += money[j]
        filled += volume[j]

    for _ in range(CHANGES):
        item, option, best = -1, -1, 0.0
        short = limits.least - spent
        for i in range(len(chosen)):
            now = chosen[i]
            for j in range(indptr[i], indptr[i + 1]):
                if filled + volume[j] - volume[now] > limits.most:
                    continue
                more = money[j] - money[now]
                gain = value[j] - value[now] - price * more
                if short > 0.0:
                    gain = min(more, short)
                elif spent + more < limits.least:
                    continue
                if gain > best:
                    item, option, best = i, j, gain
        if item < 0 or (short <= 0.0 and best <= 1e-12 * abs(net)):
            break

        now = chosen[item]
        net += value[option] - value[now] - price * (money[option] - money[now])
        spent += money[option] - money[now]
        filled += volume[option] - volume[now]
        chosen[item] = option

    if spent < limits.least or filled > limits.most:
        return -np.inf
    return net


@compiled_within
def exchange(options: ItemOptions, duals: Duals, limits: Limits, slack: float, chosen: IntArray) -> bool:
    """Change the two items that together help most; whether any two do.

    Args:
        options: of the supplier's items.
        duals: the multipliers of the bound.
        limits: least money, most volume.
        slack: how far the bound lies above the order.
        chosen: int64, shape (items,), written: the chosen options.

    """
    indptr, value, money, volume = options
    price, minimum_dual, volume_dual = duals
    item = np.empty(PAIRED, np.int64)
    option = np.empty(PAIRED, np.int64)
    count = 0
    spent = filled = 0.0
    for i in range(len(chosen)):
        spent += money[chosen[i]]
        filled += volume[chosen[i]]
        best = 0.0
        for j in range(indptr[i], indptr[i + 1]):
            best = max(best, value[j] - (price - minimum_dual) * money[j] - volume_dual * volume[j])
        for j in range(indptr[i], indptr[i + 1]):
            behind = best - (value[j] - (price - minimum_dual) * money[j] - volume_dual * volume[j])
            if j != chosen[i] and behind <= slack and count < PAIRED:
                item[count], option[count] = i, j
                count += 1

    more_net, more_money, more_volume = np.empty(count), np.empty(count), np.empty(count)
    for a in range(count):
        j, now = option[a], chosen[item[a]]
        more_money[a] = money[j] - money[now]
        more_volume[a] = volume[j] - volume[now]
        more_net[a] = value[j] - value[now] - price * more_money[a]

    one, other, gain = -1, -1, 1e-9 * slack
    for a in range(count):
        for b in range(a + 1, count):
            if (
                more_net[a] + more_net[b] > gain
                and spent + more_money[a] + more_money[b] >= limits.least
                and filled + more_volume[a] + more_volume[b] <= limits.most
                and item[a] != item[b]
            ):
                one, other, gain = a, b, more_net[a] + more_net[b]
    if one < 0:
        return False
    chosen[item[one]] = option[one]
    chosen[item[other]] = option[other]
    return True
