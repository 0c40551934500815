"""Tasks done on processes: each once, whoever else is at work on the same store.

A task is locked while it is done, and its lock goes with its process. What is done is kept whole or not at
all. So nothing needs to be cleaned up after a kill, and two experiments on one store share what they have in
common.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from forecasting.adapters.workers import end_with_parent
from forecasting.errors import ReorderError, RequestError
from forecasting.experimenting.store import PAUSE, Store
from forecasting.experimenting.tasks import Task, do

ATTEMPTS = 2
"""Times that a task is tried whose process was killed."""


@dataclass(frozen=True)
class Outcome:
    """How a task ended: done, or another process is at work on it, or it failed and why."""

    key: str
    state: Literal["done", "busy", "failed"]
    why: str = ""


def settle(
    tasks: Sequence[Task], store: Store, workers: int, advance: Callable[[], None] = lambda: None
) -> dict[str, str]:
    """Have all tasks done, those that are not there yet.

    Args:
        workers: processes; 1: all in this one.
        advance: called as each is settled.

    Returns why each failed that did, by key.

    """
    waiting = {each.key: each for each in tasks}
    failed: dict[str, str] = {}
    while waiting:
        before = len(waiting)
        for outcome in _outcomes(list(waiting.values()), store, workers):
            if outcome.state == "busy":
                continue
            del waiting[outcome.key]
            advance()
            if outcome.state == "failed":
                failed[outcome.key] = outcome.why
        if len(waiting) == before:
            time.sleep(PAUSE)
    return failed


def _outcomes(tasks: Sequence[Task], store: Store, workers: int) -> Iterator[Outcome]:
    todo = []
    for each in tasks:
        if store.done(each.key):
            yield Outcome(each.key, "done")
        else:
            todo.append(each)
    if workers <= 1 or len(todo) <= 1:
        yield from (attempt(store.folder, each) for each in todo)
    elif todo:
        yield from _on_processes(todo, store, workers)


def _on_processes(tasks: Sequence[Task], store: Store, workers: int) -> Iterator[Outcome]:
    left = {each.key: each for each in tasks}
    for tried in range(1, ATTEMPTS + 1):
        try:
            for outcome in _in_pool(list(left.values()), store, workers):
                del left[outcome.key]
                yield outcome
        except BrokenProcessPool:
            if tried == ATTEMPTS:
                why = "its process was killed, perhaps for want of memory: try fewer --workers"
                yield from (Outcome(key, "failed", why) for key in left)
        else:
            return


def _in_pool(tasks: Iterable[Task], store: Store, workers: int) -> Iterator[Outcome]:
    # Spawned, not forked: a lock that is held here would be held there, too.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent)
    try:
        running: set[Future[Outcome]] = {pool.submit(attempt, store.folder, each) for each in tasks}
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def attempt(folder: Path, task: Task) -> Outcome:
    """Do a task that nobody is at work on and that is not done yet."""
    store, key = Store(folder), task.key
    try:
        with store.lock(key):
            return _attempt(store, key, task)
    except RequestError:
        return Outcome(key, "busy")


def _attempt(store: Store, key: str, task: Task) -> Outcome:
    if store.done(key):
        return Outcome(key, "done")
    store.note(key, "begins")
    began = time.perf_counter()
    try:
        tables, receipt = do(task)
        seconds = round(time.perf_counter() - began, 3)
        store.keep(key, tables, {"task": key, **receipt, "seconds": seconds})
    except ReorderError as error:
        return Outcome(key, "failed", str(error))
    except Exception as error:  # one contender's fault is told, and stops no other
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        return Outcome(key, "failed", f"{type(error).__name__}: {error} ({where})")
    store.note(key, "done")
    return Outcome(key, "done")
