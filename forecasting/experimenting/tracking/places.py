"""Where runs may be tracked: an MLflow server, or a database."""

from __future__ import annotations

from pathlib import Path

from forecasting.errors import ConfigError, RequestError

DATABASE = "mlflow.db"
ARTIFACTS = "mlflow-artifacts"
HEAD = b"SQLite format 3\0"
"""How an SQLite database begins."""

SERVERS = ("http", "https")
DATABASES = ("sqlite", "postgresql", "mysql", "mssql")


def default(folder: Path) -> str:
    """The database beside the results."""
    return f"sqlite:///{(folder.resolve() / DATABASE).as_posix()}"


def checked(url: str | None, folder: Path) -> str:
    """The URL to track at; None: a database in ``folder``.

    Raises ConfigError where it is neither a server nor a database: a folder of files is refused.
    """
    if url is None:
        return default(folder)
    scheme = url.partition(":")[0].partition("+")[0] if ":" in url else ""
    if scheme in (*SERVERS, *DATABASES):
        return url
    raise ConfigError(
        f"--tracking {url}: a folder of files is refused: two experiments that write there at once disturb "
        "each other, and MLflow only maintains it (nothing new works there). Take a database, as in "
        f"{default(folder)}, or a server, as in http://127.0.0.1:5000"
    )


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None: it is another database, or a server."""
    scheme, _, rest = url.partition(":///")
    name = rest.partition("?")[0]
    return Path(name) if scheme.partition("+")[0] == "sqlite" and name not in {"", ":memory:"} else None


def missing(url: str) -> bool:
    """Whether the URL is that of a database that is not there: asking it would make one, empty."""
    file = database_file(url)
    return file is not None and not (file.is_file() and file.stat().st_size > 0)


def check_place(url: str) -> None:
    """Have a folder for an SQLite database. Raises RequestError where none can be, or a file is no database.

    MLflow finds out, too: after trying for minutes.
    """
    file = database_file(url)
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            with file.open("rb") as opened:
                head = opened.read(len(HEAD))
            if head not in {b"", HEAD}:
                raise RequestError(
                    f"--tracking {url}: is no SQLite database, or a damaged one. Move it away or bring an "
                    "older copy back, or go on without by --tracking none: results are kept all the same"
                )
    except OSError as error:
        raise RequestError(
            f"--tracking {url}: there can be no database ({error}). Name another place, or go on without by "
            "--tracking none"
        ) from None


def is_server(url: str) -> bool:
    """Whether files are sent to a server, which keeps them; else they are kept beside the results."""
    return url.partition(":")[0] in SERVERS
