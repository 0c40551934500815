"""Base stock of goods that expire, walked day by day: each unit on the shelf with its last day.

Orders at the close of each day fill the position up to the level; what is short waits; the old are sold
first; what has had its last day is thrown away at its close.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

DAYS = 5_000


@dataclass(frozen=True)
class PerishingLevels:
    mean: float
    lead_days: int
    life: int
    shortage: float
    waste: float
    holding: float = 0.02

    def cost_of(self, level):
        """Cost of a day in the mean of many, of Poisson demand drawn once."""
        shelf, coming, owed, cost = deque(), {}, 0, 0.0
        for day, asked in enumerate(np.random.default_rng(1).poisson(self.mean, DAYS)):
            came, short = coming.pop(day, 0), int(asked)
            late = min(came, owed)
            owed -= late
            if came > late:
                shelf.append([day + self.life - 1, came - late])
            while short and shelf:
                sold = min(short, shelf[0][1])
                short -= sold
                shelf[0][1] -= sold
                if shelf[0][1] == 0:
                    shelf.popleft()
            owed += short
            cost += self.shortage * short + self.holding * sum(units for _, units in shelf)
            while shelf and shelf[0][0] <= day:
                cost += self.waste * shelf.popleft()[1]
            missing = level - (sum(units for _, units in shelf) + sum(coming.values()) - owed)
            if missing > 0:
                coming[day + 1 + self.lead_days] = missing
        return cost / DAYS

    def best(self, about):
        """What a day costs at the best of the levels about one: four below and four above."""
        return min(self.cost_of(level) for level in range(max(about - 4, 0), about + 5))
