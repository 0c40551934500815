"""What a position costs: expected cost per period while the position after ordering is y.

With D the demand from an order until the inventory that it governs is charged,

    G(y) = h E[(y - D)+] + b E[(D - y)+] + p nu (E[(D + X - y)+] - E[(D - y)+])

where X is what falls off the position next, nu times per period. Under periodic review an order placed
before the demand of period t is usable in t + L and charged at that period's end: D covers L periods
for the units that run short, and L + 1 for what is left. Under continuous review D covers L throughout.
A random lead time mixes over L: orders do not cross.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from forecasting.domain import FloatArray, critical_ratio
from forecasting.solve import demand as demands
from forecasting.solve.demand_distribution import DemandDistribution, Lattice
from forecasting.solve.problem import Problem, check_costs, wrong

WIDEST = 4_000_000
"""Positions that are told apart at most."""

GRID = 4_000
"""Levels that are tried where G is smooth and may have several valleys."""


@dataclass(frozen=True)
class CostRate:
    """The function G and what it is made of.

    Attributes:
        charged: demand until inventory is charged (D), units.
        before, after: demand until a fall of the position, without it and with it (D + X), units.
        jump: that fall (X), on whole units; None for smooth demand.
        rate: falls per period (nu).
        demand: mean demand per period, units.
        holding, backlog: money per unit and period (h, b).
        short: money per unit short, once (p).
        lost: demand that finds no stock is lost: y is never below 0.

    """

    charged: DemandDistribution
    before: DemandDistribution
    after: DemandDistribution
    jump: demands.Jump | None
    rate: float
    demand: float
    holding: float
    backlog: float
    short: float
    lost: bool

    def at(self, y: FloatArray) -> FloatArray:
        """G(y): money per period, the shape of ``y``."""
        total = self.holding * self.on_hand(y) + self.backlog * self.charged.shortage(y)
        return total + self.short * self.short_units(y) if self.short else total

    def on_hand(self, y: FloatArray) -> FloatArray:
        """Expected units on hand when they are charged."""
        return y - self.charged.mean + self.charged.shortage(y)

    def short_units(self, y: FloatArray) -> FloatArray:
        """Expected units per period that find no stock."""
        if self.jump is None and self.after is self.before:
            # Demand that flows: its share that arrives while there is none on hand.
            return self.demand * self.before.tail(y)[0]
        return self.rate * (self.after.shortage(y) - self.before.shortage(y))

    @property
    def convex(self) -> bool:
        """Whether G is known to have one valley; otherwise it may have several."""
        return self.short == 0 or (self.before.highest == 0 and self.charged is self.after)

    @property
    def step(self) -> float:
        """The step that positions are told apart by, units: a whole unit, or that of a lattice."""
        if self.jump is None and isinstance(self.charged, Lattice):
            return self.charged.step
        return 1.0

    @property
    def never_ordering(self) -> float:
        """Money per period of keeping nothing: all demand short; infinite where a backlog costs by time."""
        return np.inf if self.backlog > 0 else self.short * self.demand

    def economic_quantity(self, fixed_order_cost: float) -> float:
        """About the economic order quantity with planned backorders, units: never less than it."""
        shortage = self.backlog + self.short
        ratio = (self.holding + shortage) / (self.holding * shortage)
        return float(np.ceil((2 * fixed_order_cost * self.demand * ratio) ** 0.5)) + 1


def cost_rate(problem: Problem) -> CostRate:
    """The cost rate of a problem. Raises RequestError where its terms make none."""
    check_costs(problem)
    terms, periodic = problem.demand, problem.review == "periodic"
    if terms.family in ("constant", "known"):
        raise wrong(
            "demand.family", f"{terms.family} demand is not random", "Policies for it: eoq, wagner_whitin"
        )
    if problem.uniform_lead_time is not None:
        raise wrong("lead_time.uniform", "goes with charged continuously only", "Give lead_time.pmf instead")
    if problem.charged == "continuously" and periodic:
        raise wrong("charged", "continuously goes with policy sS and its parameters", "Leave it out")
    if not periodic and isinstance(problem.lead_time, float | int) is False and terms.family == "pmf":
        raise wrong("demand.family", "pmf says what a period demands", "Give review periodic")
    jump = None if demands.is_smooth(terms) else demands.jump(terms, periodic)
    spans = problem.lead_times
    before = demands.over(terms, spans)
    if periodic:
        after = demands.over(terms, [(span + 1, weight) for span, weight in spans])
        charged, rate = after, 1.0
    else:
        charged = before
        rate = jump.rate if jump else 1.0
        after = (
            Lattice(demands.together(before.pmf, jump.pmf))
            if jump and isinstance(before, Lattice)
            else before
        )
    return CostRate(
        charged,
        before,
        after,
        jump,
        rate,
        demands.mean(terms),
        problem.holding,
        problem.backlog_cost,
        problem.short_cost,
        problem.lost,
    )


def best_level(cost: CostRate) -> float:
    """The smallest y with the least G(y), units: the best base stock.

    Where G has one valley that is the newsvendor's fractile of demand; else the least of a grid.
    """
    if cost.convex and not cost.lost:
        return cost.charged.quantile(critical_ratio(cost.backlog + cost.short, cost.holding))

    step = cost.step
    top = max(cost.charged.highest, cost.after.highest)
    if cost.jump is not None or isinstance(cost.charged, Lattice):
        grid = np.arange(0.0, np.ceil(top / step) + 1) * step
        values = cost.at(grid)
        return float(grid[int(np.argmax(values <= values.min() * (1 + 1e-12)))])
    if cost.convex:
        return max(cost.charged.quantile(critical_ratio(cost.short, cost.holding)), 0.0)

    grid = np.linspace(0.0 if cost.lost else min(0.0, cost.charged.quantile(1e-9)), top, GRID + 1)
    best = int(np.argmin(cost.at(grid)))
    found = optimize.minimize_scalar(
        lambda y: float(cost.at(np.array(y))),
        bounds=(grid[max(best - 1, 0)], grid[min(best + 1, GRID)]),
        method="bounded",
        options={"xatol": 1e-9 * max(1.0, top)},
    )
    return float(found.x)


def worth_at_most(cost: CostRate, ceiling: float, step: float, keep: int = 2) -> tuple[int, int]:
    """The range of positions, in steps, outside which G is above ``ceiling`` throughout.

    Where waiting costs nothing by time, G is flat below 0, and the range ends there.
    """
    low = -1 if cost.backlog == 0 else int(np.floor(min(0.0, _smallest(cost.charged)) / step)) - 1
    high = int(np.ceil(max(cost.charged.highest, cost.after.highest) / step)) + 1

    # Beyond demand's own range G runs straight: below it with slope -b, above it with slope h.
    ends = cost.at(np.array([low * step, high * step]))
    if cost.lost:
        low = 1
    elif cost.backlog > 0 and ends[0] < ceiling:
        low -= int(np.ceil((ceiling - ends[0]) / (cost.backlog * step)))
    if ends[1] < ceiling:
        high += int(np.ceil((ceiling - ends[1]) / (cost.holding * step)))
    if high - low > 4 * WIDEST:
        raise wrong(
            "fixed_order_cost",
            "is so large that orders cannot be told apart by the unit",
            "Count in larger units",
        )

    inside = np.flatnonzero(cost.at(positions_between(low, high, step)) <= ceiling)
    first = low + int(inside[0]) if len(inside) else low
    last = low + int(inside[-1]) if len(inside) else high
    return (max(first - keep, low) if cost.lost else first - keep), last + keep


def positions_between(low: int, high: int, step: float = 1.0) -> FloatArray:
    """The positions from ``low`` to ``high`` steps, both included, in units."""
    steps: FloatArray = np.arange(low, high + 1, dtype=np.float64)
    return steps * step


def _smallest(demand: DemandDistribution) -> float:
    return 0.0 if isinstance(demand, Lattice) else demand.quantile(1e-15)
