"""One supplier's order at a shadow price of the budget: a Lagrangian bound, and an order near it.

At a price ``p`` per unit of money (the multiplier of the budget), an order of one supplier that must come to
at least ``least`` and may have the volume ``most`` is a multiple-choice knapsack,

    maximise   sum over items of  v_j - p c_j        (option j: value v, money c, volume w)
    subject to sum of c_j >= least,  sum of w_j <= most.

With multipliers a, b >= 0 on the two limits it falls apart into items, each taking its best option of
v - (p - a) c - b w, and the sum, less a * least, plus b * most, bounds the maximum from above (Fisher 1981,
"The Lagrangian relaxation method for solving integer programming problems", section 2). That dual function is
convex and made of straight pieces: each multiplier is found by crossing the two tangents that enclose the
minimum, which ends at the exact minimum after few steps. Of the choices met on the way the best feasible one
is kept, and improved by changing one item, then two items at a time (``local_search``).
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.joint_orders.arrays import Duals, ItemOptions, Limits, Sums
from forecasting.joint_orders.local_search import exchange, improve
from models.shared.compile import compiled, compiled_within

CROSSINGS = 30
"""Tangents crossed per multiplier; nearly always fewer than ten are needed."""

DOUBLINGS = 60
"""Of a multiplier, until it is large enough."""

EXCHANGES = 30
"""Of two items."""


@compiled
def respond(options: ItemOptions, price: float, volume_price: float, chosen: IntArray) -> Sums:
    """Each item's best option of value - price * money - volume_price * volume, into ``chosen``: (items,).

    Returns what that comes to.
    """
    indptr, value, money, volume = options
    score = total_value = total_money = total_volume = 0.0
    for i in range(len(indptr) - 1):
        best, best_score = indptr[i], 0.0
        for j in range(indptr[i] + 1, indptr[i + 1]):
            at = value[j] - price * money[j] - volume_price * volume[j]
            if at > best_score:
                best, best_score = j, at
        chosen[i] = best
        score += best_score
        total_value += value[best]
        total_money += money[best]
        total_volume += volume[best]
    return Sums(score, total_value, total_money, total_volume)


@compiled
def _keep(
    sums: Sums, price: float, limits: Limits, candidate: IntArray, chosen: IntArray, best: FloatArray
) -> None:
    """Keep ``candidate`` if it is feasible and the best so far; else, while none is, if it comes nearest.

    ``best``: the net value of the best feasible choice, -inf while there is none; and the money of the one
    that comes nearest to the minimum.
    """
    if sums.volume > limits.most:
        return
    if sums.money >= limits.least:
        if sums.value - price * sums.money > best[0]:
            best[0] = sums.value - price * sums.money
            _take(candidate, chosen)
    elif best[0] == -np.inf and sums.money > best[1]:
        best[1] = sums.money
        _take(candidate, chosen)


@compiled_within
def _take(options: IntArray, chosen: IntArray) -> None:
    """Write ``options`` into ``chosen``: (items,) both. Sliced, it would take seconds to compile."""
    for i in range(len(chosen)):
        chosen[i] = options[i]


@compiled_within
def _over_volume(
    options: ItemOptions,
    price: float,
    minimum_dual: float,
    limits: Limits,
    chosen: IntArray,
    best: FloatArray,
) -> tuple[float, float, float]:
    """Minimise the dual over the volume's multiplier, the minimum's being fixed.

    Args:
        options: of the supplier's items.
        price: the shadow price of the budget.
        minimum_dual: the multiplier of the minimum.
        limits: of the order.
        chosen, best: the best choice met so far (see ``_keep``), written.

    Returns the dual value without the term of the minimum, the money of the fractional optimum, and the
    volume's multiplier.

    """
    most = limits.most
    candidate = np.empty(len(options.indptr) - 1, np.int64)
    low = respond(options, price - minimum_dual, 0.0, candidate)
    _keep(low, price, limits, candidate, chosen, best)
    if low.volume <= most:
        return low.score, low.money, 0.0

    # Doubled until the volume is kept: the minimum of the dual lies between the last two.
    low_dual = 0.0
    dual = max(low.score, 1e-12) / low.volume
    high = low
    for _ in range(DOUBLINGS):
        high = respond(options, price - minimum_dual, dual, candidate)
        _keep(high, price, limits, candidate, chosen, best)
        if high.volume <= most:
            break
        low, low_dual = high, dual
        dual *= 2.0
    high_dual = dual

    for _ in range(CROSSINGS):
        slope = low.volume - high.volume
        if slope <= 0.0:
            break
        # The tangents: score + (multiplier - dual) * volume + dual * most, of low and of high.
        dual = (low.score + low_dual * low.volume - high.score - high_dual * high.volume) / slope
        if not low_dual < dual < high_dual:
            break
        crossing = low.score + (low_dual - dual) * low.volume
        middle = respond(options, price - minimum_dual, dual, candidate)
        _keep(middle, price, limits, candidate, chosen, best)
        if middle.volume > most:
            low, low_dual = middle, dual
        else:
            high, high_dual = middle, dual
        if middle.score - crossing <= 1e-12 * abs(crossing):
            break

    # The fractional optimum mixes both ends so that the volume is just used up.
    share = 1.0 if low.volume <= high.volume else (most - high.volume) / (low.volume - high.volume)
    share = min(1.0, max(0.0, share))
    from_low = low.score + low_dual * most
    from_high = high.score + high_dual * most
    return (
        min(from_low, from_high),
        share * low.money + (1.0 - share) * high.money,
        low_dual if from_low < from_high else high_dual,
    )


@compiled_within
def _dual_bound(
    options: ItemOptions, price: float, limits: Limits, chosen: IntArray, best: FloatArray
) -> tuple[float, Duals]:
    """Minimise the dual over both multipliers: the bound, and the multipliers that give it.

    ``chosen``, ``best``: the best choice met on the way, written (see ``_keep``).
    """
    least = limits.least
    low, low_money, volume_dual = _over_volume(options, price, 0.0, limits, chosen, best)
    bound, minimum_dual = low, 0.0
    if low_money >= least:
        return bound, Duals(price, minimum_dual, volume_dual)

    low_dual, high_dual = 0.0, max(price, 1e-6)
    high, high_money, high_volume_dual = low, low_money, volume_dual
    for _ in range(DOUBLINGS):
        high, high_money, high_volume_dual = _over_volume(options, price, high_dual, limits, chosen, best)
        if high - high_dual * least < bound:
            bound, minimum_dual, volume_dual = high - high_dual * least, high_dual, high_volume_dual
        if high_money >= least or bound < 0.0:
            break
        low, low_money, low_dual = high, high_money, high_dual
        high_dual *= 2.0

    for _ in range(CROSSINGS):
        slope = high_money - low_money
        if high_money < least or slope <= 0.0:
            break
        dual = (low - low_dual * low_money - high + high_dual * high_money) / slope
        if not low_dual < dual < high_dual:
            break
        crossing = low + (dual - low_dual) * low_money
        middle, middle_money, middle_volume_dual = _over_volume(options, price, dual, limits, chosen, best)
        if middle - dual * least < bound:
            bound, minimum_dual, volume_dual = middle - dual * least, dual, middle_volume_dual
        if middle_money < least:
            low, low_money, low_dual = middle, middle_money, dual
        else:
            high, high_money, high_dual = middle, middle_money, dual
        if middle - crossing <= 1e-12 * abs(crossing):
            break
    return bound, Duals(price, minimum_dual, volume_dual)


@compiled_within
def order_at_price(
    options: ItemOptions, price: float, limits: Limits, search: bool, chosen: IntArray
) -> tuple[float, float, Duals]:
    """Bound one supplier's order at a shadow price of the budget, and find an order near the bound.

    Args:
        options: of this supplier's items.
        price: p, of a unit of money.
        limits: least money, most volume.
        search: whether an order is wanted; else the bound alone.
        chosen: int64, shape (items,), written: the chosen options.

    Returns the bound on sum(v - price c); the sum reached, -inf where no order was found; the multipliers
    that gave the bound.

    """
    best = np.array([-np.inf, -1.0])
    _take(options.indptr, chosen)
    bound, duals = _dual_bound(options, price, limits, chosen, best)
    if not search or (bound < 0.0 and best[0] == -np.inf):
        return bound, -np.inf, duals  # not worth ordering, whatever is found

    reached = improve(options, price, limits, chosen)
    for _ in range(EXCHANGES):
        if bound - reached <= 1e-9 * abs(bound) or reached == -np.inf:
            break
        if not exchange(options, duals, limits, bound - reached, chosen):
            break
        reached = improve(options, price, limits, chosen)
    return max(bound, reached), reached, duals
