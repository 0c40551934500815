"""A command that is cut short: killed, or with nobody left to read what it says."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3

import pandas as pd
import pytest

from tests.support.command import AS_OF, QUICK, contents, names, process, reorder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL, and pipes break otherwise")


@pytest.fixture(scope="module")
def planned(sample, tmp_path_factory):
    """An earlier plan: its folder and its database."""
    place = tmp_path_factory.mktemp("planned")
    folder, database = place / "plan", place / "runs.sqlite"
    arguments = ("--out", folder, "--csv", "--db", f"sqlite:///{database}", *QUICK)
    assert reorder("plan", sample, "--as-of", AS_OF, *arguments).code == 0
    return folder, database


KILLED = """
import os, signal, sys
from pathlib import Path
import forecasting.store.database, forecasting.store.files
import forecasting.adapters.checkpoints, forecasting.planning.plan
from forecasting import cli

place, name = {place}
original, calls = getattr(place, name), []

def deadly(*arguments, **more):
    calls.append(name)
    if len(calls) == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments, **more)

setattr(place, name, deadly)
sys.argv[0] = "reorder"
cli.main()
"""


def kill(place: str, call: int, *arguments: object) -> None:
    """Run a command that is killed, as by an operator, at the given call of a function of ours."""
    code = KILLED.format(place=place, call=call)
    with process(*arguments, code=code) as running:
        _, err = running.communicate(timeout=300)
    assert running.returncode == -signal.SIGKILL, err


def kill_a_plan(place: str, call: int, *arguments: object) -> None:
    """The same for a plan."""
    kill(place, call, "plan", *arguments, "--as-of", AS_OF, *QUICK, "--set", "seed=2")


@pytest.mark.parametrize(
    ("place", "call"),
    [
        ("forecasting.planning.plan, 'recommendations'", 1),
        ("forecasting.store.files, 'write_parquet'", 2),
    ],
    ids=["computing", "writing"],
)
def test_a_killed_plan_leaves_an_earlier_one_as_it_was(sample, tmp_path, planned, place, call):
    out = shutil.copytree(planned[0], tmp_path / "plan")
    kill_a_plan(place, call, sample, "--out", out, "--csv")
    assert contents(out) == contents(planned[0])


def test_a_plan_killed_while_it_renames_leaves_whole_files_and_no_run(sample, tmp_path, planned):
    out = shutil.copytree(planned[0], tmp_path / "plan")
    # Files are renamed in the order of their names: the recommendations are, the supplier orders are not.
    kill_a_plan("Path, 'replace'", 19, sample, "--out", out, "--csv")
    assert set(contents(planned[0])) - set(contents(out)) == {"run.json"}
    old = pd.read_parquet(planned[0] / "recommendations.parquet")
    new = pd.read_parquet(out / "recommendations.parquet")
    assert new["run"][0] != old["run"][0]
    assert len(new) == len(old)
    assert reorder("plan", sample, "--as-of", AS_OF, "--out", out, "--csv", *QUICK).code == 0
    left = contents(out)
    assert left.pop("run.json")
    assert left == {name: content for name, content in contents(planned[0]).items() if name != "run.json"}


def test_a_killed_plan_leaves_a_database_as_it_was(sample, tmp_path, planned):
    database = tmp_path / "runs.sqlite"
    shutil.copyfile(planned[1], database)
    kill_a_plan("forecasting.store.database, '_replace'", 3, sample, "--db", f"sqlite:///{database}")
    dumps = []
    for file in (planned[1], database):
        with contextlib.closing(sqlite3.connect(file)) as connection:
            dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1]


REPLAYED = (
    *("--from", "2026-05-18", "--to", "2026-06-28"),
    *("--no-equal", "--set", "interval_draws=50", "--set", "reselect_days=28", *QUICK),
)
CHECKPOINTS = "forecasting.adapters.checkpoints.FolderCheckpoints, 'write'"


@pytest.mark.parametrize(
    ("observe", "baseline", "fits"),
    [("sales", "no_orders", 0), pytest.param("demand", "min_max", 1, marks=pytest.mark.slow)],
)
def test_a_killed_replay_goes_on_and_ends_with_the_same_bytes(sample, tmp_path, observe, baseline, fits):
    rules = ("--policies", f"{baseline},cost_optimal", "--baseline", baseline)
    arguments = ("replay", sample, *REPLAYED, *rules, "--set", f"observe={observe}")
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert reorder(*arguments, "--out", whole).code == 0
    # Killed twice: after the fit and some reviews, and again after some more.
    kill(CHECKPOINTS, 4, *arguments, "--out", out)
    kill(CHECKPOINTS, 8, *arguments, "--out", out)
    assert len(list((out / ".unfinished").glob("*.npz"))) == 3 + 7
    done = reorder(*arguments, "--out", out)
    assert done.code == 0
    assert f"stopped after review {10 - fits}" in done.err
    one, two = contents(whole), contents(out)
    assert json.loads(one.pop("run.json")).keys() == json.loads(two.pop("run.json")).keys()
    assert one == two
    assert names(out) == names(whole)


def test_another_replay_does_not_go_on_with_what_one_left(sample, tmp_path):
    rules = ("--policies", "no_orders,cost_optimal", "--baseline", "no_orders")
    arguments = ("replay", sample, *REPLAYED, *rules, "--out", tmp_path / "out")
    kill(CHECKPOINTS, 4, *arguments)
    done = reorder(*arguments, "--set", "cancel_share=0.2")
    assert done.code == 0
    assert done.err == ""
    whole = reorder(*arguments[:-1], tmp_path / "whole", "--set", "cancel_share=0.2")
    assert contents(tmp_path / "out")["summary.parquet"] == contents(tmp_path / "whole")["summary.parquet"]
    assert whole.code == 0


def test_a_reader_that_has_seen_enough_brings_no_traceback(sample):
    with process("plan", sample, "--as-of", AS_OF, "--json", *QUICK) as running:
        running.stdout.close()
        running.stdout = None
        _, err = running.communicate(timeout=60)
    assert err == ""
    assert running.returncode in (0, 1)
