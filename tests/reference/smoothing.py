"""Slow twins of the smoothing kernels: one item at a time, in plain Python, as the definitions read."""

from __future__ import annotations

import math


def over_horizon(horizon, expected):
    """The mean of ``expected(k)`` over the buckets k = 1, 2, .. of a horizon that may hold a part of one."""
    shares = [min(1.0, horizon - k) for k in range(math.ceil(horizon))]
    return sum(share * expected(k) for k, share in enumerate(shares, 1)) / horizon


def ahead(season, phase, horizon):
    """The mean of a season's indices over the horizon that follows a phase of it."""
    return over_horizon(horizon, lambda k: season[(phase + k) % len(season)])


def gains(y, alpha, initial):
    """What share of its error each known bucket corrects: at first, without an initial level, a mean's."""
    known, out = 0, []
    for value in y:
        known += not math.isnan(value)
        out.append(max(alpha, 1 / max(known, 1)) if math.isnan(initial) else alpha)
    return out


def holt_levels(y, alpha, beta, phi, horizon, level=math.nan, trend=0.0):
    """Damped trend: every forecast is built by adding up the fading trend."""
    out = []
    for value, gain in zip(y, gains(y, alpha, level), strict=True):
        if math.isnan(level):
            level = value
        else:
            expected = level + phi * trend
            error = 0.0 if math.isnan(value) else value - expected
            level, trend = expected + gain * error, phi * trend + alpha * beta * error
        if math.isnan(level):
            out.append(math.nan)
        else:
            path = over_horizon(horizon, lambda k: sum(phi**j for j in range(1, k + 1)))
            out.append(max(level + trend * path, 0.0))
    return out


def theta_levels(y, alpha, theta, horizon, index=(1.0,), begin=0, extra=0.0, initial=math.nan, least=0.2):
    """Smoothed level of the seasonally adjusted series, and a share of the drift of the line through it.

    ``extra`` is added to the squares of the times; what the level of a straight line lags is found by
    smoothing that line with the same gains.
    """
    phases = [(begin + t) % len(index) for t in range(len(y))]
    y = [v / index[p] if index[p] >= least else math.nan for v, p in zip(y, phases, strict=True)]
    level, line, first, out = initial, math.nan, None, []
    for t, gain in enumerate(gains(y, alpha, initial)):
        if first is None and (not math.isnan(y[t]) or not math.isnan(initial)):
            first, line = t, float(t)
        if not math.isnan(y[t]):
            level = y[t] if math.isnan(level) else gain * y[t] + (1 - gain) * level
            line = gain * t + (1 - gain) * line
        seen = [(s, v) for s, v in enumerate(y[: t + 1]) if not math.isnan(v)]
        if math.isnan(level):
            out.append(math.nan)
            continue
        slope = 0.0
        if seen:
            time, demand = (sum(column) / len(seen) for column in zip(*seen, strict=True))
            squares = sum((s - time) ** 2 for s, _ in seen) + extra
            slope = sum((s - time) * (v - demand) for s, v in seen) / squares if squares else 0.0
        drift = (1 - 1 / theta) * slope * (t - line + over_horizon(horizon, lambda k: k))
        season = ahead(index, begin + t, horizon)
        out.append(max((level + drift) * season, 0.0))
    return out


def seasonal_levels(
    y,
    alpha,
    gamma,
    season,
    begin,
    horizon,
    multiplicative,
    level=math.nan,
    scale=math.nan,
    least=0.2,
    most=10.0,
):
    """Level and season, each moved by its own share of the error; ``season`` as it is at the start."""
    season, out = list(season), []
    running = math.isnan(scale)
    for t, (value, gain) in enumerate(zip(y, gains(y, alpha, level), strict=True)):
        now = (begin + t) % len(season)
        if not math.isnan(value):
            seen = [v for v in y[: t + 1] if not math.isnan(v)]
            scale = sum(seen) / len(seen) if running else scale
            before, old = level, season[now]
            if multiplicative:
                adjusted = value / old if old >= least else math.nan
                own = value / before if before > 0 else math.nan
            else:
                adjusted = value - scale * old
                own = (value - before) / scale if scale > 0 else math.nan
            if math.isnan(level):
                level = adjusted
            elif not math.isnan(adjusted):
                level = gain * adjusted + (1 - gain) * level
            if not math.isnan(own):
                season[now] = gamma * min(own, most) + (1 - gamma) * old
        coming = ahead(season, begin + t, horizon)
        if math.isnan(level):
            out.append(math.nan)
        else:
            out.append(max(level * coming if multiplicative else level + scale * coming, 0.0))
    return out


def group_moments(items, begins, index, steps, dispersion, length):
    """Sums over the items of one group, by bucket: w, w r, w^2, w^2 r, w^2 r^2; r is relative demand."""
    out = [[0.0] * 5 for _ in range(length)]
    for y, begin, step in zip(items, begins, steps, strict=True):
        seen = [(begin + k, v) for k, v in enumerate(y) if k > 0 and begin + k < length and not math.isnan(v)]
        total = sum(v for _, v in seen)
        if total <= 0:
            continue
        mean = total / sum(index[t % len(index)] for t, _ in seen)
        w = 1 / (step / mean + dispersion)
        for t, v in seen:
            r = v / mean
            for column, term in enumerate((w, w * r, w**2, w**2 * r, w**2 * r**2)):
                out[t][column] += term
    return out


def cycles(moments, period):
    """Ratio of each bucket's mean to that of the nearest whole cycle; mean variance of such a ratio."""
    length = len(moments)
    mean = [m[1] / m[0] if m[0] > 0 else math.nan for m in moments]
    ratios, variances, trends = [], [], []
    for t in range(length):
        first = min(max(t - period // 2, 0), length - period)
        around = [x for x in mean[first : first + period] if not math.isnan(x)]
        trends.append((sum(around) / len(around) if around else 0.0, t - first - (period - 1) / 2))
    growth = 1.0
    if trends[0][0] > 0 and trends[-1][0] > 0:
        growth = (trends[-1][0] / trends[0][0]) ** (1 / (length - period + 0.25 * period))
    for t, (w, _, w2, w2r, w2r2) in enumerate(moments):
        trend = trends[t][0] * growth ** trends[t][1]
        if math.isnan(mean[t]) or trend <= 0:
            ratios.append(math.nan)
            continue
        ratios.append(mean[t] / trend)
        items = w**2 / w2
        if items > 1 + 1e-6:
            variance = (w2r2 - 2 * mean[t] * w2r + mean[t] ** 2 * w2) / (w * trend) ** 2
            variances.append(variance * items / (items - 1))
    ratios += [math.nan] * (-length % period)
    rows = [ratios[first : first + period] for first in range(0, len(ratios), period)]
    return rows, sum(variances) / len(variances) if variances else math.inf
