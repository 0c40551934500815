"""Holt, Theta and seasonal smoothing, against statsmodels on its own example data."""

import numpy as np
import pytest
from statsmodels.datasets import co2, nile, sunspots
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing, SimpleExpSmoothing
from statsmodels.tsa.holtwinters import Holt as HoltPeer
from statsmodels.tsa.seasonal import seasonal_decompose

from models.holt import holt_levels
from models.seasonal_smoothing import seasonal_levels
from models.shared.seasonality import Edition, Seasons
from models.simple_exponential_smoothing import smoothed_levels
from models.theta import theta_levels
from tests.support.histories import history

TOLERANCE = 1e-9
"""Relative: how far a forecast may be from that of statsmodels, given the same parameters and start."""


NILE = np.asarray(nile.load_pandas().data["volume"], dtype=float)
# Raised, so that no forecast is clipped at 0.
SUNSPOTS = 100 + np.asarray(sunspots.load_pandas().data["SUNACTIVITY"], dtype=float)
EXAMPLES = {"nile": NILE, "sunspots": SUNSPOTS}


def monthly_co2() -> np.ndarray:
    return np.asarray(co2.load_pandas().data["co2"].resample("MS").mean().interpolate(), dtype=float)


def last_sum(levels: np.ndarray, horizon: int) -> float:
    return float(levels[-1] * horizon)


@pytest.mark.parametrize("example", sorted(EXAMPLES))
@pytest.mark.parametrize("alpha", [0.1, 0.5, 0.9])
def test_simple_smoothing_equals_statsmodels(example: str, alpha: float) -> None:
    y = EXAMPLES[example]
    peer = SimpleExpSmoothing(y, initialization_method="known", initial_level=y[0] + 1)
    expected = peer.fit(smoothing_level=alpha, optimized=False).forecast(5).sum()
    got = smoothed_levels(history(y), np.array([alpha]), np.array([y[0] + 1]))

    assert last_sum(got, 5) == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("example", sorted(EXAMPLES))
@pytest.mark.parametrize("alpha, beta, phi", [(0.8, 0.2, 1.0), (0.3, 0.1, 0.98), (0.5, 0.9, 0.8)])
@pytest.mark.parametrize("horizon", [1, 8])
def test_holt_equals_statsmodels(example: str, alpha: float, beta: float, phi: float, horizon: int) -> None:
    y = EXAMPLES[example]
    level, trend = float(y[0]), 2.5
    damping = {} if phi == 1.0 else {"damping_trend": phi}
    peer = HoltPeer(
        y, damped_trend=phi < 1.0, initialization_method="known", initial_level=level, initial_trend=trend
    ).fit(smoothing_level=alpha, smoothing_trend=beta, optimized=False, **damping)
    expected = peer.forecast(horizon).sum()

    assert expected > 0
    got = holt_levels(
        history(y), np.array([[alpha, beta, phi]]), np.array([float(horizon)]), np.array([[level, trend]])
    )
    assert last_sum(got, horizon) == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("example", sorted(EXAMPLES))
@pytest.mark.parametrize("theta", [1.0, 2.0, 4.0])
def test_theta_equals_statsmodels(example: str, theta: float) -> None:
    y = EXAMPLES[example]
    peer = ThetaModel(y, deseasonalize=False, period=1).fit()
    expected = peer.forecast(6, theta=theta).sum()
    alpha = float(peer.params["alpha"])
    got = theta_levels(history(y), np.array([[alpha, theta]]), np.array([6.0]), initial=y[:1])

    assert last_sum(got, 6) == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("horizon, tolerance", [(1, TOLERANCE), (15, 1e-5)])
def test_theta_with_a_season_equals_statsmodels(horizon: int, tolerance: float) -> None:
    y = monthly_co2()
    peer = ThetaModel(y, period=12, deseasonalize=True, use_test=False, method="multiplicative").fit()
    index = np.asarray(seasonal_decompose(y, model="multiplicative", period=12).seasonal)[None, :12]
    one = history(y, season=12)
    found = Seasons(
        12, np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), (Edition(0, len(y), index),)
    )
    alpha = float(peer.params["alpha"])
    got = theta_levels(
        one,
        np.array([[alpha, 2.0]]),
        np.array([float(horizon)]),
        found,
        initial=np.array([y[0] / index[0, 0]]),
    )

    assert last_sum(got, horizon) == pytest.approx(peer.forecast(horizon).sum(), rel=tolerance)


@pytest.mark.parametrize("alpha, gamma", [(0.3, 0.1), (0.7, 0.25), (0.05, 0.9)])
@pytest.mark.parametrize("horizon", [1, 5, 12, 30])
@pytest.mark.parametrize("kind", ["add", "mul"])
def test_seasonal_smoothing_equals_statsmodels(alpha: float, gamma: float, horizon: int, kind: str) -> None:
    y = monthly_co2()
    index = np.linspace(0.97, 1.03, 12)
    initial = index if kind == "mul" else (index - 1) * 340.0
    peer = ExponentialSmoothing(
        y,
        seasonal=kind,
        seasonal_periods=12,
        initialization_method="known",
        initial_level=315.0,
        initial_seasonal=initial,
    ).fit(smoothing_level=alpha, smoothing_seasonal=gamma, optimized=False)
    # Its states, not its forecast: that forgets what the last bucket has said of the season.
    level, season = float(peer.level[-1]), np.resize(peer.season[-12:], horizon)
    expected = (level * season if kind == "mul" else level + season).sum()
    zero = np.zeros(1, dtype=np.int64)
    found = Seasons(12, zero, zero, (Edition(0, len(y), index[None, :]),))
    got = seasonal_levels(
        history(y, season=12),
        found,
        np.array([[alpha, gamma, 1.0]]),
        np.array([float(horizon)]),
        kind == "mul",
        np.array([[315.0, 340.0]]),
    )

    assert last_sum(got, horizon) == pytest.approx(expected, rel=TOLERANCE)
    if horizon < 12:
        assert peer.forecast(horizon).sum() == pytest.approx(expected, rel=TOLERANCE)
