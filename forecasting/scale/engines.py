"""Engines: the same tasks, done by processes of this machine or by a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Literal, Protocol

from forecasting.adapters.workers import end_with_parent
from forecasting.errors import RequestError
from forecasting.scale.tasks import Job, Outcome, Task, attempt
from models.shared.compile import THREADS, threads

ATTEMPTS = 3
"""Times that a task is tried whose process was killed, or whose storage failed."""

Name = Literal["local", "ray"]


class Engine(Protocol):
    """Does tasks, in any order, and says how each ended."""

    def outcomes(self, job: Job, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Each task once, as it ends."""


class Local:
    """Processes of this machine, each on its part of the cores; ``workers`` = 1: this process."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = threads() if workers is None else workers

    def outcomes(self, job: Job, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """As of ``Engine``. A killed process costs the tasks that were at work, which are tried again."""
        left = dict.fromkeys(tasks, 0)
        if self.workers <= 1 or len(left) <= 1:
            # Alone, a task has all cores.
            for task in left:
                yield _tried(job, task)
            return
        while left:
            try:
                for outcome in self._in_pool(job, list(left)):
                    left[outcome.task] += 1
                    if outcome.again and left[outcome.task] < ATTEMPTS:
                        continue
                    del left[outcome.task]
                    yield outcome
            except BrokenProcessPool:
                left = {task: tried + 1 for task, tried in left.items()}
                given_up = [task for task, tried in left.items() if tried >= ATTEMPTS]
                for task in given_up:
                    del left[task]
                    yield Outcome(task, "failed", "its process was killed, perhaps for want of memory")

    def _in_pool(self, job: Job, tasks: list[Task]) -> Iterator[Outcome]:
        # Spawned, not forked: numba's and Arrow's threads do not survive a fork.
        before = os.environ.get(THREADS)
        os.environ[THREADS] = str(max(1, threads() // self.workers))
        pool = ProcessPoolExecutor(self.workers, get_context("spawn"), initializer=end_with_parent)
        try:
            running: set[Future[Outcome]] = {pool.submit(attempt, job, task) for task in tasks}
            while running:
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            os.environ.pop(THREADS) if before is None else os.environ.update({THREADS: before})


def _tried(job: Job, task: Task) -> Outcome:
    outcome = attempt(job, task)
    for _ in range(ATTEMPTS - 1):
        if not outcome.again:
            break
        outcome = attempt(job, task)
    return outcome


def engine(name: Name, workers: int | None = None, address: str | None = None) -> Engine:
    """The engine of that name. ``address``: of a Ray cluster; None: the one that the environment names."""
    if name == "local":
        return Local(workers)
    if name == "ray":
        from forecasting.scale.ray_cluster import RayCluster

        return RayCluster(address)
    raise RequestError(f"--engine {name}: write local or ray")


def settle(
    job: Job, tasks: Iterable[Task], by: Engine, advance: Callable[[], None] = lambda: None
) -> dict[str, str]:
    """Have the tasks done. Returns why each partition failed that did, by its name."""
    failed = {}
    for outcome in by.outcomes(job, tasks):
        advance()
        if outcome.state == "failed":
            failed[outcome.task.part] = outcome.why
    return dict(sorted(failed.items()))
