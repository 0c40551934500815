"""What a late line does to its customer's orders of the next year, against matched on-time lines.

The year begins when the late line was settled: shipped, or cancelled. Of an on-time line beside it, it
begins as many days after that was due as the late one waited, so that both customers had the same time to
leave or to order again meanwhile. Each outcome is regressed on being late and on all that was matched on
(Poisson, log link), so that what matching left different is taken out; errors are clustered by customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.backorder_costs.clusters import CONFIDENCE, UNKNOWN, Estimate, groups_of
from forecasting.backorder_costs.customers import CustomerOrders
from forecasting.backorder_costs.matching import Pairs, Window, matched, traits
from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.inputs.line_fates import Lines

FEWEST_LINES, FEWEST_CUSTOMERS = 50, 20
"""Of late lines that are matched, and of their customers: of fewer, nothing is said."""

OUTCOMES = ("came_back", "orders", "value")
ANY_DAYS = 100_000

BANDS = ((1, 10, "1-10"), (11, ANY_DAYS, "over 10"), (1, ANY_DAYS, "all"))
"""Days late: first, last, name."""

STEPS = 50
"""Of Newton's method at most; it takes five or so."""


@dataclass(frozen=True)
class Effect:
    """What being late by some days does to one outcome.

    Attributes:
        days_late: the band.
        outcome: one of OUTCOMES.
        asked, lines, customers: late lines of the band; those of them that were matched, and whose they are.
        on_time: the outcome's mean beside the matched on-time lines.
        change: relative to that; NaN where there is too little data.

    """

    days_late: str
    outcome: str
    asked: int
    lines: int
    customers: int
    on_time: Estimate
    change: Estimate


def lateness(lines: Lines, window: Window, seed: int) -> list[Effect]:
    """The effect on each outcome, of each band of days late."""
    orders = CustomerOrders.of(lines)
    alike = traits(lines, orders, window)
    found = []
    for least, most, name in BANDS:
        pairs = matched(lines, alike, least, most, window, seed)
        found += _effects(name, pairs, lines, orders, alike, window, seed)
    return found


def _effects(
    band: str,
    pairs: Pairs,
    lines: Lines,
    orders: CustomerOrders,
    alike: FloatArray,
    window: Window,
    seed: int,
) -> list[Effect]:
    late = np.unique(pairs.late)
    customers = len(np.unique(lines.customer[late]))
    waited = lines.waited[pairs.late]
    after = [
        orders.between(lines.customer[side], begins, begins + window.after)
        for side, begins in ((side, lines.day[side] + waited) for side in (pairs.late, pairs.on_time))
    ]
    outcomes = {
        "came_back": [(number > 0).astype(np.float64) for number, _ in after],
        "orders": [number for number, _ in after],
        "value": [value for _, value in after],
    }
    groups = [groups_of(lines.customer, seed)[0][side] for side in (pairs.late, pairs.on_time)]
    explained = [np.column_stack([alike[side], alike[side] ** 2]) for side in (pairs.late, pairs.on_time)]
    enough = len(late) >= FEWEST_LINES and customers >= FEWEST_CUSTOMERS
    effects = []
    for name in OUTCOMES:
        outcome, change = outcomes[name], UNKNOWN
        usual = mean_of(outcome[1], groups[1]) if len(late) else UNKNOWN
        if enough and outcome[1].any():
            change = relative_change(outcome, explained, groups, len(late))
        effects.append(Effect(band, name, pairs.asked, len(late), customers, usual, change))
    return effects


def mean_of(values: FloatArray, group: IntArray) -> Estimate:
    """The mean, groups being independent of each other (Taylor linearisation)."""
    mean = float(values.mean())
    apart = np.bincount(group, values - mean) / len(values)
    there = len(np.unique(group))
    spread = np.sqrt(there / max(there - 1, 1) * (apart**2).sum())
    wide = float(special.stdtrit(max(there - 1, 1), (1 + CONFIDENCE) / 2) * spread)
    return Estimate(mean, max(mean - wide, 0.0), mean + wide)


