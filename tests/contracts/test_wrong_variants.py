"""What is wrong with a user's model or policy is named: the fault that it has, and none that it has not."""

from __future__ import annotations

import json
import time
from importlib import metadata
from pathlib import Path

import pytest

from forecasting.config import load
from forecasting.contract.check import check
from tests.support.command import process, reorder

HERE = Path(__file__).parent

MODELS = {
    "wrong_shape": ("shape", "wrong shape: quantiles of shape (1, 139) for 60 items"),
    "nan": ("finite", "NaN quantiles of"),
    "negative": ("not_negative", "negative demand: quantiles of"),
    "peeks": ("future", "peeks at the future: once it has seen later demand"),
    "mutates": ("untouched", "mutates its input: history.data is changed"),
    "item_order": ("order", "depends on the order of items"),
    "unseeded": ("repeats", "not the same twice"),
    "crossing": ("rising", "quantiles cross"),
    "integers_lost": ("whole", "counts are lost"),
    "slow": ("speed", "times as long as exponential smoothing in NumPy"),
}
"""The file of each of ten wrong models: the one rule that it breaks, and what is said of it."""

POLICIES = {
    "negative": ("not_negative", "negative orders"),
    "nan": ("finite", "reorder_point is NaN or infinite"),
    "not_whole": ("terms", "not whole packs"),
    "item_order": ("order", "depends on the order of items"),
    "mutates": ("untouched", "mutates its situation: situation.stock.on_order is changed"),
    "peeks": ("future", "peeks at the future: once it has seen a later review"),
}


@pytest.mark.parametrize("variant", MODELS)
def test_a_wrong_model_breaks_the_rule_that_names_its_fault_and_no_other(variant):
    rule, said = MODELS[variant]
    (checked,) = check(str(HERE / "wrong_models" / f"{variant}.py"), load())

    assert checked.kind == "model"
    assert [finding.rule for finding in checked.faults] == [rule]
    assert said in checked.faults[0].fault


@pytest.mark.parametrize("variant", POLICIES)
def test_a_wrong_policy_breaks_the_rule_that_names_its_fault_and_no_other(variant):
    rule, said = POLICIES[variant]
    (checked,) = check(str(HERE / "wrong_policies" / f"{variant}.py"), load())

    assert checked.kind == "policy"
    assert [finding.rule for finding in checked.faults] == [rule]
    assert said in checked.faults[0].fault


def test_every_wrong_variant_is_tried():
    for folder, tried in (("wrong_models", MODELS), ("wrong_policies", POLICIES)):
        assert {path.stem for path in (HERE / folder).glob("*.py")} - {"__init__"} == set(tried)
    assert len(MODELS) == 10


def test_the_command_says_what_is_wrong_a_line_a_rule_and_ends_with_1():
    ended = reorder("experiment", "check", HERE / "wrong_models" / "crossing.py:Apart")

    assert ended.code == 1
    assert "model apart: 20 rules, 10 hold, 1 broken, 9 not checked" in ended.out
    assert "  FAULT        quantiles do not cross\n               quantiles cross: of" in ended.out
    assert "  ok           counts stay whole numbers" in ended.out
    assert "crossing.py:Apart breaks 1 rule" in ended.err and "Traceback" not in ended.err


def test_a_program_reads_the_same():
    ended = reorder("experiment", "check", HERE / "wrong_models" / "integers_lost.py", "--json")
    (said,) = json.loads(ended.out)

    assert ended.code == 1
    assert (said["kind"], said["name"], said["ok"]) == ("model", "gamma", False)
    assert {rule["rule"]: rule["state"] for rule in said["rules"]}["whole"] == "fault"
    assert {rule["state"] for rule in said["rules"]} == {"ok", "fault"}


def test_a_right_model_passes_within_ten_seconds(tmp_path):
    file = tmp_path / "means.py"
    file.write_text(
        "import numpy as np\nfrom models import Simple\n\n\nclass Mean(Simple):\n"
        "    def mean_and_sd(self, demand, horizon):\n"
        "        known = np.maximum((~np.isnan(demand)).sum(axis=1), 1)\n"
        "        mean = np.nan_to_num(demand).sum(axis=1) / known * horizon\n"
        "        return mean, np.sqrt(2 * mean)\n",
        encoding="utf-8",
    )
    began = time.perf_counter()
    ended = reorder("experiment", "check", file)

    assert ended.code == 0, ended.out + ended.err
    assert "model mean: 20 rules, all hold" in ended.out
    assert time.perf_counter() - began < 10


