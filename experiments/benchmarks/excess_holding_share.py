"""How much of its holding a unit too many should be charged until it is sold: theta, by simulation.

Run from the repository's root::

    python -m experiments.benchmarks.excess_holding_share [--items N] [--season SHARE] [--seed N]

Made demand, a quarter of the items each: steady; drifting (the level is a random walk); seasonal (half a
year up, half a year down, at a phase of its own, which no forecast sees); ending (each fades within eight
weeks, some time). A forecaster that cannot tell them apart takes each item's mean of the last 13 weeks, and
spreads it by the ratios of what followed to that mean, pooled over all items. ``cost_optimal`` then decides
for a year, at reviews of 1, 7, 14 and 28 days, with packs and with a cost per order line, for several theta.
Costs are those of the ledger: holding and backlog at each close, a shortage once; what is left at the end is
held until it is sold, for a year at most. A cell is the cost as a share of that at theta = 1/8.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import FloatArray, OrderTerms, Stock
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.expected_cost.relative_value import relative_value
from models.shared.distribution import LEVELS, Distribution
from tests.support.builders import situation

THETAS = (0.0, 0.0625, 0.125, 0.25, 0.5, 1.0)
USUAL = THETAS.index(0.125)
KINDS = ("steady", "drifting", "seasonal", "ending")
TRAINING, SIMULATED, TAIL = 1092, 364, 364
WINDOW = 91
HORIZONS = np.array([1, 2, 4, 7, 14, 21, 28, 42, 56, 84, 112, 168, 252, 364, 420])
UNIT_COST, PRICE = 5.0, 10.0
HOLDING, SHORTAGE, WAITING = UNIT_COST * 0.25 / 365, 0.2 * PRICE, 0.005 * PRICE
LEAD = 14


def made_demand(items: int, season: float, random: np.random.Generator) -> FloatArray:
    """Units a day: float64, shape (items, days), kinds in turn."""
    days = TRAINING + SIMULATED + TAIL
    weeks = np.arange(days) // 7
    level = np.exp(random.normal(np.log(1.0), 0.9, items))[:, None] * np.ones(days)
    kind = np.arange(items) % len(KINDS)
    steps = random.normal(-0.0008, 0.04, (items, weeks[-1] + 1)).cumsum(axis=1)[:, weeks]
    level *= np.where((kind == 1)[:, None], np.exp(steps), 1.0)
    phase = random.uniform(0, 2 * np.pi, items)[:, None]
    level *= np.where(
        (kind == 2)[:, None], 1 + season * np.sin(2 * np.pi * np.arange(days) / 364 + phase), 1.0
    )
    end = random.uniform(WINDOW, days - TAIL / 2, items)[:, None]
    fading = np.clip(1 - (np.arange(days) - end) / 56, 0, 1)
    level *= np.where((kind == 3)[:, None], fading, 1.0)
    return random.poisson(level * random.gamma(2.0, 0.5, level.shape)).astype(np.float64)


@dataclass(frozen=True)
class Forecaster:
    """The recent mean (per day), spread by pooled ratios: float64, shape (classes, horizons, levels)."""

    mean: FloatArray
    ratios: FloatArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """Demand over ``horizon`` weeks, shape (n,)."""
        days = np.clip(horizon * 7, 1e-9, HORIZONS[-1])
        place = np.clip(np.searchsorted(HORIZONS, days), 1, len(HORIZONS) - 1)
        low, high = HORIZONS[place - 1], HORIZONS[place]
        part = np.clip((days - low) / (high - low), 0, 1)[:, None]
        group = classes(self.mean)
        ratio = self.ratios[group, place - 1] * (1 - part) + self.ratios[group, place] * part
        values = np.round(ratio * (self.mean * horizon * 7)[:, None])
        return Distribution(np.maximum.accumulate(values, axis=1))


def classes(mean: FloatArray) -> np.ndarray:
    """Slow items' ratios spread wider: int64, shape (n,)."""
    return np.searchsorted([0.15, 0.5, 1.5, 4.0], mean)


def learnt(demand: FloatArray) -> FloatArray:
    """What followed each recent mean, as a share of it: quantiles by class and horizon, from the training."""
    total = np.concatenate([np.zeros((len(demand), 1)), demand.cumsum(axis=1)], axis=1)
    ratios = np.zeros((5, len(HORIZONS), len(LEVELS)))
    for place, horizon in enumerate(HORIZONS):
        origins = np.arange(WINDOW, TRAINING - horizon, 14)
        mean = (total[:, origins] - total[:, origins - WINDOW]) / WINDOW
        followed = total[:, origins + horizon] - total[:, origins]
        for group in range(5):
            inside = (classes(mean) == group) & (mean > 0)
            ratios[group, place] = np.quantile(followed[inside] / (mean[inside] * horizon), LEVELS)
    return ratios


