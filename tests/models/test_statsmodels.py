"""ETS and SARIMAX: what we make of statsmodels' estimates, which items are eligible, what drives demand."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import ets, sarimax
from models.ets import ETS
from models.negative_binomial import NegativeBinomial
from models.sarimax import SARIMAX
from models.shared import statsmodels_fits
from models.shared.eligible_items import LEAST_KNOWN, eligible_items
from models.shared.history import Drivers, History, Traits
from models.shared.innovations import Innovations, aicc, paths, widening
from models.shared.regressors import relevant_drivers
from models.shared.series import Series, series_of
from models.shared.statsmodels_fits import StatsmodelsForecast

MODELS = [ETS, SARIMAX]


def panel(*series: np.ndarray, season: int = 52, drivers: Drivers | None = None) -> History:
    lengths = [len(one) for one in series]
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return History(np.concatenate(series).astype(np.float64), indptr, season, drivers=drivers)


def seen_by_its_model(history: History) -> Series:
    """The first item of a history."""
    return series_of(history, NegativeBinomial().fit(history).level_at(np.ones(len(history))))[0]


def mean(forecast: StatsmodelsForecast, horizon: float) -> float:
    return float(forecast.demand(np.array([horizon])).mean[0])


# statsmodels' own examples


def example(name: str) -> np.ndarray:
    """Its datasets as plain arrays: no gaps, carbon dioxide by month."""
    from statsmodels import datasets

    data = getattr(datasets, name).load().data
    if name != "co2":
        return np.asarray(data.iloc[:, -1], dtype=np.float64)
    by_month = data["co2"].groupby(data.index.strftime("%Y-%m")).mean().interpolate()
    return np.asarray(by_month, dtype=np.float64)


@pytest.mark.parametrize(
    "name, damped, period, parameters",
    [
        ("nile", False, 0, [0.25, 1100.0]),
        ("nile", True, 0, [0.25, 0.05, 0.9, 1100.0, -5.0]),
        ("sunspots", True, 0, [0.8, 0.3, 0.85, 5.0, 3.0]),
        ("co2", False, 12, [0.6, 0.2, 316.0, *np.sin(np.arange(12))]),
        ("co2", True, 12, [0.6, 0.05, 0.2, 0.95, 316.0, 0.1, *np.sin(np.arange(12))]),
    ],
)
def test_ets_agrees_with_statsmodels(name: str, damped: bool, period: int, parameters: list[float]) -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    y = example(name)
    theirs = ETSModel(
        pd.Series(y),
        trend="add" if damped else None,
        damped_trend=damped,
        seasonal="add" if period else None,
        seasonal_periods=period or None,
    ).smooth(parameters)
    ours, errors = ets.innovations(theirs, period).after(y)
    np.testing.assert_allclose(errors, theirs.resid, rtol=0, atol=1e-9 * np.ptp(y))
    np.testing.assert_allclose(ours.mean(36), theirs.forecast(36), rtol=1e-10)
    variance = theirs.get_prediction(start=len(y), end=len(y) + 35).var_pred_mean
    np.testing.assert_allclose(np.cumsum(ours.weights(36) ** 2) * np.mean(errors**2), variance, rtol=1e-9)


@pytest.mark.parametrize(
    "name, order, seasonal, parameters",
    [
        ("nile", (0, 1, 1), (0, 0, 0, 0), [-0.73, 20_000.0]),
        ("sunspots", (1, 1, 1), (0, 0, 0, 0), [0.6, 0.2, 500.0]),
        ("co2", (0, 1, 1), (0, 1, 1, 12), [-0.35, -0.85, 0.1]),
    ],
)
def test_sarimax_agrees_with_statsmodels(
    name: str, order: tuple[int, int, int], seasonal: tuple[int, int, int, int], parameters: list[float]
) -> None:
    from statsmodels.tsa.statespace.sarimax import SARIMAX as Estimator  # noqa: N811  statsmodels calls its class so

    y = example(name)
    theirs = Estimator(y, order=order, seasonal_order=seasonal).filter(parameters)
    ours = sarimax.innovations(theirs)
    ahead = theirs.get_forecast(36)
    np.testing.assert_allclose(ours.mean(36), ahead.predicted_mean, rtol=1e-9)
    # Theirs also has what is left of not knowing the first state: a millionth.
    deviation = np.sqrt(parameters[-1] * np.cumsum(ours.weights(36) ** 2))
    np.testing.assert_allclose(deviation, ahead.se_mean, rtol=1e-4)


@pytest.mark.parametrize("name", ["nile", "sunspots"])
def test_the_forecast_is_that_of_statsmodels(name: str) -> None:
    """From history to distribution: scaled, fitted, simulated and rounded, the mean is still theirs."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.statespace.sarimax import SARIMAX as Estimator  # noqa: N811  statsmodels calls its class so

    y = np.round(example(name) + 200.0)
    ours = ETS().fit(panel(y))
    damped = ours.how[0] == "ETS(A,Ad,N)"
    theirs = ETSModel(y, trend="add" if damped else None, damped_trend=damped).fit(disp=False).forecast(6)
    assert mean(ours, 6.0) == pytest.approx(theirs.sum(), rel=0.005)
    ours = SARIMAX().fit(panel(y))
    order = tuple(int(each) for each in ours.how[0].removeprefix("SARIMA(")[:5].split(","))
    theirs = Estimator(y, order=order).fit(disp=False).forecast(6)
    assert mean(ours, 6.0) == pytest.approx(theirs.sum(), rel=0.005)


