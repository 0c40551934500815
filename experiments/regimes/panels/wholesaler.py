"""A made wholesaler over four years: seasons, ramps and shocks of the whole range, trends, launches.

Every week of every item has a known mean; counts are negative binomial with a variance in a fixed ratio to
the mean, so that sums are negative binomial, too. What "a perfect distribution" knows includes the shocks,
which nobody could: it is a bound.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.regimes.panels.base import Panel
from experiments.regimes.panels.known import NegativeBinomialTruth
from forecasting.domain import FloatArray

WEEKS, SEED, CATEGORIES = 208, 5, 8
LEVELS, PRICES, DISPERSION = (0.3, 40.0), (2.0, 40.0), (1.2, 5.0)
LAUNCHED, RAMP_UP = 0.25, 8
"""The share of the items that are launched on the way, and the weeks until they sell as they will."""
SHOCKS, SHOCK_SD = 10, 0.4
RAMP, STRONGEST = 0.4, 0.5
"""In logs: what autumn adds to the whole range, and half of what a category's year swings at most."""


def make(folder: Path, items: int) -> Panel:
    """``items`` items; the folder is not needed."""
    random = np.random.default_rng(SEED)
    week = np.arange(WEEKS)
    category = random.integers(0, CATEGORIES, items)
    level = np.exp(random.uniform(*np.log(LEVELS), items))
    growth = random.normal(0.0, 0.2, items)

    log_mean = np.log(level)[:, None] + growth[:, None] * (week - WEEKS / 2) / 52
    log_mean += _seasons(random, week)[category] + _whole_range(random, week)
    launch = np.where(random.random(items) < LAUNCHED, random.integers(20, WEEKS - 10, items), -RAMP_UP)
    age = week - launch[:, None]
    mean = np.exp(log_mean) * np.clip((age + 1) / RAMP_UP, 0.0, 1.0)

    ratio = np.exp(random.uniform(*np.log(DISPERSION), items))[:, None]
    counts = random.negative_binomial(np.maximum(mean, 1e-9) / (ratio - 1.0), 1.0 / ratio, mean.shape)
    sold = counts.sum(axis=1) > 0
    return Panel(
        name="wholesaler",
        counts=np.where(age >= 0, counts, np.nan)[sold].astype(np.float64),
        category=np.array([f"category {each}" for each in category[sold]], dtype=object),
        price=np.exp(random.uniform(*np.log(PRICES), items)).round(2)[sold],
        start=np.datetime64("2020-01-06"),
        truth=NegativeBinomialTruth(mean[sold], (mean * ratio)[sold]),
    )


def _seasons(random: np.random.Generator, week: FloatArray) -> FloatArray:
    """Log seasonal index of each category, shape (CATEGORIES, weeks): one wave a year and one of half."""
    strength = random.uniform(0.0, STRONGEST, CATEGORIES)[:, None]
    turn = random.uniform(0.0, 2 * np.pi, (2, CATEGORIES, 1))
    angle = 2 * np.pi * week / 52
    return strength * (np.sin(angle + turn[0]) + 0.4 * np.sin(2 * angle + turn[1]))


def _whole_range(random: np.random.Generator, week: FloatArray) -> FloatArray:
    """Log factor of the whole range, shape (weeks,): an autumn ramp, slow drift, and weeks of shock."""
    of_year = week % 52
    ramp = RAMP * np.clip((of_year - 36) / 12, 0.0, 1.0) * (of_year < 50)
    drift = np.cumsum(random.normal(0.0, 0.02, len(week)))
    shock = np.zeros(len(week))
    shock[random.choice(len(week), SHOCKS, replace=False)] = random.normal(0.0, SHOCK_SD, SHOCKS)
    return ramp + drift + shock
