"""Slow twins of the kernels for intermittent demand: one series, plain Python, straight from the sources."""

import math
from itertools import pairwise
from statistics import fmean, pvariance

MASK = (1 << 64) - 1


def known_only(y):
    return [v for v in y if not math.isnan(v)]


def adida_levels(y, width, alpha):
    """Cut the known past into sums from its end backwards, smooth them, oldest first."""
    out = []
    for end in range(1, len(y) + 1):
        known = known_only(y[:end])
        if not known:
            out.append(math.nan)
            continue
        if len(known) < width:
            out.append(fmean(known))
            continue
        sums = []
        at = len(known)
        while at >= width:
            sums.insert(0, sum(known[at - width : at]))
            at -= width
        level = 0.0
        for k, total in enumerate(sums, start=1):
            level += max(alpha, 1 / k) * (total / width - level)
        out.append(level)
    return out


def imapa_levels(y, widest, alpha):
    each = [adida_levels(y, width, alpha) for width in range(1, widest + 1)]
    return [fmean(levels) for levels in zip(*each, strict=True)]


def rates(y, keep):
    level, weight = [], []
    for end in range(1, len(y) + 1):
        known = known_only(y[:end])
        faded = [keep**age for age in range(len(known) - 1, -1, -1)]
        if not known:
            level.append(math.nan)
            weight.append(0.0)
            continue
        total = sum(w * v for w, v in zip(faded, known, strict=True))
        level.append(max(total / sum(faded), 0.5 / (len(known) + 1)))
        weight.append(keep * sum(faded))
    return level, weight


def rate_moments(sums, level, weight, horizon):
    """Windows, squared error in units of what the rate was not known for, predicted, actual."""
    windows = squared = predicted = actual = 0.0
    for s, m, w in zip(sums, level, weight, strict=True):
        if not math.isnan(s) and not math.isnan(m):
            windows += 1
            squared += (s - m * horizon) ** 2 / (1 + horizon / w)
            predicted += m * horizon
            actual += s
    return [windows, squared, predicted, actual]


def evidence(sums, level, weight, horizon, excess, log_probability):
    total, windows = 0.0, 0
    t = len(sums) - 1 - int(horizon)
    while t >= 0:
        if not math.isnan(sums[t]) and not math.isnan(level[t]):
            mean = level[t] * horizon
            variance = (1 + excess * horizon) * mean * (1 + horizon / weight[t])
            total += log_probability(sums[t], mean, variance)
            windows += 1
        t -= int(horizon)
    return [total, windows]


def chances(y, keep, keep_size, pseudo):
    """After zero, after a demand, mean size, state: of every stretch of the past, counted anew."""
    out = []
    for end in range(1, len(y) + 1):
        known = known_only(y[:end])
        if not known:
            out.append([math.nan] * 4)
            continue
        demands = [1 if v > 0 else 0 for v in known]
        faded = [keep**age for age in range(len(known) - 1, -1, -1)]
        often = sum(w * d for w, d in zip(faded, demands, strict=True)) / sum(faded)
        after = []
        # A transition fades with every later one, whatever state that one leaves.
        steps = list(pairwise(demands))
        for state in (0, 1):
            seen = sum(keep ** (len(steps) - 1 - k) for k, (a, _) in enumerate(steps) if a == state)
            led = sum(keep ** (len(steps) - 1 - k) for k, (a, b) in enumerate(steps) if a == state and b)
            after.append((led + pseudo * often) / (seen + pseudo))
        sizes = [v for v in known if v > 0]
        faded = [keep_size**age for age in range(len(sizes) - 1, -1, -1)]
        size = sum(w * v for w, v in zip(faded, sizes, strict=True)) / sum(faded) if sizes else 0.0
        out.append([*after, size, float(demands[-1])])
    return [list(column) for column in zip(*out, strict=True)]


def chain_demands(after_zero, after_demand, state, horizon):
    """Expected buckets with demand over ``horizon``, walked bucket by bucket."""
    chance, total = state, 0.0
    while horizon > 0:
        chance = chance * after_demand + (1 - chance) * after_zero
        total += min(horizon, 1.0) * chance
        horizon -= 1
    return total


def mixed(number):
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB & MASK
    return number ^ (number >> 31)