def test_the_criterion_is_that_of_statsmodels() -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    y = example("nile")
    flat = ETSModel(y).fit(disp=False)
    damped = ETSModel(y, trend="add", damped_trend=True).fit(disp=False)
    ours = aicc(np.asarray(damped.resid), 5) - aicc(np.asarray(flat.resid), 2)
    assert ours == pytest.approx(damped.aicc - flat.aicc, abs=1e-6)
    assert aicc(np.ones(6), 4) == np.inf
    assert aicc(np.zeros(60), 1) == np.inf


# Innovations


@settings(deadline=None, max_examples=30, derandomize=True)
@given(seed=st.integers(0, 10**6), states=st.integers(1, 5), buckets=st.integers(1, 30))
def test_errors_come_back(seed: int, states: int, buckets: int) -> None:
    """Demand simulated from errors has those errors; what they add is their weights; unknown is no error."""
    generator = np.random.default_rng(seed)
    transition = generator.normal(0, 0.6 / np.sqrt(states), (states, states))
    model = Innovations(transition, *generator.normal(0, 1, (3, states)))
    simulated = generator.normal(0, 1, buckets)
    y = model.mean(buckets) + np.convolve(simulated, model.weights(buckets))[:buckets]
    last, errors = model.after(y)

    np.testing.assert_allclose(errors, simulated, atol=1e-6 * (1 + np.abs(y).max()))
    blind, unknown = model.after(np.full(buckets, np.nan))
    assert np.isnan(unknown).all()
    np.testing.assert_allclose(blind.mean(3), model.mean(buckets + 3)[buckets:], atol=1e-9)
    assert last.mean(0).shape == (0,)


def test_paths_keep_the_mean_and_have_the_spread() -> None:
    generator = np.random.default_rng(1)
    model = Innovations(np.eye(1), np.ones(1), np.array([0.3]), np.array([50.0]))
    errors = generator.gamma(2.0, 3.0, 400) - 6.0
    walked = paths(model, errors, 2, 12, 4000, np.random.default_rng(2))

    assert walked.shape == (12, 4000)
    np.testing.assert_allclose(walked.mean(axis=1), 50.0, rtol=1e-9)
    total = walked.sum(axis=0)
    weights = np.cumsum(model.weights(12))
    independent = np.var(errors) * (np.sum(weights**2) + 12**2 * 2 / 400)
    assert independent * 0.95 < np.var(total) < independent * widening(errors, model.weights(12)) ** 2 * 1.1
    assert np.mean((total - total.mean()) ** 3) > 0, "skewed errors make skewed sums"


def test_errors_that_correlate_widen_sums() -> None:
    generator = np.random.default_rng(3)
    fresh = generator.normal(0, 1, 600)
    lasting = np.convolve(fresh, 0.7 ** np.arange(20))[:600]
    flat = np.append(1.0, np.zeros(7))

    assert widening(fresh, flat) < 1.1
    assert widening(lasting, flat) > 1.7
    assert widening(-np.diff(fresh), flat) == 1.0, "never narrower than the model says"
    assert widening(lasting[:3], flat) == 1.0
    assert widening(lasting, flat[:1]) == 1.0
    assert widening(np.zeros(50), flat) == 1.0


# Which items are eligible


