"""What a notebook gives in another type than is asked for: taken as it is meant, or refused in words."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import forecasting as reorder
from forecasting.errors import ConfigError, RequestError

AS_OF = "2026-06-20"
FROM = "2026-06-01"


@pytest.fixture(scope="module")
def data():
    return reorder.sample(items=8, days=200, seed=5)


def test_a_list_of_rows_is_a_table(data):
    rows = data.orders[["order", "ordered_at", "sku", "quantity"]].astype({"order": str, "sku": str})
    from_rows = reorder.load({"orders": rows.to_dict("records")})

    assert len(from_rows.orders) == len(rows)
    assert from_rows.dataset.fingerprint == reorder.load({"orders": rows}).dataset.fingerprint


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda orders: None, "table orders cannot be None: give a DataFrame"),
        (lambda orders: {"order": 1}, "table orders cannot be a dict: give a DataFrame"),
        (lambda orders: pd.concat([orders, orders[["sku"]]], axis=1), "two columns 'sku'; keep one"),
        (
            lambda orders: orders.assign(ordered_at=[FROM, *orders["ordered_at"].astype(object)[1:]]),
            "table orders, column ordered_at: its values are of kinds that do not go together "
            "(Timestamp, str); make them one kind",
        ),
    ],
)
def test_what_is_no_table_is_refused(data, change, said):
    with pytest.raises(RequestError) as raised:
        reorder.load({"orders": change(data.orders)})
    assert said in str(raised.value)


@pytest.mark.parametrize("given, said", [(None, "None"), (5, "5"), (pd.DataFrame({"a": [1]}), "a DataFrame")])
def test_what_is_no_dataset_is_refused(given, said):
    with pytest.raises(RequestError, match=f"a dataset cannot be {said}: name a folder"):
        reorder.load(given)


def test_times_with_a_zone_are_taken_on_their_own_clock_without_a_warning(data):
    plain = data.orders[["order", "sku", "quantity"]].assign(ordered_at=pd.Timestamp("2026-01-05 00:30"))
    zoned = plain.assign(ordered_at=plain["ordered_at"].dt.tz_localize("Asia/Tokyo"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = reorder.load({"orders": zoned})
        as_of = pd.Timestamp("2026-06-20 00:30", tz="Asia/Tokyo")
        made = reorder.forecast(data, as_of, 28, model="ses")

    assert set(loaded.orders["ordered_at"]) == {pd.Timestamp("2026-01-05 00:30")}
    assert isinstance(zoned["ordered_at"].dtype, pd.DatetimeTZDtype), "what was given is left alone"
    pd.testing.assert_frame_equal(made, reorder.forecast(data, AS_OF, 28, model="ses"))


@pytest.mark.parametrize("as_of", [None, 20260620, pd.NaT, np.datetime64("NaT"), "soon"])
def test_what_is_no_date_is_refused_by_the_arguments_name(data, as_of):
    with pytest.raises(RequestError, match=r"^as_of: .* is no date; write it as 2011-09-04"):
        reorder.plan(data, as_of, model="ses")


def test_one_quantile_may_be_given_alone(data):
    one = reorder.forecast(data, AS_OF, 28, quantiles=0.9, model="ses")
    assert [name for name in one.columns if name.startswith("q")] == ["q0.9"]


@pytest.mark.parametrize("quantiles", [[], ["a"], [1.5], None, 90, [True]])
def test_what_is_no_probability_is_refused(data, quantiles):
    with pytest.raises(RequestError, match=r"^quantiles: .*: give probabilities between 0 and 1"):
        reorder.forecast(data, AS_OF, 28, quantiles=quantiles)


@pytest.mark.parametrize("days", [2.5, "28", None, 0, True])
def test_what_is_no_whole_number_of_days_is_refused(data, days):
    with pytest.raises(RequestError, match=r"horizon_days: .* is no whole number of at least 1"):
        reorder.forecast(data, AS_OF, days)
    with pytest.raises(RequestError, match=r"horizon_days: .* is no whole number of at least 1"):
        reorder.backtest(data, ["ses"], horizon_days=days)


def test_one_name_may_be_given_alone(data):
    past = reorder.replay(data, FROM, AS_OF, policies="base_stock", model="ses")
    scored = reorder.backtest(data, models="ses", origins=1)

    assert past.summary["policy"].tolist() == ["base_stock"]
    assert scored.shown["model"].tolist() == ["ses"]
    with pytest.raises(RequestError, match="policies: 3 holds no names"):
        reorder.replay(data, FROM, AS_OF, policies=3)


@pytest.mark.parametrize("ways", [[{"policy": "no_orders"}, {}], {"a": "base_stock", "b": None}])
def test_ways_that_have_no_names_or_no_settings_are_refused(data, ways):
    with pytest.raises(RequestError, match="holds no settings by a name for each"):
        reorder.compare(data, ways, FROM, AS_OF)


def test_tables_are_no_model_and_are_not_printed(data):
    with pytest.raises(RequestError, match=r"^a dict is no model, no policy and no cost rule"):
        reorder.check({"orders": data.orders})


def test_errors_speak_of_arguments_and_not_of_options(data):
    with pytest.raises(RequestError, match=f"^last {FROM} lies before first {AS_OF}: exchange them"):
        reorder.replay(data, AS_OF, FROM, ["base_stock"], model="ses")
    with pytest.raises(RequestError, match=r"^as_of 2030-01-01 lies"):
        reorder.plan(data, "2030-01-01", model="ses")
    with pytest.raises(RequestError, match=r"^models: there is no model 'sess': did you mean 'ses'"):
        reorder.backtest(data, ["sess"])
    with pytest.raises(ConfigError, match=r"^arguments: there is no setting 'modle'"):
        reorder.plan(data, AS_OF, modle="ses")
    with pytest.raises(ConfigError, match=r"^setting review_days \(from arguments\)"):
        reorder.plan(data, AS_OF, review_days=-1)
    with pytest.raises(ConfigError, match="give config a YAML file"):
        reorder.plan(data, AS_OF, config="nowhere.yaml")
