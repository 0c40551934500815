"""Tasks done by an engine: each once, whoever else is at work on the same store.

A task is locked while it is done, and its lock goes with its process. What is done is kept whole or not at
all. So nothing needs to be cleaned up after a kill, and two experiments on one store share what they have in
common.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from forecasting.errors import ReorderError, RequestError
from forecasting.experimenting.store import PAUSE, Store
from forecasting.experimenting.tasks import Task, do
from forecasting.scale.engines import Engine, Outcome


def settle(
    tasks: Sequence[Task], store: Store, by: Engine, advance: Callable[[], None] = lambda: None
) -> dict[str, str]:
    """Have all tasks done, those that are not there yet.

    Args:
        by: whose workers must reach the store and the data, by the same paths.
        advance: called as each is settled.

    Returns why each failed that did, by key.

    """
    waiting = {each.key: each for each in tasks}
    failed: dict[str, str] = {}
    while waiting:
        before = len(waiting)
        for outcome in _outcomes(list(waiting.values()), store, by):
            if outcome.state == "busy":
                continue
            del waiting[outcome.task.key]
            advance()
            if outcome.state == "failed":
                failed[outcome.task.key] = outcome.why
        if len(waiting) == before:
            time.sleep(PAUSE)
    return failed


def _outcomes(tasks: Sequence[Task], store: Store, by: Engine) -> Iterator[Outcome[Task]]:
    missing = []
    for each in tasks:
        if store.done(each.key):
            yield Outcome(each, "done")
        else:
            missing.append(_anywhere(each))
    yield from by.outcomes(partial(attempt, store.folder.absolute()), missing)


def _anywhere(each: Task) -> Task:
    """The same for a worker that stands in another folder; its key does not know where data is."""
    if "://" in each.data.source:
        return each
    return replace(each, data=replace(each.data, source=str(Path(each.data.source).absolute())))


def attempt(folder: Path, task: Task) -> Outcome[Task]:
    """Do a task that nobody is at work on and that is not done yet."""
    store, key = Store(folder), task.key
    try:
        with store.lock(key):
            return _attempt(store, key, task)
    except RequestError:
        return Outcome(task, "busy")


def _attempt(store: Store, key: str, task: Task) -> Outcome[Task]:
    if store.done(key):
        return Outcome(task, "done")
    store.note(key, "begins")
    began = time.perf_counter()
    try:
        tables, receipt = do(task)
        seconds = round(time.perf_counter() - began, 3)
        store.keep(key, tables, {"task": key, **receipt, "seconds": seconds})
    except ReorderError as error:
        return Outcome(task, "failed", str(error))
    except Exception as error:  # one contender's fault is told, and stops no other
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        return Outcome(task, "failed", f"{type(error).__name__}: {error} ({where})")
    store.note(key, "done")
    return Outcome(task, "done")
