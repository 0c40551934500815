"""The first run: a folder of tables is chosen, its columns mapped, its rows checked, and the plan made."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from forecasting.bootstrap import suggest_mapping
from forecasting.errors import RequestError
from forecasting.reviewing.first_run import (
    ask_check,
    ask_plan,
    folders,
    mapping_of,
    save_mapping,
    the_folder,
)
from forecasting.reviewing.jobs import CHECK, PLAN
from forecasting.serving.jobs import start
from forecasting.serving.names import DATASETS
from forecasting.store.application.jobs import Job, last_job
from forecasting.store.application.opened import Store
from forecasting.web.caller import Administrator, Caller, Database
from forecasting.web.plan_shown import current_plan
from forecasting.web.rendering import page, reloaded, shared

router = APIRouter()


def root() -> Path | None:
    """The folder whose datasets may be loaded; None: the server was started without one."""
    named = os.environ.get(DATASETS)
    return Path(named) if named else None


@router.get("/start")
def first_run(request: Request, caller: Administrator, store: Database, folder: str = "") -> Response:
    """The steps, as far as they have been gone."""
    values: dict[str, Any] = {"folders": folders(root()), "root": root(), "folder": folder, "mapping": ""}
    values |= {"own": False, "check": None, "job": None}
    if folder:
        chosen = the_folder(root(), folder)
        values |= {**_mapping(chosen), **_work(store, chosen)}
    return page(request, "start.html", {**shared(caller, current_plan(store)), **values})


def _mapping(folder: Path) -> dict[str, Any]:
    kept = mapping_of(folder)
    if kept:
        return {"mapping": kept, "own": True}
    try:
        return {"mapping": suggest_mapping(str(folder)), "own": False}
    except RequestError as error:
        return {"mapping": f"# {error}\n", "own": False}


def _work(store: Store, folder: Path) -> dict[str, Job | None]:
    """The last check of the folder, and the last plan that was asked for of it."""

    def of_folder(job: Job | None) -> Job | None:
        return job if job is not None and job.asked.get("dataset") == str(folder) else None

    with store.reading() as transaction:
        return {
            "check": of_folder(last_job(transaction, CHECK)),
            "job": of_folder(last_job(transaction, PLAN)),
        }


@router.post("/start/mapping")
def keep_mapping(
    caller: Administrator,
    store: Database,
    folder: Annotated[str, Form()] = "",
    mapping: Annotated[str, Form()] = "",
) -> Response:
    """Write the mapping."""
    save_mapping(store, caller.person, the_folder(root(), folder), mapping)
    return reloaded()


@router.post("/start/check")
def check(
    request: Request, caller: Administrator, store: Database, folder: Annotated[str, Form()] = ""
) -> Response:
    """Have the tables checked."""
    chosen = the_folder(root(), folder)
    ask_check(store, caller.person, chosen)
    start(store.url)
    return _progress(request, caller, store, folder)


@router.post("/start/plan")
def plan(
    request: Request,
    caller: Administrator,
    store: Database,
    as_of: Annotated[date, Form()],
    folder: Annotated[str, Form()] = "",
) -> Response:
    """Have the plan made."""
    ask_plan(store, caller.person, the_folder(root(), folder), as_of)
    start(store.url)
    return _progress(request, caller, store, folder)


@router.get("/start/progress")
def progress(request: Request, caller: Administrator, store: Database, folder: str = "") -> Response:
    """How far it is."""
    return _progress(request, caller, store, folder)


def _progress(request: Request, caller: Caller, store: Store, folder: str) -> Response:
    values = {"folder": folder, **_work(store, the_folder(root(), folder))}
    return page(request, "start_work.html", {"me": caller, **values})
