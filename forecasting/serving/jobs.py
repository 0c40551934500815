"""Work that pages ask for and that takes longer than an answer may: done by a process beside the server.

``python -m forecasting.serving.jobs`` takes up what waits, one piece at a time, and ends when nothing does.
Any process of the server starts it; of several one works, and the others end at once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from forecasting.config import Config, Secrets, load, with_settings
from forecasting.domain import day_number
from forecasting.errors import RequestError
from forecasting.reviewing.jobs import CAUSES, CHECK, DRY_RUN, GIVE, LOOK_BACK, PLAN, PROMISE, WHAT_IF
from forecasting.serving.names import DATABASE, TARGETS
from forecasting.store.application.jobs import DONE, FAILED, Job, finish, still_at, take_up
from forecasting.store.application.opened import Store
from forecasting.store.application.pins import all_pins
from forecasting.store.application.plans import Plan, latest_plan, register_plans, rows_of
from forecasting.store.application.promised import promises_before, promises_in_force
from forecasting.store.application.scenarios import settings_kept

BEAT_SECONDS = 15.0
CAUSES_OF = 12
"""Persistent backorders, the dearest, whose causes are looked into at once: some seconds each."""

_started: list[subprocess.Popen[bytes]] = []


def start(url: str) -> None:
    """See to it that what waits is taken up."""
    _started[:] = [process for process in _started if process.poll() is None]
    spawn(url)


def spawn(url: str) -> None:
    """Another process that works."""
    command = [sys.executable, "-m", "forecasting.serving.jobs"]
    environment = {**os.environ, DATABASE: url}
    _started.append(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL))


def work(url: str) -> None:
    """Do what waits, until nothing does or another process is at it."""
    store = Store(url)
    try:
        while True:
            with store.writing() as transaction:
                job = take_up(transaction)
            if job is None:
                return
            _do(store, url, job)
    finally:
        store.close()


def _do(store: Store, url: str, job: Job) -> None:
    """One piece of work. Whatever goes wrong with it is said to who asked, and ends nothing else."""
    try:
        with _beating(store, job.job):
            result = KINDS[job.kind](store, url, job)
    except RequestError as error:
        said = f"{str(error)[:1].upper()}{str(error)[1:]}."
        state, result = FAILED, None
    except Exception:
        traceback.print_exc()
        state, said, result = FAILED, "It failed. The server's log says why.", None
    else:
        state, said = DONE, "Done."
    with store.writing() as transaction:
        finish(transaction, job.job, state, said, result)


@contextmanager
def _beating(store: Store, job: str) -> Iterator[None]:
    """Says now and then that this process lives."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            with store.writing() as transaction:
                still_at(transaction, job)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _stage(store: Store, job: str) -> Callable[[int, str], Callable[[], None]]:
    """Tells whoever waits how far the work is."""

    def begin(steps: int, what: str) -> Callable[[], None]:
        done = 0

        def say() -> None:
            with store.writing() as transaction:
                still_at(transaction, job, f"{what[:1].upper()}{what[1:]}: step {done + 1} of {steps}.")

        def step() -> None:
            nonlocal done
            done += 1
            if done < steps:
                say()

        say()
        return step

    return begin


def _of_plan(store: Store) -> tuple[Plan, str, Config]:
    """The plan that is decided on, the dataset that it was made from, and its settings."""
    with store.writing() as transaction:
        register_plans(transaction)
        plan = latest_plan(transaction)
    if plan is None:
        raise RequestError("there is no plan yet")
    source = plan.described.get("dataset")
    if not source or not Path(str(source)).is_dir():
        raise RequestError("the folder that this plan was made from is not on this machine any more")
    return plan, str(source), _settings(plan.described["config"])


def _settings(said: Mapping[str, Any]) -> Config:
    """The settings of a plan; what an earlier version did not know yet is as usual."""
    usual = load()
    return with_settings(usual, {name: value for name, value in said.items() if hasattr(usual, name)})


def _what_if(store: Store, url: str, job: Job) -> Mapping[str, Any]:
    from forecasting.bootstrap import what_if

    plan, source, config = _of_plan(store)
    as_of = day_number(plan.as_of)
    secrets = Secrets(database_url=SecretStr(url))
    outcome = what_if(source, config, as_of, job.asked, secrets, _stage(store, job.job))
    return {**outcome, "as_of": plan.as_of.isoformat()}


