"""How much promotions, prices and holidays move demand: a Poisson regression, pooled in part.

Demand in bucket t of item i is m exp(x_t b_i), with x_t the drivers and m the item's usual level around
that bucket: a constant of its own in each stretch of about two months, so that season, trend and shifts of
level are not taken for effects. The constants drop out of the likelihood once the total of each stretch is
given, and what remains is a multinomial logit:

    sum over stretches of  sum_t y_t x_t b - S log sum_t exp(x_t b),   S = sum_t y_t

Few items have seen many promotions, so b is pooled in part, three times: the panel's towards no effect, a
category's towards the panel's, an item's towards its category's, each by the evidence that it has itself.

Also called: conditional (fixed-effects) Poisson regression, multinomial logit, quasi-Poisson.

Source: Hausman, Hall, Griliches (1984), Econometric models for count data, Econometrica 52, section 2;
consistent whatever the dispersion of demand (Wooldridge 1999, Journal of Econometrics 90). How much more than
Poisson an item's demand varies divides its evidence (quasi-likelihood).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from models.shared.compile import compiled, compiled_within, over_items
from models.shared.effect_stretches import SmallArray, Stretches, Sums, summed
from models.shared.history import BoolArray, Drivers, FloatArray, History, IntArray

PANEL_DEVIATION = 1.0
"""Prior deviation of the panel's log effect of a typical promotion (price cut, holiday, ..) around 0."""

CATEGORY_DEVIATION = 0.25
"""The same of a category's around the panel's."""

ITEM_DEVIATION = 0.25
"""The same of an item's around its category's."""

PRIOR_BUCKETS = 5.0
"""An item's dispersion is shrunk to that of orders of its mean size as if seen in this many buckets."""

LARGEST_EFFECT = 20.0
"""No effect is above this, nor below one over it."""

ROUNDS = 12
"""Newton steps at most; a handful is the rule."""

LARGEST_STEP = 1.0
"""Of a log effect in one of them."""

LARGEST_LOG = 30.0
"""Logarithms of what a bucket is multiplied by are cut off here while the steps still leap."""


class Evidence(NamedTuple):
    """What the stretches of each of n items say of its k coefficients, at given ones.

    Attributes:
        slope: float64, shape (n, k): the gradient of the log-likelihood.
        curve: float64, shape (n, k, k): minus its Hessian.
        chi_square: float64, shape (n,): Pearson's, sum of (y - m)^2 / m, units.
        freedom: float64, shape (n,): known buckets less stretches: what it would be of a Poisson.
        sold: float64, shape (n,): units.
        demands: float64, shape (n,): buckets with demand.

    """

    slope: FloatArray
    curve: FloatArray
    chi_square: FloatArray
    freedom: FloatArray
    sold: FloatArray
    demands: FloatArray


