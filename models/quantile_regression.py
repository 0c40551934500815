"""Linear quantile regression, learnt from all items at once.

Also called: regression quantiles, conquer (convolution-type smoothed quantile regression).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from scipy import linalg, special

from models.negative_binomial import NegativeBinomial
from models.shared.base import Forecast, Model
from models.shared.compile import single_threaded
from models.shared.history import FloatArray, History
from models.shared.pooled import Curves, Learner, train, usual_horizon
from models.shared.quantile_curve import LEARNT

WIDEST = 4.0
"""Standardised features are cut off here: beyond, nothing was learnt."""

OUTERMOST = 0.0005
"""Quantiles are cut off at this share of those of the windows learnt from, and at 1 less this."""

SMOOTHING = 0.5
"""Times (parameters / windows)^.4: the width over which the kink of the pinball loss is rounded."""

MOST_STEPS = 40
SHORTEST_STEP = 1e-3
LEAST_CURVATURE = 1e-3
ENOUGH = 1e-6
"""Newton's method ends when a step gains less than this."""


@dataclass(frozen=True)
class QuantileRegression:
    """Log ratios that are linear in the features: smoother than trees, and goes beyond what they saw.

    They are ratios to what the last year and the season let expect (``models.shared.seasonal_means``).

    Attributes:
        ridge: weight of the squared coefficients of standardised features.
        seed: of the windows drawn.

    Source: Koenker, Bassett (1978), Regression quantiles, Econometrica 46; see
    ``smoothed_quantile_regression`` for how it is solved.

    """

    ridge: float = 1e-2
    seed: int = 1
    name: ClassVar[str] = "quantile_regression"

    def fit(self, history: History) -> Forecast:
        """See ``models.shared.base.Model``."""
        return self.train(history, usual_horizon(history)).fit(history)

    def train(self, history: History, horizon: FloatArray) -> Model:
        """See ``models.shared.base.Trainable``."""
        return train(self.name, [self.learner], history, horizon, self.seed, NegativeBinomial())

    @property
    def learner(self) -> Learner:
        """Of ratios to what the last year and the season let expect."""
        return Learner(self.learn, from_season=True)

    def learn(self, values: FloatArray, target: FloatArray) -> Curves:
        """See ``models.shared.pooled.Learner``."""
        # What is unknown counts as the mean of what is known.
        known = ~np.isnan(values)
        count = np.maximum(known.sum(axis=0), 1)
        middle = np.where(known, values, 0.0).sum(axis=0) / count
        deviation = np.sqrt((np.where(known, values - middle, 0.0) ** 2).sum(axis=0) / count)
        varies = deviation > 1e-6
        scale = np.where(varies, 1.0 / np.where(varies, deviation, 1.0), 0.0)

        inputs = _design(values, middle, scale)
        # Each level starts from the solution of the one below it.
        columns = []
        start = np.zeros(inputs.shape[1])
        start[0] = np.median(target)
        for level in LEARNT:
            start = single_threaded(
                partial(smoothed_quantile_regression, inputs, target, float(level), self.ridge, start)
            )
            columns.append(start)

        coefficients = np.stack(columns, axis=1)
        lowest, highest = np.quantile(inputs @ coefficients, [OUTERMOST, 1.0 - OUTERMOST], axis=0)
        return _Lines(middle, scale, coefficients, lowest, highest)


@dataclass(frozen=True)
class _Lines:
    """What was learnt of f features. It can be kept in a file.

    ``middle``, ``scale``: float64, shape (f,); ``coefficients``: float64, shape (f + 1, 8); ``lowest``,
    ``highest``: float64, shape (8,).
    """

    middle: FloatArray
    scale: FloatArray
    coefficients: FloatArray
    lowest: FloatArray
    highest: FloatArray

    def __call__(self, seen: FloatArray) -> FloatArray:
        return np.clip(_design(seen, self.middle, self.scale) @ self.coefficients, self.lowest, self.highest)


def _design(seen: FloatArray, middle: FloatArray, scale: FloatArray) -> FloatArray:
    """Standardised features and a constant: float64, shape (r, f + 1)."""
    standard = np.nan_to_num(np.clip((seen - middle) * scale, -WIDEST, WIDEST))
    return np.concatenate([np.ones((len(seen), 1)), standard], axis=1)


def smoothed_quantile_regression(
    inputs: FloatArray, target: FloatArray, level: float, ridge: float, start: FloatArray
) -> FloatArray:
    """Coefficients b that minimise the pinball loss, its kink rounded by a logistic kernel of width h.

    mean over rows of  tau u + h log(1 + exp(-u / h)),  u = y - x b,  plus 1/2 ridge |b|^2

    Args:
        inputs: float64, shape (r, p): x, the first column ones; its coefficient is not shrunk.
        target: float64, shape (r,): y.
        level: tau, 0..1.
        ridge: >= 0.
        start: float64, shape (p,): where Newton's method begins.

    Returns:
        float64, shape (p,).

    Source: He, Pan, Tan, Zhou (2023), Smoothed quantile regression with large-scale inference,
    Journal of Econometrics 232: rounding makes the loss convex AND smooth, so that a few Newton steps do
    what a linear program needs minutes for.

    A constant alone is the quantile: of 0, .1, .. 100 at .9

    >>> target, constant = np.linspace(0.0, 100.0, 1001), np.ones((1001, 1))
    >>> smoothed_quantile_regression(constant, target, 0.9, 0.0, np.array([50.0])).round(1)
    array([90.])

    """
    rows, parameters = inputs.shape
    width = SMOOTHING * ((parameters + np.log(rows)) / rows) ** 0.4
    shrunk = np.full(parameters, ridge)
    shrunk[0] = 0.0

    def loss(b: FloatArray) -> float:
        error = target - inputs @ b
        rounded = level * error + width * np.logaddexp(0.0, -error / width)
        return float(rounded.mean() + 0.5 * (shrunk * b) @ b)

    b, current = start, loss(start)
    for _ in range(MOST_STEPS):
        below = special.expit((inputs @ b - target) / width)
        gradient = inputs.T @ (below - level) / rows + shrunk * b
        # Far from the data the loss is all but flat: a floor keeps the step from leaping.
        curvature = np.maximum(below * (1.0 - below) / width, LEAST_CURVATURE)
        hessian = (inputs * curvature[:, None]).T @ inputs / rows + np.diag(shrunk + 1e-8)
        direction = linalg.solve(hessian, -gradient, assume_a="pos")

        # Armijo's rule: half the step until it gains a part of what its slope promises.
        slope = float(gradient @ direction)
        length = 1.0
        while length > SHORTEST_STEP and loss(b + length * direction) > current + 1e-4 * length * slope:
            length /= 2

        new = loss(b + length * direction)
        if new >= current:
            break
        gained, b, current = current - new, b + length * direction, new
        if gained < ENOUGH:
            break
    return b
