"""Demand of each family: over any span of time, and at the moments when a position may fall.

Over a span, the families that can be cut at will (poisson, geometric, negative binomial, normal, gamma,
compound Poisson) keep their family; the others are summed period by period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft, signal, stats

from forecasting.domain import FloatArray
from forecasting.solve.demand_distribution import DemandDistribution, Lattice, Smooth, lognormal_parameters
from forecasting.solve.problem import DemandTerms, wrong

SMOOTH = ("normal", "gamma", "lognormal")
WHOLE = ("poisson", "geometric", "negative_binomial", "pmf", "compound_poisson")
LONGEST = 4_000_000
"""Outcomes of demand that are told apart."""
NEGLIGIBLE = 1e-14
_POINTS = 2**18

Spans = Sequence[tuple[float, float]]
"""Lengths of time, each with its probability."""


@dataclass(frozen=True)
class Jump:
    """What a position meets: falls of ``pmf`` steps, ``rate`` times per unit of time.

    Under periodic review a period's demand, once a period; under continuous review a customer's demand,
    whenever one comes.
    """

    pmf: FloatArray
    rate: float

    @property
    def moves(self) -> float:
        """The probability that it is a fall at all."""
        return 1.0 - float(self.pmf[0])


def mean(demand: DemandTerms) -> float:
    """Expected demand per unit of time."""
    if demand.mean is not None:
        return demand.mean
    values = demand.pmf if demand.pmf is not None else demand.sizes
    assert values is not None
    return (demand.rate or 1.0) * float(np.arange(len(values)) @ np.array(values)) / sum(values)


def is_smooth(demand: DemandTerms) -> bool:
    """Whether parts of a unit are demanded."""
    return demand.family in SMOOTH


def over(demand: DemandTerms, spans: Spans) -> DemandDistribution:
    """Demand over a random span. Raises RequestError where the family cannot be cut that way."""
    if demand.family == "lognormal" and any(span not in (0.0, 1.0) for span, _ in spans):
        return _lognormal(demand, spans)
    if demand.family in SMOOTH:
        assert demand.mean is not None
        assert demand.sd is not None
        return Smooth(
            demand.family,
            tuple((weight, demand.mean * span, demand.sd * span**0.5) for span, weight in spans),
        )
    parts = [(weight, pmf_over(demand, span)) for span, weight in spans]
    total = np.zeros(max(len(part) for _, part in parts))
    for weight, part in parts:
        total[: len(part)] += weight * part
    return Lattice(total)


def pmf_over(demand: DemandTerms, span: float) -> FloatArray:
    """The probability of 0, 1, ... units in ``span``: float64, summing to 1."""
    if span == 0:
        return np.ones(1)
    if demand.family == "pmf":
        assert demand.pmf is not None
        if span != int(span):
            raise wrong(
                "lead_time", "demand of family pmf cannot be cut within a period", "Give whole periods"
            )
        return summed(_trimmed(np.array(demand.pmf)), int(span))
    if demand.family == "compound_poisson":
        assert demand.rate is not None
        assert demand.sizes is not None
        return _compound_poisson(demand.rate * span, np.array(demand.sizes))
    average = mean(demand) * span
    if demand.family == "poisson":
        # Not frozen: scipy spends more on a frozen distribution's documentation than on its figures.
        named, shape = stats.poisson, [average]
    else:
        variance = demand.variance if demand.variance is not None else mean(demand) * (1 + mean(demand))
        size = mean(demand) ** 2 / (variance - mean(demand))
        named, shape = stats.nbinom, [size * span, mean(demand) / variance]
    highest = named.isf(NEGLIGIBLE, *shape)
    _check_length(highest)
    return _trimmed(named.pmf(np.arange(int(highest) + 2), *shape))


def jump(demand: DemandTerms, periodic: bool) -> Jump:
    """The falls of the position, for demand in whole units."""
    if periodic:
        return Jump(pmf_over(demand, 1.0), 1.0)
    if demand.family == "poisson":
        return Jump(np.array([0.0, 1.0]), mean(demand))
    if demand.family == "compound_poisson":
        assert demand.rate is not None
        assert demand.sizes is not None
        return Jump(_trimmed(np.array(demand.sizes)), demand.rate)
    if demand.family == "pmf":
        raise wrong(
            "demand.family",
            "pmf says what a period demands, not when in it",
            "Give review periodic, or family poisson, negative_binomial or compound_poisson",
        )
    # A negative binomial is a Poisson stream of customers with sizes of a logarithmic distribution.
    average = mean(demand)
    variance = demand.variance if demand.variance is not None else average * (1 + average)
    share = (variance - average) / variance
    size = average**2 / (variance - average)
    sizes = np.arange(1, int(max(np.log(NEGLIGIBLE) / np.log(share), 1)) + 2)
    _check_length(float(len(sizes)))
    logarithmic = -(share**sizes) / (sizes * np.log1p(-share))
    return Jump(_trimmed(np.concatenate([[0.0], logarithmic])), -size * float(np.log1p(-share)))


def finest_step(demand: DemandTerms, per_deviation: int, most: int) -> float:
    """The step of which so many make a standard deviation, or as fine as ``most`` steps allow."""
    assert demand.sd is not None
    step = max(demand.sd / per_deviation, over(demand, [(1.0, 1.0)]).highest / most)
    if step > mean(demand):
        raise wrong(
            "demand.sd",
            f"is so large beside the mean that {most} steps do not tell it apart",
            "Give the demand of a longer period",
        )
    return step


def steps(demand: DemandTerms, step: float) -> FloatArray:
    """One period's demand of a smooth family, rounded to steps; what is below 0 counts as 0."""
    period = over(demand, [(1.0, 1.0)])
    count = int(np.ceil(period.highest / step)) + 2
    edges: FloatArray = np.arange(count, dtype=np.float64) + 0.5
    edges *= step
    return _trimmed(np.diff(period.cdf(edges), prepend=0.0))


