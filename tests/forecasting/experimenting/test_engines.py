"""An experiment on a Ray cluster: what processes of this machine find, to the byte."""

from __future__ import annotations

import importlib.util
import json

import pytest

from tests.support.command import contents, process, reorder
from tests.support.experiments import events
from tests.support.ray_nodes import ray_nodes

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")


def tables(store):
    """Every table of every task, byte by byte; a receipt tells how long its task took besides."""
    return {
        folder.name: {name: held for name, held in contents(folder).items() if name.endswith(".parquet")}
        for folder in (store / "tasks").iterdir()
    }


@needs_ray
@pytest.mark.slow  # that Ray finds what processes do is asked of plans, always
def test_a_ray_cluster_finds_what_this_process_does(small, tmp_path, monkeypatch):
    file, store, (run, compared, _) = small
    # A worker stands in another folder than the one that a relative store is seen from.
    monkeypatch.chdir(tmp_path)
    arguments = ("experiment", "run", file, "--store", "runs", "--tracking", "none", "--json")
    with ray_nodes() as nodes, process(*arguments, "--engine", "ray", "--ray-address", nodes.address) as ray:
        out, err = ray.communicate(timeout=300)
    assert ray.returncode == 0, err
    found = json.loads(out)
    assert tables(tmp_path / "runs") == tables(store)
    assert (found["run"], found["cheapest"]) == (run["run"], run["cheapest"])
    assert [each["verdict"] for each in found["comparisons"]] == [each["verdict"] for each in compared]
    done = events(tmp_path / "runs", "done")
    assert len(done) == len(set(done)) == len(tables(store))


def test_an_unknown_engine_is_told(small, tmp_path):
    ended = reorder("experiment", "run", small[0], "--store", tmp_path / "runs", "--engine", "sun")
    assert ended.code == 1 and "--engine sun: write local or ray" in ended.err
    assert not (tmp_path / "runs").exists()
