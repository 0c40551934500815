"""One's own account; and, for administrators, who may sign in and who did what."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from forecasting.errors import RequestError
from forecasting.reviewing import accounts
from forecasting.reviewing.refusals import RefusedError
from forecasting.reviewing.roles import ROLES, SCOPES
from forecasting.store.application import people as store_of_people
from forecasting.store.application.notes import trail
from forecasting.store.application.people import Person
from forecasting.web.caller import Administrator, Database, Reader
from forecasting.web.plan_shown import current_plan
from forecasting.web.rendering import page, reloaded, shared

router = APIRouter()


@router.get("/account")
def account(request: Request, caller: Reader, store: Database) -> Response:
    """Password and tokens."""
    with store.reading() as transaction:
        tokens = store_of_people.tokens_of(transaction, caller.person.name)
    values = {"tokens": tokens, "scopes": list(SCOPES), "secret": ""}
    return page(request, "account.html", {**shared(caller, current_plan(store)), **values})


@router.post("/account/password")
def change_password(
    request: Request,
    caller: Reader,
    store: Database,
    old: Annotated[str, Form()],
    new: Annotated[str, Form()],
) -> Response:
    """Another password; every session ends, this one too."""
    address = request.client.host if request.client else ""
    accounts.change_password(store, caller.person, old, new, address)
    return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})


@router.post("/account/tokens")
def make_token(
    request: Request,
    caller: Reader,
    store: Database,
    name: Annotated[str, Form()],
    scope: Annotated[str, Form()],
) -> Response:
    """A token for a program, shown once."""
    secret = accounts.make_token(store, caller.person, name, scope)
    return page(request, "secret.html", {"me": caller, "secret": secret, "what": f"The token {name.strip()}"})


@router.post("/account/tokens/revoke")
def revoke_token(caller: Reader, store: Database, name: Annotated[str, Form()]) -> Response:
    """Let a token be of no use any more."""
    accounts.revoke_token(store, caller.person, name)
    return reloaded()


@router.get("/people")
def people(request: Request, caller: Administrator, store: Database) -> Response:
    """Who may sign in."""
    with store.reading() as transaction:
        everyone = store_of_people.everyone(transaction)
    return page(
        request,
        "people.html",
        {**shared(caller, current_plan(store)), "people": everyone, "roles": list(ROLES)},
    )


@router.post("/people")
def add_person(
    request: Request,
    caller: Administrator,
    store: Database,
    name: Annotated[str, Form()],
    role: Annotated[str, Form()],
    limit: Annotated[str, Form()] = "",
) -> Response:
    """Let someone in; the password is shown once."""
    person = Person(name.strip(), role, _limit(limit), True)
    try:
        password = accounts.add_person(store, person, by=caller.person.name)
    except RequestError as error:
        raise RefusedError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    return page(
        request, "secret.html", {"me": caller, "secret": password, "what": f"The password of {name.strip()}"}
    )


@router.post("/people/change")
def change_person(
    caller: Administrator,
    store: Database,
    name: Annotated[str, Form()],
    role: Annotated[str, Form()],
    limit: Annotated[str, Form()] = "",
    active: Annotated[str, Form()] = "",
) -> Response:
    """Another role, limit or state."""
    changed = replace(Person(name, role, None, True), money_limit=_limit(limit), active=active == "yes")
    accounts.administer(store, caller.person, changed)
    return reloaded()


@router.post("/people/password")
def reset_password(
    request: Request, caller: Administrator, store: Database, name: Annotated[str, Form()]
) -> Response:
    """A new password for somebody, shown once."""
    password = accounts.reset_password(store, caller.person, name)
    return page(
        request, "secret.html", {"me": caller, "secret": password, "what": f"The new password of {name}"}
    )


@router.get("/audit")
def audit(request: Request, caller: Administrator, store: Database) -> Response:
    """Who did what, and when."""
    with store.reading() as transaction:
        rows = trail(transaction)
    return page(request, "audit.html", {**shared(caller, current_plan(store)), "rows": rows})


def _limit(text: str) -> Decimal | None:
    plain = "".join(text.split())
    if not plain:
        return None
    try:
        limit = Decimal(plain)
    except InvalidOperation:
        limit = Decimal(-1)
    if not limit.is_finite() or not 0 <= limit < 10**15:
        raise RefusedError("Write the limit as 5000, or leave it empty for none.")
    return limit
