"""How many more will be ordered ahead of a launch, from how earlier launches built up.

Orders ahead of a launch are counted backwards from it: of launch i the share F_i(d) of its order lines had
come by d days before. The number of lines of a launch is Poisson, with a rate that varies from launch to
launch as a gamma with the mean and the variance of the earlier ones. A launch that has n lines with d days
left, and builds up as launch i did, then has a rate that is gamma with shape a + n and rate b + F_i(d), and
still gets

    (a + n) (1 - F_i(d)) / (b + F_i(d))

lines on average, negative binomially distributed. It is not known which of the earlier launches it is like:
the forecast is a mixture over all of them, each as likely as it makes the n lines; few lines of one launch
say little of its shape, and each F_i is pooled towards that of all. (Gelman et al., "Bayesian Data
Analysis", 2013, section 2.7, the conjugate gamma-Poisson model; Moe and Fader, "Fast-track: using advance
purchase orders to forecast new product sales", Marketing Science 21, 2002, for the curve of orders ahead.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.shared.distribution import Distribution, mixture, negative_binomial
from models.shared.history import FloatArray, IntArray

POOLED_LINES = 5.0
"""The curve of all launches counts as so many lines of each; and so does the mean line of all."""

MOST_LAUNCHES = 60
"""Of more than so many launches the latest are looked at."""


@dataclass(frozen=True)
class Launches:
    """The order lines that came ahead of k earlier launches, numbered from the oldest.

    Attributes:
        launch: int64, shape (m,), 0..k - 1: of each line.
        ahead: int64, shape (m,), >= 1: days before its launch on which it came.
        quantity: float64, shape (m,), > 0, units.
        count: k; some may have none.

    """

    launch: IntArray
    ahead: IntArray
    quantity: FloatArray
    count: int

    def latest(self) -> Launches:
        """The ``MOST_LAUNCHES`` latest of them."""
        left_out = max(self.count - MOST_LAUNCHES, 0)
        kept = self.launch >= left_out
        return Launches(
            self.launch[kept] - left_out, self.ahead[kept], self.quantity[kept], self.count - left_out
        )


def orders_to_come(
    earlier: Launches, days_left: IntArray, lines: IntArray, units: FloatArray, step: FloatArray
) -> Distribution:
    """What will still be ordered ahead of n launches, units.

    Args:
        earlier: launches of the past, with one line at least.
        days_left: int64, shape (n,), >= 1: days until each launch.
        lines: int64, shape (n,): lines that came ahead of it by now. ``units``: float64, shape (n,), of
            these.
        step: float64, shape (n,), > 0: the units that demand is counted in.

    Raises ValueError where no line came ahead of any launch: then nothing tells what will come.

    """
    earlier = earlier.latest()
    if not len(earlier.launch):
        raise ValueError("no line came ahead of any launch")
    total = np.bincount(earlier.launch, minlength=earlier.count).astype(np.float64)
    shape, rate = _rates(total)
    size, squared = _line(earlier, lines, units)

    some = np.flatnonzero(total > 0)
    curve = _curves(earlier, total, days_left)[some]
    left, like = _left(curve, shape, rate, lines)
    parts = []
    for each in left:
        mean = each * size
        # A random number of lines, each of a random size.
        variance = each * (squared - size**2) + (each + each**2 / (shape + lines)) * size**2
        parts.append(negative_binomial(mean / step, variance / step**2))
    mixed = mixture(parts, like.T)
    return Distribution(mixed.values * step[:, None])


def _rates(total: FloatArray) -> tuple[float, float]:
    """Shape and rate of the gamma that launches' mean numbers of lines follow; ``total``: float64, shape
    (k,).
    """
    mean, k = float(total.mean()), len(total)
    # A single launch says nothing of how they vary: it counts as one of an exponential rate.
    usual = mean + mean**2
    variance = (((total - mean) ** 2).sum() + usual) / k
    between = max(variance - mean, 0.02 * mean**2)
    return mean**2 / between, mean / between


def _line(earlier: Launches, lines: IntArray, units: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean units of a line, and mean squared units: float64, shape (n,) each."""
    overall = float(earlier.quantity.mean())
    size = (units + POOLED_LINES * overall) / (lines + POOLED_LINES)
    relative = float((earlier.quantity**2).mean()) / overall**2
    return size, relative * size**2


def _curves(earlier: Launches, total: FloatArray, days_left: IntArray) -> FloatArray:
    """F_i(d), the share of the lines of each launch that came by so many days before: shape (k, n)."""
    furthest = int(max(earlier.ahead.max(), days_left.max()))
    cell = earlier.launch * (furthest + 1) + earlier.ahead
    counts = np.bincount(cell, minlength=earlier.count * (furthest + 1)).reshape(earlier.count, -1)
    by_then = counts[:, ::-1].cumsum(axis=1)[:, ::-1][:, days_left]
    pooled = by_then.sum(axis=0) / total.sum()
    return np.asarray((by_then + POOLED_LINES * pooled) / (total[:, None] + POOLED_LINES))


def _left(curve: FloatArray, shape: float, rate: float, lines: IntArray) -> tuple[FloatArray, FloatArray]:
    """Expected lines to come if a launch builds up as each of the earlier ones, and how likely that is.

    Returns:
        float64, shape (k, n) each; the second sums to 1 over the launches.

    """
    left = (shape + lines) * (1.0 - curve) / (rate + curve)
    seen = np.maximum(curve, 1e-12)
    # The probability of the lines so far: negative binomial, with what does not depend on the curve left out.
    log_like = special.xlogy(lines, seen) - (shape + lines) * np.log(rate + seen)
    like = np.exp(log_like - log_like.max(axis=0))
    return left, like / like.sum(axis=0)