def busy(rate: float, length: int = 60, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(rate, length).astype(float)


def test_the_items_that_sell_most_are_eligible() -> None:
    seldom = np.where(np.arange(60) % 5 == 0, 500.0, 0.0)
    history = panel(
        busy(20), busy(9), busy(30), busy(90, LEAST_KNOWN - 1), seldom, np.full(60, 70.0), busy(5)
    )
    items, why = eligible_items(history, 2)

    assert items.tolist() == [0, 2]
    assert why == [
        "",
        "not among the 2 that sell most",
        "",
        "history too short",
        "sells too seldom",
        "never changes",
        "not among the 2 that sell most",
    ]
    assert eligible_items(history, 0)[0].tolist() == []
    assert eligible_items(history, 9)[0].tolist() == [0, 1, 2, 6]


def test_money_counts_where_prices_are_known() -> None:
    plain = panel(busy(20), busy(9), busy(30), busy(25))
    traits = Traits(np.full(4, -1), np.array([2.0, 50.0, 1.0, np.nan]))
    priced = History(plain.data, plain.indptr, plain.season, traits)

    assert eligible_items(plain, 2)[0].tolist() == [2, 3]
    assert eligible_items(priced, 2)[0].tolist() == [1, 3], "an unknown price is a usual one"


def test_items_that_sell_the_same_go_together() -> None:
    history = panel(busy(8), busy(20), busy(20), busy(20), busy(40))
    assert eligible_items(history, 2)[0].tolist() == [4]
    assert eligible_items(history, 4)[0].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("model", MODELS)
def test_the_others_get_the_default(model: type[ETS] | type[SARIMAX]) -> None:
    history = panel(busy(20), busy(9), busy(3, 10), busy(30))
    forecast = model(most_items=1).fit(history)
    horizon = np.array([3.0, 2.0, 4.5, 6.0])
    demand, default = forecast.demand(horizon), NegativeBinomial().fit(history).demand(horizon)

    np.testing.assert_array_equal(demand.values[:3], default.values[:3])
    assert np.any(demand.values[3] != default.values[3])
    assert [text.split(":")[0].split("(")[0] for text in forecast.how] == [
        *["negative_binomial"] * 3,
        {"ets": "ETS", "sarimax": "SARIMA"}[model.name],
    ]
    some = np.array([3, 1])
    np.testing.assert_array_equal(forecast.demand_of(some, horizon).values, demand.values[some])


@pytest.mark.parametrize("failure", [np.linalg.LinAlgError("singular"), ValueError("no"), None])
def test_what_cannot_be_estimated_gets_the_default(
    failure: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        if failure is not None:
            raise failure

    monkeypatch.setattr(ets, "fit_ets", fails)
    history = panel(busy(20), busy(9))
    forecast = ETS().fit(history)
    assert forecast.how == ("negative_binomial: no form could be estimated",) * 2
    default = NegativeBinomial().fit(history).demand(np.full(2, 4.0))
    np.testing.assert_array_equal(forecast.demand(np.full(2, 4.0)).values, default.values)


def test_a_form_that_is_not_finite_is_none() -> None:
    nowhere = Innovations(np.eye(1), np.ones(1), np.ones(1), np.array([np.nan]))
    assert statsmodels_fits.attempt(lambda: statsmodels_fits.Fitted("odd", nowhere, np.ones(30), 1)) is None


@pytest.mark.parametrize("model", MODELS)
def test_warnings_are_left_as_they_were(model: type[ETS] | type[SARIMAX]) -> None:
    before = list(warnings.filters)
    trending = np.round(np.exp(np.arange(60) / 6.0))
    model().fit(panel(busy(20), trending, np.where(np.arange(60) < 30, busy(20), 1e6)))
    assert list(warnings.filters) == before


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_fitted_twice(model: type[ETS] | type[SARIMAX], monkeypatch: pytest.MonkeyPatch) -> None:
    forecast = model().fit(panel(busy(20)))
    monkeypatch.setattr(ets, "fit_ets", None)
    monkeypatch.setattr(sarimax, "fit_sarimax", None)
    means = [mean(forecast, horizon) for horizon in (1.0, 2.5, 30.0)]

    assert means == pytest.approx([20.0 * horizon for horizon in (1.0, 2.5, 30.0)], rel=0.15)


# Seasons and unknown buckets


def week(days: int, seed: int = 0) -> np.ndarray:
    usual = np.array([30.0, 25.0, 20.0, 25.0, 40.0, 80.0, 5.0])
    return np.random.default_rng(seed).poisson(usual[np.arange(days) % 7]).astype(float)


@pytest.mark.parametrize("model", MODELS)
def test_days_of_the_week_keep_their_place(model: type[ETS] | type[SARIMAX]) -> None:
    """Also where the last days, or some before, are unknown."""
    for unknown in ([], [137, 138, 139], [40, 41, 75, 100]):
        y = week(140)
        y[unknown] = np.nan
        forecast = model().fit(panel(y, season=365))
        assert "A,A)" in forecast.how[0] or "[7]" in forecast.how[0] or "N,A)" in forecast.how[0]
        sums = [mean(forecast, float(days)) for days in range(8)]
        np.testing.assert_allclose(np.diff(sums), [30, 25, 20, 25, 40, 80, 5], atol=9.0)


def test_unknown_buckets_have_no_error() -> None:
    y = week(140)
    y[[40, 41, 75, 100]] = np.nan
    series = seen_by_its_model(panel(y, season=365))
    for fitted in (ets.best_ets(series), sarimax.best_sarimax(series)):
        assert fitted is not None
        assert np.isnan(fitted.errors[[40, 41, 75, 100]]).all()


def test_a_year_of_weeks_comes_as_waves() -> None:
    weeks = np.arange(160)
    usual = 50.0 + 35.0 * np.sin(2 * np.pi * weeks / 52)
    forecast = SARIMAX().fit(panel(np.random.default_rng(4).poisson(usual).astype(float)))

    assert forecast.how[0].endswith("+ 2 waves")
    sums = np.diff([mean(forecast, float(ahead)) for ahead in (0, 13, 26, 39, 52)])
    expected = (50.0 + 35.0 * np.sin(2 * np.pi * np.arange(160, 212) / 52)).reshape(4, 13).sum(axis=1)
    np.testing.assert_allclose(sums, expected, rtol=0.15)


# What drives demand


def promoted(effect: float, ahead: int = 4) -> tuple[History, np.ndarray]:
    """110 weeks at 100, some promoted, and the second of those to come. Two more drivers say nothing."""
    generator = np.random.default_rng(6)
    on = np.zeros((110 + ahead, 3), dtype=np.float32)
    on[:110, 0] = generator.random(110) < 0.2
    on[111, 0] = 1.0
    on[:, 1] = generator.random(110 + ahead) < 0.3
    on[[3, 90], 2] = 1.0
    y = generator.poisson(100.0 + effect * on[:110, 0]).astype(float)
    return panel(y, drivers=Drivers(on, ("promotion", "holiday", "closed"), ahead)), on


def test_the_effect_of_a_promotion_is_found() -> None:
    history, _ = promoted(60.0)
    forecast = SARIMAX().fit(history)

    assert forecast.how[0].endswith("+ 1 drivers")
    sums = np.diff([mean(forecast, float(weeks)) for weeks in range(7)])
    assert sums[1] - sums[0] == pytest.approx(60.0, abs=6.0)
    np.testing.assert_allclose(sums[2:], sums[0], atol=4.0, err_msg="as usual, also where nothing is known")
    assert ETS().fit(history).how[0].startswith("ETS")


def test_drivers_that_do_not_matter_are_left_out() -> None:
    history, _ = promoted(0.0)
    assert "drivers" not in SARIMAX().fit(history).how[0]


def test_of_drivers_that_go_together_one_is_kept() -> None:
    history, on = promoted(60.0)
    both = np.column_stack([on[:, 0], 2 * on[:, 0], np.ones(len(on)), on[:, 0] * 0]).astype(np.float32)
    history = panel(history.data, drivers=Drivers(both, tuple("abcd"), 4))
    series = seen_by_its_model(history)

    np.testing.assert_array_equal(relevant_drivers(series), on[:, :1])


def test_effects_do_not_grow_beyond_what_was_tried() -> None:
    history, on = promoted(60.0)
    deeper = on[:, :1].copy()
    deeper[111] = 50.0
    forecast = SARIMAX().fit(panel(history.data, drivers=Drivers(deeper, ("promotion",), 4)))

    assert mean(forecast, 2.0) - mean(forecast, 1.0) == pytest.approx(160.0, abs=8.0)


def test_items_without_a_model_of_their_own_are_promoted_too() -> None:
    history, on = promoted(60.0)
    two = panel(
        history.data, history.data[-20:], drivers=Drivers(np.concatenate([on, on[-24:]]), tuple("abc"), 4)
    )
    forecast = SARIMAX().fit(two)

    assert forecast.how[1] == "negative_binomial: history too short"
    sums = [forecast.demand(np.full(2, weeks)).mean[1] for weeks in (1.0, 2.0, 3.0)]
    assert sums[1] - sums[0] > 1.2 * (sums[2] - sums[1])


def test_an_outlier_widens_but_does_not_lift() -> None:
    y = busy(20, 100)
    once = y.copy()
    once[-30] = 5000.0
    horizon = np.array([4.0])
    usual, after = (ETS().fit(panel(each)).demand(horizon) for each in (y, once))

    assert after.mean[0] < 1.2 * usual.mean[0]
    assert after.quantile(0.99)[0] > 1.5 * usual.quantile(0.99)[0]
