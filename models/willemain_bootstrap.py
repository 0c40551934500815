"""The bootstrap of Willemain, Smart and Schwarz: zeros come and go by a Markov chain, sizes are jittered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.adida import known_only
from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast, latest
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.resampling import ResampledForecast, UintArray, mixed, uniform
from models.shared.smoothing import per_bucket
from models.shared.steps import steps


def chances(history: History, keep: float, keep_size: float, pseudo: float) -> FloatArray:
    """How likely a bucket has demand after one without and after one with demand, and how much.

    Transitions are counted with weights that fade, each towards the plain chance of a demand, which
    fades alike, as if ``pseudo`` transitions had followed it.

    Args:
        history: n items. Unknown buckets are left out: what comes after follows what came before.
        keep: 0..1: what is left of the weight of a transition, or of a bucket, after the next one.
        keep_size: 0..1: what is left of a size's weight after another demand.
        pseudo: > 0.

    Returns:
        float64, shape (4, buckets): the chance after zero, the chance after a demand, the faded mean size
        of a demand, and 1 where the last known bucket had demand. NaN where nothing is known yet.

    """
    out = np.empty((4, len(history.data)))
    over_items(_chances, len(history), history.data, history.indptr, keep, keep_size, pseudo, out)
    return out


def chain_levels(history: History, chance: FloatArray, horizon: FloatArray) -> FloatArray:
    """Demand per bucket that the chain leads to expect over the horizon, at the close of every bucket.

    With s the state, r = p11 - p01 and P = p01 / (1 - r) the chance in the long run, that is P + (s - P)
    (r + r^2 + ... + r^H) / H demands per bucket, times their size.

    Args:
        history: n items.
        chance: float64, shape (4, buckets), as from ``chances``.
        horizon: float64, shape (n,), >= 0, buckets; a part of a bucket counts in proportion.

    Returns:
        float64, shape of ``history.data``; NaN where nothing is known yet.

    """
    out = np.empty(len(history.data))
    over_items(_chain_levels, len(history), history.indptr, chance, horizon, out)
    return out


def chain_sums(
    history: History,
    chance: FloatArray,
    horizon: FloatArray,
    unit: FloatArray,
    seed: UintArray,
    out: FloatArray,
) -> None:
    """Sums over the horizon of buckets that the chain lets have demand, each of a jittered past size.

    Args:
        history: n items.
        chance: float64, shape (n, 2): of a demand after zero and after a demand.
        horizon: float64, shape (n,), buckets. Demand falls into a part of a bucket with its chance.
        unit: float64, shape (n,): what sizes are whole numbers of.
        seed: uint64, shape (n,).
        out: float64, shape (n, paths): written, but for items without demand.

    Source: Willemain, Smart, Schwarz (2004), A new approach to forecasting intermittent demand for service
    parts inventories, International Journal of Forecasting 20, section 3; JITTERED is equation 1.

    """
    arguments = (history.data, history.indptr, chance, np.stack([horizon, unit], axis=1), seed, out)
    over_items(_chain_sums, len(history), *arguments)


KS = 0.9


@dataclass(frozen=True)
class WillemainBootstrap:
    """The chain of each item, its older past fading.

    Attributes:
        half_life_weeks: after which a transition counts half.
        size_fading: what a size's weight loses with every further demand, where buckets are weeks; in
            shorter buckets, as much less as fades as much over the same number of weeks.
        pseudo_transitions: see ``chances``.
        pseudo_windows: see ``models.shared.resampling.ResampledForecast``.

    """

    half_life_weeks: float = 6.0
    size_fading: float = 0.15
    pseudo_transitions: float = 2.0
    pseudo_windows: float = 10.0
    name: ClassVar[str] = "willemain_bootstrap"

    def fit(self, history: History) -> ResampledForecast:
        """See ``models.shared.base.Model``."""
        keep = 0.5 ** (1.0 / max(1.0, self.half_life_weeks * history.season / 52))
        keep_size = 1.0 - float(per_bucket([self.size_fading], history.season)[0])
        chance = chances(without_outliers(history), keep, keep_size, self.pseudo_transitions)

        def level_at(horizon: FloatArray) -> FloatArray:
            return chain_levels(history, chance, horizon)

        now = np.stack([latest(history, chance[0]), latest(history, chance[1])], axis=1)

        def simulate(items: IntArray, horizon: FloatArray, seed: UintArray, out: FloatArray) -> None:
            past = history.take(items)
            chain_sums(past, now[items], horizon, steps(past), seed, out)

        return ResampledForecast(LevelForecast(history, level_at), simulate, self.pseudo_windows)


@compiled
def _chances(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    keep: float,
    keep_size: float,
    pseudo: float,
    out: FloatArray,
) -> None:
    seen = np.empty(2)  # faded transitions out of zero, and out of demand
    led = np.empty(2)  # of these, into demand
    for i in range(start, stop):
        seen[:] = 0.0
        led[:] = 0.0
        state = -1
        total, weight, demands, often = 0.0, 0.0, 0.0, 0.0
        count = 0.0
        for t in range(indptr[i], indptr[i + 1]):
            y = data[t]
            if not np.isnan(y):
                now = 1 if y > 0.0 else 0
                weight = keep * weight + 1.0
                demands = keep * demands + now
                if now == 1:
                    total = keep_size * total + y
                    count = keep_size * count + 1.0
                if state >= 0:
                    seen *= keep
                    led *= keep
                    seen[state] += 1.0
                    led[state] += now
                state = now
                often = demands / weight
            for s in range(2):
                out[s, t] = np.nan if state < 0 else (led[s] + pseudo * often) / (seen[s] + pseudo)
            out[2, t] = np.nan if state < 0 else (total / count if count > 0.0 else 0.0)
            out[3, t] = np.nan if state < 0 else float(state)


@compiled
def _chain_levels(
    start: int, stop: int, indptr: IntArray, chance: FloatArray, horizon: FloatArray, out: FloatArray
) -> None:
    for i in range(start, stop):
        whole = int(horizon[i])
        for t in range(indptr[i], indptr[i + 1]):
            memory = chance[1, t] - chance[0, t]
            often, led = 0.0, float(whole)
            if memory < 1.0 - 1e-9:
                often = chance[0, t] / (1.0 - memory)
                led = memory * (1.0 - memory**whole) / (1.0 - memory)
            led += (horizon[i] - whole) * memory ** (whole + 1)
            share = often + (chance[3, t] - often) * led / max(horizon[i], 1e-12)
            out[t] = min(max(share, 0.0), 1.0) * chance[2, t]


@compiled
def jittered(size: float, state: UintArray) -> float:
    """A size near ``size`` (in units): 1 + [X + Z sqrt(X)], or X where that is not above zero."""
    angle = 2.0 * np.pi * uniform(state)
    normal = np.sqrt(-2.0 * np.log(1.0 - uniform(state))) * np.cos(angle)
    other = 1.0 + np.floor(size + normal * np.sqrt(size))
    return other if other > 0.0 else size


@compiled
def _chain_sums(
    start: int,
    stop: int,
    data: FloatArray,
    indptr: IntArray,
    chance: FloatArray,
    horizon_unit: FloatArray,
    seed: UintArray,
    out: FloatArray,
) -> None:
    state = np.empty(1, dtype=np.uint64)
    for i in range(start, stop):
        known = known_only(data[indptr[i] : indptr[i + 1]])
        sizes = known[known > 0.0]
        horizon, unit = horizon_unit[i]
        if len(sizes) == 0 or horizon <= 0.0:
            continue
        state[0] = mixed(seed[i])
        for path in range(out.shape[1]):
            demand = 1 if known[-1] > 0.0 else 0
            rest = horizon
            while rest > 0.0:
                demand = 1 if uniform(state) < chance[i, demand] else 0
                if demand == 1 and (rest >= 1.0 or uniform(state) < rest):
                    drawn = sizes[int(uniform(state) * len(sizes))]
                    out[i, path] += jittered(drawn / unit, state) * unit
                rest -= 1.0
