"""Writes a run's tables into files: Parquet, CSV beside it if wanted, and ``run.json``.

What a file holds follows from its table's declaration (``schema``): a table that does not fit is refused.

A file is there whole or not at all, and ``run.json`` comes last: it is missing of a run that was stopped
half way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from forecasting.adapters.atomic import whole_file, whole_files
from forecasting.errors import RequestError
from forecasting.store.conform import arrow, conform


def write_run(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    run: Mapping[str, Any],
    *,
    csv: bool = False,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Write ``tables``, ``texts`` (file name: content) and ``run.json`` into ``folder``.

    Raises RequestError where the folder cannot be written; nothing is then half written.
    """
    try:
        with whole_files(folder, last="run.json") as beside:
            for name, table in tables.items():
                write_parquet(name, table, beside / f"{name}.parquet")
                if csv:
                    table.to_csv(beside / f"{name}.csv", index=False, lineterminator="\n")
            for name, text in (texts or {}).items():
                (beside / name).write_text(text, encoding="utf-8")
            described = json.dumps(run, indent=2, ensure_ascii=False) + "\n"
            (beside / "run.json").write_text(described, encoding="utf-8")

        if not csv:
            # The CSV of an earlier run would be older than the Parquet file beside it.
            for name in tables:
                (folder / f"{name}.csv").unlink(missing_ok=True)
    except OSError as error:
        raise RequestError(f"{folder}: cannot be written ({error}); name another folder") from None


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Write texts by file name; others of the folder stay. Raises RequestError where it cannot be written."""
    if not texts:
        return
    try:
        with whole_files(folder) as beside:
            for name, text in texts.items():
                (beside / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RequestError(f"{folder}: cannot be written ({error}); name another folder") from None


def read_run(folder: Path, name: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """What ``run.json`` in ``folder`` says, and the table ``name`` beside it.

    Raises RequestError where there is no such run.
    """
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        table = pd.read_parquet(folder / f"{name}.parquet")
    except (OSError, ValueError) as error:
        raise RequestError(f"{folder}: holds no table {name} of a run ({error}); name its --out") from None
    return run, table


def check_name(file: Path) -> None:
    """Raise RequestError where no table can be written under that name: before the work is done."""
    if file.suffix not in {".parquet", ".csv"}:
        raise RequestError(f"{file}: name a file that ends in .parquet or .csv")


def write_file(name: str, table: pd.DataFrame, file: Path) -> None:
    """Write the table declared as ``name`` to a ``.parquet`` or ``.csv`` file, whole or not at all."""
    check_name(file)
    try:
        with whole_file(file) as beside:
            if file.suffix == ".csv":
                conform(name, table)
                table.to_csv(beside, index=False, lineterminator="\n")
            else:
                write_parquet(name, table, beside)
    except OSError as error:
        raise RequestError(f"{file}: cannot be written ({error}); name another file") from None


def write_parquet(name: str, table: pd.DataFrame, file: Path) -> None:
    """Parquet whose bytes follow from the table's content alone."""
    pq.write_table(arrow(name, table), file, compression="zstd", coerce_timestamps="us")
