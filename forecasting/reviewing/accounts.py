"""Signing in: passwords, sessions that end, attempts that are limited, tokens for programs.

Passwords are hashed by argon2; of sessions and tokens only a SHA-256 is kept, so that who reads the database
can use none.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from forecasting.errors import RequestError
from forecasting.reviewing.refusals import NotAllowedError, RefusedError
from forecasting.reviewing.roles import ADMINISTER, ROLES, SCOPES, require
from forecasting.store.application import people as store
from forecasting.store.application.notes import record
from forecasting.store.application.opened import AWAY, Store
from forecasting.store.application.people import Person, Session
from forecasting.store.application.plans import now

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LASTS = timedelta(hours=12)
"""A session ends after a working day, however busy."""

IDLE = timedelta(hours=2)
"""And after so long without a sign of life."""

NOTED_EVERY = timedelta(minutes=5)
"""A sign of life is written down no sooner than so long after the last one."""

FEWEST_CHARACTERS = 12
FREE_TRIES = 5
"""Failed attempts of one name, or from one address (ten times as many), before it has to wait."""

WINDOW = timedelta(minutes=15)
"""Attempts are forgotten after this; so a locked name opens again by itself."""

LONGEST_PASSWORD = 1_000


class TooManyTriesError(RefusedError):
    """A name or an address has to wait before it may try again. ``wait``: for how long."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        minutes = max(1, round(wait.total_seconds() / 60))
        said = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(
            f"There were too many tries. Wait {said}, then try again; an administrator can give you a new "
            "password."
        )


_AT_ONCE = threading.BoundedSemaphore(2)
"""Each password that is hashed takes 64 MB for a moment: a morning's rush must not add up."""


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _dummy() -> str:
    """What the password of a name that nobody has is held against, so that this takes as long."""
    return _hasher().hash(secrets.token_hex())


def digest(secret: str) -> str:
    """What is kept of a session's or a program's token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_in(database: Store, name: str, password: str, address: str) -> str | None:
    """A new session's token; None where name and password do not match.

    Raises TooManyTriesError where too many tries of the name, or from the address, have failed lately.
    """
    keys = (f"name {name[:100]}", f"address {address}")
    since = now() - WINDOW
    with database.reading() as transaction:
        for key, free in zip(keys, (FREE_TRIES, FREE_TRIES * 10), strict=True):
            failed = store.attempts_since(transaction, key, since)
            if len(failed) >= free:
                raise TooManyTriesError(failed[free - 1] + WINDOW - now())
        known = store.password_of(transaction, name)

    matches = len(password) <= LONGEST_PASSWORD and _verified(known or _dummy(), password)
    with database.writing() as transaction:
        if known is None or not matches:
            store.note_attempt(transaction, keys)
            record(transaction, name[:100], "sign-in failed", address)
            return None
        token = secrets.token_urlsafe(32)
        store.forget_attempts(transaction, keys[0], since)
        store.begin_session(transaction, digest(token), name, secrets.token_urlsafe(24), LASTS)
        record(transaction, name, "signed in", address)
    return token


def _verified(hashed: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        with _AT_ONCE:
            return bool(_hasher().verify(hashed, password))
    except VerificationError:
        return False


def session(database: Store, token: str) -> Session | None:
    """Whose session it is; None where it has ended."""
    hashed = digest(token)
    with database.reading() as transaction:
        found = store.find_session(transaction, hashed, IDLE)
    if found is None:
        return None
    current, seen_at = found
    if now() - seen_at > NOTED_EVERY:
        # That this could not be noted is no reason to refuse what was asked for.
        with suppress(*AWAY), database.writing() as transaction:
            store.touch_session(transaction, hashed)
    return current


def sign_out(database: Store, token: str) -> None:
    """End a session."""
    with database.writing() as transaction:
        store.end_session(transaction, digest(token))


def _hashed(password: str) -> str:
    with _AT_ONCE:
        return _hasher().hash(password)


def change_password(database: Store, person: Person, old: str, new: str, address: str) -> None:
    """Another password of one's own; every session of the person ends."""
    with database.reading() as transaction:
        known = store.password_of(transaction, person.name)
    if known is None or not _verified(known, old):
        raise RefusedError("That is not your password. Nothing was changed.")
    _check_password(person.name, new)
    hashed = _hashed(new)
    with database.writing() as transaction:
        store.set_password(transaction, person.name, hashed)
        record(transaction, person.name, "changed password", person.name, address)


