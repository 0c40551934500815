"""Engines: the same work on each of many tasks, done by processes of this machine or by a Ray cluster.

What a task is they do not know: it has to pickle, and so has the work. Jobs over partitions (``tasks.py``)
and experiments are done by them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Generic, Literal, Protocol, TypeVar

from forecasting.adapters.workers import begin
from models.shared.compile import threads

ATTEMPTS = 3
"""Times that a task is tried whose process was killed, or whose storage failed."""

KILLED = "its process was killed, perhaps for want of memory: try fewer --workers"

Name = Literal["local", "ray"]
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """How a task ended: done, or another process is at work on it, or it failed and why.

    ``again``: another try may go better.
    """

    task: T
    state: Literal["done", "busy", "failed"]
    why: str = ""
    again: bool = False


Work = Callable[[T], Outcome[T]]
"""What is done with a task. It never raises: one task's fault stops no other."""


class Engine(Protocol):
    """Does tasks, in any order, and says how each ended."""

    def outcomes(self, work: Work[T], tasks: Iterable[T]) -> Iterator[Outcome[T]]:
        """Each task once, as it ends."""


class Local:
    """Processes of this machine, each on its part of the cores; ``workers`` = 1: this process."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = threads() if workers is None else workers

    def outcomes(self, work: Work[T], tasks: Iterable[T]) -> Iterator[Outcome[T]]:
        """As of ``Engine``. A killed process costs the tasks that were at work, which are tried again."""
        left = dict(enumerate(tasks))
        tried = dict.fromkeys(left, 0)
        if self.workers <= 1 or len(left) <= 1:
            # Alone, a task has all cores.
            for task in left.values():
                yield _tried(work, task)
            return
        while left:
            try:
                for at, outcome in self._in_pool(work, dict(left)):
                    tried[at] += 1
                    if outcome.again and tried[at] < ATTEMPTS:
                        continue
                    del left[at]
                    yield outcome
            except BrokenProcessPool:
                for at in list(left):
                    tried[at] += 1
                    if tried[at] >= ATTEMPTS:
                        yield Outcome(left.pop(at), "failed", KILLED)

    def _in_pool(self, work: Work[T], tasks: dict[int, T]) -> Iterator[tuple[int, Outcome[T]]]:
        # Spawned, not forked: numba's and Arrow's threads do not survive a fork, and a lock that is held here
        # would be held there, too.
        share = max(1, threads() // self.workers)
        pool = ProcessPoolExecutor(self.workers, get_context("spawn"), initializer=begin, initargs=(share,))
        try:
            running: dict[Future[Outcome[T]], int] = {
                pool.submit(work, task): at for at, task in tasks.items()
            }
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _tried(work: Work[T], task: T) -> Outcome[T]:
    outcome = work(task)
    for _ in range(ATTEMPTS - 1):
        if not outcome.again:
            break
        outcome = work(task)
    return outcome


def engine(name: Name, workers: int | None = None, address: str | None = None) -> Engine:
    """The engine of that name. ``address``: of a Ray cluster; None: the one that the environment names."""
    if name == "local":
        return Local(workers)
    from forecasting.scale.ray_cluster import RayCluster

    return RayCluster(address)