class SplitMix:
    def __init__(self, seed):
        self.state = seed

    def __call__(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        return (mixed(self.state) >> 11) / 2**53

    def shuffle(self, values):
        for j in range(len(values) - 1, 0, -1):
            k = int(self() * (j + 1))
            values[j], values[k] = values[k], values[j]


def seed(y):
    number, before = 0, 0.0
    for v in y:
        if math.isnan(v):
            sign = 1
        else:
            sign = 2 if v > before else 0 if v == before else 3 if v > 0 else 4
            before = v
        number = mixed((number * 5 + sign + 1) & MASK)
    return number


def block_sums(y, horizon, block, number, paths):
    known = known_only(y)
    out = [0.0] * paths
    if not known or horizon <= 0:
        return out
    uniform = SplitMix(mixed(number))
    block = max(1, min(block, len(known) // 2))
    offset = uniform()
    first = [(path + offset) / paths for path in range(paths)]
    uniform.shuffle(first)
    for path in range(paths):
        resampled = []
        begin = min(int(first[path] * len(known)), len(known) - 1)
        while len(resampled) < horizon:
            resampled += [known[(begin + j) % len(known)] for j in range(block)]
            begin = int(uniform() * len(known))
        out[path] = sum(min(1.0, max(horizon - j, 0.0)) * v for j, v in enumerate(resampled))
    return out


def chain_sums(y, chance, horizon, unit, number, paths):
    known = known_only(y)
    sizes = [v for v in known if v > 0]
    out = [0.0] * paths
    if not sizes or horizon <= 0:
        return out
    uniform = SplitMix(mixed(number))
    for path in range(paths):
        state = int(known[-1] > 0)
        rest = horizon
        while rest > 0:
            state = int(uniform() < chance[state])
            if state and (rest >= 1 or uniform() < rest):
                x = sizes[int(uniform() * len(sizes))] / unit
                angle = 2 * math.pi * uniform()
                z = math.sqrt(-2 * math.log(1 - uniform())) * math.cos(angle)
                jittered = 1 + math.floor(x + z * math.sqrt(x))
                out[path] += unit * (jittered if jittered > 0 else x)
            rest -= 1
    return out


def calibrated(sums, mean, variance, number, multipliers, least, most):
    """Sums, ascending, brought to a mean and variance, in whole steps; None without any."""
    paths = len(sums)
    middle = fmean(sums)
    if middle <= 0 or mean <= 0:
        return None
    uniform = SplitMix(mixed((number + 1) & MASK))
    shape, wanted = pvariance(sums) / middle**2, variance / mean**2
    scaled = [s / middle for s in sums]
    if wanted < shape:
        scaled = [1 + (s - 1) * math.sqrt(wanted / shape) for s in scaled]
    elif (wanted - shape) / (1 + shape) > least:
        rows = len(multipliers)
        row = math.log((wanted - shape) / (1 + shape) / least) / math.log(most / least) * (rows - 1)
        below = min(int(row), rows - 2)
        part = min(row - below, 1.0)
        level = [(1 - part) * a + part * b for a, b in zip(*multipliers[below : below + 2], strict=True)]
        uniform.shuffle(level)
        scaled = [s * g for s, g in zip(scaled, level, strict=True)]
    total = sum(scaled)
    scaled = sorted(s * mean * paths / total for s in scaled)
    so_far, given, out = uniform(), 0.0, []
    for s in scaled:
        so_far += s
        out.append(max(math.floor(so_far - given), 0))
        given += out[-1]
    return sorted(out)


def relative_sizes(y, many):
    sizes = sorted(v for v in y if v > 0)
    if not sizes:
        return [0.0] * many
    return [sizes[int((j + 0.5) / many * len(sizes))] / fmean(sizes) for j in range(many)]


def compound(count, size, cells):
    """Probabilities of the sum of ``k`` sizes with probability ``count[k]``: convolved one by one."""
    out = [0.0] * cells
    power = [1.0] + [0.0] * (cells - 1)
    for probability in count:
        out = [o + probability * p for o, p in zip(out, power, strict=True)]
        power = [
            sum(power[cell - k] * size[k] for k in range(min(cell, len(size) - 1) + 1))
            for cell in range(cells)
        ]
    return out


def compound_quantiles(mean, variance, sizes, weights, whole, levels, number_of_orders):
    """Quantiles of orders of one step or more; ``number_of_orders(mean, variation)``: their probabilities."""
    first = sum(w * x for w, x in zip(weights, sizes, strict=True))
    second = sum(w * x * x for w, x in zip(weights, sizes, strict=True))
    part = max(variance / mean, 1) * first / second
    part = 1 if part > whole else part
    size = [0.0] * (int(max(sizes)) + 3)
    for w, x in zip(weights, sizes, strict=True):
        taken = max(part * x, 1.0)
        size[int(taken)] += w * (1 - (taken - int(taken)))
        size[int(taken) + 1] += w * (taken - int(taken))
    first = sum(k * p for k, p in enumerate(size))
    second = sum(k * k * p for k, p in enumerate(size))
    orders = mean / first
    variation = max(variance - orders * second, 0) / (orders * first) ** 2
    chance = compound(number_of_orders(orders, variation), size, 400)
    out, below, k = [], chance[0], 0
    for level in levels:
        while below < level - 1e-10:
            k += 1
            below += chance[k]
        out.append(k)
    return out
