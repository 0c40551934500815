"""The best orders for goods that can be sold on two days, by value iteration: exact, on whole units.

As Nahmias (1975, "Optimal ordering policies for perishable inventory II") has it for a life of two: the state
is what has one day left. Ordered at the close of a day, goods are there the next morning; the old are sold
first; what is short is lost; what has had its second day is thrown away at its close.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Perishing:
    mean: float
    holding: float
    shortage: float
    waste: float
    most: int = 40

    def steps(self, order):
        """Cost and chances of the next state, of each state (units with a day left) under ``order``."""
        demand = np.arange(int(stats.poisson.ppf(1 - 1e-9, self.mean)) + 1)
        chance = stats.poisson.pmf(demand, self.mean)
        cost, next_state = np.zeros(self.most + 1), np.zeros((self.most + 1, self.most + 1))
        for old in range(self.most + 1):
            new = int(order[old])
            left_old = np.maximum(old - demand, 0)
            left_new = np.maximum(new - np.maximum(demand - old, 0), 0)
            short = np.maximum(demand - old - new, 0)
            paid = self.holding * (left_old + left_new) + self.shortage * short + self.waste * left_old
            cost[old] = chance @ paid
            np.add.at(next_state[old], np.minimum(left_new, self.most), chance)
        return cost, next_state

    def cost_of(self, order):
        """Cost of a day in the long run."""
        cost, chances = self.steps(order)
        n = len(cost)
        left = np.vstack([(chances.T - np.eye(n))[:-1], np.ones(n)])
        return float(np.linalg.solve(left, np.append(np.zeros(n - 1), 1.0)) @ cost)

    def best(self):
        """The best order of each state, and what a day then costs."""
        rows = [self.steps(np.full(self.most + 1, order)) for order in range(self.most + 1)]
        value = np.zeros(self.most + 1)
        for _ in range(400):
            every = np.array([cost + chances @ value for cost, chances in rows])
            value = every.min(axis=0) - every.min(axis=0)[0]
        order = every.argmin(axis=0)
        return order, self.cost_of(order)
