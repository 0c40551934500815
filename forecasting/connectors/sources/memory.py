"""A source in memory: what tests hold the others against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from forecasting.connectors.sources.port import Changes, SourceUnavailable


@dataclass
class MemorySource:
    """Tables as they are. ``down``: it does not answer."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    down: bool = False

    def changes(self, since: datetime | None = None) -> Changes:
        """All of it; it cannot tell what was changed."""
        if self.down:
            raise SourceUnavailable("the source does not answer")
        return Changes(dict(self.tables), {name: len(table) for name, table in self.tables.items()})

    def close(self) -> None:
        """Nothing is held open."""
