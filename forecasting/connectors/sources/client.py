"""A patient HTTP client of a source: it keeps to a rate, waits where it is told to, and asks again."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from forecasting.connectors.sources.port import NotLetInError, RefusedBySource, SourceUnavailable
from forecasting.connectors.targets.http import Busy, Http, Reply, Unauthorized, short
from forecasting.connectors.targets.port import TargetUnavailable

TRIES = 5
WINDOW = 60.0
LET_ALONE = 61.0
"""Seconds to wait after 429 where the answer does not say how long."""


class Clock:
    """The time, and waiting. Tests have one that does not wait."""

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Client:
    """Asks a source; only what is safe to be asked twice. ``per_minute``: the most requests; None: any."""

    def __init__(self, http: Http, clock: Clock | None = None, per_minute: int | None = None) -> None:
        self.clock = clock or Clock()
        self._http, self._per_minute = http, per_minute
        self._asked: deque[float] = deque()

    def close(self) -> None:
        """Let go of its connections."""
        self._http.close()

    def ask(self, method: str, path: str, **more: Any) -> Reply:
        """The answer. Raises SourceUnavailable where none comes, Unauthorized for 401 and 403."""
        said = ""
        for attempt in range(TRIES):
            self._keep_to_the_rate()
            try:
                return self._http.ask(method, path, **more)
            except Unauthorized:
                raise
            except Busy as error:
                said = str(error)
                self.clock.sleep(error.wait or (LET_ALONE if error.status == 429 else 2.0**attempt))
            except TargetUnavailable as error:
                said = str(error)
                self.clock.sleep(2.0**attempt)
        raise SourceUnavailable(f"{said}; asked {TRIES} times. What was read is kept: import again later.")

    def _keep_to_the_rate(self) -> None:
        if self._per_minute is None:
            return
        now = self.clock.time()
        while self._asked and self._asked[0] <= now - WINDOW:
            self._asked.popleft()
        if len(self._asked) >= self._per_minute:
            self.clock.sleep(self._asked.popleft() + WINDOW - now)
        self._asked.append(self.clock.time())


def refused(reply: Reply, path: str) -> RefusedBySource:
    """What an answer that says no is told as."""
    content = reply.content
    said = content.get("message", content) if isinstance(content, dict) else content
    return RefusedBySource(f"{path}: answered {reply.status}: {short(said)}", reply.status)


def unauthorized(error: Unauthorized) -> NotLetInError:
    """A source that does not let us in."""
    return NotLetInError(str(error))