def relative_change(
    outcome: Sequence[FloatArray], explained: Sequence[FloatArray], groups: Sequence[IntArray], lines: int
) -> Estimate:
    """exp(coefficient of being late) - 1 in a Poisson regression over pairs.

    Its interval comes from leaving out all pairs that a group of customers is in, on either side, one group
    after the other (the jackknife, each by one step of Newton's method).

    Args:
        outcome: of the late lines and of those beside them, float64, shape (k,) each, >= 0: only its mean
            has to be right, not its distribution (Gourieroux, Monfort and Trognon, Econometrica 52, 1984).
        explained: float64, shape (k, p) each: what is taken out.
        groups: int64, shape (k,) each: groups of customers.
        lines: how many late lines there are.

    """
    k = len(outcome[0])
    y = np.concatenate(outcome)
    is_late = np.repeat([1.0, 0.0], k)
    x = np.column_stack([np.ones(2 * k), is_late, np.concatenate(explained)])
    # Columns that say nothing would make the equations singular.
    told = x.std(axis=0) > 1e-9
    told[0] = True
    x = x[:, told]

    beta = np.zeros(x.shape[1])
    beta[0] = np.log(y.mean())
    for _ in range(STEPS):
        mean = np.exp(np.clip(x @ beta, -30, 30))
        step = np.linalg.solve((x * mean[:, None]).T @ x, x.T @ (y - mean))
        beta += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    moved = _without_each(x, mean, y - mean, groups)
    sure = (1 + CONFIDENCE) / 2
    wide = max(
        special.stdtrit(_degrees_of_freedom(moved), sure) * np.sqrt((moved**2).sum()),
        special.ndtri(sure) * np.sqrt(_of_shares(y, is_late > 0, lines)),
    )
    low, at, high = np.expm1([beta[1] - wide, beta[1], beta[1] + wide])
    return Estimate(float(at), float(low), float(high))


def _without_each(
    x: FloatArray, mean: FloatArray, error: FloatArray, groups: Sequence[IntArray]
) -> FloatArray:
    """By how much the second coefficient moves without each group: float64, one for each that is there.

    The sum of their squares is the jackknife's variance.
    """
    first, second = groups
    count, p = int(max(first.max(), second.max())) + 1, x.shape[1]

    def touching(values: FloatArray) -> FloatArray:
        of_pair = values[: len(first)] + values[len(first) :]
        both = np.bincount(first, of_pair, count) + np.bincount(second, of_pair, count)
        same = first == second
        return np.asarray(both - np.bincount(first[same], of_pair[same], count))

    score = np.stack([touching(column * error) for column in x.T], axis=1)
    curved = np.empty((count, p, p))
    for row in range(p):
        for column in range(row, p):
            curved[:, row, column] = curved[:, column, row] = touching(x[:, row] * x[:, column] * mean)
    whole = (x * mean[:, None]).T @ x
    # A group without which nothing could be told changes nothing: its pairs are not there to be left out.
    moved = np.linalg.solve(whole - curved + 1e-9 * np.diag(np.diag(whole)), -score[:, :, None])[:, 1, 0]
    there = touching(np.ones(len(x))) > 0
    moved = moved[there]
    return np.asarray((moved - moved.mean()) * np.sqrt((len(moved) - 1) / len(moved)))


def _degrees_of_freedom(moved: FloatArray) -> float:
    """As many as there are groups, if all weigh alike; fewer where some carry most of it (Satterthwaite)."""
    squares = moved**2
    return max(float(squares.sum() ** 2 / (squares**2).sum()) - 1.0, 1.0) if squares.any() else 1.0


def _of_shares(outcome: FloatArray, late: BoolArray, lines: int) -> float:
    """The least variance that a share's logarithm can have: that of as many independent lines.

    Two are put to either side (Agresti and Coull, The American Statistician 52, 1998), so that it is not nil
    where all came back. 0 where the outcome is no share.
    """
    if outcome.max() > 1:
        return 0.0
    share = (outcome[late].mean() * lines + 2) / (lines + 4)
    return float((1 - share) / share / (lines + 4))


def of(effects: Sequence[Effect], days_late: str, outcome: str) -> Effect:
    """The effect of one band on one outcome."""
    return next(each for each in effects if each.days_late == days_late and each.outcome == outcome)
