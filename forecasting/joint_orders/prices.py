"""One supplier's order at a price of money: the bound by Lagrange multipliers, and an order near it.

At a price ``p`` per unit of money (the multiplier of the budget), an order of one supplier that must come to
at least ``least`` and may have the volume ``most`` is a multiple-choice knapsack,

    maximise   sum over items of  v_j - p c_j        (option j: value v, money c, volume w)
    subject to sum of c_j >= least,  sum of w_j <= most.

With multipliers a, b >= 0 on the two limits it falls apart into items, each taking its best option of
v - (p - a) c - b w, and the sum, less a * least, plus b * most, bounds the maximum from above (Fisher 1981,
"The Lagrangian relaxation method for solving integer programming problems", section 2). That dual function is
convex and made of straight pieces: each multiplier is found by crossing the two tangents that enclose the
minimum, which ends at the exact minimum after few steps. Of the choices met on the way the best feasible one
is kept, and improved by changing one item, then two items at a time. Options whose score lies further below
their item's best than the bound lies above the order found are left out of the pairs: they can be part of no
better order (reduced-cost fixing).
"""

from __future__ import annotations

import numpy as np

from forecasting.joint_orders.terms import Floats, Integers
from models.shared.compile import compiled

CROSSINGS = 30  # tangents crossed per multiplier; nearly always fewer than ten are needed
DOUBLINGS = 60
CHANGES = 200  # of one item, after the multipliers
EXCHANGES = 30  # of two items
PAIRED = 400  # options that may take part in an exchange


@compiled
def respond(
    indptr: Integers,
    value: Floats,
    money: Floats,
    volume: Floats,
    price: float,
    room: float,
    chosen: Integers,
) -> tuple[float, float, float, float]:
    """Each item's best option of value - price * money - room * volume, into ``chosen``.

    Returns the sums of that score, of value, of money and of volume.

    """
    score = total_value = total_money = total_volume = 0.0
    for i in range(len(indptr) - 1):
        best, best_score = indptr[i], 0.0
        for j in range(indptr[i] + 1, indptr[i + 1]):
            at = value[j] - price * money[j] - room * volume[j]
            if at > best_score:
                best, best_score = j, at
        chosen[i] = best
        score += best_score
        total_value += value[best]
        total_money += money[best]
        total_volume += volume[best]
    return score, total_value, total_money, total_volume


@compiled
def _keep(
    sums: tuple[float, float, float, float],
    price: float,
    limits: Floats,
    trial: Integers,
    chosen: Integers,
    best: Floats,
) -> None:
    """Keep ``trial`` if it is feasible and the best so far; else, while none is, if it comes nearest."""
    _, v, c, w = sums
    if w > limits[1]:
        return
    if c >= limits[0]:
        if v - price * c > best[0]:
            best[0] = v - price * c
            chosen[:] = trial
    elif best[0] == -np.inf and c > best[1]:
        best[1] = c
        chosen[:] = trial


@compiled
def _over_volume(
    indptr: Integers, value: Floats, money: Floats, volume: Floats, at: Floats, chosen: Integers, best: Floats
) -> tuple[float, float, float]:
    """Minimise the dual over the volume's multiplier, the minimum's being fixed.

    Args:
        at: price, lift (multiplier of the minimum), least, most.

    Returns the dual value without the term of the minimum, the money of the fractional optimum, and the
    multiplier.

    """
    price, lift, most = at[0], at[1], at[3]
    limits = at[2:4]
    trial = np.empty(len(indptr) - 1, np.int64)
    low = respond(indptr, value, money, volume, price - lift, 0.0, trial)
    _keep(low, price, limits, trial, chosen, best)
    if low[3] <= most:
        return low[0], low[2], 0.0
    low_room = 0.0
    room = max(low[0], 1e-12) / low[3]
    high = low
    for _ in range(DOUBLINGS):
        high = respond(indptr, value, money, volume, price - lift, room, trial)
        _keep(high, price, limits, trial, chosen, best)
        if high[3] <= most:
            break
        low, low_room = high, room
        room *= 2.0
    high_room = room
    for _ in range(CROSSINGS):
        slope = low[3] - high[3]
        if slope <= 0.0:
            break
        # The tangents: low[0] + low_room * low[3] - room * low[3] + room * most, and the same of high.
        room = (low[0] + low_room * low[3] - high[0] - high_room * high[3]) / slope
        if not low_room < room < high_room:
            break
        crossing = low[0] + (low_room - room) * low[3]
        middle = respond(indptr, value, money, volume, price - lift, room, trial)
        _keep(middle, price, limits, trial, chosen, best)
        if middle[3] > most:
            low, low_room = middle, room
        else:
            high, high_room = middle, room
        if middle[0] - crossing <= 1e-12 * abs(crossing):
            break
    share = 1.0 if low[3] <= high[3] else (most - high[3]) / (low[3] - high[3])
    share = min(1.0, max(0.0, share))
    from_low = low[0] + low_room * most
    from_high = high[0] + high_room * most
    return (
        min(from_low, from_high),
        share * low[2] + (1.0 - share) * high[2],
        low_room if from_low < from_high else high_room,
    )


