"""Seasonal ARIMA with regressors, by maximum likelihood, for the items worth its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from models.negative_binomial import NegativeBinomial
from models.shared.eligible_items import MOST_ITEMS
from models.shared.history import FloatArray, History, IntArray
from models.shared.innovations import Innovations, aicc
from models.shared.series import Series
from models.shared.statsmodels_fits import Fitted, StatsmodelsForecast, attempt, fitted_by_item

Order = tuple[tuple[int, int, int], tuple[int, int, int, int]]

ORDERS = ((0, 1, 1), (1, 1, 1))
"""(p, d, q) of every item. None is stationary: drawn back to the mean of all its past, demand was measured
to be overestimated by 3 % more and forecast 2 % worse (pinball loss, weekly wholesale and daily retail).
"""

LONGEST_SEASONAL = 12
"""Seasons of up to this many buckets are differenced; longer ones are waves."""

WAVES = 2
"""Pairs of sine and cosine that make a long season."""

LEAST_TOUCHED = 3
"""A driver must have been at work in this many known buckets of an item to be learnt from them."""

LEAST_T = 2.0
"""Drivers whose effect is below this many of its standard errors are left out."""

ROUNDS = 50
"""Iterations of the optimiser at most."""

ACCURACY = 1e7
"""The optimiser stops when the likelihood changes by less than this many times the machine's accuracy."""


@dataclass(frozen=True)
class Regressors:
    """What is added to a series in each bucket, times a coefficient each.

    Attributes:
        drivers: float64, shape (r, k), from the first bucket of the series; as usual (0) later.
        period: buckets in a season made of waves; 0 = none.

    """

    drivers: FloatArray
    period: int = 0

    def between(self, first: int, last: int) -> FloatArray:
        """float64, shape (last - first, columns): the buckets from ``first`` up to before ``last``."""
        bucket = np.arange(first, last)
        inside = bucket < len(self.drivers)
        rows = np.zeros((len(bucket), self.drivers.shape[1]))
        rows[inside] = self.drivers[bucket[inside]]
        if not self.period:
            return rows
        angle = 2 * np.pi * np.outer(bucket, np.arange(1, WAVES + 1)) / self.period
        return np.concatenate([rows, np.sin(angle), np.cos(angle)], axis=1)


@dataclass(frozen=True)
class SARIMAX:
    """Of a handful of orders, the one with the least AICc, with what drives demand.

    (0,1,1) and (1,1,1); where two seasons of up to 12 buckets are known (days of the week, months) also
    (0,1,1)(0,1,1); where two years of weeks are, the best of them with the year as waves. Regressors: the
    drivers of the history that tell on the item. Unknown buckets are left to the Kalman filter.

    Attributes:
        most_items: how many items it is worth; all others get the negative binomial.

    Source: Durbin, Koopman (2012), Time Series Analysis by State Space Methods, sections 3.4 and 4.10;
    Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice, chapter 10; estimated by
    ``statsmodels``.

    """

    most_items: int = MOST_ITEMS
    name: ClassVar[str] = "sarimax"

    def fit(self, history: History) -> StatsmodelsForecast:
        """See ``models.shared.base.Model``."""
        return fitted_by_item(history, self.most_items, best_sarimax, NegativeBinomial())


def best_sarimax(series: Series) -> Fitted | None:
    """The order with the least AICc of those that converge, judged on the buckets that all of them have."""
    period = series.period
    orders: list[Order] = [(order, (0, 0, 0, 0)) for order in ORDERS]
    if 0 < period <= LONGEST_SEASONAL:
        orders.append(((0, 1, 1), (0, 1, 1, period)))
    drivers = telling_drivers(series)
    found = {}
    for order in orders:
        fit = attempt(fit_sarimax, series.values, order, Regressors(drivers))
        if fit is not None:
            found[order] = fit
    if not found:
        return None
    best = _best(list(found.values()))
    if period > LONGEST_SEASONAL and waves_tell(series, period):
        order = next(order for order, fit in found.items() if fit is best)
        waves = attempt(fit_sarimax, series.values, order, Regressors(drivers, period))
        best = _best([best, waves]) if waves is not None else best
    return best


def _best(fits: list[Fitted]) -> Fitted:
    common = np.all([~np.isnan(fit.errors) for fit in fits], axis=0)
    return min(fits, key=lambda fit: aicc(fit.errors[common], fit.parameters))


