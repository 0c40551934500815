"""Stores that cannot be, damaged files, runs where nothing was done: told in words, mended by a run."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from forecasting.bootstrap import compare_runs, list_runs, run_experiment
from forecasting.errors import RequestError
from forecasting.experimenting.store import Store
from tests.support.command import reorder
from tests.support.experiments import events, write_experiment

LATER = 4_000_000_000
"""Seconds: a run that is newer than all that tests make."""


@pytest.fixture
def store(small, tmp_path):
    """A copy of the store, to damage."""
    return shutil.copytree(small[1], tmp_path / "runs")


def fail_newest(store, run, *failed):
    """A newer run, in which some contenders failed and which was never compared. Its name."""
    said = {**run, "run": "fffnewest", "failed": {name: ["it fell over"] for name in failed}}
    said.update(verdict="", cheapest=None)
    folder = store / "runs" / said["run"]
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(said), encoding="utf-8")
    os.utime(folder / "run.json", (LATER, LATER))
    return said["run"]


def test_a_store_that_is_a_file_is_told_before_anything_is_done(small, tmp_path):
    store = tmp_path / "file"
    store.touch()
    for asked in (["run", small[0], "--tracking", "none"], ["list"], ["compare", "a", "b"], ["promote", "x"]):
        ended = reorder("experiment", *asked, "--store", store)
        assert ended.code == 1 and f"--store {store}: " in ended.err and "Traceback" not in ended.err
    below = reorder("experiment", "run", small[0], "--tracking", "none", "--store", store / "runs")
    assert below.code == 1 and "cannot be made" in below.err and "name another folder" in below.err


def test_a_run_of_which_every_contender_failed_says_so_wherever_it_is_asked(small, store):
    newest = fail_newest(store, small[2].run, "nothing", "default")
    for asked in (["promote", newest], ["compare", newest, newest]):
        ended = reorder("experiment", *asked, "--store", store)
        assert ended.code == 1 and f"run {newest}: every contender failed, the first so: it fell" in ended.err
    listed = reorder("experiment", "list", "--store", store)
    assert "Every contender failed: nothing, default." in listed.out and "None" not in listed.out


def test_a_run_without_its_baseline_or_that_was_cut_short_says_why_it_has_no_verdict(small, store):
    newest = fail_newest(store, small[2].run, "nothing")
    listed = reorder("experiment", "list", "--store", store).out
    assert "It was cut short; `reorder experiment run small` goes on with it." in listed
    file = store / "runs" / newest / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "cheapest": "default"}), encoding="utf-8")
    assert "Nothing was compared; failed: nothing." in reorder("experiment", "list", "--store", store).out


def test_an_older_run_that_stands_in_for_one_that_failed_is_named(small, store):
    run, newest = small[2].run, fail_newest(store, small[2].run, "default")
    told = f"default is that of run {run['run']}: it failed in the newest run that has it, {newest}."
    found = compare_runs("nothing", "default", None, store)
    assert found["warnings"][0] == told
    assert (found["a"]["run"], found["b"]["run"]) == (newest, run["run"])
    ended = reorder("experiment", "compare", "nothing", "default", "--store", store)
    assert f"warning: {told}" in ended.out
    assert f"A: nothing of run {newest}\nB: default of run {run['run']}\n" in ended.out


def test_a_contender_that_failed_in_every_run_is_told_so(small, store):
    shutil.rmtree(store / "runs" / small[2].run["run"])
    newest = fail_newest(store, small[2].run, "default")
    with pytest.raises(RequestError, match=f"default: failed in every run that has it, the newest {newest}"):
        compare_runs("nothing", "default", None, store)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_damaged_run_is_named_and_made_again(small, store, content):
    file, _, (run, *_) = small
    damaged = store / "runs" / run["run"] / "run.json"
    damaged.write_text(content, encoding="utf-8")
    with pytest.raises(RequestError, match=r"run\.json: is damaged .* `reorder experiment run` writes it"):
        list_runs(store)
    with pytest.raises(RequestError, match=r"run\.json: is damaged"):
        Store(store).run(run["run"])
    run_experiment(str(file), store=store, tracking="none", workers=1)
    assert [each["run"] for each in list_runs(store)] == [run["run"]]


@pytest.mark.parametrize("name", ["items.parquet", "forecasts.parquet", "receipt.json"])
def test_a_damaged_result_is_named_and_its_task_alone_is_done_again(small, store, name):
    file, _, (run, compared, _) = small
    key = run["contenders"]["default"]["tasks"][1]
    damaged = store / "tasks" / key / name
    damaged.write_bytes(damaged.read_bytes()[:-9])
    with pytest.raises(RequestError, match=f"{key}/{name}: is damaged .* does that task again"):
        compare_runs("nothing", "default", None, store)
    begun = len(events(store, "begins"))
    again = run_experiment(str(file), store=store, tracking="none", workers=1)
    assert events(store, "begins")[begun:] == [key]
    assert again.compared[0]["saved"] == compared[0]["saved"]


def test_where_a_result_cannot_be_written_is_said_before_anything_is_done(tmp_path):
    file, store = write_experiment(tmp_path / "mine"), tmp_path / "runs"
    for text, said in ((None, "there is no such file to write"), ("# Mine\n", "has no lines")):
        if text is not None:
            (file.parent / "README.md").write_text(text, encoding="utf-8")
        with pytest.raises(RequestError, match=said):
            run_experiment(str(file), store=store, tracking="none", workers=1, write=True)
        assert not store.exists()
