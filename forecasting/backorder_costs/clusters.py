"""Figures with their intervals, where lines of one customer are not independent of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from forecasting.domain import FloatArray, IntArray

CONFIDENCE = 0.95
"""Of every interval here."""

MOST_GROUPS = 200
"""Customers are put into so many groups at most, by chance, and each group is left out once."""


@dataclass(frozen=True)
class Estimate:
    """A figure and its interval; NaN where it is not known."""

    value: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half of the width of the interval."""
        return (self.high - self.low) / 2

    def times(self, factor: float) -> Estimate:
        """All of it times a factor > 0."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


UNKNOWN = Estimate(np.nan, np.nan, np.nan)


def groups_of(cluster: IntArray, seed: int) -> tuple[IntArray, int]:
    """Each line's group, int64, shape (m,), and how many there are: lines of a cluster stay together."""
    names, number = np.unique(cluster, return_inverse=True)
    dealt = np.random.default_rng([seed, 11]).permutation(len(names))
    groups = min(len(names), MOST_GROUPS)
    return (dealt % max(groups, 1))[number], groups


def leave_out(
    whole: FloatArray, apart: FloatArray, to_scale: Callable[[FloatArray], FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """The ends of the intervals of k figures, by leaving out one group after the other (the jackknife).

    Args:
        whole: float64, shape (k,): the figures of all groups.
        apart: float64, shape (groups, k): the same without each group.
        to_scale: onto which scale the interval is symmetric.

    Returns:
        Both ends on that scale, float64, shape (k,) each. Source: Efron and Tibshirani, An Introduction to
        the Bootstrap, 1993, chapter 11, with t for few groups.

    """
    groups = len(apart)
    at, others = to_scale(whole), to_scale(apart)
    spread = np.sqrt((groups - 1) / groups * np.sum((others - others.mean(axis=0)) ** 2, axis=0))
    wide = special.stdtrit(max(groups - 1, 1), (1 + CONFIDENCE) / 2) * spread
    return at - wide, at + wide


def logit(share: FloatArray) -> FloatArray:
    """Log odds, of shares kept off 0 and 1."""
    inside = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))


def share_of(odds: FloatArray) -> FloatArray:
    """The share that has these log odds."""
    return np.asarray(1 / (1 + np.exp(-odds)))