def fit_sarimax(values: FloatArray, order: Order, regressors: Regressors) -> Fitted | None:
    """One order on one series. None where it does not converge.

    Args:
        values: float64, shape (m,), known at both ends; NaN = unknown.
        order: (p, d, q) and (P, D, Q, s).
        regressors: from the same first bucket on.

    """
    from statsmodels.tsa.statespace import sarimax

    columns = regressors.between(0, len(values))
    model = sarimax.SARIMAX(
        values,
        exog=columns if columns.shape[1] else None,
        order=order[0],
        seasonal_order=order[1],
        concentrate_scale=True,
    )
    result = model.fit(disp=0, maxiter=ROUNDS, cov_type="none", factr=ACCURACY)
    if not result.mle_retvals["converged"]:
        return None
    errors = values - result.fittedvalues
    errors[: result.loglikelihood_burn] = np.nan
    coefficient = np.asarray(result.params[: columns.shape[1]])
    (p, d, q), (seasonal_p, seasonal_d, seasonal_q, period) = order
    form = f"SARIMA({p},{d},{q})"
    form += f"({seasonal_p},{seasonal_d},{seasonal_q})[{period}]" if period else ""
    form += f" + {regressors.drivers.shape[1]} drivers" if regressors.drivers.shape[1] else ""
    form += f" + {WAVES} waves" if regressors.period else ""

    def regression(first: int, last: int) -> FloatArray:
        return regressors.between(first, last) @ coefficient

    return Fitted(
        form, innovations(result), errors, len(result.params), regression if len(coefficient) else None
    )


def innovations(result: Any) -> Innovations:
    """What ``statsmodels`` estimated, at the close of the last bucket, without the regressors.

    Its state space has y_t = Z a_t, a_{t+1} = T a_t + R e_{t+1}; the state a_t is known exactly once a few
    buckets are, and x_t = a_t gives w = Z T, F = T, g = R.
    """
    space = result.filter_results
    transition = space.transition[:, :, -1]
    observe = space.design[0, :, -1] @ transition
    return Innovations(transition, observe, space.selection[:, 0, -1], space.filtered_state[:, -1])


def waves_tell(series: Series, period: int) -> bool:
    """Whether a season made of waves is worth estimating: it lowers the AICc of a plain regression.

    Of demand less its slow-moving level, which follows a season too late to hide it.
    """
    away = series.values - series.levels
    seen = ~np.isnan(away)
    waves = Regressors(np.zeros((0, 0)), period).between(0, len(away))[seen]
    design = np.column_stack([np.ones(len(waves)), waves])
    effect = np.linalg.lstsq(design, away[seen], rcond=None)[0]
    without = away[seen] - away[seen].mean()
    return aicc(away[seen] - design @ effect, design.shape[1]) < aicc(without, 1)


def telling_drivers(series: Series) -> FloatArray:
    """The drivers that tell on an item, within the range that it has known.

    A driver tells where least squares of demand less its slow-moving level, on all drivers at once, gives
    it an effect of at least ``LEAST_T`` standard errors. Of drivers that always go together one is kept.

    Returns:
        float64, shape of ``series.drivers`` with fewer columns.

    """
    seen = ~np.isnan(series.values) & ~np.isnan(series.levels)
    past = series.drivers[: len(series.values)][seen]
    away = (series.values - series.levels)[seen]
    columns = np.flatnonzero(np.count_nonzero(past, axis=0) >= LEAST_TOUCHED)
    columns = _independent(past - past.mean(axis=0), columns)
    if len(columns) == 0 or len(away) <= 2 * len(columns) + 2:
        return np.zeros((len(series.drivers), 0))
    design = np.column_stack([np.ones(len(past)), past[:, columns]])
    inverse = np.linalg.inv(design.T @ design)
    effect = inverse @ (design.T @ away)
    variance = np.sum((away - design @ effect) ** 2) / (len(away) - design.shape[1])
    telling = np.abs(effect) >= LEAST_T * np.sqrt(variance * np.diag(inverse))
    kept = columns[telling[1:]]
    # Beyond what was ever tried, the effect is taken to grow no further.
    low, high = np.minimum(past.min(axis=0), 0.0), np.maximum(past.max(axis=0), 0.0)
    return np.clip(series.drivers, low, high)[:, kept]


def _independent(centred: FloatArray, columns: IntArray) -> IntArray:
    """Those of the columns that are not combinations of the ones before them."""
    kept: list[int] = []
    for column in columns:
        with_it = centred[:, [*kept, column]]
        size = np.linalg.norm(with_it, axis=0)
        if size[-1] > 0 and np.linalg.matrix_rank(with_it / size, tol=1e-6) == len(kept) + 1:
            kept.append(int(column))
    return np.array(kept, dtype=np.int64)