def _plan(store: Store, url: str, job: Job) -> Mapping[str, Any]:
    from forecasting.bootstrap import plan_and_promise

    with store.reading() as transaction:
        kept = {row["name"]: row["value"] for row in settings_kept(transaction)}
        last = latest_plan(transaction)
    config = with_settings(load() if last is None else _settings(last.described["config"]), kept)
    stage = _stage(store, job.job)
    secrets = Secrets(database_url=SecretStr(url))
    planned, _ = plan_and_promise(job.asked["dataset"], config, int(job.asked["as_of"]), secrets, stage)
    return {"run": planned.run["run"], "suggested": planned.run["counts"]["suggested"]}


def _look_back(store: Store, url: str, job: Job) -> Mapping[str, Any]:
    from forecasting.bootstrap import look_back

    plan, source, config = _of_plan(store)
    secrets = Secrets(database_url=SecretStr(url))
    look_back(source, config, day_number(plan.as_of), secrets, _stage(store, job.job))
    return {"as_of": plan.as_of.isoformat()}


def _promise(store: Store, url: str, job: Job) -> Mapping[str, Any]:
    from forecasting.bootstrap import promise_with_pins

    plan, source, config = _of_plan(store)
    give: str | None = job.asked.get(GIVE)
    with store.reading() as transaction:
        planned = rows_of(transaction, "recommendations", plan.run)
        held = all_pins(transaction)
        last = promises_in_force(transaction) if give is None else promises_before(transaction, give)
        given = [] if last is None else rows_of(transaction, "promises", last.run)
    before = None if last is None else (last.run, given)
    secrets = Secrets(database_url=SecretStr(url))
    result = promise_with_pins(source, config, planned, before, held, secrets, give=give)
    told = None if give is None else len(result.tables["notices_to_customers"])
    return {"run": result.run["run"], "notices": result.run["notices"], "told": told}


def _check(store: Store, url: str, job: Job) -> Mapping[str, Any]:
    from forecasting.bootstrap import check_for_pages

    return check_for_pages(str(job.asked["dataset"]))


def _causes(store: Store, url: str, job: Job) -> Mapping[str, Any]:
    from forecasting.bootstrap import backorders

    plan, source, config = _of_plan(store)
    secrets = Secrets(database_url=SecretStr(url))
    with store.writing() as transaction:
        still_at(transaction, job.job, f"Replaying the past of the {CAUSES_OF} dearest.")
    as_of = day_number(plan.as_of)
    result = backorders(source, config, as_of, CAUSES_OF, out=None, csv=False, secrets=secrets)
    return {"run": result.run["run"]}


def targets_file() -> Path | None:
    """The file that names the ordering systems that may be asked; None: none may."""
    named = os.environ.get(TARGETS)
    return Path(named) if named else None


def _dry_run(store: Store, url: str, job: Job) -> Mapping[str, Any]:
    from forecasting.bootstrap.ordering import send

    with store.writing() as transaction:
        still_at(transaction, job.job, f"Asking {job.asked['to']}.")
    done = send(url, str(job.asked["to"]), targets_file(), dry_run=True, run="", patience=0.0, retry=())
    waiting = [each.order for each in done.orders]
    orders = [
        {
            "key": order.key,
            "supplier": order.supplier,
            "location": order.location,
            "lines": len(order.lines),
            "value": float(order.value),
            "currency": order.currency,
            "says": done.shown[order.key],
        }
        for order in (*waiting, *done.frozen.orders)
    ]
    return {"target": done.target, "kind": done.kind, "guarantee": done.guarantee, "orders": orders}


KINDS: Mapping[str, Callable[[Store, str, Job], Mapping[str, Any]]] = {
    WHAT_IF: _what_if,
    PLAN: _plan,
    LOOK_BACK: _look_back,
    PROMISE: _promise,
    CHECK: _check,
    CAUSES: _causes,
    DRY_RUN: _dry_run,
}
"""What is done for each kind of work; what it returns is kept as its result."""


if __name__ == "__main__":
    work(os.environ[DATABASE])
