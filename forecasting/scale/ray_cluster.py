"""The tasks on a Ray cluster: the only module that knows Ray, which is imported when it is asked for.

Every node must have this package of this version, and reach the partitions and the outputs: a shared file
system, or an object store. Nothing but tasks and outcomes passes through Ray; a killed node costs the tasks
that were at work on it, which Ray tries again elsewhere, and a receipt keeps any from being done twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from forecasting.errors import RequestError
from forecasting.scale.engines import ATTEMPTS, Outcome, T, Work
from models.shared.compile import THREADS

PER_CORE = 2
"""Tasks that are handed over at a time for each core of the cluster: the rest wait here."""


class RayCluster:
    """The engine ``ray``. ``address``: of a cluster; None: as RAY_ADDRESS says, else one of this machine."""

    def __init__(self, address: str | None = None) -> None:
        self._ray = _ray()
        if not self._ray.is_initialized():
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            address = address or os.environ.get("RAY_ADDRESS")
            try:
                here = {} if address else {"include_dashboard": False}
                self._ray.init(address=address, log_to_driver=False, logging_level="error", **here)
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise RequestError(f"--ray-address {address}: no Ray cluster answers ({error})") from None

    def outcomes(self, work: Work[T], tasks: Iterable[T]) -> Iterator[Outcome[T]]:
        """As of ``engines.Engine``; a task whose worker was killed Ray itself tries again."""
        ray = self._ray
        remote = ray.remote(num_cpus=1, max_retries=ATTEMPTS)(_on_one_core)
        every = list(tasks)
        waiting, tried, running = list(range(len(every)))[::-1], [0] * len(every), dict[Any, int]()
        while waiting or running:
            room = max(1, PER_CORE * int(ray.cluster_resources().get("CPU", 1)))
            while waiting and len(running) < room:
                at = waiting.pop()
                running[remote.remote(work, every[at])] = at
            ended, _ = ray.wait(list(running), num_returns=1)
            at = running.pop(ended[0])
            outcome = _outcome(ray, ended[0], every[at])
            tried[at] += 1
            if outcome.again and tried[at] < ATTEMPTS:
                waiting.append(at)
            else:
                yield outcome


def _on_one_core(work: Work[T], task: T) -> Outcome[T]:
    os.environ[THREADS] = "1"
    return work(task)


def _outcome(ray: Any, reference: Any, task: T) -> Outcome[T]:
    try:
        found: Outcome[T] = ray.get(reference)
    except ray.exceptions.RayError as error:
        return Outcome(task, "failed", f"its worker was lost: {str(error).splitlines()[0]}")
    return found


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise RequestError("--engine ray: needs Ray; pip install 'reorder[ray]'") from None
    return ray
