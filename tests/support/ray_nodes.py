"""A Ray cluster of two worker nodes on this machine, in a process of its own: what Ray warns of is its."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.paths import ROOT

SCRIPT = """
import json, sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
raylets = [dict(node.live_processes())["raylet"].pid for node in nodes]
print(json.dumps({"address": cluster.address, "raylets": raylets}), flush=True)
sys.stdin.read()
cluster.shutdown()
"""


@dataclass(frozen=True)
class RayNodes:
    """Where the cluster answers, and the processes of its worker nodes."""

    address: str
    raylets: tuple[int, int]


@contextmanager
def ray_nodes() -> Iterator[RayNodes]:
    """The cluster; it ends with the block."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = next((line for line in process.stdout if line.startswith("{")), "")
        held = json.loads(said)
        yield RayNodes(held["address"], tuple(held["raylets"]))
    finally:
        process.communicate("", timeout=60)
