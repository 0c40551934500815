"""An experiment from its file to its comparison: what is done, kept, charged and left out."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from forecasting.bootstrap import compare_runs, list_runs, run_experiment
from forecasting.errors import ConfigError, RequestError
from forecasting.experimenting.store import as_json
from tests.support.experiments import SMALL, events, write_experiment


def test_every_contender_is_replayed_in_every_window_once(small):
    _, store, (run, _, trouble) = small
    assert trouble == ()
    keys = [key for contender in run["contenders"].values() for key in contender["tasks"]]
    assert len(keys) == len(set(keys)) == 8
    assert sorted(events(store, "done")) == sorted(keys)
    assert run["windows"] == [
        ["2026-03-09", "2026-04-05"],
        ["2026-04-06", "2026-05-03"],
        ["2026-05-04", "2026-05-31"],
        ["2026-06-01", "2026-06-28"],
    ]


def test_a_task_keeps_results_per_item_that_add_up_to_its_receipt(small):
    _, store, (run, *_) = small
    for key in run["contenders"]["default"]["tasks"]:
        folder = store / "tasks" / key
        items, receipt = (
            pd.read_parquet(folder / "items.parquet"),
            json.loads((folder / "receipt.json").read_text()),
        )
        assert items["cost_total"].sum() == pytest.approx(receipt["totals"]["cost_total"], abs=0.01)
        assert receipt["totals"]["lines"] == items["lines"].sum() > 0
        forecasts = pd.read_parquet(folder / "forecasts.parquet")
        assert forecasts["origin"].nunique() == 1 and forecasts["pinball"].notna().any()


def test_what_a_task_says_is_what_a_replay_of_those_days_says(small):
    """The same figures, come to by the command that everybody knows."""
    from forecasting.config import load
    from forecasting.domain import day_number
    from forecasting.inputs.read_records import read_records
    from forecasting.replay.replay import replay
    from forecasting.replay.request import ReplayRequest

    _, store, (run, *_) = small
    first, last = (day_number(pd.Timestamp(day).date()) for day in run["windows"][2])
    config = load(None, [f"{name}={value}" for name, value in SMALL["settings"].items()])
    request = ReplayRequest(first, last, ["no_orders", "cost_optimal"], "no_orders")
    told = replay(read_records(run["data"]["source"]), config, request).tables["summary"].set_index("policy")
    for name, policy in (("nothing", "no_orders"), ("default", "cost_optimal")):
        receipt = json.loads(
            (store / "tasks" / run["contenders"][name]["tasks"][2] / "receipt.json").read_text()
        )
        assert receipt["totals"]["cost_total"] == told.loc[policy, "cost_total"]
        assert receipt["totals"]["backordered_lines"] == told.loc[policy, "backordered_lines"]


def test_money_comes_first_and_the_comparison_is_that_of_the_results(small):
    _, store, (run, compared, _) = small
    (found,) = compared
    cost = {
        name: sum(
            pd.read_parquet(store / "tasks" / key / "items.parquet")["cost_total"].sum()
            for key in run["contenders"][name]["tasks"]
        )
        for name in ("nothing", "default")
    }
    assert found["saved"]["saved"] == pytest.approx(cost["nothing"] - cost["default"], abs=0.05)
    assert found["saved"]["share"] == pytest.approx(found["saved"]["saved"] / cost["nothing"], abs=1e-4)
    assert sum(each["saved"] for each in found["classes"].values()) == pytest.approx(found["saved"]["saved"])
    assert sum(each["cost_saved"] for each in found["by_window"]) == pytest.approx(
        found["saved"]["saved"], abs=0.05
    )
    short = found["a"]["short_lines"] - found["b"]["short_lines"]
    assert found["backorders_avoided"]["lines"] == short > 0
    assert found["items"] == 10 and found["verdict"].startswith(("default saves", "No difference"))
    assert {"pinball", "bias", "rmsse"} <= set(found["forecasts"]["b"]["overall"])


def test_the_other_way_round_it_is_the_same_saving_with_the_other_sign(small):
    _, store, (run, compared, _) = small
    turned = compare_runs("default", "nothing", run["run"], store)
    assert turned["saved"]["saved"] == pytest.approx(-compared[0]["saved"]["saved"])
    assert turned["saved"]["low"] == pytest.approx(-compared[0]["saved"]["high"])
    alone = compare_runs("default", "default", run["run"], store)
    assert alone["verdict"] == f"{run['run']}/default and {run['run']}/default cost the same on 10 items."


def test_run_again_nothing_is_done_and_all_is_said_again(small):
    file, store, before = small
    done = events(store, "begins")
    again = run_experiment(str(file), store=store, tracking="none", workers=1)
    assert events(store, "begins") == done
    # As JSON: what is not known is null there, and equal to itself.
    assert [as_json(each) for each in again.compared] == [as_json(each) for each in before.compared]
    assert again.run == before.run
    assert [each["run"] for each in list_runs(store)] == [before.run["run"]]


def test_another_experiment_takes_what_they_have_in_common(small, tmp_path):
    _, store, (run, *_) = small
    done = len(events(store, "begins"))
    contenders = {**SMALL["contenders"], "wary": {"excess_holding_share": 1}}
    other = run_experiment(
        str(write_experiment(tmp_path / "other", contenders=contenders)),
        store=store,
        tracking="none",
        workers=1,
    ).run
    assert other["contenders"]["default"]["tasks"] == run["contenders"]["default"]["tasks"]
    assert len(events(store, "begins")) == done + 4


def test_a_change_of_a_setting_is_another_task(small):
    file, store, (run, *_) = small
    changed = run_experiment(
        str(file), ["windows.number=1", "cancel_share=0.2"], store=store, tracking="none", workers=1
    ).run
    assert changed["run"] != run["run"]
    assert not set(changed["contenders"]["default"]["tasks"]) & set(run["contenders"]["default"]["tasks"])


def test_who_believes_other_costs_is_charged_those_of_the_experiment(small, tmp_path):
    """A contender that believes shortages to cost nothing buys less, and pays for it all the same."""
    _, store, _ = small
    free = {"lost_margin": 0, "goodwill_share_of_price": 0, "admin_minutes_per_line": 0, "churn_per_line": 0}
    contenders = {**SMALL["contenders"], "careless": {**free, "late_share_of_price_per_day": 0}}
    file = write_experiment(tmp_path / "belief", contenders=contenders)
    ran = run_experiment(str(file), store=store, tracking="none", workers=1)
    careless = next(each for each in ran.compared if each["b"]["name"] == "careless")
    assert careless["b"]["short_lines"] > next(
        each["b"]["short_lines"] for each in ran.compared if each["b"]["name"] == "default"
    )
    keys = ran.run["contenders"]["careless"]["tasks"]
    goodwill = [json.loads((store / "tasks" / key / "receipt.json").read_text())["totals"] for key in keys]
    assert sum(each["cost_goodwill"] for each in goodwill) > 0
    assert "world" not in careless["verdict"]


def test_a_contender_that_fails_is_said_to_and_stops_no_other(tmp_path):
    contenders = {**SMALL["contenders"], "lost": {"policy": "own_levels"}, "odd": {"model": "no_such"}}
    file = write_experiment(tmp_path / "failing", contenders=contenders, windows={"number": 1, "days": 28})
    # A sample has no levels of a company's own.
    ran = run_experiment(str(file), store=tmp_path / "runs", tracking="none", workers=1)
    assert set(ran.run["failed"]) == {"lost", "odd"}
    assert "there is no model 'no_such'" in ran.run["failed"]["odd"][0]
    assert [each["b"]["name"] for each in ran.compared] == ["default"]
    (said,) = ran.trouble
    assert "2 of 4 contenders failed" in said
    with pytest.raises(RequestError, match=f"lost: failed there of run {ran.run['run']}"):
        compare_runs("nothing", "lost", ran.run["run"], tmp_path / "runs")


def test_where_all_fail_there_is_no_result(tmp_path):
    file = write_experiment(
        tmp_path / "failing", settings={"model": "no_such"}, windows={"number": 1, "days": 28}
    )
    with pytest.raises(RequestError, match="every contender failed, the first so: there is no model"):
        run_experiment(str(file), store=tmp_path / "runs", tracking="none", workers=1)


def test_what_may_not_be_known_is_not(small, tmp_path):
    _, store, _ = small
    contenders = {"default": {}, "young": {"data": {"history_days": 56}}}
    file = write_experiment(
        tmp_path / "young", contenders=contenders, baseline="default", windows={"number": 2, "days": 28}
    )
    ran = run_experiment(str(file), store=store, tracking="none", workers=1)
    (found,) = ran.compared
    assert found["a"]["cost"] != found["b"]["cost"]
    assert found["warnings"][-1] == (
        "They do not know the same: default knows all of the past, and young knows 56 days before each "
        "window; losses, in shares of the demand that each knows, do not compare."
    )


def test_items_that_no_window_is_long_enough_for_are_left_out_and_said_to_be(small, tmp_path):
    """The first protection interval does not count: four weeks are over before it is, for some."""
    _, store, (_, compared, _) = small
    assert compared[0]["uncounted"] == 0
    settings = {**SMALL["settings"], "warmup": "protection"}
    file = write_experiment(tmp_path / "short", settings=settings, windows={"number": 1, "days": 28})
    ran = run_experiment(str(file), store=store, tracking="none", workers=1)
    (found,) = ran.compared
    assert found["items"] + found["uncounted"] == 10 and found["uncounted"] > 0
    assert f"{found['uncounted']} items are not counted in any window" in found["warnings"][-1]


def test_windows_that_do_not_fit_are_refused_with_how_many_would(tmp_path):
    file = write_experiment(tmp_path / "long", windows={"number": 12, "days": 28})
    with pytest.raises(RequestError, match=r"12 of 28 days would begin on .* There is room for 8"):
        run_experiment(str(file), store=tmp_path / "runs", tracking="none", workers=1)


def test_halving_looks_at_few_items_first_and_keeps_the_cheapest(small, tmp_path):
    _, store, _ = small
    settings = {"policy": ["no_orders", "cost_optimal"], "excess_holding_share": [0, 1]}
    sweep = {"kind": "halving", "items": 4, "factor": 2, "over": "default", "settings": settings}
    file = write_experiment(tmp_path / "halved", sweep=sweep, windows={"number": 1, "days": 28})
    run = run_experiment(str(file), store=store, tracking="none", workers=1).run
    first = run["rounds"][0]
    assert first["items"] == 4 and len(first["cost"]) == 4
    assert list(first["cost"].values()) == sorted(first["cost"].values())
    assert first["kept"] == list(first["cost"])[:2]
    assert set(run["contenders"]) == {"nothing", "default", *first["kept"]}
    key = run["contenders"]["default"]["tasks"][0]
    assert len(pd.read_parquet(store / "tasks" / key / "items.parquet")) == 10


def test_runs_and_contenders_that_are_not_there_are_named(small, tmp_path):
    _, store, (run, *_) = small
    with pytest.raises(RequestError, match="nobody: is neither a run of"):
        compare_runs("nobody", "default", None, store)
    with pytest.raises(RequestError, match=r"defualt: is no contender of run .*: did you mean"):
        compare_runs("nothing", "defualt", run["run"], store)
    with pytest.raises(ConfigError, match="a folder of files is refused"):
        run_experiment(
            str(write_experiment(tmp_path / "mine")),
            store=store,
            tracking=str(tmp_path / "mlruns"),
            workers=1,
        )


def test_runs_of_other_data_cannot_be_compared(small, tmp_path):
    file, store, (run, *_) = small
    other = run_experiment(
        str(file), ["sample.seed=2", "windows.number=1"], store=store, tracking="none", workers=1
    ).run
    with pytest.raises(RequestError, match="are of different data"):
        compare_runs(f"{run['run']}/default", f"{other['run']}/default", None, store)


def test_where_results_are_kept_is_said_by_a_setting_and_is_no_part_of_what_they_are(small, tmp_path):
    file, _, (run, *_) = small
    place = tmp_path / "elsewhere"
    other = run_experiment(
        str(file), [f"experiment_store={place}", "tracking=none", "windows.number=1"], workers=1
    ).run
    assert (place / "runs" / other["run"] / "run.json").is_file()
    assert other["contenders"]["default"]["tasks"] == run["contenders"]["default"]["tasks"][-1:]


def test_results_that_were_thrown_away_are_said_to_be_gone_and_made_again(small, tmp_path):
    import shutil

    file, store, (run, compared, _) = small
    place = tmp_path / "copy"
    shutil.copytree(store, place)
    key = run["contenders"]["default"]["tasks"][0]
    shutil.rmtree(place / "tasks" / key)
    assert run["run"] in {each["run"] for each in list_runs(place)}
    with pytest.raises(RequestError, match="the results of a task are gone"):
        compare_runs("nothing", "default", run["run"], place)
    again = run_experiment(str(file), store=place, tracking="none", workers=1)
    assert again.compared[0]["saved"] == compared[0]["saved"]


def test_code_that_is_changed_while_an_experiment_runs_makes_no_result(small, tmp_path):
    """A worker that starts later would run other code than the one that the result is named by."""
    from dataclasses import replace

    from forecasting.experimenting.contenders import named
    from forecasting.experimenting.experiment import read
    from forecasting.experimenting.run import plan
    from forecasting.experimenting.store import Store
    from forecasting.experimenting.work import attempt
    from forecasting.inputs.read_records import read_records

    file, _, (run, *_) = small
    experiment, source = read(file), run["data"]["source"]
    planned = plan(experiment, "small", source, read_records(source))
    task = planned.tasks(named(experiment)[0])[0]
    assert task.key in run["contenders"]["nothing"]["tasks"]
    changed = replace(task, code=("another",))
    outcome = attempt(tmp_path, changed)
    assert (outcome.task.key, outcome.state) == (changed.key, "failed") != (task.key, "failed")
    assert "the code was changed while the experiment ran" in outcome.why
    assert not Store(tmp_path).done(changed.key)
