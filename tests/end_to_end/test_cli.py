"""The command line from outside: what it writes, what it says, and with which exit code it ends."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3

import pandas as pd
import pytest

from tests.support.builders import order, write_dataset
from tests.support.command import AS_OF, QUICK, commands, contents, names, process, reorder


@pytest.fixture(scope="module")
def planned(sample, tmp_path_factory):
    """A plan with everything that it can write: how it ended, its folder, its database."""
    place = tmp_path_factory.mktemp("planned")
    database = place / "runs.sqlite"
    where = ("--out", place / "plan", "--csv", "--db", f"sqlite:///{database}")
    ended = reorder("plan", sample, "--as-of", AS_OF, *where, *QUICK)
    return ended, place / "plan", database


# ---- What it does --------------------------------------------------------------------------------


def test_the_version_is_the_packages():
    ended = reorder("--version")
    assert ended.code == 0
    assert re.fullmatch(r"reorder \d+\.\d+\.\d+\n", ended.out)


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself(command, option):
    ended = reorder(*command.split(), option)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.lstrip().startswith(f"Usage: {' '.join(['reorder', command]).strip()} ")


def test_the_module_runs_as_the_command_does():
    with process("--version") as running:
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (0, reorder("--version").out, "")


def test_a_sample_is_written_and_is_right(tmp_path):
    made = reorder("sample", tmp_path / "data", "--items", 5, "--days", 60, "--seed", 3, "--csv")
    assert (made.code, made.err) == (0, "")
    assert (tmp_path / "data" / "orders.csv").is_file()
    assert (tmp_path / "data" / "truth" / "demand.parquet").is_file()
    checked = reorder("check", tmp_path / "data", "--json")
    found = json.loads(checked.out)
    assert (checked.code, found["problems"]) == (0, [])
    assert re.fullmatch(r"[0-9a-f]{64}", found["fingerprint"])
    assert "orders" in reorder("check", tmp_path / "data").out


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_forecast_is_written_with_the_quantiles_asked_for(sample, tmp_path, suffix):
    file = tmp_path / "deep" / f"forecast.{suffix}"
    wanted = ("--as-of", AS_OF, "--horizon-days", 14, "--quantiles", "0.5,0.9")
    ended = reorder("forecast", sample, *wanted, "--out", file, *QUICK)
    # The sample has one order line that a plan does not believe either.
    assert ended.code == 0 and ended.err.startswith("What looks odd (1 notice)")
    table = pd.read_parquet(file) if suffix == "parquet" else pd.read_csv(file)
    assert list(table.columns) == ["location", "sku", "model", "mean", "q0.5", "q0.9"]
    assert ended.out == f"{len(table)} rows written to {file}\n"
    assert names(file.parent) == [file.name]


def test_a_plan_says_what_to_order_first_and_what_was_assumed(planned):
    ended, folder, _ = planned
    assert (ended.code, ended.err) == (0, "")
    table = pd.read_parquet(folder / "recommendations.parquet")
    assert ended.out.startswith(f"{(table['quantity'] > 0).sum()} of {len(table)} items to order")
    assert "To order first" in ended.out
    assert "Assumed" in ended.out


def test_a_plans_files_and_database_hold_the_same(planned):
    _, folder, database = planned
    assert sorted(contents(folder)) == [
        "assumptions.csv",
        "assumptions.parquet",
        *("choices.csv", "choices.parquet", "costs.csv", "costs.parquet"),
        *("excess.csv", "excess.parquet", "notices.csv", "notices.parquet"),
        *("overdue.csv", "overdue.parquet"),
        *("persistent_backorders.csv", "persistent_backorders.parquet"),
        *("pre_orders.csv", "pre_orders.parquet"),
        *("recommendations.csv", "recommendations.parquet"),
        *("run.json", "supplier_orders.csv", "supplier_orders.parquet"),
    ]
    table = pd.read_parquet(folder / "recommendations.parquet")
    assert pd.read_csv(folder / "recommendations.csv")["reason"].tolist() == table["reason"].tolist()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        stored = connection.execute("select sku, quantity, reason from recommendations").fetchall()
        runs = connection.execute("select run from runs").fetchall()
        best = connection.execute("select sku, quantity from choices where recommended").fetchall()
    rows = table[["sku", "quantity", "reason"]].itertuples(index=False, name=None)
    assert sorted(stored) == sorted(rows)
    assert sorted(best) == sorted((sku, quantity) for sku, quantity, _ in stored)
    assert runs == [(json.loads((folder / "run.json").read_text())["run"],)]


def test_a_plan_as_json_is_json_and_nothing_else(sample, planned):
    ended = reorder("plan", sample, "--as-of", AS_OF, "--json", *QUICK)
    told = json.loads(ended.out)
    written = json.loads((planned[1] / "run.json").read_text())
    assert (ended.code, ended.err) == (0, "")
    assert told["run"] == written["run"]
    table = pd.read_parquet(planned[1] / "recommendations.parquet")
    assert [row["quantity"] for row in told["recommendations"]] == table["quantity"].tolist()


@pytest.mark.parametrize(("windows", "code", "said"), [("0", 2, "--windows"), ("9", 1, "ask for 1 to 5")])
def test_windows_that_cannot_be_cut_are_refused_and_nothing_is_written(sample, tmp_path, windows, code, said):
    span = ("--from", "2026-05-25", "--to", AS_OF, "--windows", windows)
    ended = reorder("replay", sample, *span, "--out", tmp_path / "replay")
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert not (tmp_path / "replay").exists()


def test_a_replay_writes_its_tables_and_a_report(sample, tmp_path):
    span = ("--from", "2026-05-25", "--to", AS_OF)
    policies = ("--policies", "no_orders, cost_optimal", "--baseline", "no_orders", "--windows", "2")
    settings = (*QUICK, "--set", "interval_draws=20")
    ended = reorder("replay", sample, *span, *policies, *settings, "--out", tmp_path / "replay", "--json")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert [row["policy"] for row in told["summary"]] == ["no_orders", "cost_optimal"]
    assert sorted(contents(tmp_path / "replay")) == [
        *("assumptions.parquet", "equal_terms.parquet", "frontier.parquet", "items.parquet"),
        *("notices.parquet", "periods.parquet", "report.html", "run.json", "summary.parquet"),
        "windows.parquet",
    ]
    assert pd.read_parquet(tmp_path / "replay" / "windows.parquet")["window"].tolist() == [1, 1, 2, 2]
    assert "</html>" in (tmp_path / "replay" / "report.html").read_text(encoding="utf-8")


def test_a_configuration_file_and_single_settings_are_followed(sample, tmp_path):
    (tmp_path / "own.yaml").write_text("policy: min_max\nseed: 5\n")
    ended = reorder(
        *("plan", sample, "--as-of", AS_OF, "--config", tmp_path / "own.yaml", "--json", *QUICK),
        *("--set", "policy=no_orders"),
    )
    config = json.loads(ended.out)["config"]
    assert (config["policy"], config["seed"], config["model"]) == ("no_orders", 5, "negative_binomial")


# ---- What it refuses -----------------------------------------------------------------------------

PLAN = ["plan", "DATA", "--as-of", AS_OF, "--out", "OUT"]
REPLAY = ["replay", "DATA", "--from", "2026-06-01", "--to", AS_OF, "--out", "OUT"]
FORECAST = ["forecast", "DATA", "--as-of", AS_OF, "--horizon-days", 7, "--out"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "DATA", "--as-of", "28.6.2026", "--out", "OUT"], "28.6.2026: is no date"),
        (["plan", "DATA", "--as-of", "2026-02-30", "--out", "OUT"], "2026-02-30: is no date"),
        (["plan", "DATA", "--as-of", "2001-01-01", "--out", "OUT"], "before the first order line"),
        ([*PLAN, "--set", "polcy=min_max"], "did you mean 'policy'"),
        ([*PLAN, "--set", "bucket=hour"], "setting bucket (from --set)"),
        ([*PLAN, "--set", "bucket"], "write it as name=value"),
        ([*PLAN, "--set", "policy=perfect_foresight"], "knows the future"),
        ([*PLAN, "--set", "model=arima"], "there is no model 'arima'"),
        ([*PLAN, "--config", "nowhere.yaml"], "nowhere.yaml: there is no such file"),
        ([*PLAN, "--db", "nonsense"], "nonsense"),
        (["plan", "nowhere", "--as-of", AS_OF, "--out", "OUT"], "there is no such folder"),
        (["plan", "sqlite:///nowhere.db", "--as-of", AS_OF, "--out", "OUT"], "no such database file"),
        ([*REPLAY, "--policies", "min_maxx"], "did you mean 'min_max'"),
        ([*REPLAY, "--policies", "no_orders"], "--baseline min_max is not among"),
        (["replay", "DATA", "--from", AS_OF, "--to", "2026-06-01", "--out", "OUT"], "exchange them"),
        ([*FORECAST, "OUT.xlsx"], "ends in .parquet or .csv"),
        ([*FORECAST, "OUT.csv", "--quantiles", "50,95"], "probabilities between 0 and 1"),
        (["import", "online-retail", "nowhere.csv", "OUT"], "nowhere.csv: there is no such file"),
    ],
)
def test_a_wrong_request_ends_with_1_says_what_to_do_and_writes_nothing(
    sample, tmp_path, monkeypatch, arguments, said
):
    monkeypatch.chdir(tmp_path)
    ended = reorder(*(sample if argument == "DATA" else argument for argument in arguments))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: ")
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["forecats"],
        ["plan"],
        ["plan", "DATA"],
        ["plan", "DATA", "--as-of", AS_OF, "--quick"],
        ["sample", "OUT", "--items", "0"],
        ["sample", "OUT", "--days", "many"],
        [*FORECAST[:4], "--horizon-days", "0", "--out", "OUT.csv"],
        ["import", "excel", "OUT"],
    ],
)
def test_wrong_usage_ends_with_2(sample, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    ended = reorder(*(sample if argument == "DATA" else argument for argument in arguments))
    assert (ended.code, ended.out) == (2, "")
    assert "Usage: reorder" in ended.err
    assert "Traceback" not in ended.err
    assert names(tmp_path) == []


@pytest.fixture
def broken(tmp_path):
    """A dataset whose second row holds a quantity that is none, and whose third comes too early."""
    rows = [
        order("a", "2026-01-05", 1),
        order("a", "2026-01-06", "2,5"),
        order("a", "2026-01-07", 1, due="2026-01-01"),
    ]
    return write_dataset(tmp_path / "broken", orders=rows)


def test_a_broken_file_is_told_by_table_row_column_and_value(broken, tmp_path):
    ended = reorder("plan", broken, "--as-of", "2026-01-07", "--out", tmp_path / "out")
    assert (ended.code, ended.out) == (1, "")
    assert "table orders, row 3, column quantity" in ended.err
    assert "(value '2,5')" in ended.err
    assert "table orders, row 4, column due, ordered_at: due is before ordered_at" in ended.err
    assert not (tmp_path / "out").exists()


def test_a_check_of_a_broken_file_lists_all_and_ends_with_1(broken):
    ended = reorder("check", broken, "--json")
    problems = json.loads(ended.out)["problems"]
    assert ended.code == 1
    assert [(one["table"], one["row"], one["column"], one["value"]) for one in problems] == [
        ("orders", 3, "quantity", "2,5"),
        ("orders", 4, "due, ordered_at", "2026-01-01, 2026-01-07"),
    ]
    assert all(one["what"] and one["todo"] for one in problems)
    assert "row 3, column quantity" in reorder("check", broken).err


def test_what_an_earlier_run_wrote_stays_where_a_later_one_is_refused(planned, broken):
    _, folder, _ = planned
    before = contents(folder)
    assert reorder("plan", broken, "--as-of", "2026-01-07", "--out", folder).code == 1
    assert contents(folder) == before


def test_a_sample_is_not_written_over_other_files(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    ended = reorder("sample", tmp_path, "--items", 2, "--days", 60)
    assert ended.code == 1
    assert "letter.txt" in ended.err
    assert names(tmp_path) == ["letter.txt"]


def test_a_problem_is_solved_and_explained(tmp_path):
    file = tmp_path / "problem.json"
    file.write_text(
        json.dumps(
            {
                "review": "periodic",
                "demand": {"family": "poisson", "mean": 10},
                "lead_time": 0,
                "holding": 1,
                "shortage": {"kind": "backorder", "per_unit_period": 9},
                "fixed_order_cost": 64,
            }
        )
    )
    answer = json.loads(reorder("solve", file).out)
    assert (answer["policy"], answer["parameters"], answer["exact"]) == ("sS", {"s": 6, "S": 40}, True)
    assert answer["cost_per_period"] == pytest.approx(35.0216, abs=1e-3)
    what_if = json.loads(reorder("solve", file, "--set", "demand.mean=20").out)
    assert what_if["parameters"] == {"s": 14, "S": 62}
    ended = reorder("solve", file, "--explain", "--plot", tmp_path / "curve.png")
    assert "order up to 40" in ended.out
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    wrong = reorder("solve", file, "--set", "holding=-1")
    assert wrong.code == 1 and "holding" in wrong.err
