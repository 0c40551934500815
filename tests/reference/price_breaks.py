"""The best orders of one item under price breaks, by brute force: a slow twin of the usual order."""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray

Prices = list[tuple[int, float]]
"""From how many units on, at what price each; the first from 1 unit on."""


def best_cost(review: FloatArray, pmf: FloatArray, prices: Prices) -> float:
    """The least long-run cost per review of any rule, by value iteration over positions.

    Args:
        review: cost of a review from each position after ordering, money; the positions are whole units,
            rising by 1.
        pmf: the probability of each demand of a review, from 0 units on.
        prices: of an order's units, all of them.

    """
    n = len(review)
    units, value = np.arange(n, dtype=np.float64), np.zeros(n)
    to = np.arange(n)[:, None] - np.arange(len(pmf))
    cheapest = min(price for _, price in prices)
    # Below the lowest position each unit costs one more, bought later.
    deeper, to = np.maximum(-to, 0) @ pmf * cheapest, np.maximum(to, 0)
    while True:
        after = review + value[to] @ pmf + deeper
        least = after.copy()
        for smallest, price in prices:
            reached = np.minimum.accumulate((after + price * units)[::-1])[::-1]
            least[: n - smallest] = np.minimum(
                least[: n - smallest], reached[smallest:] - price * units[:-smallest]
            )
        change = least - value
        if np.ptp(change) < 1e-7:
            return float(change.mean())
        value = least - least[0]


def cost_of(quantity: IntArray, review: FloatArray, pmf: FloatArray, prices: Prices) -> float:
    """The long-run cost per review of ordering ``quantity`` at each position: the exact Markov chain."""
    n = len(review)
    after = np.minimum(np.arange(n) + quantity, n - 1)
    chain = np.zeros((n, n))
    for demand, probability in enumerate(pmf):
        np.add.at(chain, (np.arange(n), np.maximum(after - demand, 0)), probability)
    equations = (np.eye(n) - chain).T
    equations[-1] = 1.0
    often = np.linalg.solve(equations, np.eye(n)[-1])

    paid = np.zeros(n)
    for smallest, price in prices:
        paid = np.where(quantity >= smallest, quantity * price, paid)
    return float(often @ (review[after] + paid))
