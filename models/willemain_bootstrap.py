"""The bootstrap of Willemain, Smart and Schwarz: zeros come and go by a Markov chain, sizes are jittered.

Also called: WSS bootstrap, Markov bootstrap for intermittent demand, two-state Markov chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.error_variance import LevelForecast, latest
from models.shared.gaps import known_only
from models.shared.history import FloatArray, History, IntArray
from models.shared.outliers import without_outliers
from models.shared.random_numbers import UintArray, mixed, uniform
from models.shared.resampling import ResampledForecast
from models.shared.smoothing import per_bucket
from models.shared.steps import steps


class Chances(NamedTuple):
    """What the next bucket may bring, at the close of each of b buckets; every array float64, shape (b,).

    Attributes:
        after_zero: p01, the chance of a demand after a bucket without.
        after_demand: p11, the chance of a demand after a bucket with demand.
        size: the faded mean size of a demand, units.
        state: s, 1 where the last known bucket had demand, else 0. All are NaN where nothing is known yet.

    """

    after_zero: FloatArray
    after_demand: FloatArray
    size: FloatArray
    state: FloatArray


def chances(history: History, keep: float, keep_size: float, pseudo: float) -> Chances:
    """How likely a bucket has demand after one without and after one with demand, and how much.

    Transitions are counted with weights that fade, each shrunk to the plain chance of a demand, which
    fades alike, as if ``pseudo`` transitions had followed it.

    Args:
        history: n items, b buckets. Unknown buckets are left out: what comes after them follows what came
            before.
        keep: 0..1: what is left of the weight of a transition, or of a bucket, after the next one.
        keep_size: 0..1: what is left of a size's weight after another demand.
        pseudo: > 0.

    With nothing fading: of three transitions out of zero two lead to a demand, of two out of a demand none
    does, and a third of the buckets have demand. With two pseudo transitions of that chance p01 is
    (2 + 2/3) / (3 + 2) and p11 is (0 + 2/3) / (2 + 2):

    >>> sold = History(np.array([0.0, 0.0, 3.0, 0.0, 5.0, 0.0]), np.array([0, 6]))
    >>> now = chances(sold, 1.0, 1.0, 2.0)
    >>> [round(float(each[-1]), 3) for each in now]
    [0.533, 0.167, 4.0, 0.0]

    """
    out = Chances(*(np.empty(len(history.data)) for _ in Chances._fields))
    over_items(_chances, len(history), history.data, history.indptr, keep, keep_size, pseudo, out)
    return out


def chain_levels(history: History, chance: Chances, horizon: FloatArray) -> FloatArray:
    """Demand per bucket that the chain leads to expect over the horizon, at the close of every bucket.

    With s the state, r = p11 - p01 and P = p01 / (1 - r) the chance in the long run, that is P + (s - P)
    (r + r^2 + ... + r^H) / H demands per bucket, times their size.

    Args:
        history: n items, b buckets.
        chance: as from ``chances``.
        horizon: float64, shape (n,), >= 0: H, buckets; a part of a bucket counts in proportion.

    Returns:
        float64, shape (b,), units per bucket; NaN where nothing is known yet.

    After a demand, with p01 = .2 and p11 = .6, the chances of the next two buckets are .6 and
    .6 x .6 + .4 x .2 = .44; demands are of 10:

    >>> one = np.ones(1)
    >>> chance = Chances(0.2 * one, 0.6 * one, 10.0 * one, one)
    >>> chain_levels(History(np.array([7.0]), np.array([0, 1])), chance, np.array([2.0])).round(3)
    array([5.2])

    """
    out = np.empty(len(history.data))
    over_items(_chain_levels, len(history), history.indptr, chance, horizon, out)
    return out


class Chains(NamedTuple):
    """The chains of n items from now on; every array of shape (n,).

    Attributes:
        after_zero: float64: p01, the chance of a demand after a bucket without.
        after_demand: float64: p11, after one with demand.
        horizon: float64: H, buckets. Demand falls into a part of a bucket with its chance.
        unit: float64: what sizes are whole numbers of, units.
        seed: uint64: of the random numbers.

    """

    after_zero: FloatArray
    after_demand: FloatArray
    horizon: FloatArray
    unit: FloatArray
    seed: UintArray


def chain_sums(history: History, chains: Chains, out: FloatArray) -> None:
    """Sums over the horizon of buckets that the chain lets have demand, each of a jittered past size.

    Args:
        history: n items.
        chains: how they go on.
        out: float64, shape (n, paths), zeros: added to, but for items without demand.

    Source: Willemain, Smart, Schwarz (2004), A new approach to forecasting intermittent demand for service
    parts inventories, International Journal of Forecasting 20, section 3; JITTERED is equation 1.

    """
    over_items(_chain_sums, len(history), history.data, history.indptr, chains, out)


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
        after_zero, after_demand = latest(history, chance.after_zero), latest(history, chance.after_demand)

        def level_at(horizon: FloatArray) -> FloatArray:
            return chain_levels(history, chance, horizon)

        def simulate(items: IntArray, horizon: FloatArray, seed: UintArray, out: FloatArray) -> None:
            past = history.take(items)
            chains = Chains(after_zero[items], after_demand[items], horizon, steps(past), seed)
            chain_sums(past, chains, out)

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
    out: Chances,
) -> None:
    """See ``chances``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        keep, keep_size, pseudo: see ``chances``.
        out: written.

    """
    seen = np.empty(2)  # faded transitions out of zero, and out of demand
    led = np.empty(2)  # of these, into demand
    for i in range(start, stop):
        seen[:] = 0.0
        led[:] = 0.0
        state = -1
        total, count = 0.0, 0.0
        weight, demands, share = 0.0, 0.0, 0.0
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
                share = demands / weight

            if state < 0:
                out.after_zero[t], out.after_demand[t] = np.nan, np.nan
                out.size[t], out.state[t] = np.nan, np.nan
                continue
            out.after_zero[t] = (led[0] + pseudo * share) / (seen[0] + pseudo)
            out.after_demand[t] = (led[1] + pseudo * share) / (seen[1] + pseudo)
            out.size[t] = total / count if count > 0.0 else 0.0
            out.state[t] = float(state)


@compiled
def _chain_levels(
    start: int, stop: int, indptr: IntArray, chance: Chances, horizon: FloatArray, out: FloatArray
) -> None:
    """See ``chain_levels``.

    Args:
        start, stop: items.
        indptr: int64, shape (n + 1,).
        chance: at the close of each bucket.
        horizon: float64, shape (n,): H, buckets.
        out: float64, shape (b,): written.

    """
    for i in range(start, stop):
        whole = int(horizon[i])
        for t in range(indptr[i], indptr[i + 1]):
            memory = chance.after_demand[t] - chance.after_zero[t]
            long_run, powers = 0.0, float(whole)
            if memory < 1.0 - 1e-9:
                long_run = chance.after_zero[t] / (1.0 - memory)
                powers = memory * (1.0 - memory**whole) / (1.0 - memory)
            powers += (horizon[i] - whole) * memory ** (whole + 1)
            share = long_run + (chance.state[t] - long_run) * powers / max(horizon[i], 1e-12)
            out[t] = min(max(share, 0.0), 1.0) * chance.size[t]


@compiled
def jittered(size: float, state: UintArray) -> float:
    """A size near X = ``size`` (in units): 1 + [X + Z sqrt(X)], or X where that is not above zero.

    Z is normal: a bootstrap that only repeats past sizes would never make another one.
    """
    angle = 2.0 * np.pi * uniform(state)
    normal = np.sqrt(-2.0 * np.log(1.0 - uniform(state))) * np.cos(angle)
    other = 1.0 + np.floor(size + normal * np.sqrt(size))
    return other if other > 0.0 else size


@compiled
def _chain_sums(
    start: int, stop: int, data: FloatArray, indptr: IntArray, chains: Chains, out: FloatArray
) -> None:
    """See ``chain_sums``.

    Args:
        start, stop: items.
        data: float64, shape (b,): demand y, units; NaN = unknown.
        indptr: int64, shape (n + 1,).
        chains: how they go on.
        out: float64, shape (n, paths): added to.

    """
    state = np.empty(1, dtype=np.uint64)
    for i in range(start, stop):
        known = known_only(data[indptr[i] : indptr[i + 1]])
        sizes = known[known > 0.0]
        if len(sizes) == 0 or chains.horizon[i] <= 0.0:
            continue
        state[0] = mixed(chains.seed[i])
        after_zero, after_demand, unit = chains.after_zero[i], chains.after_demand[i], chains.unit[i]
        for path in range(out.shape[1]):
            demand = known[-1] > 0.0
            rest = chains.horizon[i]
            while rest > 0.0:
                demand = uniform(state) < (after_demand if demand else after_zero)
                if demand and (rest >= 1.0 or uniform(state) < rest):
                    size = sizes[int(uniform(state) * len(sizes))]
                    out[i, path] += jittered(size / unit, state) * unit
                rest -= 1.0
