"""A plan over partitions: the same bytes by any number of workers, and stopped by no partition's fault."""

from __future__ import annotations

import json
import shutil
import time

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from forecasting.bootstrap import partition
from forecasting.config import load
from forecasting.domain import day_text
from forecasting.evaluate.scores import OVERALL
from forecasting.sample.few_items import write_few_items
from forecasting.scale import tasks
from forecasting.scale.manifest import Manifest
from tests.forecasting.scale.conftest import AS_OF
from tests.support.command import QUICK, process, reorder


def plan(data, out, *more):
    return reorder("plan", data, "--as-of", AS_OF, "--out", out, *QUICK, *more)


def tables(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.parquet"))
        if ".unfinished" not in path.parts
    }


def by_item(folder):
    table = pd.read_parquet(folder / "recommendations.parquet")
    return table.set_index(["location", "sku"]).sort_index()


@pytest.fixture(scope="module")
def planned(cut, tmp_path_factory):
    out = tmp_path_factory.mktemp("planned") / "out"
    done = plan(cut, out, "--workers", "1", "--engine", "local")
    assert done.code == 0, done.err
    return out


def test_two_processes_write_the_bytes_of_one(cut, planned, tmp_path):
    done = plan(cut, tmp_path / "out", "--engine", "local", "--workers", "2")
    assert done.code == 0, done.err
    assert tables(tmp_path / "out") == tables(planned) and len(tables(planned)) > 10


def test_a_plan_in_one_partition_is_the_plan_of_the_dataset(company, tmp_path):
    partition(str(company), str(tmp_path / "one"), size=1000)
    assert plan(company, tmp_path / "whole").code == 0
    assert plan(tmp_path / "one", tmp_path / "parts").code == 0
    for name in ("recommendations", "costs", "supplier_orders", "choices", "assumptions"):
        whole, parts = (pd.read_parquet(tmp_path / each / f"{name}.parquet") for each in ("whole", "parts"))
        same = [column for column in whole if column != "run"]
        pd.testing.assert_frame_equal(whole[same], parts[same], check_dtype=False, rtol=1e-9)


def test_every_item_is_planned_once_and_supplier_minimums_are_met_across_partitions(company, planned):
    table = by_item(planned)
    assert len(table) == 122 and table.index.is_unique and table["run"].nunique() == 1
    orders = pd.read_parquet(planned / "supplier_orders.parquet").set_index("supplier")
    assert orders.index.tolist() == ["supplier 0", "supplier 1", "supplier 2"]
    minimum = orders["min_order_value"]
    assert ((orders["value"] == 0) | (orders["value"] >= minimum - 1e-6)).all()
    value = table.groupby("supplier")["value"].sum()
    assert np.allclose(value, orders["value"]) and (table["quantity"] > 0).any()
    saved = pd.read_parquet(planned / "costs.parquet").set_index(["location", "sku"])
    gain = (saved["expected_cost"] - saved["expected_cost_if_ordered"]).groupby(table["supplier"]).sum()
    assert np.allclose(gain - orders["freight"] - orders["order_cost"], orders["saved"], atol=0.01)


def test_a_budget_is_kept_by_all_partitions_together(cut, tmp_path):
    done = plan(cut, tmp_path / "out", "--set", "budget=500", "--workers", "1", "--engine", "local")
    assert done.code == 0, done.err
    assert 0 < by_item(tmp_path / "out")["value"].sum() <= 500 * (1 + 1e-9)
    assert json.loads((tmp_path / "out" / "run.json").read_text())["together"]["budget_price"] > 0


def test_a_rule_that_weighs_no_costs_is_refused_where_terms_cross_partitions(cut, tmp_path):
    done = plan(cut, tmp_path / "out", "--set", "policy=min_max")
    assert done.code == 1 and "policy min_max: weighs no costs" in done.err
    # Said before anything is worked out, however many partitions there are.
    assert not (tmp_path / "out").exists()


class Killed(BaseException):
    """What ends a process in the middle of its work."""


def poisoned(cut, folder):
    """The same partitions, of one of which an order's quantity is below zero; returns its name."""
    shutil.copytree(cut, folder)
    manifest = Manifest.of_text((folder / "manifest.json").read_text(), "here")
    part = manifest.parts[1]
    orders = next(file for file in part.files if file.path.endswith("orders.parquet"))
    table = pq.read_table(folder / orders.path).to_pandas()
    table.loc[3, "quantity"] = -5.0
    table.to_parquet(folder / orders.path)
    from forecasting.scale.splitting import stored

    held = stored(folder / orders.path, folder)
    text = (folder / "manifest.json").read_text().replace(orders.sha256, held.sha256)
    text = text.replace(f'"size": {orders.size}', f'"size": {held.size}')
    (folder / "manifest.json").write_text(text)
    return part.name


