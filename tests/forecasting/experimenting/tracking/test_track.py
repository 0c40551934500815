"""What a run of an experiment leaves on a real MLflow server, seen through MLflow's own client."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from forecasting.bootstrap import run_experiment
from forecasting.experimenting.store import Store
from tests.support.command import reorder


def runs(client, name="ordering"):
    experiment = client.get_experiment_by_name(name)
    return {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}


def models(client, name="ordering"):
    experiment = client.get_experiment_by_name(name)
    found = client.search_logged_models([experiment.experiment_id])
    return {model.tags["reorder.contender"]: model for model in found}


def test_a_run_is_a_parent_and_each_contender_its_child(tracked, client):
    assert tracked.trouble == ()
    found = runs(client)
    parent = found.pop("ordering")
    assert set(found) == {"nothing", "default", "wary, at any price"}
    assert {run.data.tags["mlflow.parentRunId"] for run in found.values()} == {parent.info.run_id}
    assert {run.info.status for run in found.values()} == {"FINISHED"} == {parent.info.status}
    assert parent.data.tags["mlflow.note.content"] == tracked.run["verdict"]
    assert found["nothing"].data.params["policy"] == "no_orders"
    assert found["default"].data.tags["reorder.code"] == tracked.run["code"]


def test_each_window_is_a_step_of_money_service_and_forecasts(tracked, client):
    store, run = Store(tracked.store), runs(client)["default"]
    keys = tracked.run["contenders"]["default"]["tasks"]
    history = client.get_metric_history(run.info.run_id, "cost_total")
    expected = {step: store.receipt(key)["totals"]["cost_total"] for step, key in enumerate(keys, start=1)}
    assert {each.step: each.value for each in history} == pytest.approx(expected)
    assert run.data.metrics["cost"] == pytest.approx(sum(expected.values()))
    assert {"line_fill_rate", "backordered_lines", "pinball", "bias", "rmsse", "saved_share"} <= set(
        run.data.metrics
    )


def test_each_contender_is_a_model_whose_metrics_name_it_and_the_data(tracked, client):
    digest = tracked.run["data"]["fingerprint"][:32]
    found = models(client)
    assert set(found) == {"nothing", "default", "wary, at any price"}
    for name, model in found.items():
        assert model.status == "READY" and model.source_run_id == runs(client)[name].info.run_id
        assert {metric.dataset_digest for metric in model.metrics} == {digest}
        assert {metric.key for metric in model.metrics} >= {"cost_total", "pinball"}
        assert model.params["policy"] == ("no_orders" if name == "nothing" else "cost_optimal")
        outputs = runs(client)[name].outputs.model_outputs
        assert [each.model_id for each in outputs] == [model.model_id]
    inputs = runs(client)["default"].inputs.dataset_inputs
    assert [(each.dataset.name, each.dataset.digest) for each in inputs] == [("orders", digest)]


def test_results_per_item_pictures_configuration_and_environment_are_its_files(tracked, client, tmp_path):
    child, parent = runs(client)["default"], runs(client)["ordering"]
    names = {file.path for file in client.list_artifacts(child.info.run_id)}
    assert names == {"items.parquet", "forecasts.parquet", "config.yaml", "environment.json"}
    whole = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert whole == {"experiment.yaml", "comparison.html", "comparison.json", "result.md", "by_class.png"}
    items = pd.read_parquet(client.download_artifacts(child.info.run_id, "items.parquet", str(tmp_path)))
    assert items["cost_total"].sum() == pytest.approx(child.data.metrics["cost"], abs=0.05)
    assert items["window"].nunique() == 4
    picture = client.download_artifacts(parent.info.run_id, "by_class.png", str(tmp_path))
    assert Path(picture).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_run_again_nothing_is_there_twice(tracked, client):
    before = {name: run.info.run_id for name, run in runs(client).items()}
    points = len(client.get_metric_history(before["default"], "cost_total"))
    again = run_experiment(str(tracked.file), store=tracked.store, tracking=tracked.url, workers=1)
    assert again.trouble == ()
    assert {name: run.info.run_id for name, run in runs(client).items()} == before
    assert len(models(client)) == 3
    assert len(client.get_metric_history(before["default"], "cost_total")) == points == 4


def test_a_run_whose_tracking_was_cut_short_is_gone_on_with(tracked, client):
    """As after a kill between metrics and files: the run is there, but not whole."""
    run = runs(client)["default"]
    client.set_tag(run.info.run_id, "reorder.whole", "no")
    client.set_terminated(run.info.run_id, "KILLED")
    run_experiment(str(tracked.file), store=tracked.store, tracking=tracked.url, workers=1)
    again = runs(client)["default"]
    assert (again.info.run_id, again.info.status) == (run.info.run_id, "FINISHED")
    assert again.data.tags["reorder.whole"] == "yes"
    assert len(client.get_metric_history(run.info.run_id, "cost_total")) == 4
    assert len(models(client)) == 3


def test_the_model_takes_a_history_and_gives_quantiles(tracked, client):
    import mlflow

    model = mlflow.pyfunc.load_model(f"models:/{models(client)['default'].model_id}")
    days = pd.date_range("2025-01-01", "2025-12-31", freq="7D")
    history = pd.DataFrame(
        {"sku": ["A", "B"] * len(days), "date": days.repeat(2), "quantity": [4.0, 40.0] * len(days)}
    )
    told = model.predict(history, params={"horizon_days": 28}).set_index("sku")
    assert list(told.columns) == ["mean", "q0.5", "q0.8", "q0.9", "q0.95", "q0.98"]
    assert told.loc["A", "mean"] == pytest.approx(16, rel=0.1)
    assert told.loc["B", "mean"] == pytest.approx(160, rel=0.1)
    assert (told["q0.5"] <= told["q0.98"]).all()


def test_what_a_program_reads_is_json_and_nothing_else(tracked, tmp_path):
    ended = reorder(
        "experiment", "run", tracked.file, "--store", tracked.store, "--workers", 1, "--json",
        "--tracking", f"sqlite:///{tmp_path / 'm.db'}",
    )  # fmt: skip
    assert json.loads(ended.out)["run"] == tracked.run["run"] and ended.err == ""


@pytest.mark.parametrize("url", ["file:///somewhere/mlruns", "mlruns", "s3://bucket/runs"])
def test_folders_of_files_are_refused_with_the_reason_before_anything_is_done(tracked, tmp_path, url):
    ended = reorder("experiment", "run", tracked.file, "--store", tmp_path / "runs", "--tracking", url)
    assert ended.code == 1
    assert "a folder of files is refused: two experiments that write there at once disturb" in ended.err
    assert not (tmp_path / "runs").exists()


def test_a_server_that_is_not_there_is_said_and_results_are_kept(tracked):
    ended = reorder(
        "experiment",
        "run",
        tracked.file,
        "--store",
        tracked.store,
        "--tracking",
        "http://127.0.0.1:9",
        "--workers",
        1,
    )
    assert ended.code == 3
    assert "What is it worth to order at all?" in ended.out
    assert "http://127.0.0.1:9: MLflow does not answer there" in ended.err
