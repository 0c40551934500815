"""Slow twins of the kernels: one item at a time, in plain Python, as the definitions read."""

from __future__ import annotations

import math

import numpy as np


def window_sums(y, horizon, least_known):
    """Demand summed over the ``horizon`` buckets that follow each bucket; NaN where it is not known."""
    out = []
    reach = math.ceil(horizon)
    for t in range(len(y)):
        window = list(y[t + 1 : t + 1 + reach])
        if horizon == 0 or len(window) < reach:
            out.append(math.nan)
            continue
        shares = [min(1.0, horizon - k) for k in range(reach)]
        known = [(share, value) for share, value in zip(shares, window, strict=True) if not math.isnan(value)]
        covered = sum(share for share, _ in known)
        enough = covered > 0 and covered >= least_known * horizon - 1e-9
        out.append(sum(share * value for share, value in known) * horizon / covered if enough else math.nan)
    return out


def error_moments(y, sums, level, horizon, step, ages):
    """Windows, squared error, predicted and actual, summed by the age of the origin."""
    out = np.zeros((len(ages) + 1, 4))
    for t in range(len(y)):
        known = sum(not math.isnan(value) for value in y[: t + 1])
        if math.isnan(sums[t]) or math.isnan(level[t]):
            continue
        predicted = max(level[t], 0.5 * step / (known + 1)) * horizon / step
        actual = sums[t] / step
        out[sum(known >= age for age in ages)] += [1, (actual - predicted) ** 2, predicted, actual]
    return out


def smoothed_levels(y, alpha, initial=math.nan):
    """Simple exponential smoothing; a running mean at first where no initial level is given."""
    out, level, known = [], initial, 0
    for value in y:
        if not math.isnan(value):
            known += 1
            if math.isnan(level):
                level = value
            else:
                gain = max(alpha, 1 / known) if math.isnan(initial) else alpha
                level = gain * value + (1 - gain) * level
        out.append(level)
    return out


def croston_levels(y, alpha):
    """Croston's method times 1 - alpha / 2."""
    out, sizes, intervals, since = [], math.nan, math.nan, 0
    demands = 0
    for value in y:
        if not math.isnan(value):
            since += 1
            if value > 0:
                demands += 1
                gain = max(alpha, 1 / demands)
                sizes = value if demands == 1 else (1 - gain) * sizes + gain * value
                intervals = since if demands == 1 else (1 - gain) * intervals + gain * since
                since = 0
        out.append((1 - alpha / 2) * sizes / intervals)
    return out


def tsb_levels(y, alpha, beta):
    """Chance of a demand times its size."""
    out, seen = [], []
    for value in y:
        if not math.isnan(value):
            seen.append(value)
        chance = size = 0.0
        demands = 0
        for known, past in enumerate(seen, 1):
            gain = max(beta, 1 / known)
            chance = (1 - gain) * chance + gain * (past > 0)
            if past > 0:
                demands += 1
                gain = max(alpha, 1 / demands)
                size = (1 - gain) * size + gain * past
        out.append(chance * size if seen else math.nan)
    return out


def blended_levels(y, recent_share, half_life):
    """A share of the recent mean, the rest of the mean of all."""
    out, seen = [], []
    for value in y:
        if not math.isnan(value):
            seen.append(value)
        if not seen:
            out.append(math.nan)
            continue
        weights = [0.5 ** (age / half_life) for age in range(len(seen))][::-1]
        recent = sum(w * v for w, v in zip(weights, seen, strict=True)) / sum(weights)
        out.append(recent_share * recent + (1 - recent_share) * sum(seen) / len(seen))
    return out


def seasonal_levels(y, horizon, season):
    """Mean of the coming buckets' counterparts a year before; the mean of all where there is none."""
    out = []
    for t in range(len(y)):
        total = covered = 0.0
        if t + 1 >= season:
            for k in range(math.ceil(horizon)):
                value = y[t + 1 - season + k % season]
                share = min(1.0, horizon - k)
                if not math.isnan(value):
                    total += share * value
                    covered += share
        seen = [value for value in y[: t + 1] if not math.isnan(value)]
        if covered > 0:
            out.append(total / covered)
        else:
            out.append(sum(seen) / len(seen) if seen else math.nan)
    return out


def step(y, candidates):
    """The largest candidate of which all demand is a multiple; else a thousandth of the mean size."""
    sizes = [value for value in y if not math.isnan(value) and value > 0]
    for candidate in candidates:
        if all(abs(size / candidate - round(size / candidate)) <= 1e-6 for size in sizes):
            return candidate
    return 0.001 * sum(sizes) / len(sizes)


def recent(sums, oldest, scale, unit):
    """Sums of windows that start no earlier than ``oldest`` buckets back, scaled, in whole units."""
    out = []
    for t, value in enumerate(sums):
        if len(sums) - t > oldest or math.isnan(value):
            out.append(math.nan)
        else:
            out.append(math.floor(value * scale / unit + 0.5) * unit)
    return out


def mean_shortage(values, weights, x):
    """E[(demand - x)+] of outcomes with weights."""
    return sum(weight * max(value - x, 0.0) for value, weight in zip(values, weights, strict=True))


def mean_below(values, weights, x):
    """P(demand <= x) of outcomes with weights."""
    return sum(weight for value, weight in zip(values, weights, strict=True) if value <= x)


def mixture(parts, shares, weights, levels):
    """Quantiles of outcomes drawn from ``parts[j]`` with probability ``shares[j]``."""
    outcomes = sorted(
        (value, share * weight)
        for part, share in zip(parts, shares, strict=True)
        for value, weight in zip(part, weights, strict=True)
    )
    below = np.cumsum([weight for _, weight in outcomes])
    return [next(v for (v, _), b in zip(outcomes, below, strict=True) if b >= q - 1e-12) for q in levels]


def expected(demands, weights, short, left, y):
    """Sum over demands j of short[j] E[(D_j - y)+] + left[j] E[(y - D_j)+] of one item."""
    total = 0.0
    for j, values in enumerate(demands):
        for value, weight in zip(values, weights, strict=True):
            total += weight * (short[j] * max(value - y, 0.0) + left[j] * max(y - value, 0.0))
    return total