def test_a_partition_whose_data_is_poisoned_fails_alone_and_is_named(cut, planned, tmp_path):
    name = poisoned(cut, tmp_path / "data")
    done = plan(tmp_path / "data", tmp_path / "out", "--engine", "local", "--workers", "1")
    assert done.code == 3
    assert "1 of 4 partitions failed" in done.err and name in done.err and "quantity" in done.err
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert list(run["partitions"]["failed"]) == [name] and run["partitions"]["done"] == 3
    rest = by_item(tmp_path / "out")
    assert len(rest) == run["counts"]["items"] < 122 and set(rest.index) < set(by_item(planned).index)


def test_poison_in_the_sample_too_stops_no_other_partition(cut, tmp_path):
    name = poisoned(cut, tmp_path / "data")
    folder = tmp_path / "data"
    manifest = Manifest.of_text((folder / "manifest.json").read_text(), "here")
    sample = next(file for file in manifest.sample.files if file.path.endswith("orders.parquet"))
    bad = pd.read_parquet(folder / next(f.path for f in manifest.parts[1].files if "orders" in f.path))
    table = pq.read_table(folder / sample.path).to_pandas()
    table.loc[table["order"] == bad.loc[3, "order"], "quantity"] = -5.0
    table.to_parquet(folder / sample.path)
    from forecasting.scale.splitting import stored

    held = stored(folder / sample.path, folder)
    text = (folder / "manifest.json").read_text().replace(sample.sha256, held.sha256)
    (folder / "manifest.json").write_text(text.replace(f'"size": {sample.size}', f'"size": {held.size}'))
    done = plan(folder, tmp_path / "out", "--engine", "local", "--workers", "1")
    assert done.code == 3 and name in done.err and "1 of 4" in done.err


