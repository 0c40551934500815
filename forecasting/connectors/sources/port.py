"""The port of a source: its tables, in our terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import pandas as pd

from forecasting.errors import RequestError


@dataclass(frozen=True)
class Changes:
    """Tables of a dataset by name, and the rows that each had in the source.

    ``notices``: what looked odd on the way, in words. ``suggestions``: what the system itself suggests to
    buy (location, sku, supplier, quantity, needed_on), to be shown beside ours; None: it suggests nothing.
    """

    tables: Mapping[str, pd.DataFrame]
    rows: Mapping[str, int]
    notices: tuple[str, ...] = ()
    suggestions: pd.DataFrame | None = None


class Source(Protocol):
    """A system that a company's tables are read from.

    Reading may die anywhere and be done again: what was read is kept, and the same records make the same
    tables. A source that can tell what was changed keeps its own cursor beside its records (``kept.py``);
    one that cannot reads everything each time.
    """

    def changes(self, since: datetime | None = None) -> Changes:
        """The tables as they are now. ``since``: where the source can tell, only what was changed since.

        Raises DataError where what it holds cannot be read as a dataset, SourceUnavailable where it does
        not answer: what was read by then is kept, and the next call goes on from there.
        """

    def close(self) -> None:
        """Let go of what it holds open."""


class SourceUnavailable(RequestError):
    """A source does not answer, or does not let us in. The message never holds a secret."""


class NotLetInError(SourceUnavailable):
    """The source does not let us read something: the key is wrong, or has no right to it."""


class RefusedBySource(SourceUnavailable):
    """A source understood and says no. ``status``: of its answer."""

    def __init__(self, said: str, status: int) -> None:
        self.status = status
        super().__init__(said)
