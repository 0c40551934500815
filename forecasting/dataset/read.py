"""Reading a dataset, whole and right or not at all."""

from __future__ import annotations

from pathlib import Path

from forecasting.dataset.check import check
from forecasting.dataset.dataset import Dataset
from forecasting.errors import DataError


def read(source: str | Path) -> Dataset:
    """The dataset in a folder of NAME.csv, NAME.parquet or NAME.xlsx files, or behind an SQL URL.

    Typed as ``tables`` says; what counts as a number or a date is in ``parse``. Row order is kept
    (of an SQL table: as the database gives it).

    Raises:
        DataError: with every problem found, not only the first. ``check`` gives the notices too.

    """
    checked = check(source)
    if checked.dataset is None:
        raise DataError(checked.source, checked.problems)
    return checked.dataset
