"""Sources for tests: a dataset imported through a line from a stand-in, by a clock that does not wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from forecasting.bootstrap.importing import import_source
from forecasting.connectors.sources.registry import Named
from forecasting.dataset.read import read
from tests.support.clocks import FakeClock
from tests.support.stand_ins.line import BadLine


@dataclass
class Imports:
    """Imports one dataset from one stand-in, again and again."""

    kind: str
    system: Any
    folder: Path
    clock: FakeClock
    given: dict[str, Any] = field(default_factory=dict)
    own: Path | None = None
    line: BadLine = field(init=False)

    def __post_init__(self) -> None:
        self.line = BadLine(self.system)

    def secret(self, name: str, value: str) -> dict[str, str]:
        file = self.folder.parent / f"secret-{name}"
        file.write_text(value)
        return {"file": str(file)}

    @property
    def yesterday(self) -> date:
        return date.fromisoformat(self.clock.stamp[:10]) - timedelta(days=1)

    def bring(self, **more: Any):
        named = Named(self.kind, self.given, self.own)
        return import_source(
            named, self.folder, self.yesterday, transport=self.line, clock=self.clock, **more
        )

    def tables(self, **more: Any):
        """The dataset after an import."""
        self.bring(**more)
        return read(self.folder)
