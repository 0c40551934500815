"""Two suppliers, one of which delivers at once: what the best of all policies costs, by value iteration.

The model of Whittemore and Saunders (1977) and of Veeraraghavan and Scheller-Wolf (2008): each period what
was ordered from the slow supplier ``slow`` periods ago arrives, both are ordered from, the fast order
arrives, demand is met or waits; a unit costs ``holding`` for each period it is left over, ``backlog`` for
each that it is owed, and ``premium`` where it comes from the fast supplier.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LOWEST, HIGHEST, MOST = -25, 30, 8
"""Net stock from and to; units of an order at most. Demand of four at most a period stays well inside."""


@dataclass(frozen=True)
class Case:
    """``demand``: the probability of 0, 1, .. units a period."""

    demand: np.ndarray
    slow: int
    holding: float
    backlog: float
    premium: float

    @property
    def shape(self) -> tuple[int, ...]:
        """States: net stock, arrivals of this period among it, and the orders of the next ones."""
        return (HIGHEST - LOWEST + 1, *[MOST + 1] * (self.slow - 1))

    @property
    def one_period(self) -> np.ndarray:
        """What a level after ordering costs: float64, shape (levels,)."""
        level = np.arange(LOWEST, HIGHEST + 1)[:, None] - np.arange(len(self.demand))
        return (self.holding * np.maximum(level, 0) + self.backlog * np.maximum(-level, 0)) @ self.demand


def average_cost(case: Case, fast: np.ndarray | None = None, slow: np.ndarray | None = None) -> float:
    """Money a period of the orders ``fast`` and ``slow``, int64, of the states' shape; None: of the best
    ones.
    """
    value, level = np.zeros(case.shape), np.arange(LOWEST, HIGHEST + 1)
    start = (-LOWEST, *[0] * (case.slow - 1))
    cost = case.one_period.reshape(-1, *[1] * case.slow)
    for _ in range(5_000):
        after = cost + _next(case, value)
        if fast is None or slow is None:
            of_slow = after.min(axis=-1)
            new = np.full(case.shape, np.inf)
            for units in range(MOST + 2):
                reached = np.clip(level + units - LOWEST, 0, len(level) - 1)
                new = np.minimum(new, case.premium * units + of_slow[reached])
        else:
            states = np.indices(case.shape)
            reached = np.clip(states[0] + fast, 0, len(level) - 1)
            new = case.premium * fast + after[(reached, *states[1:], slow)]
        grown = (new - value)[-LOWEST - 5 : -LOWEST + 12]
        value = new - new[start]
        if grown.max() - grown.min() < 1e-4:
            break
    return float((grown.max() + grown.min()) / 2)


def _next(case: Case, value: np.ndarray) -> np.ndarray:
    """Expected value of the period after: axes net stock after ordering, orders on their way, the slow
    order.
    """
    level = np.arange(LOWEST, HIGHEST + 1)
    found = np.zeros((*case.shape, MOST + 1))
    for units, chance in enumerate(case.demand):
        for comes in range(MOST + 1):
            reached = np.clip(level - units + comes - LOWEST, 0, len(level) - 1)
            found[:, comes] += chance * value[reached]
    return found
