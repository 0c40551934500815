"""MLflow, imported quietly: no telemetry, no noise, and no more patience than a night has."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from forecasting.errors import RequestError
from forecasting.experimenting.tracking.places import check_place

SETTINGS = {
    # Nothing is told to anybody but the server that the user named.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # Seven times with growing pauses is its default: minutes, where a server is down.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    # What is printed is ours: a program may read it.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
NOISY = ("mlflow.store.db.utils", "mlflow.tracking", "mlflow.store", "alembic")


def imported() -> ModuleType:
    """The module ``mlflow``, with ``mlflow.pyfunc``. Variables that the user has set stay as they are."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    with quietly():
        import mlflow
        import mlflow.pyfunc
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    return mlflow


@contextmanager
def quietly() -> Iterator[None]:
    """MLflow's warnings of itself are not told to our users: there is nothing that they could change."""
    with warnings.catch_warnings():
        # On import, of its own annotations (mlflow/types/responses.py).
        warnings.filterwarnings("ignore", message=".*Any type hint is inferred as AnyType")
        # As its tables are mapped, of a strategy of SQLAlchemy's that it still uses.
        warnings.filterwarnings("ignore", message=".*``noload`` loader strategy is deprecated")
        yield


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """Yields a client of the server or database; what MLflow took for its place before is so again.

    Raises RequestError where nothing answers there, or what is asked is refused.
    """
    check_place(url)
    mlflow = imported()
    with quietly():
        before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
        # A registry looks a model up at the place that is set, whatever its client says.
        mlflow.set_tracking_uri(url)
        mlflow.set_registry_uri(url)
        try:
            yield _answering(url)
        except mlflow.exceptions.MlflowException as error:
            raise RequestError(f"--tracking {shown(url)}: MLflow refuses ({first_line(error)})") from error
        finally:
            mlflow.set_tracking_uri(before[0])
            mlflow.set_registry_uri(before[1])


def _answering(url: str) -> Any:
    try:
        # A database is opened here already, and may be none.
        client = imported().MlflowClient(url, url)
        client.search_experiments(max_results=1)
    except Exception as error:  # whatever stands between us and it: nothing else is asked of it
        raise RequestError(
            f"--tracking {shown(url)}: MLflow does not answer there ({first_line(error)}). Start it, or "
            "go on without by --tracking none: results are kept all the same"
        ) from error
    return client


def shown(url: str) -> str:
    """The URL without a password."""
    head, separator, rest = url.partition("://")
    return f"{head}{separator}{rest.rpartition('@')[2]}"


def first_line(error: BaseException) -> str:
    """What an error says, in a line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
