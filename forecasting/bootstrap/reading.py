"""A dataset's records, as every use case gets them."""

from __future__ import annotations

from dataclasses import replace

from forecasting.config import Config
from forecasting.inputs.read_records import read_records
from forecasting.inputs.records import Records


def records_for(source: str, config: Config) -> Records:
    """All that the dataset says; and, among its notices, what is odd about where the settings came from."""
    records = read_records(source)
    return replace(records, notices=(*records.notices, *config.notices))