def test_on_a_fresh_machine_only_what_the_model_itself_calls_is_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    code = (
        "import sys; from forecasting.config import load; from forecasting.contract.check import check\n"
        "(checked,) = check(sys.argv[1], load()); print([each.rule for each in checked.faults])"
    )
    with process(HERE / "wrong_models" / "negative.py", code=code) as running:
        output, errors = running.communicate(timeout=120)
    assert output.strip() == "['not_negative']", errors
    compiled = {file.name.partition("-")[0] for file in tmp_path.rglob("*.nbi")}
    # A model of quantiles needs its unit and its known buckets, and the yardstick's a negative binomial.
    kernels = ("log_gamma", "_log_poisson", "_log_negative_binomial", "negative_binomial")
    assert compiled == {
        *(f"distribution_kernels.{name}" for name in kernels),
        "steps._known_buckets",
        "steps._steps",
    }


@pytest.mark.parametrize(
    "text, said",
    [
        ("x = 1\n", "no model, policy or cost rule is in it"),
        ("1 / 0\n", "line 1: ZeroDivisionError"),
        (None, "there is no file"),
    ],
)
def test_a_file_that_holds_nothing_to_check_is_refused(tmp_path, text, said):
    file = tmp_path / "mine.py"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    ended = reorder("experiment", "check", file)

    assert ended.code == 1
    assert said in ended.err


def test_all_that_is_in_a_file_is_checked(tmp_path):
    file = tmp_path / "rules.py"
    file.write_text(
        "from dataclasses import replace\n\n\n"
        "def right(facts, costs):\n    return replace(costs, line_cost=costs.line_cost * 2)\n\n\n"
        "def wrong(facts, costs):\n    costs.line_cost[:] = 7.0\n    return costs\n",
        encoding="utf-8",
    )
    right, wrong = check(str(file), load())

    assert (right.name, right.faults) == ("right", [])
    assert [finding.rule for finding in wrong.faults] == ["untouched"]
    assert "costs.line_cost is changed" in wrong.faults[0].fault


def test_what_a_users_code_raises_is_said_with_its_line(tmp_path):
    file = tmp_path / "fails.py"
    file.write_text(
        "from models import Simple\n\n\nclass Fails(Simple):\n"
        "    def mean_and_sd(self, demand, horizon):\n        return demand['mean'], horizon\n",
        encoding="utf-8",
    )
    (checked,) = check(str(file), load())

    assert checked.faults[0].rule == "shape"
    assert checked.faults[0].fault.startswith("raises IndexError")
    assert checked.faults[0].fault.endswith("(fails.py, line 6)")
    assert all(finding.left_out for finding in checked.findings[1:])


def test_a_model_that_rounds_parts_of_units_away_is_told_so(tmp_path):
    file = tmp_path / "rounds.py"
    file.write_text(
        "import numpy as np\nfrom models import Distribution, model\n\n\n"
        "class Rounds:\n    name = 'rounds'\n\n"
        "    def fit(self, history):\n        self.forecast = model('ses').fit(history)\n"
        "        return self\n\n"
        "    def demand(self, horizon):\n"
        "        return Distribution(np.floor(self.forecast.demand(horizon).values + 0.5))\n",
        encoding="utf-8",
    )
    faults = {finding.rule: finding.fault for finding in check(str(file), load())[0].faults}

    assert set(faults) == {"parts", "future"}, "it rounds, and keeps what it learnt in itself"
    assert faults["parts"].startswith("parts of units are lost")


def test_an_installed_model_is_checked_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "installed_models.py").write_text(
        (HERE / "wrong_models" / "mutates.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    point = metadata.EntryPoint("fills_gaps", "installed_models:FillsGaps", "reorder.models")

    others = metadata.entry_points

    def installed(**asked):
        return [point] if asked == {"group": point.group, "name": point.name} else others(**asked)

    monkeypatch.setattr(metadata, "entry_points", installed)
    (checked,) = check("fills_gaps", load())

    assert [finding.rule for finding in checked.faults] == ["untouched"]
