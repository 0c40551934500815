"""Reaching a database behind an SQL URL. SQLAlchemy is imported only where one is used.

``postgresql://`` means the psycopg 3 driver, which is an optional extra.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from forecasting.errors import RequestError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

SECONDS_TO_ANSWER = 10
HARMLESS = frozenset({"host", "port", "dbname", "user", "sslmode", "application_name"})
"""Options in a URL whose values may be shown."""

FORMS = "Give sqlite:///FILE or postgresql://USER@HOST/DATABASE."


def shown(url: str) -> str:
    """The URL for messages and records: without its password, and without options that could be one."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        target = make_url(url)
    except (ArgumentError, ValueError):
        if not set(url) & set(":@?="):
            return url
        # Nobody can tell which part of it is the password.
        scheme, separator, _ = url.partition("://")
        return f"{scheme}://..." if separator and scheme.replace("+", "").isalnum() else "..."
    options = {name: value if name in HARMLESS else "..." for name, value in target.query.items()}
    return target.set(query=options).render_as_string(hide_password=True)


def without_secrets(error: BaseException | None, url: str) -> str:
    """What an error says, on one line, the secrets of the URL blotted out: drivers quote what they get."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        secrets = _secrets_in(make_url(url))
    except (ArgumentError, ValueError):
        return "it does not have the form of a URL"
    said = one_line(error)
    for secret in secrets:
        said = said.replace(secret, "***")
    return said


def _secrets_in(target: URL) -> list[str]:
    """The password, and every option that could be one; longer ones first, for one may hold another."""
    found = {str(target.password)} if target.password else set()
    for name, value in target.query.items():
        if name not in HARMLESS:
            found |= {value} if isinstance(value, str) else set(value)
    return sorted(found - {""}, key=len, reverse=True)


class UnreachableError(RequestError):
    """The database behind a URL cannot be used: its driver, its name or its answer is missing."""

    def __init__(self, url: str, what: str, todo: str) -> None:
        self.url, self.what, self.todo = shown(url), what, todo
        super().__init__(f"{self.url}: {what}. {todo}")


@contextmanager
def connected(url: str, *, create: bool = False) -> Iterator[Connection]:
    """One connection in one transaction, committed at the end of the block.

    Raises UnreachableError where the URL, its driver or its database is not there. ``create`` lets an
    SQLite file begin to exist.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError
    from sqlalchemy.pool import NullPool

    try:
        target = sql_target(url)
        if not create and _missing_file(target):
            raise UnreachableError(url, "there is no such database file", FORMS)
        arguments = {}
        if target.get_backend_name() == "postgresql":
            arguments = {"connect_timeout": SECONDS_TO_ANSWER}
        engine = create_engine(target, poolclass=NullPool, connect_args=arguments)
        connection = engine.connect()
    except ImportError as error:
        extra = target.get_backend_name() == "postgresql"
        package = "'reorder[postgresql]'" if extra else str(error.name)
        what = f"the driver is not installed ({one_line(error)})"
        raise UnreachableError(url, what, f"Run pip install {package}.") from None
    except DBAPIError as error:
        what = f"the database does not answer: {without_secrets(error.orig, url)}"
        raise UnreachableError(
            url, what, "Check that it runs, and the names and rights in the URL."
        ) from None
    except (SQLAlchemyError, ValueError, TypeError) as error:
        what = f"not a database that can be read: {without_secrets(error, url)}"
        raise UnreachableError(url, what, FORMS) from None
    with connection:
        if connection.dialect.name == "sqlite":
            # The driver begins a transaction only before the first change of a row, not of a table.
            connection.exec_driver_sql("BEGIN")
        yield connection
        connection.commit()


def sql_target(url: str) -> URL:
    """The URL with the driver that it means. Raises what SQLAlchemy does where it is none."""
    from sqlalchemy import make_url

    target = make_url(url)
    if target.drivername in ("postgresql", "postgres"):
        return target.set(drivername="postgresql+psycopg")
    return target


def _missing_file(target: URL) -> bool:
    """Whether it is an SQLite file that is not there: to connect to it would make an empty one."""
    file = target.database or ""
    named = target.get_backend_name() == "sqlite" and file and not file.startswith((":", "file:"))
    return bool(named) and not Path(file).is_file()


def one_line(error: BaseException | None) -> str:
    """What an error says, on one line."""
    text = str(error).strip()
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__
