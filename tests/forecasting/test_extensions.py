"""A model, a policy and a cost rule of a user's own, each by one setting, in every command that decides."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from forecasting.bootstrap import write_sample
from forecasting.config import load
from forecasting.domain import day_number
from forecasting.errors import ConfigError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records
from forecasting.planning.observing import observer
from forecasting.policies.registry import policy
from models.registry import model
from tests.support.command import reorder
from tests.support.paths import ROOT

MODEL = """
import numpy as np
from models import Simple

class Half(Simple):
    def mean_and_sd(self, demand, horizon):
        known = ~np.isnan(demand)
        mean = np.nan_to_num(demand).sum(axis=1) / np.maximum(known.sum(axis=1), 1) * horizon / 2
        return mean, np.sqrt(2 * mean)
"""

POLICY = """
from dataclasses import dataclass
import numpy as np
from forecasting.policies.base import Decision, Policy

@dataclass(frozen=True)
class Flat(Policy):
    level: float = 40.0
    name: str = "flat_level"

    def decide(self, situation):
        level = np.full(len(situation), self.level)
        wanted = np.where(situation.orderable, np.maximum(level - situation.position, 0.0), 0.0)
        return Decision(situation.terms.at_least(wanted), level, level)
"""

RULE = """
from dataclasses import replace

def held_dearer(facts, costs):
    return replace(costs, holding_per_unit_day=costs.holding_per_unit_day * {factor})
