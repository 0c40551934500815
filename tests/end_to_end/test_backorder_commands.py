"""The commands that measure backorders, from files to files: what they write, say, and refuse."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml

from tests.support.builders import order, write_dataset
from tests.support.command import reorder

AS_OF = "2026-06-28"
QUICK = ("--set", "model=negative_binomial", "--set", "persistent_times=2", "--set", "persistent_days=200")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backorders") / "data"
    options = ("--items", "40", "--days", "600", "--churn-per-line", "0.01", "--cancel-share", "0.5")
    made = reorder("sample", str(folder), *options)
    assert made.code == 0, made.err
    return folder


def test_the_truth_of_planted_customers_is_written(data):
    behaviour = pd.read_parquet(data / "truth" / "behaviour.parquet").set_index("name")["value"]
    assert behaviour["churn_per_line"] == 0.01 and behaviour["cancel_share"] == 0.5


def test_costs_writes_settings_that_a_plan_takes(data, tmp_path):
    ended = reorder("costs", str(data), "--out", str(tmp_path / "costs"), "--csv")
    assert ended.code == 0, ended.err
    assert "Cancelled, of lines that do not ship" in ended.out
    proposed = yaml.safe_load((tmp_path / "costs" / "proposed.yaml").read_text(encoding="utf-8"))
    assert 0 < proposed["cancel_share"] < 1
    table = pd.read_csv(tmp_path / "costs" / "backorder_costs.csv")
    assert {"cancel_share", "churn_per_line", "admin_minutes_per_line"} <= set(table["setting"])
    file = str(tmp_path / "costs" / "proposed.yaml")
    planned = reorder("plan", str(data), "--as-of", AS_OF, "--config", file, *QUICK)
    assert planned.code == 0, planned.err


def test_costs_in_json_is_json(data):
    ended = reorder("costs", str(data), "--json")
    assert ended.code == 0
    told = json.loads(ended.out)
    assert told["command"] == "costs" and told["cancellation_curve"]


def test_costs_before_the_first_order_is_refused(data):
    ended = reorder("costs", str(data), "--as-of", "2001-01-01")
    assert ended.code == 1
    assert "the first order is of" in ended.err


def test_backorders_names_causes_and_writes_them(data, tmp_path):
    ended = reorder("backorders", str(data), "--as-of", AS_OF, "--items", "1", "--out", str(tmp_path), *QUICK)
    assert ended.code == 0, ended.err
    assert "Why: " in ended.out
    table = pd.read_parquet(tmp_path / "persistent_backorders.parquet")
    assert table["cause"].notna().sum() == 1
    assert "Why: " in table["words"].iloc[0]


def test_records_that_show_no_backorder_are_said_to_show_none(tmp_path):
    rows = [order("a", f"2025-01-{day:02d}", status="shipped") for day in range(1, 29)]
    write_dataset(tmp_path, orders=rows)
    ended = reorder("backorders", str(tmp_path), "--as-of", "2025-01-28")
    assert ended.code == 0, ended.err
    assert "nothing is seen of backorders" in ended.out


def test_a_plan_names_causes_where_a_setting_asks_for_it(data, tmp_path):
    wanted = ("--set", "persistent_replays=1")
    ended = reorder("plan", str(data), "--as-of", AS_OF, "--out", str(tmp_path), *QUICK, *wanted)
    assert ended.code == 0, ended.err
    table = pd.read_parquet(tmp_path / "persistent_backorders.parquet")
    rows = pd.read_parquet(tmp_path / "recommendations.parquet").set_index("sku")
    first = table.iloc[0]
    assert first["cause"] is not None
    assert rows.loc[first["sku"], "reason"].endswith(first["words"])
