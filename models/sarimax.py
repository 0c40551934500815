"""Seasonal ARIMA with regressors, by maximum likelihood, for the items worth its time.

Also called: SARIMAX, ARIMAX, Box-Jenkins models, regression with ARIMA errors, dynamic regression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from models.negative_binomial import NegativeBinomial
from models.shared.eligible_items import MOST_ITEMS
from models.shared.history import FloatArray, History
from models.shared.innovations import Innovations, aicc
from models.shared.regressors import WAVES, Regressors, relevant_drivers, season_matters
from models.shared.series import Series
from models.shared.statsmodels_fits import Fitted, StatsmodelsForecast, attempt, fitted_by_item

Order = tuple[tuple[int, int, int], tuple[int, int, int, int]]
"""(p, d, q) and (P, D, Q, s)."""

NOT_SEASONAL = (0, 0, 0, 0)

ORDERS = ((0, 1, 1), (1, 1, 1))
"""(p, d, q) of every item. None is stationary: pulled back to the mean of all its past, demand was measured
to be overestimated by 3 % more and forecast 2 % worse (pinball loss, weekly wholesale and daily retail).
"""

LONGEST_SEASONAL = 12
"""Seasons of up to this many buckets are differenced; longer ones are waves."""

ROUNDS = 50
"""Iterations of the optimiser at most."""

ACCURACY = 1e7
"""The optimiser stops when the likelihood changes by less than this many times the machine's accuracy."""


@dataclass(frozen=True)
class SARIMAX:
    """Of a handful of orders, the one with the least AICc, with what drives demand.

    (0,1,1) and (1,1,1); where two seasons of up to 12 buckets are known (days of the week, months) also
    (0,1,1)(0,1,1); where two years of weeks are, the best of them with the year as waves. Regressors: the
    drivers of the history that matter to the item. Unknown buckets are left to the Kalman filter.

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
    orders: list[Order] = [(order, NOT_SEASONAL) for order in ORDERS]
    if 0 < period <= LONGEST_SEASONAL:
        orders.append(((0, 1, 1), (0, 1, 1, period)))

    drivers = relevant_drivers(series)
    fits = {}
    for order in orders:
        fit = attempt(fit_sarimax, series.values, order, Regressors(drivers))
        if fit is not None:
            fits[order] = fit
    if not fits:
        return None

    best = _best(list(fits.values()))
    if period > LONGEST_SEASONAL and season_matters(series, period):
        order = next(order for order, fit in fits.items() if fit is best)
        with_waves = attempt(fit_sarimax, series.values, order, Regressors(drivers, period))
        best = _best([best, with_waves]) if with_waves is not None else best
    return best


def _best(fits: list[Fitted]) -> Fitted:
    common = np.all([~np.isnan(fit.errors) for fit in fits], axis=0)
    return min(fits, key=lambda fit: aicc(fit.errors[common], fit.parameters))


def fit_sarimax(values: FloatArray, order: Order, regressors: Regressors) -> Fitted | None:
    """One order on one series. None where it does not converge.

    Args:
        values: float64, shape (m,): y, known at both ends; NaN = unknown.
        order: (p, d, q) and (P, D, Q, s).
        regressors: from the same first bucket on.

    The flow of the Nile, 1871 to 1970, as a random walk with noise is an ARIMA(0,1,1): its level moves by a
    little more than a quarter of each error, and goes on at 798 (Durbin, Koopman (2012), section 2.2).

    >>> from statsmodels.datasets import nile
    >>> flow = nile.load_pandas().data["volume"].to_numpy()
    >>> fitted = fit_sarimax(flow, ((0, 1, 1), NOT_SEASONAL), Regressors(np.zeros((100, 0))))
    >>> fitted.form, fitted.system.mean(2).round()
    ('SARIMA(0,1,1)', array([798., 798.]))

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

    def regression(first: int, last: int) -> FloatArray:
        return regressors.between(first, last) @ coefficient

    return Fitted(
        form_of(order, regressors),
        innovations(result),
        errors,
        len(result.params),
        regression if len(coefficient) else None,
    )


def form_of(order: Order, regressors: Regressors) -> str:
    """What a model is called.

    >>> form_of(((0, 1, 1), (0, 1, 1, 12)), Regressors(np.zeros((30, 2))))
    'SARIMA(0,1,1)(0,1,1)[12] + 2 drivers'

    """
    (p, d, q), (seasonal_p, seasonal_d, seasonal_q, period) = order
    form = f"SARIMA({p},{d},{q})"
    form += f"({seasonal_p},{seasonal_d},{seasonal_q})[{period}]" if period else ""
    form += f" + {regressors.drivers.shape[1]} drivers" if regressors.drivers.shape[1] else ""
    form += f" + {WAVES} waves" if regressors.period else ""
    return form


def innovations(result: Any) -> Innovations:
    """What ``statsmodels`` estimated, at the close of the last bucket, without the regressors.

    Its state space has y_t = Z a_t, a_{t+1} = T a_t + R e_{t+1}; the state a_t is known exactly once a few
    buckets are, and x_t = a_t gives w = Z T, F = T, g = R.
    """
    space = result.filter_results
    transition = space.transition[:, :, -1]
    observe = space.design[0, :, -1] @ transition
    return Innovations(transition, observe, space.selection[:, 0, -1], space.filtered_state[:, -1])