def coefficients(history: History, drivers: Drivers) -> FloatArray:
    """Log effect of a unit of each of k drivers on each of n items: float64, shape (n, k)."""
    n, k = len(history), len(drivers.names)
    typical = _typical(drivers.values)
    length = max(6, history.season // 6)
    stretches = Stretches(history.data, history.indptr, drivers.values, drivers.ahead, length)
    sums = summed(stretches)

    def evidence_at(effect: FloatArray) -> Evidence:
        result = evidence(stretches, sums, effect / typical)
        curve = result.curve / (typical[:, None] * typical[None, :])
        return result._replace(slope=result.slope / typical, curve=curve)

    category = np.full(n, -1, dtype=np.int64) if history.traits is None else history.traits.category
    _, by_category = np.unique(category, return_inverse=True)
    everybody, each = np.zeros(n, dtype=np.int64), np.arange(n)

    # From here on in log effects of a typical driver, so that one prior deviation serves all of them.
    effect = np.zeros((n, k))
    effect = _shrunk(evidence_at, effect, everybody, PANEL_DEVIATION)
    effect = _shrunk(evidence_at, effect, by_category, CATEGORY_DEVIATION)
    effect = _shrunk(evidence_at, effect, each, ITEM_DEVIATION)
    bounded: FloatArray = np.clip(effect, -np.log(LARGEST_EFFECT), np.log(LARGEST_EFFECT)) / typical
    return bounded


def evidence(stretches: Stretches, sums: Sums, coefficient: FloatArray) -> Evidence:
    """What the stretches, of these sums, say at coefficients b: float64, shape (n, k).

    One item, one stretch of two buckets: it sold 1 as usual and 3 when promoted. At b = 0 half of the 4 was
    to be expected of each bucket, so the slope is 3 - 2 and the curve 4 (1/2 - 1/4):

    >>> promoted = np.array([[0.0], [1.0]], dtype=np.float32)
    >>> stretches = Stretches(np.array([1.0, 3.0]), np.array([0, 2]), promoted, 0, 8)
    >>> result = evidence(stretches, summed(stretches), np.zeros((1, 1)))
    >>> result.slope.item(), result.curve.item(), result.chi_square.item()
    (1.0, 1.0, 1.0)

    At b = log 3 both are as expected: the likelihood is at its top.

    >>> result = evidence(stretches, summed(stretches), np.log([[3.0]]))
    >>> abs(result.slope.item()) < 1e-12
    True

    """
    n, k = coefficient.shape
    slope, curve = np.zeros((n, k)), np.zeros((n, k, k))
    result = Evidence(slope, curve, np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n))
    over_items(_evidence, n, stretches, sums, coefficient, result)
    return result


def _shrunk(
    evidence_at: Callable[[FloatArray], Evidence], prior: FloatArray, group: IntArray, deviation: float
) -> FloatArray:
    """The likeliest effect of each group, given a normal prior: float64, shape (n, k), by Newton's method.

    Args:
        evidence_at: effects, float64, shape (n, k), -> what speaks for others.
        prior: float64, shape (n, k): the mean of the prior; the same for all items of a group.
        group: int64, shape (n,), 0..g - 1.
        deviation: of the prior.

    """
    groups, k = int(group.max()) + 1, prior.shape[1]
    towards = np.zeros((groups, k))
    towards[group] = prior
    precision = np.eye(k) / deviation**2

    effect = towards.copy()
    for _ in range(ROUNDS):
        result = evidence_at(effect[group])
        weight = _weights(result)
        slope = _by_group(weight[:, None] * result.slope, group, groups)
        curve = _by_group(weight[:, None, None] * result.curve, group, groups)

        # The prior's own slope and curve are added; a leap beyond what it has seen is cut off.
        slope -= (effect - towards) @ precision
        step = np.linalg.solve(curve + precision, slope[:, :, None])[:, :, 0]
        effect += np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        if np.abs(step).max() < 1e-3:
            break
    return effect[group]


def _by_group(values: FloatArray, group: IntArray, groups: int) -> FloatArray:
    """The sums of rows, float64, shape (n, ..), over each of the groups: float64, shape (groups, ..)."""
    columns = values.reshape(len(values), -1).T
    summed_up = np.stack([np.bincount(group, column, groups) for column in columns], axis=1)
    return np.asarray(summed_up.reshape(groups, *values.shape[1:]), dtype=np.float64)


def _weights(result: Evidence) -> FloatArray:
    """What a unit of each item says, one over its dispersion (variance to mean): float64, shape (n,)."""
    # Orders of a constant size s would vary s times as much as a Poisson.
    size = np.divide(result.sold, result.demands, out=np.ones(len(result.sold)), where=result.demands > 0)
    weight: FloatArray = (result.freedom + PRIOR_BUCKETS) / (result.chi_square + PRIOR_BUCKETS * size)
    return weight


def _typical(drivers: SmallArray) -> FloatArray:
    """Root mean square of each driver where it is not 0: float64, shape (k,). Effects are compared there."""
    size = np.zeros(drivers.shape[1])
    for driver in range(drivers.shape[1]):
        column = drivers[:, driver].astype(np.float64)
        touched = max(int(np.count_nonzero(column)), 1)
        size[driver] = np.sqrt(float(column @ column) / touched)
    return np.where(size > 0, size, 1.0)


