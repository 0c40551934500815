"""The application: routes, the guard around them, and what errors become."""

from __future__ import annotations

import importlib.resources
import os
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from forecasting.errors import RequestError
from forecasting.reviewing.refusals import NotAllowedError, RefusedError
from forecasting.serving import DATABASE
from forecasting.store.application.opened import AWAY, Store, UnreadableError
from forecasting.web.caller import NotSignedInError
from forecasting.web.guard import Guard
from forecasting.web.plan_shown import NoPlanError
from forecasting.web.rendering import FOLDER, page, shared, toast
from forecasting.web.routes import (
    api,
    customers,
    exports,
    item,
    lines,
    lists,
    orders,
    people,
    sign_in,
    start,
    suppliers,
    trust,
    what_if,
)

ROUTERS = (sign_in, suppliers, lines, item, customers, lists, orders, what_if, trust, start, exports, people)


def create_app(url: str | None = None) -> FastAPI:
    """The application over the database at ``url``, else at that of the environment."""
    chosen = url or os.environ.get(DATABASE)
    if not chosen:
        raise RequestError(f"name a database: create_app(url), or the environment variable {DATABASE}")
    store = Store(chosen)
    app = FastAPI(title="reorder", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.store = store
    app.add_middleware(Guard)
    for module in ROUTERS:
        app.include_router(module.router, include_in_schema=False)
    app.mount("/api/v1", api.create_api(store))
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    app.mount("/vendor", StaticFiles(directory=htmx_folder()))
    _handle_errors(app)
    return app


def htmx_folder() -> Path:
    """Where the package that brings htmx keeps it; it is found without importing it."""
    return Path(str(importlib.resources.files("js_lib_htmx"))) / "static" / "htmx"


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(NotSignedInError)
    def to_sign_in(request: Request, _: NotSignedInError) -> Response:
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
        return RedirectResponse("/sign-in", 303)

    @app.exception_handler(NoPlanError)
    def no_plan(request: Request, error: NoPlanError) -> Response:
        return page(request, "no_plan.html", shared(error.caller, None))

    @app.exception_handler(NotAllowedError)
    def not_allowed(request: Request, error: NotAllowedError) -> Response:
        return _say(request, 403, "This is not for you", str(error))

    @app.exception_handler(RefusedError)
    def refused(request: Request, error: RefusedError) -> Response:
        return _say(request, 422, "That could not be done", str(error))

    @app.exception_handler(UnreadableError)
    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, _: Exception) -> Response:
        return _say(request, 422, "That could not be read", "A part of the request is missing or malformed.")

    def away(request: Request, _: Exception) -> Response:
        said = "The database does not answer, or is busy. Load the page again: it shows what was kept."
        return _say(request, 503, "Not just now", said)

    for kind in AWAY:
        app.add_exception_handler(kind, away)

    @app.exception_handler(HTTPException)
    def failed(request: Request, error: HTTPException) -> Response:
        words = {404: "There is no such page."}
        return _say(request, error.status_code, "Not found", words.get(error.status_code, str(error.detail)))


def _say(request: Request, status: int, title: str, text: str) -> Response:
    """An error as a part of the page that asked, or as a page of its own."""
    if request.headers.get("hx-request"):
        return toast(request, text, bad=True, status=status)
    return page(request, "error.html", {"title": title, "text": text}, status)
