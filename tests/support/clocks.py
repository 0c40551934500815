"""A clock that goes on when it is told to, or when somebody would wait: no test sleeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BEGAN = datetime(2026, 6, 29, 2, tzinfo=UTC).timestamp()


@dataclass
class FakeClock:
    """``now``: seconds since 1970. ``slept``: how long was waited, each time."""

    now: float = BEGAN
    slept: list[float] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by).total_seconds()

    @property
    def stamp(self) -> str:
        return datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
