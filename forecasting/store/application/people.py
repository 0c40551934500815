"""People who may sign in, their sessions and tokens, and failed attempts. Secrets are kept as hashes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import now
from forecasting.store.application.tables import attempts, people, sessions, tokens
from forecasting.store.application.writing import insert_unless_there


@dataclass(frozen=True)
class Person:
    """Someone who may sign in. ``money_limit``: the most that a supplier's approved lines may come to; None:
    there is no limit.
    """

    name: str
    role: str
    money_limit: Decimal | None
    active: bool


@dataclass(frozen=True)
class Session:
    """Who is signed in, and the token that writes of theirs carry."""

    person: Person
    csrf: str


_PERSON = (people.c.name, people.c.role, people.c.money_limit, people.c.active)


def add_person(transaction: Transaction, person: Person, password: str) -> bool:
    """Add a person with a hashed password; False where there is one of that name."""
    values = {**vars(person), "password": password, "created_at": now()}
    return insert_unless_there(transaction, people, values)


def change_person(transaction: Transaction, person: Person) -> bool:
    """Another role, limit or state; False where there is nobody of that name."""
    rest = {name: value for name, value in vars(person).items() if name != "name"}
    changed = transaction.execute(sa.update(people).where(people.c.name == person.name).values(**rest))
    return bool(changed.rowcount)


def set_password(transaction: Transaction, name: str, password: str) -> None:
    """Another hashed password. No session or token lasts beyond it."""
    transaction.execute(sa.update(people).where(people.c.name == name).values(password=password))
    end_sessions(transaction, name)
    transaction.execute(tokens.delete().where(tokens.c.person == name))


def everyone(transaction: Transaction) -> Sequence[Person]:
    """All people, by name."""
    return [Person(*row) for row in transaction.execute(sa.select(*_PERSON).order_by(people.c.name))]


def find_person(transaction: Transaction, name: str) -> Person | None:
    """Who is called so; None where nobody is."""
    row = transaction.execute(sa.select(*_PERSON).where(people.c.name == name)).first()
    return None if row is None else Person(*row)


def password_of(transaction: Transaction, name: str) -> str | None:
    """The hashed password of someone who may sign in; None where nobody is called so."""
    this = (people.c.name == name, people.c.active.is_(True))
    return transaction.scalar(sa.select(people.c.password).where(*this))


def begin_session(transaction: Transaction, token: str, person: str, csrf: str, lasts: timedelta) -> None:
    """Keep a session under its hashed token, and forget those that have ended."""
    at = now()
    transaction.execute(sessions.delete().where(sessions.c.ends_at <= at))
    values = {"token": token, "person": person, "csrf": csrf, "seen_at": at, "ends_at": at + lasts}
    transaction.execute(sessions.insert().values(**values))


def find_session(transaction: Transaction, token: str, idle: timedelta) -> tuple[Session, datetime] | None:
    """Whose session it is, and when they were last seen; None where it has ended or was idle for too long."""
    at = now()
    row = transaction.execute(
        sa.select(*_PERSON, sessions.c.csrf, sessions.c.seen_at)
        .join(sessions, sessions.c.person == people.c.name)
        .where(
            sessions.c.token == token,
            sessions.c.ends_at > at,
            sessions.c.seen_at > at - idle,
            people.c.active.is_(True),
        )
    ).first()
    return None if row is None else (Session(Person(*row[:4]), row.csrf), row.seen_at)


def touch_session(transaction: Transaction, token: str) -> None:
    """Note that its person was seen just now."""
    transaction.execute(sa.update(sessions).where(sessions.c.token == token).values(seen_at=now()))


def end_session(transaction: Transaction, token: str) -> None:
    """Sign out."""
    transaction.execute(sessions.delete().where(sessions.c.token == token))


def end_sessions(transaction: Transaction, person: str) -> None:
    """Sign a person out everywhere."""
    transaction.execute(sessions.delete().where(sessions.c.person == person))


def add_token(transaction: Transaction, token: str, name: str, person: str, scope: str) -> None:
    """Keep a token for programs under its hash."""
    values = {"token": token, "name": name, "person": person, "scope": scope, "created_at": now()}
    transaction.execute(tokens.insert().values(**values))


def find_token(transaction: Transaction, token: str) -> tuple[Person, str] | None:
    """Whose token it is, and its scope; None where there is none."""
    row = transaction.execute(
        sa.select(*_PERSON, tokens.c.scope)
        .join(tokens, tokens.c.person == people.c.name)
        .where(tokens.c.token == token, people.c.active.is_(True))
    ).first()
    return None if row is None else (Person(*row[:4]), row.scope)


def tokens_of(transaction: Transaction, person: str) -> Sequence[Any]:
    """A person's tokens: name, scope, when made."""
    columns = (tokens.c.name, tokens.c.scope, tokens.c.created_at)
    statement = sa.select(*columns).where(tokens.c.person == person).order_by(tokens.c.created_at)
    return transaction.execute(statement).mappings().all()


def drop_token(transaction: Transaction, person: str, name: str) -> None:
    """Revoke a person's tokens of that name."""
    transaction.execute(tokens.delete().where(tokens.c.person == person, tokens.c.name == name))


def note_attempt(transaction: Transaction, keys: Sequence[str]) -> None:
    """Count a failed sign-in against a name and an address."""
    transaction.execute(attempts.insert(), [{"key": key, "at": now()} for key in keys])


def attempts_since(transaction: Transaction, key: str, since: datetime) -> Sequence[datetime]:
    """When sign-ins failed lately, the last first."""
    this = (attempts.c.key == key, attempts.c.at > since)
    return list(transaction.scalars(sa.select(attempts.c.at).where(*this).order_by(attempts.c.at.desc())))


def forget_attempts(transaction: Transaction, key: str, before: datetime) -> None:
    """After a sign-in that succeeded: its name's failures, and everyone's old ones."""
    transaction.execute(attempts.delete().where(sa.or_(attempts.c.key == key, attempts.c.at <= before)))
