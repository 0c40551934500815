"""Who asks: by the session of a browser, or by the token of a program. Every route that is not public says
what its caller must be allowed to do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from forecasting.reviewing import accounts
from forecasting.reviewing.refusals import NotAllowedError
from forecasting.reviewing.roles import ADMINISTER, COMMENT, DECIDE, READ, SCOPES, require
from forecasting.store.application import people
from forecasting.store.application.opened import Store
from forecasting.store.application.people import Person
from forecasting.web.guard import SAFE_METHODS

COOKIE = "reorder_session"


class NotSignedInError(Exception):
    """Nobody is signed in, or the session has ended."""


@dataclass(frozen=True)
class Caller:
    """Who asks, and what their forms carry so that no other site can send them."""

    person: Person
    csrf: str = ""


def store_of(request: Request) -> Store:
    """The database of this application."""
    store: Store = request.app.state.store
    return store


def signed_in(request: Request) -> Caller:
    """Whose browser asks. A write must carry the session's own token."""
    token = request.cookies.get(COOKIE, "")
    session = accounts.session(store_of(request), token) if token else None
    if session is None:
        raise NotSignedInError
    if request.method not in SAFE_METHODS:
        carried = request.headers.get("x-csrf", "")
        if not secrets.compare_digest(carried.encode(), session.csrf.encode()):
            raise NotSignedInError
    return Caller(session.person, session.csrf)


def needs(what: str) -> Callable[[Request], Caller]:
    """A dependency: the caller's browser is signed in, and their role allows it."""

    def check(request: Request) -> Caller:
        caller = signed_in(request)
        require(caller.person, what)
        return caller

    return check


def program_needs(what: str) -> Callable[[Request], Caller]:
    """A dependency of the REST interface: a bearer token whose person and scope allow it."""

    def check(request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        found = None
        if scheme.lower() == "bearer" and token:
            with store_of(request).reading() as transaction:
                found = people.find_token(transaction, accounts.digest(token.strip()))
        if found is None:
            raise NotSignedInError
        person, scope = found
        require(person, what)
        if what not in SCOPES.get(scope, frozenset()):
            raise NotAllowedError(f"A token with the scope {scope} may not {what}.")
        return Caller(person)

    return check


Reader = Annotated[Caller, Depends(needs(READ))]
Decider = Annotated[Caller, Depends(needs(DECIDE))]
Commenter = Annotated[Caller, Depends(needs(COMMENT))]
Administrator = Annotated[Caller, Depends(needs(ADMINISTER))]
Database = Annotated[Store, Depends(store_of)]