def test_half_a_file_is_never_taken_for_a_whole_one(cut, tmp_path):
    shutil.copytree(cut, tmp_path / "data")
    manifest = Manifest.of_text((tmp_path / "data" / "manifest.json").read_text(), "here")
    file = tmp_path / "data" / manifest.parts[0].files[0].path
    file.write_bytes(file.read_bytes()[: manifest.parts[0].files[0].size // 2])
    done = plan(tmp_path / "data", tmp_path / "out", "--engine", "local", "--workers", "1")
    assert done.code == 3 and manifest.parts[0].name in done.err and "bytes were written" not in done.out
    assert "HalfAnObject" in done.err


def test_a_second_start_does_only_what_is_missing(cut, planned, tmp_path, monkeypatch):
    done_first, whole = [], tasks.Desk.done

    def stops(desk, task, receipt):
        if len(done_first) == 3:
            raise Killed
        done_first.append(task)
        whole(desk, task, receipt)

    with monkeypatch.context() as patch:
        patch.setattr(tasks.Desk, "done", stops)
        with pytest.raises(Killed):
            plan(cut, tmp_path / "out", "--engine", "local", "--workers", "1")
    assert not (tmp_path / "out" / "run.json").exists()

    again = []

    def counted(desk, task, receipt):
        again.append(task)
        whole(desk, task, receipt)

    monkeypatch.setattr(tasks.Desk, "done", counted)
    assert plan(cut, tmp_path / "out", "--engine", "local", "--workers", "1").code == 0
    assert not set(again) & set(done_first) and len(again) + len(done_first) == 1 + 3 * 4
    assert tables(tmp_path / "out") == tables(planned)


def test_a_killed_driver_is_followed_by_one_that_ends_with_the_same_bytes(cut, planned, tmp_path):
    out = tmp_path / "out"
    arguments = ("plan", cut, "--as-of", AS_OF, "--out", out, *QUICK, "--engine", "local", "--workers", "2")
    with process(*arguments) as first:
        limit = time.monotonic() + 60
        while not list(out.rglob("receipts/*.json")) and time.monotonic() < limit:
            time.sleep(0.05)
        first.kill()
        first.wait()
    assert list(out.rglob("receipts/*.json")) and not (out / "run.json").exists()
    with process(*arguments) as second:
        assert second.wait(120) == 0, second.stderr.read()
    assert tables(out) == tables(planned)


def test_a_dataset_that_was_not_cut_is_refused(company, cut, tmp_path):
    done = plan(company, tmp_path / "out", "--engine", "local")
    assert done.code == 1 and "reorder partition" in done.err
    assert "name one, --engine" in plan(company, tmp_path / "out", "--workers", "2").err
    assert (
        "written to --out alone" in plan(cut, tmp_path / "out", "--db", f"sqlite:///{tmp_path / 'a.db'}").err
    )
    assert "write local or ray" in plan(cut, tmp_path / "out", "--engine", "spark").err


def test_a_forecast_over_partitions_is_that_of_the_dataset(company, cut, tmp_path):
    asked = ("--as-of", AS_OF, "--horizon-days", "28", "--per-period", *QUICK)
    assert reorder("forecast", company, *asked, "--out", tmp_path / "whole.parquet").code == 0
    done = reorder(
        "forecast", cut, *asked, "--out", tmp_path / "parts", "--engine", "local", "--workers", "1"
    )
    assert done.code == 0, done.err
    keys = ["location", "sku", "period"]
    whole, parts = (
        pd.read_parquet(file).set_index(keys).sort_index()
        for file in (tmp_path / "whole.parquet", tmp_path / "parts" / "forecast.parquet")
    )
    assert whole.index.equals(parts.index)
    # A panel's events move each part's items a little differently.
    assert parts["mean"].sum() == pytest.approx(whole["mean"].sum(), rel=0.05)


def test_how_it_is_cut_changes_no_plan_where_nothing_is_learnt_within_a_partition(company, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(company, data)
    (data / "events.parquet").unlink()
    plans = []
    for size in (25, 70):
        cut, out = tmp_path / f"cut-{size}", tmp_path / f"out-{size}"
        partition(str(data), str(cut), size=size)
        asked = ("--set", "model=quantile_average", "--engine", "local", "--workers", "1")
        done = reorder("plan", cut, "--as-of", AS_OF, "--out", out, *asked)
        assert done.code == 0, done.err
        # What is expected of an item without history follows from those beside it.
        plans.append(by_item(out).drop(columns="run").drop("NEVER", level="sku"))
    assert set(plans[0]["model"]) == {"quantile_average"}
    pd.testing.assert_frame_equal(plans[0], plans[1], check_dtype=False, rtol=1e-6)


def test_promises_over_partitions_are_those_of_the_dataset(tmp_path):
    last = write_few_items(tmp_path / "data")
    partition(str(tmp_path / "data"), str(tmp_path / "cut"), size=5)
    asked = ("--as-of", day_text(last), *QUICK)
    assert reorder("promise", tmp_path / "data", *asked, "--out", tmp_path / "whole").code == 0
    engine = ("--engine", "local", "--workers", "1")
    done = reorder("promise", tmp_path / "cut", *asked, "--out", tmp_path / "parts", *engine)
    assert done.code == 0, done.err
    whole, parts = (pd.read_parquet(tmp_path / each / "promises.parquet") for each in ("whole", "parts"))
    assert sorted(parts["number"]) == list(range(1, len(whole) + 1)) and len(whole) > 3
    key = ["order", "sku"]
    columns = ["quantity", "allocated_from", "verdict"]
    one, other = (table.sort_values(key).set_index(key)[columns] for table in (whole, parts))
    assert one.index.equals(other.index) and one["quantity"].equals(other["quantity"])
    assert (one["verdict"] == other["verdict"]).mean() > 0.9
    run = json.loads((tmp_path / "parts" / "run.json").read_text())
    assert run["counts"]["open_lines"] == len(whole)
    refused = reorder("promise", tmp_path / "cut", *asked, "--out", tmp_path / "x", "--previous", tmp_path)
    assert refused.code == 1 and "promises anew" in refused.err


def test_a_backtest_scores_the_items_of_all_partitions_together(company, cut, tmp_path):
    asked = ("--origins", "2", "--horizon-days", "14", "--models", "ses,moving_average")
    assert reorder("backtest", company, *asked, "--out", tmp_path / "whole").code == 0
    engine = ("--engine", "local", "--workers", "1")
    done = reorder("backtest", cut, *asked, "--out", tmp_path / "parts", *engine)
    assert done.code == 0, done.err
    whole, parts = (pd.read_parquet(tmp_path / each / "scores.parquet") for each in ("whole", "parts"))
    key = ["model", "class", "origin"]
    one, other = (table.set_index(key).sort_index() for table in (whole, parts))
    # Who is fast or slow is told among the items of a partition; over all items it is all the same.
    one, other = (table.xs(OVERALL, level="class") for table in (one, other))
    assert one.index.equals(other.index) and one["windows"].equals(other["windows"])
    forecasts = pd.read_parquet(tmp_path / "parts" / "forecasts.parquet")
    assert forecasts[["location", "sku"]].drop_duplicates().shape[0] <= 122
    assert not forecasts.duplicated(["model", "origin", "location", "sku"]).any()


def test_a_worker_with_other_code_does_nothing_and_is_told_of(cut, tmp_path):
    manifest = Manifest.of_text((cut / "manifest.json").read_text(), "here")
    asked = {"horizon_days": 7, "quantiles": [0.5], "per_period": False}
    job = tasks.Job("forecast", str(cut), str(tmp_path), load(), 0, asked, manifest.fingerprint, "another")
    outcome = tasks.attempt(job, tasks.Task("learn", "sample"))
    assert outcome.state == "failed" and "another version of the code" in outcome.why
    assert not list(tmp_path.iterdir())
