"""Experiments that are killed, and two on one store at once."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest

from forecasting.experimenting.store import Store
from tests.support.command import process, reorder
from tests.support.experiments import events, write_experiment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")


def start(file, store, *more):
    return process(
        "experiment", "run", file, "--store", store, "--tracking", "none", "--workers", "2", "--json", *more
    )


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_an_experiment_killed_in_the_middle_goes_on_with_what_is_missing_alone(tmp_path):
    windows = {"number": 3, "days": 28}
    file, store = write_experiment(tmp_path / "mine", windows=windows), tmp_path / "runs"
    with start(file, store) as running:
        until(lambda: len(events(store, "done")) >= 1)
        children = psutil.Process(running.pid).children(recursive=True)
        running.kill()
        running.communicate()
    assert running.returncode == -signal.SIGKILL
    # The processes that did its tasks end with it: nobody works on, and nobody holds a lock.
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []

    done, begun = events(store, "done"), events(store, "begins")
    assert 1 <= len(done) < 6
    ended = reorder("experiment", "run", file, "--store", store, "--tracking", "none", "--workers", 1)
    assert ended.code == 0, ended.err
    assert "default" in ended.out
    after = events(store, "done")
    assert len(after) == len(set(after)) == 6, "each task was done once"
    again = events(store, "begins")[len(begun) :]
    assert not set(again) & set(done), "what was done before the kill was not done again"


@pytest.mark.slow
def test_two_experiments_at_once_on_one_store_do_each_task_once_and_say_the_same(tmp_path):
    windows = {"number": 2, "days": 28}
    file, store = write_experiment(tmp_path / "mine", windows=windows), tmp_path / "runs"
    with start(file, store) as one, start(file, store) as other:
        told = [each.communicate(timeout=900) for each in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0), told
    assert told[0][0] == told[1][0] != ""
    done = events(store, "done")
    assert len(done) == len(set(done)) == len(events(store, "begins")) == 4


def test_a_lock_is_waited_for_and_goes_with_its_process(tmp_path):
    store, held = Store(tmp_path), tmp_path / "held"
    code = (
        "import sys, time, pathlib; from forecasting.experimenting.store import Store\n"
        f"with Store(pathlib.Path({str(tmp_path)!r})).turn('name'):\n"
        f"    pathlib.Path({str(held)!r}).touch(); time.sleep(60)"
    )
    with process(code=code) as holder:
        until(held.exists)
        holder.kill()
        holder.communicate()
    began = time.monotonic()
    with store.turn("name"):
        assert time.monotonic() - began < 5
