"""Orderspace's API: a token for half an hour, a 401 without a body when it has ended, JSON else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from forecasting.connectors.sources.client import Client, refused, unauthorized
from forecasting.connectors.sources.port import SourceUnavailable
from forecasting.connectors.targets.http import Unauthorized
from forecasting.connectors.targets.settings import SecretSource

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EARLY = 60.0
"""Seconds before its end from which a token is not used any more."""


class Api:
    """Reads, with a token that is asked for anew when it ends. The token is kept in memory only."""

    def __init__(
        self, client: Client, identity_url: str, client_id: SecretSource, client_secret: SecretSource
    ) -> None:
        self.client = client
        self._identity_url, self._id, self._secret = identity_url, client_id, client_secret
        self._token, self._ends = "", 0.0

    def get(self, path: str, query: Mapping[str, str]) -> Any:
        """The JSON object of an answer. Raises RefusedBySource for 4xx, SourceUnavailable else."""
        try:
            reply = self._asked(path, query)
        except Unauthorized:
            # It may have ended before its time.
            self._token = ""
            try:
                reply = self._asked(path, query)
            except Unauthorized as error:
                raise unauthorized(error) from None
        if not reply.ok:
            raise refused(reply, f"GET {path}")
        if not isinstance(reply.content, dict):
            raise SourceUnavailable(f"GET {path}: the answer is no JSON object")
        return reply.content

    def _asked(self, path: str, query: Mapping[str, str]) -> Any:
        if not self._token or self.client.clock.time() >= self._ends:
            self._log_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        return self.client.ask("GET", path, query=dict(query), headers=headers)

    def _log_in(self) -> None:
        form = {
            "client_id": self._id.read().get_secret_value(),
            "client_secret": self._secret.read().get_secret_value(),
            "grant_type": "client_credentials",
        }
        asked_at = self.client.clock.time()
        try:
            reply = self.client.ask(
                "POST", self._identity_url, content=urlencode(form).encode(), headers=FORM
            )
        except Unauthorized as error:
            raise unauthorized(error) from None
        content = reply.content if isinstance(reply.content, dict) else {}
        if not reply.ok or not content.get("access_token"):
            raise refused(reply, "the token of Orderspace")
        self._token = str(content["access_token"])
        self._ends = asked_at + float(content.get("expires_in", 1800)) - EARLY
