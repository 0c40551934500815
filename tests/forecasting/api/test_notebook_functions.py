"""From a notebook: the same answers as the command line's, pandas in and out, shown as HTML."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecasting as reorder
from forecasting.errors import ConfigError, DataError, RequestError
from models import Simple
from tests.support.command import reorder as command
from tests.support.paths import ROOT

AS_OF = "2026-06-20"


class Mean(Simple):
    def mean_and_sd(self, demand, horizon):
        known = np.maximum((~np.isnan(demand)).sum(axis=1), 1)
        mean = np.nan_to_num(demand).sum(axis=1) / known * horizon
        return mean, np.sqrt(2 * mean)


@pytest.fixture(scope="module")
def data():
    return reorder.sample(items=25, days=300, seed=5)


@pytest.fixture(scope="module")
def planned(data):
    return reorder.plan(data, AS_OF, model="ses")


def test_a_plan_is_the_one_of_the_command_line(data, planned, tmp_path):
    ended = command("plan", data.source, "--as-of", AS_OF, "--set", "model=ses", "--out", tmp_path / "plan")
    assert ended.code == 0

    read = pd.read_parquet(tmp_path / "plan" / "recommendations.parquet")
    pd.testing.assert_frame_equal(
        planned.recommendations[["sku", "quantity", "value", "reason"]].reset_index(drop=True),
        read[["sku", "quantity", "value", "reason"]],
        check_dtype=False,
    )
    assert planned.run["run"] == str(read["run"].iloc[0])


def test_tables_given_in_memory_are_planned_as_their_files_are(data, planned):
    given = reorder.load({**data.tables})
    again = reorder.plan(given, AS_OF, model="ses")

    assert given.dataset.fingerprint == data.dataset.fingerprint
    assert again.run["run"] == planned.run["run"]
    assert again.recommendations["quantity"].tolist() == planned.recommendations["quantity"].tolist()


def test_tables_in_memory_can_be_given_to_whatever_takes_a_dataset(data, planned):
    tables = dict(data.tables)
    from_to = ("2026-06-01", AS_OF)

    assert reorder.plan(tables, AS_OF, model="ses").run["run"] == planned.run["run"]
    assert len(reorder.forecast(tables, AS_OF, 28, model="ses")) == 25
    assert reorder.backtest(tables, ["ses"], origins=1).shown["model"].tolist() == ["ses"]
    assert reorder.replay(tables, *from_to, ["no_orders"], model="ses").run["baseline"] == "no_orders"


def test_a_file_of_settings_and_single_settings_over_it(data, tmp_path):
    (tmp_path / "own.yaml").write_text("model: ses\nbudget: 100000\n", encoding="utf-8")
    made = reorder.plan(data, AS_OF, config=tmp_path / "own.yaml", budget=50)

    assert made.run["config"]["model"] == "ses"
    assert made.run["config"]["budget"] == 50
    assert made.recommendations["value"].sum() <= 50


def test_a_forecast_is_a_table_with_a_row_an_item(data):
    table = reorder.forecast(data, AS_OF, 28, quantiles=[0.5, 0.9], model="ses")

    assert {"sku", "model", "mean", "q0.5", "q0.9"} <= set(table.columns)
    assert set(table["model"]) == {"ses"} and (table["q0.9"] >= table["q0.5"]).all()


def test_a_replay_compares_with_the_first_policy_unless_another_is_named(data):
    past = reorder.replay(data, "2026-06-01", AS_OF, ["no_orders", "base_stock"], model="ses")

    assert past.run["baseline"] == "no_orders"
    assert past.summary["policy"].tolist() == ["no_orders", "base_stock"]
    assert "order lines counted" in past.says


def test_a_backtest_shows_a_row_a_model(data):
    scored = reorder.backtest(data, ["ses", "tsb"], origins=1)

    assert set(scored.shown["model"]) == {"ses", "tsb"}
    assert len(scored.shown) == 2


def test_ways_of_deciding_are_compared_in_money_item_by_item(data):
    ways = {
        "none": {"policy": "no_orders"},
        "some": {"policy": "base_stock"},
        "same": {"policy": "no_orders"},
    }
    compared = reorder.compare(data, ways, "2026-06-01", AS_OF, model="ses")
    table = compared.table.set_index("way")
    costs = {name: past.items["cost_total"].sum() for name, past in compared.replays.items()}

    assert table.loc["some", "saved"] == pytest.approx(costs["none"] - costs["some"], abs=0.01)
    assert table.loc["some", "saved_low"] <= table.loc["some", "saved"] <= table.loc["some", "saved_high"]
    assert table.loc["same", ["saved", "saved_low", "saved_high"]].tolist() == [0.0, 0.0, 0.0]
    assert "some" in compared.says and "against none" in compared.says


def test_a_model_of_the_notebook_itself_is_checked():
    right, wrong = reorder.check(Mean), reorder.check(_Negative)

    assert right and set(right.table["state"]) == {"ok"}
    assert not wrong and "negative demand" in wrong.faults[0]
    assert "keeps the contract" in right._repr_html_()
    assert "breaks 1 of its rules" in wrong._repr_html_()


class _Negative(Simple):
    def quantiles(self, demand, horizon):
        return np.full((len(demand), len(self.levels)), -1.0)


def test_policies_and_cost_rules_of_the_notebook_are_checked_too():
    from forecasting.policies.min_max import MinMax

    def free(facts, costs):
        return costs

    assert reorder.check(MinMax()) and reorder.check(MinMax) and reorder.check(free)
    with pytest.raises(RequestError, match="is no model, no policy and no cost rule"):
        reorder.check(3)


def test_what_is_answered_shows_itself_in_a_notebook(data, planned):
    assert "<table" in planned._repr_html_() and planned.says in planned._repr_html_()
    assert "<table" in data._repr_html_() and "orders" in data._repr_html_()
    assert repr(planned).startswith(planned.says)
    assert "recommendations" in dir(planned)


def test_what_is_wrong_is_an_error_with_the_words_of_the_command_line(data, planned):
    with pytest.raises(ConfigError, match="there is no setting 'modle'; did you mean 'model'"):
        reorder.plan(data, AS_OF, modle="ses")
    with pytest.raises(RequestError, match="did you mean 'theta'"):
        reorder.plan(data, AS_OF, model="thetta")
    with pytest.raises(RequestError, match="is no date"):
        reorder.plan(data, "tomorrow")
    with pytest.raises(RequestError, match="a dataset has no table 'order': did you mean 'orders'"):
        reorder.load({"order": data.orders})
    with pytest.raises(DataError, match="quantity"):
        reorder.load({"orders": data.orders.assign(quantity="many")})
    with pytest.raises(AttributeError, match="there is no table 'nothing'; there are recommendations"):
        _ = planned.nothing
    with pytest.raises(RequestError, match="at least two"):
        reorder.compare(data, {"one": {}}, "2026-06-01", AS_OF)


def test_files_of_a_made_dataset_go_with_it():
    made = reorder.sample(items=5, days=100)
    folder = Path(made.source)
    assert (folder / "orders.parquet").is_file()

    del made
    gc.collect()
    assert not folder.exists()


def test_rooms_that_are_also_functions_stay_rooms():
    import forecasting.replay.compare
    import forecasting.sample.make

    assert forecasting.replay is sys.modules["forecasting.replay"]
    assert callable(forecasting.replay) and callable(forecasting.sample)
    assert forecasting.replay.compare.INTERVAL == (0.05, 0.95)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = reorder.nothing


def test_importing_the_package_loads_nothing_heavy():
    heavy = ("pandas", "numpy", "pydantic", "numba")
    code = f"import sys, forecasting; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