def _check_password(name: str, password: str) -> None:
    if not FEWEST_CHARACTERS <= len(password) <= LONGEST_PASSWORD:
        raise RefusedError(f"A password has at least {FEWEST_CHARACTERS} characters. Nothing was changed.")
    if name.casefold() in password.casefold():
        raise RefusedError("A password does not hold its name. Nothing was changed.")


def new_password() -> str:
    """One that is easy to type from a screen and hard to guess: five groups of four, 99 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))


def add_person(database: Store, person: Person, password: str | None = None, by: str = "reorder") -> str:
    """Let someone in; returns the password, a made one where none is given.

    Raises RequestError where the name is taken, empty or not to be seen, or there is no such role.
    """
    if not 1 <= len(person.name) <= 100 or person.name != person.name.strip():
        raise RequestError("give a name of 1 to 100 characters, without spaces around it")
    if not person.name.isprintable():
        raise RequestError("give a name on one line, of characters that can be seen")
    if person.role not in ROLES:
        raise RequestError(f"there is no role {person.role!r}: known are {', '.join(ROLES)}")
    chosen = password or new_password()
    hashed = _hashed(chosen)
    with database.writing() as transaction:
        if not store.add_person(transaction, person, hashed):
            raise RequestError(f"there is somebody called {person.name} already")
        record(transaction, by, "added person", person.name, person.role)
    return chosen


def administer(database: Store, admin: Person, person: Person) -> None:
    """Another role, limit or state of somebody. The last administrator stays one."""
    require(admin, ADMINISTER)
    if person.role not in ROLES:
        raise RefusedError(f"There is no role {person.role!r}.")
    with database.writing() as transaction:
        others = [
            each
            for each in store.everyone(transaction)
            if each.name != person.name and each.role == "admin" and each.active
        ]
        if not others and (person.role != "admin" or not person.active):
            raise RefusedError("Someone has to administer this: make another administrator first.")
        if not store.change_person(transaction, person):
            raise RefusedError(f"There is nobody called {person.name}.")
        if not person.active:
            store.end_sessions(transaction, person.name)
        limit = "no limit" if person.money_limit is None else f"limit {person.money_limit:,.2f}"
        state = "active" if person.active else "closed"
        record(transaction, admin.name, "changed person", person.name, f"{person.role}, {limit}, {state}")


def reset_password(database: Store, admin: Person, name: str) -> str:
    """A new password for somebody, to be told once; their sessions and tokens end."""
    require(admin, ADMINISTER)
    chosen = new_password()
    hashed = _hashed(chosen)
    with database.writing() as transaction:
        if store.find_person(transaction, name) is None:
            raise RefusedError(f"There is nobody called {name}.")
        store.set_password(transaction, name, hashed)
        store.forget_attempts(transaction, f"name {name[:100]}", now() - WINDOW)
        record(transaction, admin.name, "reset password", name)
    return chosen


def make_token(database: Store, person: Person, name: str, scope: str) -> str:
    """A token for a program of the person's, to be shown once."""
    if scope not in SCOPES:
        raise RefusedError(f"There is no scope {scope!r}: known are {', '.join(SCOPES)}.")
    if not SCOPES[scope] <= ROLES[person.role]:
        raise NotAllowedError(f"Your role may not {scope}, and so a token of yours may not.")
    if not name.strip():
        raise RefusedError("Give the token a name: it tells you later what it was for.")
    token = f"reorder_{secrets.token_urlsafe(32)}"
    with database.writing() as transaction:
        store.add_token(transaction, digest(token), name.strip()[:100], person.name, scope)
        record(transaction, person.name, "made token", name.strip()[:100], scope)
    return token


def revoke_token(database: Store, person: Person, name: str) -> None:
    """Let a token of one's own be of no use any more."""
    with database.writing() as transaction:
        store.drop_token(transaction, person.name, name)
        record(transaction, person.name, "revoked token", name)
