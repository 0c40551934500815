"""Signing in and out; and whether the server is alive. The only routes that are open to everyone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from forecasting.reviewing import accounts
from forecasting.reviewing.accounts import LASTS, TooManyTriesError
from forecasting.web.caller import COOKIE, Caller, Database, signed_in
from forecasting.web.rendering import page

router = APIRouter()
PUBLIC = frozenset({"/healthz", "/sign-in"})
"""The addresses that need nobody signed in."""


@router.get("/healthz")
def healthz() -> Response:
    """Whether the server answers."""
    return PlainTextResponse("ok")


@router.get("/sign-in")
def sign_in_form(request: Request) -> Response:
    """The form."""
    return page(request, "sign_in.html", {"error": "", "name": ""})


@router.post("/sign-in")
def sign_in(
    request: Request,
    store: Database,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """A session, if name and password match."""
    address = request.client.host if request.client else ""
    try:
        token = accounts.sign_in(store, name.strip(), password, address)
    except TooManyTriesError as error:
        wait = {"Retry-After": str(max(1, int(error.wait.total_seconds())))}
        return page(request, "sign_in.html", {"error": str(error), "name": name}, 429, wait)
    if token is None:
        said = "That name and password do not match. Both are told apart by capitals."
        return page(request, "sign_in.html", {"error": said, "name": name}, 401)

    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request, store: Database, _: Annotated[Caller, Depends(signed_in)]) -> Response:
    """End the session."""
    accounts.sign_out(store, request.cookies.get(COOKIE, ""))
    answer = Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
    answer.delete_cookie(COOKIE)
    return answer
