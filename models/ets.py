"""Exponential smoothing with additive errors, by maximum likelihood, for the items worth its time.

Also called: ETS, innovations state space models, automatic exponential smoothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from models.negative_binomial import NegativeBinomial
from models.shared.eligible_items import MOST_ITEMS
from models.shared.history import FloatArray, History
from models.shared.innovations import Innovations, aicc
from models.shared.series import Series
from models.shared.statsmodels_fits import Fitted, StatsmodelsForecast, attempt, fitted_by_item

LONGEST_ESTIMATED = 12
"""Initial states of a longer season are set by a heuristic: estimating 52 would take most of the time."""

ROUNDS = 200
"""Iterations of the optimiser at most."""

ACCURACY = 1e7
"""The optimiser stops when the likelihood changes by less than this many times the machine's accuracy."""


@dataclass(frozen=True)
class ETS:
    """Of ETS(A,N,N), (A,Ad,N), (A,N,A) and (A,Ad,A), the one with the least AICc.

    The last two only where two seasons are known: seven days of daily data, else a year.

    Attributes:
        most_items: how many items it is worth; all others get the negative binomial.

    Source: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, chapters 2, 5
    and 7; estimated by ``statsmodels``.

    """

    most_items: int = MOST_ITEMS
    name: ClassVar[str] = "ets"

    def fit(self, history: History) -> StatsmodelsForecast:
        """See ``models.shared.base.Model``. What drives demand is left out of account."""
        undriven = replace(history, drivers=None)
        return fitted_by_item(undriven, self.most_items, best_ets, NegativeBinomial())


def best_ets(series: Series) -> Fitted | None:
    """The form with the least AICc of those that converge."""
    fits = [
        attempt(fit_ets, series.values, damped, period)
        for period in sorted({0, series.period})
        for damped in (False, True)
    ]
    converged = [fit for fit in fits if fit is not None]
    return min(converged, key=lambda fit: aicc(fit.errors, fit.parameters), default=None)


def fit_ets(values: FloatArray, damped: bool, period: int) -> Fitted | None:
    """One form on one series. None where it does not converge.

    Args:
        values: float64, shape (m,): y, known at both ends. Parameters are estimated with unknown buckets
            interpolated in a straight line; states and errors are then those of the known buckets
            alone, an unknown one having no error.
        damped: with a damped trend.
        period: buckets in a season; 0 = without.

    The flow of the Nile, 1871 to 1970: the level moves by a quarter of each error, and goes on at 805
    (statsmodels' example data; the same by Durbin, Koopman's local level model is 798).

    >>> from statsmodels.datasets import nile
    >>> flow = nile.load_pandas().data["volume"].to_numpy()
    >>> fitted = fit_ets(flow, damped=False, period=0)
    >>> fitted.form, fitted.system.gain[0].round(2), fitted.system.mean(2).round()
    ('ETS(A,N,N)', np.float64(0.25), array([805., 805.]))

    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    known = ~np.isnan(values)
    buckets = np.arange(len(values))
    model = ETSModel(
        np.interp(buckets, buckets[known], values[known]),
        trend="add" if damped else None,
        damped_trend=damped,
        seasonal="add" if period else None,
        seasonal_periods=period or None,
        initialization_method="estimated" if period <= LONGEST_ESTIMATED else "heuristic",
    )
    result = model.fit(disp=False, maxiter=ROUNDS, factr=ACCURACY)
    if result.mle_retvals["warnflag"] != 0:
        return None

    system, errors = innovations(result, period).after(values)
    form = f"ETS(A,{'Ad' if damped else 'N'},{'A' if period else 'N'})"
    # Smoothing parameters and initial states: (alpha, l), (beta, phi, b), (gamma, s_1 .. s_{m-1}).
    return Fitted(form, system, errors, 2 + 3 * damped + period)


def innovations(result: Any, period: int) -> Innovations:
    """What ``statsmodels`` estimated, before the first bucket. State: level, trend, a season of factors."""
    size = 2 + period
    transition, observe = np.zeros((size, size)), np.zeros(size)
    gain, state = np.zeros(size), np.zeros(size)

    phi = result.phi if result.has_trend else 0.0
    transition[0, :2] = observe[:2] = 1.0, phi
    transition[1, 1] = phi
    gain[0], state[0] = result.alpha, result.initial_level
    if result.has_trend:
        gain[1], state[1] = result.beta, result.initial_trend

    if period:
        # The first factor is the one due next; once used, it goes to the end.
        transition[2:-1, 3:] = np.eye(period - 1)
        transition[-1, 2] = observe[2] = 1.0
        gain[-1] = result.gamma
        state[2:] = np.asarray(result.initial_seasonal)
    return Innovations(transition, observe, gain, state)
