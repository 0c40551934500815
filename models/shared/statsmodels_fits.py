"""Models too slow for every item: who is worth their time, and what the others get.

Worth it are the items that sell most (in money where prices are known), that sell in most buckets, and
whose history is long enough to estimate anything from. All others get the panel's default, and so does an
item whose estimation fails: ``FewItemsForecast.how`` says which item was forecast how, and why.

A model of a few items works on demand itself. On its square root or logarithm, where the likelihood of a
power transformation (Box, Cox 1964) preferred these, the mean comes back 7 to 11 % too high and the
pinball loss 1 % (weekly wholesale) to 15 % (daily retail) worse: zeros of some months ago widen the errors
on that scale, and the width comes back as demand. Errors in proportion to the level or to its root were
measured as well: .5 to 23 % worse. Outliers are cut to their limit for good: with all of them in the
errors to come, the loss was .7 % higher.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.negative_binomial import NegativeBinomial, blended_levels
from models.shared.activity import activity_class
from models.shared.compile import single_threaded
from models.shared.distribution import LEVELS, Distribution
from models.shared.effects import Effects, with_effects
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.innovations import Innovations, paths
from models.shared.kernels import steps
from models.shared.outliers import without_outliers

MOST_ITEMS = 100
"""How many items are worth the time of a slow model."""

LEAST_KNOWN = 24
"""Known buckets without which nothing is estimated."""

BUSY = 4
"""The class of ``models.shared.activity`` from which errors are about normal: half of the buckets sell."""

PATHS = 1000
"""Simulated futures of an item."""

LONGEST_PERIOD = 60
"""A year of more buckets than this has a season of seven: days of the week."""


@dataclass(frozen=True)
class Series:
    """One item worth its time, as its model sees it.

    Attributes:
        values: float64, shape (m,): demand in ``unit``, from the first to the last known bucket, without
            the part of outliers that is out of all proportion; NaN = unknown.
        levels: float64, shape (m,): what a blend of recent and older demand expected of each bucket.
        unit: one standard deviation of the item's demand, in units: numbers near 1 are estimated best.
        step: the item's own, in units.
        season: buckets in a year.
        gap: unknown buckets between the last known one and the end of the history.
        drivers: float64, shape (m + gap + a, k): what moves demand, from the same first bucket on;
            as usual (0) later.
        seed: of its simulation: from its own data, so that its neighbours do not matter.

    """

    values: FloatArray
    levels: FloatArray
    unit: float
    step: float
    season: int
    gap: int
    drivers: FloatArray
    seed: int

    @property
    def period(self) -> int:
        """Buckets in a season of which two are known at least; 0 = none."""
        period = 7 if self.season > LONGEST_PERIOD else self.season
        return period if period > 1 and np.sum(~np.isnan(self.values)) >= 2 * period else 0


@dataclass(frozen=True)
class Fitted:
    """What a model found in one series.

    Attributes:
        form: what it is called.
        system: at the last known bucket; without the regressors.
        errors: float64, shape (m,), one step ahead; NaN where unknown or still settling.
        parameters: how many were estimated.
        regression: first bucket and the one after the last (0 = the first of the series) -> what
            regressors add to each, float64. None: there are none.

    """

    form: str
    system: Innovations
    errors: FloatArray
    parameters: int
    regression: Callable[[int, int], FloatArray] | None = None


FitItem = Callable[[Series], Fitted | None]


@dataclass(frozen=True)
class ItemForecast:
    """The futures of one item."""

    series: Series
    fitted: Fitted

    def sums(self, horizon: float) -> FloatArray:
        """float64, shape (PATHS,), >= 0: simulated demand summed over ``horizon`` buckets, units."""
        whole = int(horizon)
        reach = whole + (horizon > whole)
        if reach == 0:
            return np.zeros(PATHS)
        one, fitted = self.series, self.fitted
        generator = np.random.default_rng(one.seed)
        demand = paths(fitted.system, fitted.errors, fitted.parameters, one.gap + reach, PATHS, generator)
        if fitted.regression is not None:
            demand += fitted.regression(len(one.values), len(one.values) + one.gap + reach)[:, None]
        ahead = demand[one.gap :]
        total = ahead[:whole].sum(axis=0)
        if reach > whole:
            total += (horizon - whole) * ahead[whole]
        return np.maximum(total, 0.0) * one.unit


@dataclass(frozen=True)
class FewItemsForecast:
    """The forecast of n items of which a few have a model of their own.

    Attributes:
        others: the default, of all n, without what drives their demand.
        effects: what does drive it.
        own: the few, by their number.
        how: of each item: the form that was chosen, or the default's name and why it got it.

    """

    others: LevelForecast
    effects: Effects
    own: dict[int, ItemForecast]
    how: tuple[str, ...]

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``. Nothing is fitted again."""
        return self.demand_of(np.arange(len(self.how), dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.error_variance.LevelForecast.demand_of``."""
        default = self.effects.apply(self.others.demand_of(items, horizon), items, horizon)
        values = default.values.copy()
        for row, item in enumerate(items.tolist()):
            if item in self.own:
                forecast = self.own[item]
                sums = np.quantile(forecast.sums(float(horizon[item])), LEVELS)
                values[row] = np.floor(sums / forecast.series.step + 0.5) * forecast.series.step
        return Distribution(values)


def few_items(history: History, most_items: int, fit: FitItem) -> FewItemsForecast:
    """``fit`` for the items worth it, the negative binomial for all others.

    One item after the other: threads were measured to gain nothing (most of the time the interpreter is
    held), and warnings cannot be silenced on one thread alone.

    Args:
        history: n items.
        most_items: how many at most.
        fit: its failures (it does not converge, a matrix is singular) leave an item to the default.

    """
    default = NegativeBinomial()
    chosen, why = worth_their_time(history, most_items)
    how = [f"{default.name}: {reason}" for reason in why]
    own = {}

    def each() -> None:
        for item, series in zip(chosen.tolist(), series_of(history, chosen), strict=True):
            fitted = attempt(fit, series)
            if fitted is None:
                how[item] = f"{default.name}: no form could be estimated"
            else:
                own[item] = ItemForecast(series, fitted)
                how[item] = fitted.form

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        import statsmodels.tools.sm_exceptions  # noqa: F401  its import makes warnings show, come what may

        warnings.simplefilter("ignore")
        single_threaded(each)
    effects = with_effects(history)
    return FewItemsForecast(default.fit(effects.adjusted), effects, own, tuple(how))


def attempt(fit: Callable[..., Fitted | None], *arguments: object) -> Fitted | None:
    """``fit(*arguments)``, or None where the numbers are beyond it or what it finds is not finite."""
    try:
        fitted = fit(*arguments)
    except (ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError):
        return None
    if fitted is None:
        return None
    system = fitted.system
    found = (system.transition, system.observe, system.gain, system.state)
    return fitted if all(np.all(np.isfinite(part)) for part in found) else None


def worth_their_time(history: History, most_items: int) -> tuple[IntArray, list[str]]:
    """The items that sell most of those that a model can be estimated for.

    Items that sell the same are in or out together, so that their order does not matter.

    Returns:
        int64, shape (k,), k <= ``most_items``, ascending; and of each of the n items why it is out
        (empty for those that are in).

    """
    n, item = len(history), history.item
    known = ~np.isnan(history.data)
    age = np.repeat(history.indptr[1:], history.lengths) - np.arange(len(history.data))
    recent = known & (age <= history.season)
    sold = np.bincount(item[recent], history.data[recent], minlength=n)
    value = sold / np.maximum(np.bincount(item[recent], minlength=n), 1)
    if history.traits is not None and np.any(~np.isnan(history.traits.price)):
        price = history.traits.price
        value = value * np.where(np.isnan(price), np.nanmedian(price), price)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, item[known], history.data[known])
    np.maximum.at(high, item[known], history.data[known])
    out = {
        "history too short": np.bincount(item[known], minlength=n) < LEAST_KNOWN,
        "sells too seldom": activity_class(history) < BUSY,
        "never changes": ~(high - low >= 0.5 * steps(history)),
    }
    able = ~np.any(list(out.values()), axis=0)
    ranked = np.sort(value[able])[::-1]
    least = ranked[most_items] if len(ranked) > most_items else -np.inf
    out[f"not among the {most_items} that sell most"] = value <= least
    why = np.select(list(out.values()), list(out), "")
    return np.flatnonzero(able & (value > least)).astype(np.int64), why.tolist()


def series_of(history: History, items: IntArray) -> list[Series]:
    """The given items, each as its model sees it."""
    panel = history.take(items)
    usual = without_outliers(panel).data
    recent = NegativeBinomial()
    half_life = max(1.0, recent.half_life_weeks * panel.season / 52)
    expected = blended_levels(replace(panel, data=usual), recent.recent_share, half_life)
    ahead = 0 if panel.drivers is None else panel.drivers.ahead
    series = []
    for i, step in enumerate(steps(panel).tolist()):
        start, stop = int(panel.indptr[i]), int(panel.indptr[i + 1])
        known = np.flatnonzero(~np.isnan(panel.data[start:stop]))
        first, last = start + int(known[0]), start + int(known[-1]) + 1
        unit = float(np.nanstd(usual[first:last]))
        drivers = np.zeros((last - first, 0))
        if panel.drivers is not None:
            drivers = panel.drivers.values[first + i * ahead : stop + (i + 1) * ahead].astype(np.float64)
        # In steps, rounded: the same series in another unit has the same chance.
        counted = np.round(np.nan_to_num(panel.data[first:last] / step, nan=-1.0), 3)
        series.append(
            Series(
                values=usual[first:last] / unit,
                levels=np.append(np.nan, expected[first : last - 1]) / unit,
                unit=unit,
                step=step,
                season=panel.season,
                gap=stop - last,
                drivers=drivers,
                seed=zlib.crc32(counted.tobytes()),
            )
        )
    return series
