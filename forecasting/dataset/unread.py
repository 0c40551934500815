"""Files in a dataset's folder that are not read: what is left out in silence is missed by nobody."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from forecasting.dataset.synonyms import meant_table
from forecasting.dataset.tables import BY_NAME
from forecasting.errors import Notice, Problem

READ = (".csv", ".parquet", ".xlsx")
"""How the files of tables end."""

TABULAR = (*READ, ".xls", ".ods", ".tsv", ".json", ".gz", ".zip")
"""How the names of files end that may well hold a table."""

QUIET = (".md",)
"""How files end that say something to people, not to us."""


def unread(files: Iterable[Path]) -> list[Problem]:
    """A notice for each of these files, which hold no table; one that may be meant to is a warning."""
    found: list[Problem] = []
    for path in files:
        suffix = path.suffix.lower()
        if suffix in QUIET:
            continue
        stem = path.name.split(".")[0]
        meant = stem if stem in BY_NAME else meant_table(stem)
        ends = ", ".join(READ)
        if suffix not in READ:
            what = f"the file is not read: only files that end in {ends} are"
            todo = f"Save it as {meant or 'NAME'}.csv if it is meant as a table."
        else:
            what = "the file is not read: a dataset has no table of that name"
            what = f"the file is not read: it is not called {meant}" if meant else what
            todo = f"Rename it to {meant or 'one of ' + ', '.join(BY_NAME)} if it is meant."
        severity: Literal["warning", "note"] = "warning" if meant or suffix in TABULAR else "note"
        found.append(Notice(meant or stem, None, None, path.name, what, todo, severity=severity))
    return found