def simulate(
    demand: FloatArray, ratios: FloatArray, review: int, pack_weeks: float, line_cost: float
) -> FloatArray:
    """Money by theta and kind: float64, shape (thetas, kinds)."""
    items = len(demand)
    total = np.concatenate([np.zeros((items, 1)), demand.cumsum(axis=1)], axis=1)
    shape = (len(THETAS), items)
    mean = (total[:, TRAINING] - total[:, TRAINING - WINDOW]) / WINDOW
    pack = np.maximum(np.round(mean * 7 * pack_weeks), 1.0)
    seen = situation(
        mean,
        lead_days=LEAD,
        review_days=review,
        holding=HOLDING,
        shortage=SHORTAGE,
        waiting=WAITING,
        line_cost=line_cost,
    )
    seen = replace(
        seen, terms=OrderTerms(pack, np.zeros(items), np.full(items, np.inf), np.full(items, UNIT_COST))
    )
    net = np.ceil(np.broadcast_to(mean * (LEAD + review), shape)).copy()
    arriving = np.zeros((TRAINING + SIMULATED + TAIL + LEAD + 2, *shape))
    cost = np.zeros(shape)
    position = net.copy()
    for day in range(TRAINING, TRAINING + SIMULATED + TAIL):
        if day < TRAINING + SIMULATED and (day - TRAINING) % review == 0:
            mean = (total[:, day] - total[:, day - WINDOW]) / WINDOW
            seen = replace(
                seen, lead_time_demand=replace(seen.lead_time_demand, forecast=Forecaster(mean, ratios))
            )
            curve = CostOptimal(THETAS[USUAL]).curve(seen)
            for place, theta in enumerate(THETAS):
                at = position[place]
                now = replace(seen, stock=Stock(np.maximum(at, 0), np.zeros(items), np.maximum(-at, 0)))
                weighed = replace(
                    curve, excess_holding_days=curve.excess_holding_days * theta / THETAS[USUAL]
                )
                quantity = relative_value(now, weighed, CostOptimal().excess_holding_days).decision().quantity
                arriving[day + LEAD, place] += quantity
                position[place] += quantity
                cost[place] += line_cost * (quantity > 0)
        net += arriving[day]
        before = np.maximum(-net, 0)
        net -= demand[:, day]
        position -= demand[:, day]
        late = np.maximum(-net, 0)
        # After the year only what is left of its orders costs.
        if TRAINING + LEAD + review <= day < TRAINING + SIMULATED:
            cost += SHORTAGE * (late - before) * (late > before) + WAITING * late
        if day >= TRAINING + LEAD + review:
            cost += HOLDING * np.maximum(net, 0)
    return np.stack([cost[:, kind :: len(KINDS)].sum(axis=1) for kind in range(len(KINDS))], axis=1)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=240)
    parser.add_argument("--season", type=float, default=0.35, help="how far a season swings, of 1")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begin = time.perf_counter()
    demand = made_demand(given.items, given.season, np.random.default_rng(given.seed))
    ratios = learnt(demand)
    cases = [(review, 0.0, 0.0) for review in (1, 7, 14, 28)] + [(7, 3.0, 0.0), (7, 0.0, 2.0), (28, 6.0, 0.0)]
    print(f"{'':34}" + "".join(f"{f'theta {theta:g}':>13}" for theta in THETAS))
    for review, pack, line_cost in cases:
        told = f"R = {review}" + (f", packs of {pack:g} weeks" if pack else "")
        told += f", {line_cost:g} a line" if line_cost else ""
        cost = simulate(demand, ratios, review, pack, line_cost)
        everything = cost.sum(axis=1)
        print(f"{told:<26}{everything[USUAL]:>8.0f}" + _row(everything))
        for kind, name in enumerate(KINDS):
            print(f"  {name:<24}{cost[USUAL, kind]:>8.0f}" + _row(cost[:, kind]))
    print(f"{time.perf_counter() - begin:.0f} s")


def _row(cost: FloatArray) -> str:
    return "".join(f"{value:>13.3f}" for value in cost / cost[USUAL])


if __name__ == "__main__":
    main()
