"""What the rules of today's ordering systems have in common: a recent mean, and days of it.

Each rule has its own file. All are given their best: before a replay their parameters, the averaging
window included, are chosen on the time before (``forecasting.replay.fit``).
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray
from forecasting.policies.base import Situation

WINDOWS_DAYS = (28.0, 91.0, 182.0, 364.0)
"""Averaging windows to choose from."""

SAFETY_DAYS = (0.0, 7.0, 14.0, 21.0, 28.0, 42.0, 56.0, 84.0)
"""Days of safety to choose from."""


def daily_demand(situation: Situation, window_days: float) -> FloatArray:
    """float64, shape (n,): mean demand per day of the last ``window_days`` days."""
    buckets = max(1, round(window_days / situation.bucket_days))
    return situation.history.recent_mean(buckets) / situation.bucket_days


def daily_deviation(situation: Situation, window_days: float) -> FloatArray:
    """float64, shape (n,): standard deviation of a day's demand over the last ``window_days`` days, as
    the textbook has it: that of a bucket over the root of its days.
    """
    buckets = max(2, round(window_days / situation.bucket_days))
    variance = situation.history.recent_variance(buckets)
    return np.asarray(np.sqrt(variance / situation.bucket_days))


def in_words(window_days: float, safety: str) -> str:
    """A rule's parameters for a report."""
    return f"mean of the last {window_days:g} days, {safety}"
