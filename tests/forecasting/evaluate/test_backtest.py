"""The backtest as a whole: its tables, its report, its command."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from forecasting.config import load
from forecasting.evaluate.backtest import Request, backtest
from forecasting.evaluate.scores import scores
from forecasting.inputs.read_records import read_records
from forecasting.reports.backtest.report import report
from models.registry import MODELS
from models.shared.scores import LEVELS
from tests.support.command import names, reorder


@pytest.fixture(scope="module")
def tested(sample):
    steps = []

    def stage(count, _):
        steps.append(count)
        return lambda: steps.append(-1)

    request = Request(2, 21, apart_days=35, models=["tsb", "negative_binomial", "auto"])
    made = backtest(read_records(str(sample)), load(None, ["selection_origins=3"]), request, stage)
    assert steps == [6, *[-1] * 6]
    return made


def test_scores_follow_from_the_forecasts(tested):
    tables = tested.tables
    pd.testing.assert_frame_equal(scores(tables["forecasts"]), tables["scores"])


def test_every_model_is_judged_on_the_same_windows(tested):
    table = tested.tables["forecasts"]
    assert table["model"].drop_duplicates().tolist() == ["tsb", "negative_binomial", "auto"]
    assert table["origin"].drop_duplicates().tolist() == tested.run["origins"]
    same = [
        part[["origin", "sku", "actual", "pattern"]].reset_index(drop=True)
        for _, part in table.groupby("model")
    ]
    for part in same[1:]:
        pd.testing.assert_frame_equal(part, same[0])


def test_each_grouping_of_the_classes_holds_every_window_once(tested):
    table = tested.tables["scores"]
    for _, part in table.groupby(["model", "origin"]):
        windows = part.set_index("class")["windows"]
        patterns_of = windows.reindex(["smooth", "erratic", "intermittent", "lumpy", "no_demand"]).sum()
        assert windows["overall"] == patterns_of == windows.reindex(["fast", "slow"]).sum()


def test_the_quantiles_are_in_order_and_the_automatic_choice_is_one_of_the_models(tested):
    table = tested.tables["forecasts"]
    values = table[[f"q{level:g}" for level in LEVELS]].to_numpy()
    assert np.all(np.diff(values, axis=1) >= 0) and np.all(values >= 0)
    by_name = {name: part.reset_index(drop=True) for name, part in table.groupby("model")}
    auto = by_name.pop("auto")
    assert set(auto["chosen"]) <= set(MODELS)
    assert auto["chosen"].isin(list(by_name)).any()
    for name, part in by_name.items():
        took = auto["chosen"] == name
        assert set(part["chosen"]) == {name}
        assert auto.loc[took, "q0.95"].tolist() == part.loc[took, "q0.95"].tolist()


def test_costs_are_those_of_ordering_the_critical_quantile(tested):
    table = tested.tables["forecasts"].dropna(subset=["actual"])
    exact = table["actual"] == table["order"]
    assert exact.any() and (table.loc[exact, "cost"] == 0).all()
    assert (table.loc[~exact, "cost"] > 0).all()
    assert table["critical_ratio"].between(0.5, 0.99).all()
    sides = table.assign(
        short=table["actual"] > table["order"],
        per_unit=table["cost"] / (table["actual"] - table["order"]).abs(),
    )
    per_unit = sides[~exact].groupby(["origin", "sku", "short"])["per_unit"]
    assert ((per_unit.max() - per_unit.min()) <= 1e-4).all(), "a unit costs the same whichever model erred"


@pytest.mark.parametrize("bucket", ["day", "month"])
def test_any_bucket_and_a_horizon_that_is_no_whole_number_of_them(sample, bucket):
    config = load(None, [f"bucket={bucket}"])
    run = backtest(read_records(str(sample)), config, Request(2, 10, models=["tsb", "ses"]))
    overall = run.tables["scores"].iloc[0]
    assert overall["windows"] > 50
    assert abs(overall["bias"]) < 0.5


# ---- The report ----------------------------------------------------------------------------------


def test_the_report_stands_by_itself(tested):
    page = report(tested)
    assert "http" not in page
    assert "//" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    for tag in ("<script", "<link", "<img", "@import"):
        assert tag not in page
    ids = []
    drawn = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(drawn) == 3
    for one in drawn:
        own = [part.get("id") for part in ElementTree.fromstring(one).iter() if part.get("id")]
        assert set(re.findall(r"(?:href=\"|url\()#([^\")]+)", one)) <= set(own)
        ids += own
    assert len(ids) == len(set(ids))


def test_the_report_says_what_matters_and_twice_the_same(tested):
    page = report(tested)
    assert page == report(tested)
    assert "models" in page and "What auto chose" in page and "critical ratio" in page
    for name in ("smooth", "lumpy", "fast", "slow"):
        assert f"<h3>{name} " in page
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)


# ---- The command ---------------------------------------------------------------------------------

QUICKLY = ("--origins", 2, "--horizon-days", 14, "--models", "tsb,ses")


def test_the_command_writes_tables_report_and_run_and_the_same_bytes_twice(sample, tmp_path):
    for name in ("one", "two"):
        ended = reorder(
            "backtest", sample, *QUICKLY, "--out", tmp_path / name, "--csv", "--set", "bucket=month"
        )
        assert (ended.code, ended.err) == (0, "")
    assert names(tmp_path / "one") == [
        *("assumptions.csv", "assumptions.parquet", "forecasts.csv", "forecasts.parquet", "report.html"),
        *("run.json", "scores.csv", "scores.parquet"),
    ]
    for name in set(names(tmp_path / "one")) - {"run.json"}:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    runs = [json.loads((tmp_path / name / "run.json").read_text()) for name in ("one", "two")]
    assert {**runs[0], "timings": 0} == {**runs[1], "timings": 0}
    assert runs[0]["models"] == ["tsb", "ses"] and runs[0]["horizon_days"] == runs[0]["apart_days"] == 14
    assert {"run", "versions", "config", "data_fingerprint", "assumptions", "counts"} <= set(runs[0])
    table = pd.read_parquet(tmp_path / "one" / "forecasts.parquet")
    assert {"model", "origin", "location", "sku", "actual", "mean", "q0.5", "q0.98"} <= set(table.columns)


def test_the_command_prints_a_table_by_model_and_class(sample):
    ended = reorder("backtest", sample, *QUICKLY)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert "2 origins from" in lines[0]
    assert re.match(r"(tsb|ses) cost [\d,]+, the least of 2 models\.", lines[2])
    blocks = [line.split(":")[0] for line in lines if re.match(r"\w+: [\d,]+ windows, [\d,]+ units", line)]
    assert blocks[0] == "overall" and {"smooth", "lumpy", "fast", "slow"} <= set(blocks)
    shown = [line.split() for line in lines if line.startswith(("  tsb ", "  ses "))]
    assert len(shown) == 2 * len(blocks) and {len(row) for row in shown} == {9}
    assert lines[-1].strip() and ended.out.isascii()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--models", "tsbb"], "did you mean 'tsb'"),
        (["--origins", 99], "room for"),
        (["--horizon-days", 400], "ask for a shorter one"),
        (["--as-of", "2027-01-01"], "the last day that the data knows of"),
        (["--as-of", "2001-01-01"], "before the first order line"),
        (["--as-of", "soon"], "soon: is no date"),
    ],
)
def test_a_wrong_request_says_what_to_do_and_writes_nothing(sample, tmp_path, arguments, said):
    ended = reorder("backtest", sample, *arguments, "--out", tmp_path / "out")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: ") and said in ended.err
    assert names(tmp_path) == []


@pytest.mark.parametrize("option", ["--origins", "--horizon-days", "--apart-days"])
def test_wrong_usage_ends_with_2(sample, option):
    assert reorder("backtest", sample, option, 0).code == 2
