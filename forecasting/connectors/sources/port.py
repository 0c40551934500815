"""The port of a source: its tables, in our terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pandas as pd


@dataclass(frozen=True)
class Changes:
    """Tables of a dataset by name, and the rows that each had in the source.

    ``notices``: what looked odd on the way, in words.
    """

    tables: Mapping[str, pd.DataFrame]
    rows: Mapping[str, int]
    notices: tuple[str, ...] = ()


class Source(Protocol):
    """A system that a company's tables are read from."""

    def changes(self, since: datetime | None = None) -> Changes:
        """What was changed since a time, where the source can tell; else all. None: all.

        Raises DataError where what it holds cannot be read as a dataset.
        """
