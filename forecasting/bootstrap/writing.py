"""Where the tables of a run go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from forecasting.config import Secrets
from forecasting.run import Result


def write_tables(
    result: Result, out: Path | None, csv: bool, secrets: Secrets, source: str | None = None
) -> None:
    """Write the tables to the database that ``secrets`` names, and to the folder.

    ``source``: the dataset. A folder is named in the database, so that the pages can plan from it again; a
    URL is not, as it may hold a password.
    """
    if secrets.database_url is not None:
        from forecasting.store.database import write_run as write_database
        from forecasting.store.page_tables import FOR_PAGES

        named = {}
        if source is not None and Path(source).is_dir():
            named["dataset"] = str(Path(source).resolve())
        write_database(secrets.database_url.get_secret_value(), result.tables, {**result.run, **named})

        # Only the pages read these, and only from a database.
        result = replace(result, tables={n: t for n, t in result.tables.items() if n not in FOR_PAGES})

    if out is not None:
        from forecasting.planning.second_rows import with_second_rows
        from forecasting.store.files import write_run as write_files

        write_files(out, with_second_rows(result.tables), result.run, csv=csv)