def _lognormal(demand: DemandTerms, spans: Spans) -> Lattice:
    """Sums of lognormal periods, rounded to a fine lattice and convolved by Fourier transform."""
    assert demand.mean is not None
    assert demand.sd is not None
    if any(span != int(span) for span, _ in spans):
        raise wrong("lead_time", "demand of family lognormal cannot be cut", "Give whole periods, or gamma")
    longest = max(span for span, _ in spans)
    log_mean, log_sd = lognormal_parameters(demand.mean, demand.sd)
    highest = longest * demand.mean + 8 * longest**0.5 * demand.sd
    highest = max(highest, float(np.exp(log_mean + 6.7 * log_sd)) + longest * demand.mean)
    step = highest / (_POINTS - 1)
    single = Smooth("lognormal", ((1.0, demand.mean, demand.sd),))
    pmf = np.diff(single.cdf((np.arange(_POINTS) + 0.5) * step), prepend=0.0)
    transformed = fft.rfft(pmf, 2 * _POINTS)
    mixed = sum(weight * transformed ** int(span) for span, weight in spans)
    return Lattice(_trimmed(fft.irfft(mixed, 2 * _POINTS)[: _POINTS + 1]), step)


def _compound_poisson(customers: float, sizes: FloatArray) -> FloatArray:
    values = np.arange(len(sizes))
    average = customers * float(values @ sizes)
    deviation = (customers * float(values**2 @ sizes)) ** 0.5
    highest = average + 12 * deviation + 20 * len(sizes)
    _check_length(highest)
    length = 2 ** int(np.ceil(np.log2(highest + 1)))
    transformed = fft.rfft(sizes / sizes.sum(), length)
    return _trimmed(fft.irfft(np.exp(customers * (transformed - 1)), length))


def together(one: FloatArray, other: FloatArray) -> FloatArray:
    """The distribution of the sum of two independent demands."""
    return _trimmed(signal.convolve(one, other))


def summed(pmf: FloatArray, times: int) -> FloatArray:
    """The distribution of the sum of so many independent draws."""
    _check_length(float(len(pmf) * times))
    total, power = np.ones(1), pmf
    while times:
        if times & 1:
            total = together(total, power)
        times >>= 1
        if times:
            power = together(power, power)
    return total


def _trimmed(pmf: FloatArray) -> FloatArray:
    """Without the end that does not matter, and summing to 1."""
    kept = np.flatnonzero(pmf > 1e-17)
    pmf = np.maximum(pmf[: kept[-1] + 1], 0.0)
    return pmf / pmf.sum()


def _check_length(highest: float) -> None:
    if not highest < LONGEST:
        raise wrong(
            "demand",
            f"spreads over {highest:.3g} units, more than {LONGEST:,} that can be told apart",
            "Count in larger units, or give family normal or gamma",
        )