@compiled
def _evidence(
    start: int, stop: int, stretches: Stretches, sums: Sums, coefficient: FloatArray, out: Evidence
) -> None:
    """Add up each item's stretches. ``coefficient``: b, float64, shape (n, k); ``out``: zeros at first."""
    k = coefficient.shape[1]
    first_moment, second_moment = np.empty(k), np.empty((k, k))
    for i in range(start, stop):
        first, end = stretches.indptr[i], stretches.indptr[i + 1]
        shift = i * stretches.ahead
        y, x = stretches.data[first:end], stretches.drivers[first + shift : end + shift]
        touched = sums.touched[first:end]
        b, slope, curve = coefficient[i], out.slope[i], out.curve[i]

        upper = len(y)
        for s in range(sums.indptr[i], sums.indptr[i + 1]):
            lower = max(upper - stretches.length, 0)
            span, upper = (lower, upper), lower
            total, known = sums.total[s], sums.known[s]
            # Of a total of nothing, or in one bucket, every share is certain.
            if total <= 0.0 or known < 2:
                continue
            # Where no driver is at work, each bucket has the same share: most stretches are such.
            weight, squares = float(known), sums.squares[s]
            if sums.moved[s]:
                weight, squares = _shares(y, x, touched, span, b, slope, (first_moment, second_moment))
                _subtract_expected(total, weight, first_moment, second_moment, slope, curve)
            # The sum of (y - m)^2 / m, with m = total x share / weight.
            out.chi_square[i] += squares * weight / total - total
            out.freedom[i] += known - 1
            out.sold[i] += total
            out.demands[i] += sums.demands[s]


@compiled
def _shares(
    y: FloatArray,
    x: SmallArray,
    touched: BoolArray,
    span: tuple[int, int],
    b: FloatArray,
    slope: FloatArray,
    moments: tuple[FloatArray, FloatArray],
) -> tuple[float, float]:
    """Share w_t = exp(x_t b) of one stretch, summed over its known buckets.

    Args:
        y: float64, shape (b,): demand of the item; NaN = unknown.
        x: float32, shape (b, k): its drivers.
        touched: bool, shape (b,): where any of them is at work.
        span: the first bucket of the stretch, and the one after its last.
        b: float64, shape (k,): coefficients.
        slope: float64, shape (k,): y_t x_t is added.
        moments: float64, shapes (k,) and (k, k): the sums of w_t x_t and of w_t x_t x_t' are written.

    Returns:
        The sum of w_t, and that of y_t^2 / w_t.

    """
    first_moment, second_moment = moments
    first_moment[:] = 0.0
    second_moment[:] = 0.0
    weight, squares = 0.0, 0.0
    for t in range(span[0], span[1]):
        if np.isnan(y[t]):
            continue
        # Most drivers are 0 in most buckets: what they would add is skipped.
        if not touched[t]:
            weight += 1.0
            squares += y[t] ** 2
            continue
        log = 0.0
        for j in range(len(b)):
            if x[t, j] != 0.0:
                log += x[t, j] * b[j]

        share = np.exp(min(max(log, -LARGEST_LOG), LARGEST_LOG))
        weight += share
        squares += y[t] ** 2 / share

        for j in range(len(b)):
            if x[t, j] != 0.0:
                slope[j] += y[t] * x[t, j]
                first_moment[j] += share * x[t, j]
                for m in range(len(b)):
                    second_moment[j, m] += share * x[t, j] * x[t, m]
    return weight, squares


@compiled_within
def _subtract_expected(
    total: float,
    weight: float,
    first_moment: FloatArray,
    second_moment: FloatArray,
    slope: FloatArray,
    curve: FloatArray,
) -> None:
    """From the slope, what was to be expected: ``total`` x the mean driver; to the curve, its variance.

    ``first_moment``, ``second_moment``: as ``moments`` of ``_shares``.
    ``slope``, float64, shape (k,), and ``curve``, float64, shape (k, k), change.
    """
    for j in range(len(slope)):
        slope[j] -= total * first_moment[j] / weight
        for m in range(len(slope)):
            product = first_moment[j] * first_moment[m] / (weight * weight)
            curve[j, m] += total * (second_moment[j, m] / weight - product)
