"""HTTP for other systems: TLS verified, a time-out on everything, bodies bounded, each fault the port's.

No message holds a header, a body's secret or a URL's: a fault names the method, the path and the status.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecasting.connectors.targets.port import TargetUnavailable
from forecasting.errors import RequestError

LARGEST_ANSWER = 32 * 2**20
"""Bytes of an answer; what is longer is not read to its end."""

LONGEST_SAID = 300
"""Characters of a system's own message that are repeated."""


@dataclass(frozen=True)
class Reply:
    """An answer that came whole. ``content``: its JSON; the text where it is none."""

    status: int
    content: Any
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether it says that it was done."""
        return 200 <= self.status < 300


class Http:
    """A client of one system. ``transport``: another way than the network, for tests."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        timeout: float = 30.0,
        ca_file: Path | None = None,
        transport: Any = None,
    ) -> None:
        try:
            import httpx2
        except ImportError as error:
            raise RequestError(
                f"{error.name} is not installed, which this system needs: run pip install 'reorder[ordering]'"
            ) from None
        self._failed = (httpx2.TransportError, httpx2.DecodingError, httpx2.InvalidURL)
        self._client = httpx2.Client(
            base_url=url,
            headers=dict(headers),
            timeout=timeout,
            verify=True if ca_file is None else ssl.create_default_context(cafile=str(ca_file)),
            follow_redirects=False,
            transport=transport,
            trust_env=False,
        )

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send a request; ``body`` goes as JSON. Raises TargetUnavailable where no whole answer comes.

        Answers 401, 403, 429 and 5xx are raised as well: they say nothing of the order.
        """
        sent = dict(headers or {})
        if body is not None:
            content = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        what = f"{method} {path}"
        try:
            with self._client.stream(method, path, content=content, params=query, headers=sent) as answer:
                text = _bounded(answer, what)
                status, got = answer.status_code, dict(answer.headers)
        except self._failed as error:
            raise TargetUnavailable(f"{what}: no whole answer ({type(error).__name__})") from None
        if status == 429 or status >= 500:
            raise Busy(f"{what}: answered {status}", _wait(got), status, _parsed(text))
        if status in (401, 403):
            # Wrong for every order alike: none is refused for it.
            raise Unauthorized(f"{what}: answered {status}; check the key, its rights and its end")
        return Reply(status, _parsed(text), got)


class Unauthorized(TargetUnavailable):
    """The system does not let us in, or not do this."""


class Busy(TargetUnavailable):
    """The system answered 429 or 5xx. ``content``: what it said."""

    def __init__(self, said: str, wait: float | None, status: int, content: Any) -> None:
        self.status, self.content = status, content
        super().__init__(said, wait)


def _bounded(answer: Any, what: str) -> bytes:
    parts, size = [], 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise TargetUnavailable(f"{what}: the answer is longer than {LARGEST_ANSWER:,} bytes")
        parts.append(part)
    return b"".join(parts)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.decode("utf-8", "replace")


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``Retry-After``; None where it says none, or a date."""
    said = headers.get("retry-after", "")
    return min(float(said), 3_600.0) if said.isdigit() else None


def short(said: Any) -> str:
    """A system's own message on one line, cut where it is long."""
    text = " ".join(str(said).split())
    return text if len(text) <= LONGEST_SAID else text[:LONGEST_SAID] + "..."
