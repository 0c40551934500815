"""The distribution of demand over some span of time: on whole units, or smooth.

Everything that a cost needs follows from three tail moments, E[D^k; D > y] for k = 0, 1, 2.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize, special

from forecasting.domain import FloatArray


class DemandDistribution(ABC):
    """The distribution of demand over some span of time, units."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """Expected demand, units."""

    @property
    @abstractmethod
    def highest(self) -> float:
        """Demand above this is left out of account: its probability is below 1e-13."""

    @abstractmethod
    def tail(self, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """P(D > y), E[D; D > y] and E[D^2; D > y]: float64, the shape of ``y``."""

    @abstractmethod
    def quantile(self, probability: float) -> float:
        """The smallest y with P(D <= y) >= probability."""

    def cdf(self, y: FloatArray) -> FloatArray:
        """P(D <= y)."""
        return 1.0 - self.tail(y)[0]

    def shortage(self, y: FloatArray) -> FloatArray:
        """E[(D - y)+], units: the first-order loss function."""
        above, demand, _ = self.tail(y)
        return np.maximum(demand - y * above, 0.0)

    def second_shortage(self, y: FloatArray) -> FloatArray:
        """E[((D - y)+)^2] / 2: the integral of ``shortage`` from y on."""
        above, demand, square = self.tail(y)
        return np.maximum(square - 2 * y * demand + y * y * above, 0.0) / 2


@dataclass(frozen=True)
class Lattice(DemandDistribution):
    """Demand that comes in steps. ``pmf``: float64, shape (n,): the probability of 0, 1, ... steps."""

    pmf: FloatArray
    step: float = 1.0

    @cached_property
    def _tails(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        # Row k: sums over all outcomes from k on; summed from the far end, where they are small.
        values = np.arange(len(self.pmf)) * self.step
        sums = [np.append(np.cumsum((self.pmf * values**power)[::-1])[::-1], 0.0) for power in range(3)]
        return sums[0], sums[1], sums[2]

    @cached_property
    def mean(self) -> float:
        """Expected demand, units."""
        return float(self._tails[1][0])

    @property
    def highest(self) -> float:
        """The largest demand there is."""
        return (len(self.pmf) - 1) * self.step

    def tail(self, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """P(D > y), E[D; D > y] and E[D^2; D > y]: float64, the shape of ``y``."""
        # Positions are reckoned as sums of steps: a hair below a step is that step.
        first = np.floor(np.asarray(y) / self.step + 1e-9).astype(np.int64) + 1
        first = np.clip(first, 0, len(self.pmf))
        zeroth, demand, square = self._tails
        return zeroth[first], demand[first], square[first]

    def quantile(self, probability: float) -> float:
        """The smallest y with P(D <= y) >= probability."""
        below = 1.0 - self._tails[0][1:]
        index = int(np.searchsorted(below, probability - 1e-12))
        return min(index, len(self.pmf) - 1) * self.step


@dataclass(frozen=True)
class Smooth(DemandDistribution):
    """Demand of a smooth family, or a mixture of several spans of it.

    Attributes:
        family: ``normal``, ``gamma`` or ``lognormal``.
        parts: weight, mean and standard deviation of each part; no demand at all where both are 0.

    """

    family: str
    parts: tuple[tuple[float, float, float], ...]

    @property
    def mean(self) -> float:
        """Expected demand, units."""
        return sum(weight * mean for weight, mean, _ in self.parts)

    @cached_property
    def highest(self) -> float:
        """Demand above this has a probability below 1e-13."""
        return max(_part_quantile(self.family, mean, sd, 1e-13, upper=True) for _, mean, sd in self.parts)

    def tail(self, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """P(D > y), E[D; D > y] and E[D^2; D > y]: float64, the shape of ``y``."""
        y = np.asarray(y, dtype=np.float64)
        total = [np.zeros_like(y) for _ in range(3)]
        for weight, mean, sd in self.parts:
            for power, moment in enumerate(_part_tail(self.family, mean, sd, y)):
                total[power] = total[power] + weight * moment
        return total[0], total[1], total[2]

    def quantile(self, probability: float) -> float:
        """The y with P(D <= y) = probability."""
        ends = [_part_quantile(self.family, mean, sd, probability) for _, mean, sd in self.parts]
        low, high = min(ends), max(ends)
        if high - low < 1e-12 * max(1.0, abs(high)):
            return high

        def short_of(y: float) -> float:
            return float(self.cdf(np.array(y))) - probability

        if short_of(low) >= 0:
            return low
        return float(optimize.brentq(short_of, low, high, xtol=1e-12 * max(1.0, abs(high))))


def lognormal_parameters(mean: float, sd: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm."""
    variance = float(np.log1p((sd / mean) ** 2))
    return float(np.log(mean)) - variance / 2, variance**0.5


def _part_quantile(family: str, mean: float, sd: float, probability: float, upper: bool = False) -> float:
    if sd == 0:
        return mean
    if family == "gamma":
        inverse = special.gammainccinv if upper else special.gammaincinv
        return float(inverse((mean / sd) ** 2, probability) * sd**2 / mean)
    z = -special.ndtri(probability) if upper else special.ndtri(probability)
    if family == "normal":
        return float(mean + sd * z)
    log_mean, log_sd = lognormal_parameters(mean, sd)
    return float(np.exp(log_mean + log_sd * z))


def _part_tail(family: str, mean: float, sd: float, y: FloatArray) -> tuple[FloatArray, ...]:
    if sd == 0:
        above = np.where(mean > y, 1.0, 0.0)
        return above, mean * above, mean**2 * above
    if family == "normal":
        z = (y - mean) / sd
        above = special.ndtr(-z)
        density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        return (
            above,
            mean * above + sd * density,
            (mean**2 + sd**2) * above + sd * (mean + y) * density,
        )
    floor = np.maximum(y, 0.0)
    if family == "gamma":
        shape, scale = (mean / sd) ** 2, sd**2 / mean
        return (
            special.gammaincc(shape, floor / scale),
            mean * special.gammaincc(shape + 1, floor / scale),
            (mean**2 + sd**2) * special.gammaincc(shape + 2, floor / scale),
        )
    log_mean, log_sd = lognormal_parameters(mean, sd)
    with np.errstate(divide="ignore"):
        z = (np.log(floor) - log_mean) / log_sd
    return (
        special.ndtr(-z),
        mean * special.ndtr(log_sd - z),
        (mean**2 + sd**2) * special.ndtr(2 * log_sd - z),
    )