"""

AS_OF = ("--as-of", "2026-06-20")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write_sample(folder / "data", 30, 400, 3, "parquet")
    return folder / "data"


@pytest.fixture
def files(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("model", MODEL), ("policy", POLICY), ("rule", RULE.format(factor=50))):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


def planned(data: Path, out: Path, *options: str) -> tuple[pd.DataFrame, dict]:
    ended = reorder("plan", data, *AS_OF, "--out", out, *options)
    assert ended.code == 0, ended.err
    said = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return pd.read_parquet(out / "recommendations.parquet"), said


def test_one_setting_in_a_file_brings_a_model_beside_that_file_into_a_plan(data, files):
    (files / "conf").mkdir()
    shutil.move(files / "model.py", files / "conf" / "model.py")
    (files / "conf" / "own.yaml").write_text("model: model.py:Half\n", encoding="utf-8")
    table, said = planned(data, files / "plan", "--config", "conf/own.yaml")

    assert set(table["model"]) == {"half"}
    assert [used["name"] for used in said["extensions"]] == ["half"]
    assert len(said["extensions"][0]["sha256"]) == 64


def test_a_plan_follows_a_policy_of_a_users_own(data, files):
    table, said = planned(data, files / "plan", "--set", "policy=policy.py", "--set", "model=ses")

    assert set(table["policy"]) == {"flat_level"}
    assert set(table["order_up_to"]) == {40.0}
    assert [used["file"] for used in said["extensions"]] == ["policy.py"]


def test_a_cost_rule_changes_what_is_bought_and_is_written_down_as_assumed(data, files):
    usual, plain = planned(data, files / "usual", "--set", "model=ses")
    dearer, ruled = planned(data, files / "dearer", "--set", "model=ses", "--set", "cost_rule=rule.py")
    assumed = pd.read_parquet(files / "dearer" / "assumptions.parquet").set_index("setting")

    assert dearer["quantity"].sum() < usual["quantity"].sum()
    assert plain["extensions"] == [] and [used["name"] for used in ruled["extensions"]] == ["held_dearer"]
    assert assumed.loc["cost_rule", "value"] == "held_dearer"


def test_a_run_is_known_by_what_is_in_a_users_file_and_not_by_where_it_lies(data, files):
    _, here = planned(data, files / "a", "--set", "model=model.py")
    shutil.copytree(files, files.parent / "elsewhere", dirs_exist_ok=True)
    _, there = planned(data, files / "b", "--set", f"model={files.parent / 'elsewhere' / 'model.py'}")
    (files / "model.py").write_text(MODEL.replace("/ 2", "/ 3"), encoding="utf-8")
    _, changed = planned(data, files / "c", "--set", "model=model.py")

    assert here["run"] == there["run"] != changed["run"]


@pytest.mark.slow
def test_a_replay_compares_a_policy_and_a_model_of_a_users_own(data, files):
    ended = reorder(
        *("replay", data, "--from", "2026-05-04", "--to", "2026-06-14", "--no-equal", "--out", "replay"),
        *("--policies", "policy.py:Flat,min_max,min_max_forecast", "--baseline", "flat_level"),
        *("--set", "model=model.py"),
    )
    assert ended.code == 0, ended.err
    said = json.loads((files / "replay" / "run.json").read_text(encoding="utf-8"))
    table = pd.read_parquet(files / "replay" / "summary.parquet")

    assert list(table["policy"]) == ["flat_level", "min_max", "min_max_forecast"]
    assert said["baseline"] == "flat_level"
    assert [used["name"] for used in said["extensions"]] == ["half", "flat_level"]


def test_a_backtest_judges_it_under_its_own_name(data, files):
    ended = reorder("backtest", data, "--origins", 1, "--models", "model.py,ses", "--out", "backtest")
    assert ended.code == 0, ended.err
    scored = pd.read_parquet(files / "backtest" / "scores.parquet")

    assert set(scored["model"]) == {"half", "ses"}


def test_a_forecast_is_of_it(data, files):
    command = ("forecast", data, "--as-of", "2026-06-20", "--horizon-days", 28, "--out", "f.csv")
    assert reorder(*command, "--set", "model=model.py").code == 0
    assert set(pd.read_csv("f.csv")["model"]) == {"half"}


def test_auto_judges_a_contender_beside_its_own_candidates(data, files):
    config, as_of = load(settings=["contenders=[model.py]", "selection_origins=2"]), day_number("2026-06-20")
    seeing = observer(read_records(str(data)), config, as_of, Assumptions())
    choice = seeing.choose_models(as_of, seeing.history(as_of))

    names = [model.name for model in choice.models]
    assert names[-1] == "half" and set(names[:-1]) >= {"ses", "theta"}
    assert (choice.loss[:, -1] > 0).sum() > 10


@pytest.mark.parametrize(
    "settings, said",
    [
        (["model=nowhere.py"], "there is no file"),
        (["model=policy.py"], "no model is in it"),
        (["model=thetta"], "did you mean 'theta'?"),
        (["policy=model.py"], "no policy is in it"),
        (["policy=policy.py:Float"], "there is no Float in policy.py; it has Flat"),
        (["contenders=[theta]"], "theta is among those that auto chooses from"),
        (["cost_rule=model.py"], "no cost rule is in it"),
        (["cost_rule=nothing"], "name a file"),
    ],
)
def test_what_cannot_be_had_ends_a_plan_with_words_and_no_traceback(data, files, settings, said):
    chosen = [word for setting in settings for word in ("--set", setting)]
    ended = reorder("plan", data, *AS_OF, *chosen)

    assert ended.code == 1
    assert said in ended.err and "Traceback" not in ended.err


@pytest.mark.parametrize(
    "body, said",
    [
        ("replace(costs, line_cost=-costs.line_cost)", "line_cost is negative"),
        ("replace(costs, line_cost=costs.line_cost * float('nan'))", "line_cost holds NaN"),
        ("replace(costs, line_cost=costs.line_cost[:3])", "fails: ValueError"),
        ("None", "it answers NoneType, not Costs"),
        ("1 / 0", "fails: ZeroDivisionError"),
    ],
)
def test_a_cost_rule_that_answers_nonsense_ends_a_plan(data, files, body, said):
    rule = f"from dataclasses import replace\n\ndef rule(facts, costs):\n    return {body}\n"
    (files / "rule.py").write_text(rule, encoding="utf-8")
    ended = reorder("plan", data, *AS_OF, "--set", "cost_rule=rule.py")

    assert ended.code == 1
    assert said in ended.err


def test_two_policies_of_one_name_are_refused(data, files):
    shutil.copy("policy.py", "same.py")
    ended = reorder(
        *("replay", data, "--from", "2026-05-04", "--to", "2026-06-14", "--out", "replay"),
        *("--policies", "policy.py,same.py", "--baseline", "policy.py"),
    )

    assert ended.code == 1
    assert "two of flat_level, flat_level have one name" in ended.err


def test_only_settings_that_can_name_a_file_have_their_paths_completed(files):
    config = load(settings=["model=model.py:Half", "run_folder=model.py", "contenders=[theta, model.py]"])

    assert config.model == f"{(files / 'model.py').resolve()}:Half"
    assert config.run_folder == "model.py"
    assert config.contenders == ("theta", str((files / "model.py").resolve()))
    with pytest.raises(ConfigError, match="contenders"):
        load(settings=["contenders=3"])


@pytest.mark.parametrize("variant", ["wrong_shape", "nan", "negative", "crossing"])
def test_a_wrong_forecast_of_a_users_model_ends_a_plan_and_becomes_no_order(data, files, variant):
    wrong = ROOT / "tests" / "contracts" / "wrong_models" / f"{variant}.py"
    ended = reorder("plan", data, *AS_OF, "--set", f"model={wrong}", "--out", "plan")

    assert ended.code == 1
    assert "it answers" in ended.err and "reorder experiment check" in ended.err
    assert not (files / "plan").exists()


def test_a_model_that_fails_in_a_plan_is_named_with_its_line(data, files):
    (files / "model.py").write_text(MODEL.replace("known = ~np.isnan(demand)", "known = demand['x']"))
    ended = reorder("plan", data, *AS_OF, "--set", "model=model.py")

    assert ended.code == 1
    assert "fails: IndexError" in ended.err and "(model.py, line 7)" in ended.err


@pytest.mark.parametrize(
    "variant, said", [("negative", "negative quantities"), ("not_whole", "parts of packs")]
)
def test_a_wrong_order_of_a_users_policy_ends_a_plan(data, files, variant, said):
    wrong = ROOT / "tests" / "contracts" / "wrong_policies" / f"{variant}.py"
    ended = reorder(
        "plan", data, *AS_OF, "--set", f"policy={wrong}", "--set", "model=ses", "--set", "pack_size=5"
    )

    assert ended.code == 1
    assert said in ended.err


def test_a_policy_that_fails_in_a_plan_is_named_with_its_line(data, files):
    (files / "policy.py").write_text(POLICY.replace("np.full(len(situation), self.level)", "1 / 0"))
    ended = reorder("plan", data, *AS_OF, "--set", "policy=policy.py", "--set", "model=ses")

    assert ended.code == 1
    assert "policy flat_level: fails: ZeroDivisionError" in ended.err and "(policy.py, line 12)" in ended.err


def test_a_file_that_cannot_be_had_ends_commands_that_would_only_name_it(data, files):
    ended = reorder("costs", data, "--set", "model=nowhere.py")

    assert ended.code == 1
    assert "there is no file" in ended.err


WORKER = """
import pickle, sys
from forecasting.policies.registry import policy
from models.registry import model
config, made = pickle.load(open(sys.argv[1], "rb"))
print(policy(config.policy, config).name, model(config.model).name, *(each.name for each in made))
"""


def test_a_worker_process_has_them_by_name_and_as_objects_wherever_it_works(files, tmp_path_factory):
    config = load(settings=["policy=policy.py:Flat", "model=model.py"])
    made = [policy(config.policy, config), model(config.model)]
    (files / "sent.pickle").write_bytes(pickle.dumps((config, made)))

    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(files / "sent.pickle")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path_factory.mktemp("elsewhere"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["flat_level", "half", "flat_level", "half"], done.stderr