@compiled
def order_at_price(
    indptr: Integers,
    value: Floats,
    money: Floats,
    volume: Floats,
    price: float,
    limits: Floats,
    search: bool,
    chosen: Integers,
) -> tuple[float, float, float, float]:
    """Bound one supplier's order at a price of money, and find an order near the bound.

    Args:
        indptr: (items + 1,) of this supplier's items, into the flat options.
        limits: least money, most volume.
        search: whether an order is wanted; else the bound alone.
        chosen: (items,), written: the chosen options, flat.

    Returns the bound on sum(v - price c); the sum reached, -inf where no order was found; the multipliers
    of the minimum and of the volume that gave the bound.

    """
    least = limits[0]
    best = np.array([-np.inf, -1.0])
    chosen[:] = indptr[:-1]
    at = np.array([price, 0.0, limits[0], limits[1]])
    low, low_money, room = _over_volume(indptr, value, money, volume, at, chosen, best)
    bound, lift = low, 0.0
    if low_money < least:
        low_lift, high_lift = 0.0, max(price, 1e-6)
        high, high_money, high_room = low, low_money, room
        for _ in range(DOUBLINGS):
            at[1] = high_lift
            high, high_money, high_room = _over_volume(indptr, value, money, volume, at, chosen, best)
            if high - high_lift * least < bound:
                bound, lift, room = high - high_lift * least, high_lift, high_room
            if high_money >= least or bound < 0.0:
                break
            low, low_money, low_lift = high, high_money, high_lift
            high_lift *= 2.0
        for _ in range(CROSSINGS):
            slope = high_money - low_money
            if high_money < least or slope <= 0.0:
                break
            trial = (low - low_lift * low_money - high + high_lift * high_money) / slope
            if not low_lift < trial < high_lift:
                break
            crossing = low + (trial - low_lift) * low_money
            at[1] = trial
            middle, middle_money, middle_room = _over_volume(indptr, value, money, volume, at, chosen, best)
            if middle - trial * least < bound:
                bound, lift, room = middle - trial * least, trial, middle_room
            if middle_money < least:
                low, low_money, low_lift = middle, middle_money, trial
            else:
                high, high_money, high_lift = middle, middle_money, trial
            if middle - crossing <= 1e-12 * abs(crossing):
                break
    if not search or (bound < 0.0 and best[0] == -np.inf):
        return bound, -np.inf, lift, room  # not worth ordering, whatever is found
    reached = improve(indptr, value, money, volume, price, limits, chosen)
    multipliers = np.array([price, lift, room])
    for _ in range(EXCHANGES):
        if bound - reached <= 1e-9 * abs(bound) or reached == -np.inf:
            break
        if not _exchange(indptr, value, money, volume, multipliers, limits, chosen, bound - reached):
            break
        reached = improve(indptr, value, money, volume, price, limits, chosen)
    return max(bound, reached), reached, lift, room


@compiled
def improve(
    indptr: Integers,
    value: Floats,
    money: Floats,
    volume: Floats,
    price: float,
    limits: Floats,
    chosen: Integers,
) -> float:
    """Change one item at a time, the best change first, until none helps; the minimum is reached first."""
    net = c = w = 0.0
    for i in range(len(chosen)):
        j = chosen[i]
        net += value[j] - price * money[j]
        c += money[j]
        w += volume[j]
    for _ in range(CHANGES):
        item, option, best = -1, -1, 0.0
        short = limits[0] - c
        for i in range(len(chosen)):
            now = chosen[i]
            for j in range(indptr[i], indptr[i + 1]):
                if w + volume[j] - volume[now] > limits[1]:
                    continue
                more = money[j] - money[now]
                gain = value[j] - value[now] - price * more
                if short > 0.0:
                    gain = min(more, short)
                elif c + more < limits[0]:
                    continue
                if gain > best:
                    item, option, best = i, j, gain
        if item < 0 or (short <= 0.0 and best <= 1e-12 * abs(net)):
            break
        now = chosen[item]
        net += value[option] - value[now] - price * (money[option] - money[now])
        c += money[option] - money[now]
        w += volume[option] - volume[now]
        chosen[item] = option
    if c < limits[0] or w > limits[1]:
        return -np.inf
    return net


@compiled
def _exchange(
    indptr: Integers,
    value: Floats,
    money: Floats,
    volume: Floats,
    multipliers: Floats,
    limits: Floats,
    chosen: Integers,
    slack: float,
) -> bool:
    """Change the two items that together help most; whether any two do."""
    price, lift, room = multipliers
    item = np.empty(PAIRED, np.int64)
    option = np.empty(PAIRED, np.int64)
    count = 0
    c = w = 0.0
    for i in range(len(chosen)):
        c += money[chosen[i]]
        w += volume[chosen[i]]
        best = 0.0
        for j in range(indptr[i], indptr[i + 1]):
            best = max(best, value[j] - (price - lift) * money[j] - room * volume[j])
        for j in range(indptr[i], indptr[i + 1]):
            behind = best - (value[j] - (price - lift) * money[j] - room * volume[j])
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
                and c + more_money[a] + more_money[b] >= limits[0]
                and w + more_volume[a] + more_volume[b] <= limits[1]
                and item[a] != item[b]
            ):
                one, other, gain = a, b, more_net[a] + more_net[b]
    if one < 0:
        return False
    chosen[item[one]] = option[one]
    chosen[item[other]] = option[other]
    return True
