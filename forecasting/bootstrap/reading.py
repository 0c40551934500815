"""A dataset's records, as every use case gets them; and tables of a database, as they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from forecasting.config import Config
from forecasting.inputs.read_records import read_records
from forecasting.inputs.records import Records

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.store.columns import Table


def records_for(source: str, config: Config) -> Records:
    """All that the dataset says; and, among its notices, what is odd about where the settings came from."""
    records = read_records(source)
    return replace(records, notices=(*records.notices, *config.notices))


def frame_of(rows: Sequence[Mapping[str, Any]], table: Table) -> pd.DataFrame:
    """Rows of a database as the table that they were written from: figures are floats, dates are times."""
    import pandas as pd

    from forecasting.store.columns import Kind

    frame = pd.DataFrame(rows, columns=[column.name for column in table.columns])
    for column in table.columns:
        if column.kind is Kind.DATE:
            frame[column.name] = pd.to_datetime(frame[column.name])
        elif column.kind not in (Kind.TEXT, Kind.FLAGS, Kind.SERIES, Kind.TIME, Kind.BOOLEAN):
            frame[column.name] = frame[column.name].astype(float)
    return frame


def pins_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame | None:
    """What was set aside on the pages, as ``promises/pins.py`` reads it; None: nothing."""
    import pandas as pd

    from forecasting.promises.pins import COLUMNS

    if not rows:
        return None
    return pd.DataFrame([{name: pin.get(name) for name in COLUMNS} for pin in rows], columns=list(COLUMNS))
