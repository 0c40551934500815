"""Models of ``statsmodels``, too slow for every item: fitted to those worth it, the default for the others.

Worth it are the items of ``models/shared/eligible_items.py``. All others get the panel's default, and so does
an item whose estimation fails: ``StatsmodelsForecast.how`` says which item was forecast how, and why.

These models work on demand itself. On its square root or logarithm, where the likelihood of a power
transformation (Box, Cox 1964) preferred these, the mean comes back 7 to 11 % too high and the pinball
loss 1 % (weekly wholesale) to 15 % (daily retail) worse: zeros of some months ago widen the errors on that
scale, and the width comes back as demand. Errors in proportion to the level or to its root were measured
as well: .5 to 23 % worse. Outliers are cut to their limit for good: with all of them in the errors to come,
the loss was .7 % higher.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.shared.compile import single_threaded
from models.shared.distribution import LEVELS, Distribution
from models.shared.effects import Effects, with_effects
from models.shared.eligible_items import eligible_items
from models.shared.error_variance import LevelForecast
from models.shared.history import FloatArray, History, IntArray
from models.shared.innovations import Innovations, paths
from models.shared.series import Series, series_of

PATHS = 1000
"""Simulated futures of an item."""


class LevelModel(Protocol):
    """A model whose forecast is a level: the default of the items that have no model of their own."""

    @property
    def name(self) -> str:
        """The name that configurations and outputs use."""

    def fit(self, history: History) -> LevelForecast:
        """See ``models.shared.base.Model``."""


@dataclass(frozen=True)
class Fitted:
    """What a model found in one series of m buckets.

    Attributes:
        form: what it is called.
        system: at the last known bucket; without the regressors.
        errors: float64, shape (m,): e_t, one step ahead; NaN where unknown or still settling.
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
"""Fits one series; None where no form of the model can be estimated."""


@dataclass(frozen=True)
class ItemForecast:
    """The futures of one item."""

    series: Series
    fitted: Fitted

    def sums(self, horizon: float) -> FloatArray:
        """Simulated demand summed over ``horizon`` buckets: float64, shape (PATHS,), >= 0, units."""
        whole = int(horizon)
        reach = whole + (horizon > whole)
        if reach == 0:
            return np.zeros(PATHS)

        series, fitted = self.series, self.fitted
        buckets = series.gap + reach
        generator = np.random.default_rng(series.seed)
        demand = paths(fitted.system, fitted.errors, fitted.parameters, buckets, PATHS, generator)
        if fitted.regression is not None:
            first = len(series.values)
            demand += fitted.regression(first, first + buckets)[:, None]

        # Between the last known bucket and the end of the history time passed unseen.
        ahead = demand[series.gap :]
        total = ahead[:whole].sum(axis=0)
        if reach > whole:
            total += (horizon - whole) * ahead[whole]
        return np.maximum(total, 0.0) * series.unit


@dataclass(frozen=True)
class StatsmodelsForecast:
    """The forecast of n items of which some have a model of their own.

    Attributes:
        others: the default, of all n, without what drives their demand.
        effects: what does drive it.
        own: those with a model of their own, by their number.
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
        """See ``models.shared.base.PartialForecast``."""
        default = self.effects.apply(self.others.demand_of(items, horizon), items, horizon)
        values = default.values.copy()
        for row, item in enumerate(items.tolist()):
            if item in self.own:
                forecast = self.own[item]
                sums = np.quantile(forecast.sums(float(horizon[item])), LEVELS)
                values[row] = np.floor(sums / forecast.series.step + 0.5) * forecast.series.step
        return Distribution(values)


def fitted_by_item(
    history: History, most_items: int, fit: FitItem, default: LevelModel
) -> StatsmodelsForecast:
    """``fit`` for the items worth it, the default for all others.

    One item after the other: threads were measured to gain nothing (most of the time the interpreter is
    held), and warnings cannot be silenced on one thread alone.

    Args:
        history: n items.
        most_items: how many at most.
        fit: its failures (it does not converge, a matrix is singular) leave an item to the default.
        default: its level also serves as the slow-moving ``levels`` of each series.

    """
    items, why = eligible_items(history, most_items)
    how = [f"{default.name}: {reason}" for reason in why]
    own = {}
    panel = history.take(items)
    levels = default.fit(panel).level_at(np.ones(len(panel)))

    def fit_each() -> None:
        for item, series in zip(items.tolist(), series_of(panel, levels), strict=True):
            fitted = attempt(fit, series)
            if fitted is None:
                how[item] = f"{default.name}: no form could be estimated"
            else:
                own[item] = ItemForecast(series, fitted)
                how[item] = fitted.form

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        import statsmodels.tools.sm_exceptions  # noqa: F401  its import makes warnings show, come what may

        warnings.simplefilter("ignore")
        single_threaded(fit_each)

    effects = with_effects(history)
    return StatsmodelsForecast(default.fit(effects.adjusted), effects, own, tuple(how))


def attempt(fit: Callable[..., Fitted | None], *arguments: object) -> Fitted | None:
    """``fit(*arguments)``, or None where the numbers are beyond it or what it finds is not finite."""
    try:
        fitted = fit(*arguments)
    except (ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError):
        return None
    if fitted is None:
        return None
    system = fitted.system
    arrays = (system.transition, system.observe, system.gain, system.state)
    return fitted if all(np.all(np.isfinite(array)) for array in arrays) else None
