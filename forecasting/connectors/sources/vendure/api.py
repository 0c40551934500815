"""Vendure's admin API: GraphQL, by a session or an API key; refusals come with status 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecasting.connectors.sources.client import Client, refused, unauthorized
from forecasting.connectors.sources.port import RefusedBySource, SourceUnavailable
from forecasting.connectors.targets.http import Unauthorized, short
from forecasting.connectors.targets.settings import SecretSource

LOGIN = """mutation($user: String!, $password: String!) {
  login(username: $user, password: $password) { __typename ... on ErrorResult { message } } }"""
FORBIDDEN = "FORBIDDEN"


class Api:
    """Asks questions. ``key``: of an API user, or None; then ``user`` and ``password``."""

    def __init__(
        self, client: Client, path: str, key: SecretSource | None, user: str, password: SecretSource | None
    ) -> None:
        self.client, self._path = client, path
        self._key, self._user, self._password = key, user, password
        self._token = ""

    def ask(self, query: str, variables: Mapping[str, Any]) -> Any:
        """The data of an answer. Raises SourceUnavailable where it does not let us in, or does not answer."""
        if self._key is None and not self._token:
            self._log_in()
        try:
            return self._asked(query, variables)
        except _ForbiddenError:
            # A session ends by itself.
            if self._key is not None:
                raise
            self._log_in()
            return self._asked(query, variables)

    def _log_in(self) -> None:
        self._token = ""
        secret = "" if self._password is None else self._password.read().get_secret_value()
        reply = self._sent(LOGIN, {"user": self._user, "password": secret})
        said = (reply.content.get("data") or {}).get("login") or {}
        self._token = {name.lower(): value for name, value in reply.headers.items()}.get(
            "vendure-auth-token", ""
        )
        if said.get("__typename") != "CurrentUser" or not self._token:
            raise SourceUnavailable(f"Vendure does not let {self._user!r} in: check user and password")

    def _asked(self, query: str, variables: Mapping[str, Any]) -> Any:
        content = self._sent(query, variables).content
        if content.get("errors"):
            first = content["errors"][0]
            code = str((first.get("extensions") or {}).get("code", ""))
            said = f"Vendure says {code}: {short(first.get('message'))}"
            raise _ForbiddenError(said) if code == FORBIDDEN else RefusedBySource(said, 400)
        return content["data"]

    def _sent(self, query: str, variables: Mapping[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if self._key is not None:
            headers = {"vendure-api-key": self._key.read().get_secret_value()}
        body = {"query": query, "variables": dict(variables)}
        try:
            reply = self.client.ask("POST", self._path, body=body, headers=headers)
        except Unauthorized as error:
            raise unauthorized(error) from None
        if not reply.ok:
            raise refused(reply, f"POST {self._path}")
        if not isinstance(reply.content, dict):
            raise SourceUnavailable(f"POST {self._path}: the answer is no JSON object")
        return reply


class _ForbiddenError(SourceUnavailable):
    """The session has ended, or the user may not see this."""
