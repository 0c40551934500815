"""A plan on a Ray cluster: what the local engine writes, to the byte, though a node or driver is killed."""

from __future__ import annotations

import importlib.util
import os
import signal
import time

import pytest

from forecasting.bootstrap import partition
from tests.forecasting.scale.conftest import AS_OF
from tests.forecasting.scale.test_local_engine import plan, tables
from tests.support.command import QUICK, process
from tests.support.ray_nodes import ray_nodes

pytestmark = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")


@pytest.fixture(scope="module")
def fine(company, tmp_path_factory):
    """The company in many small partitions, and what the local engine plans of them."""
    folder = tmp_path_factory.mktemp("fine")
    partition(str(company), str(folder / "data"), size=12)
    done = plan(folder / "data", folder / "out", "--engine", "local", "--workers", "1")
    assert done.code == 0, done.err
    return folder


@pytest.fixture(scope="module")
def cluster():
    with ray_nodes() as nodes:
        yield nodes


def start(fine, out, cluster):
    arguments = ("plan", fine / "data", "--as-of", AS_OF, "--out", out, *QUICK, "--engine", "ray")
    return process(*arguments, "--ray-address", cluster.address)


def wait_for(out, receipts):
    limit = time.monotonic() + 90
    while len(list(out.rglob("receipts/consider-*.json"))) < receipts:
        assert time.monotonic() < limit, "no partition was done in time"
        time.sleep(0.02)


@pytest.mark.slow
def test_after_a_killed_driver_the_second_start_does_only_what_is_missing(fine, cluster, tmp_path):
    out = tmp_path / "out"
    with start(fine, out, cluster) as first:
        wait_for(out, 2)
        first.kill()
        first.wait()
    assert not (out / "run.json").exists()
    time.sleep(1)  # what was at work when the driver went may still write its receipt
    done = {file: file.stat().st_mtime_ns for file in out.rglob("receipts/*.json")}
    with start(fine, out, cluster) as second:
        limit = time.monotonic() + 120
        while second.poll() is None:
            # As long as they are there, receipts of the first start stay what they were.
            for file, at in done.items():
                if (found := mtime(file)) is not None:
                    assert found == at
            assert time.monotonic() < limit
            time.sleep(0.1)
        assert second.returncode == 0, second.stderr.read()
    assert tables(out) == tables(fine / "out")


def mtime(file):
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def test_a_node_killed_in_the_middle_costs_nothing_but_its_work(fine, cluster, tmp_path):
    out = tmp_path / "out"
    with start(fine, out, cluster) as running:
        wait_for(out, 1)
        os.kill(cluster.raylets[0], signal.SIGKILL)
        assert not (out / "run.json").exists()
        assert running.wait(180) == 0, running.stderr.read()
    assert tables(out) == tables(fine / "out") and len(tables(out)) > 50
