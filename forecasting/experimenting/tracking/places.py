"""Where runs may be tracked: an MLflow server, or a database."""

from __future__ import annotations

from pathlib import Path

from forecasting.errors import ConfigError

DATABASE = "mlflow.db"
ARTIFACTS = "mlflow-artifacts"
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


def is_server(url: str) -> bool:
    """Whether files are sent to a server, which keeps them; else they are kept beside the results."""
    return url.partition(":")[0] in SERVERS
