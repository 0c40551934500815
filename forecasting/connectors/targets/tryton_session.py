"""A session of Tryton's JSON-RPC: begun by user and password, begun anew where it has ended."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Protocol

from forecasting.connectors.targets.http import Reply, Unauthorized, short
from forecasting.connectors.targets.port import RefusedByTarget, TargetUnavailable
from forecasting.connectors.targets.settings import SecretSource

REFUSING = ("UserError", "UserWarning", "AccessError")


class Asks(Protocol):
    """Whatever sends a request and waits for its answer."""

    def ask(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """The answer."""


class Session:
    """Calls methods of one database. ``context``: what Tryton says of the user, the company among it."""

    def __init__(self, http: Asks, database: str, user: str, password: SecretSource) -> None:
        self._http, self._database, self._user, self._password = http, database, user, password
        self._session = ""
        self.context: dict[str, Any] = {}

    def call(self, method: str, *arguments: Any, context: Mapping[str, Any] | None = None) -> Any:
        """Call a method; a session that has ended is begun anew once."""
        if not self._session:
            self._log_in()
        try:
            return self._ask(method, [*arguments, {**self.context, **(context or {})}])
        except Unauthorized:
            self._log_in()
            return self._ask(method, [*arguments, {**self.context, **(context or {})}])

    def _log_in(self) -> None:
        """Begin a session; one without its context would see nobody's company, and is none."""
        user = self._user
        self._session = ""
        secret = self._password.read().get_secret_value()
        uid, session = self._ask("common.db.login", [user, {"password": secret}])[:2]
        begun = base64.b64encode(f"{user}:{uid}:{session}".encode()).decode()
        self.context = self._ask("model.res.user.get_preferences", [True, {}], begun)
        self._session = begun

    def _ask(self, method: str, parameters: list[Any], session: str = "") -> Any:
        session = session or self._session
        headers = {"Authorization": f"Session {session}"} if session else {}
        body = {"id": 1, "method": method, "params": parameters}
        reply = self._http.ask("POST", f"/{self._database}/rpc/", body=body, headers=headers)
        if not reply.ok:
            raise RefusedByTarget(f"{method}: Tryton answered {reply.status}: {short(reply.content)}")
        if not isinstance(reply.content, dict):
            raise TargetUnavailable(f"{method}: the answer is no JSON object")
        if "error" in reply.content:
            raise _fault(method, reply.content["error"])
        return reply.content.get("result")


def _fault(method: str, error: Any) -> RefusedByTarget | TargetUnavailable:
    """What an error of Tryton means: never, or not now."""
    kind, detail = (error[0], error[1]) if isinstance(error, list) and len(error) > 1 else (str(error), "")
    message = detail[0] if isinstance(detail, list) and detail else detail
    if kind in REFUSING:
        return RefusedByTarget(short(message) or kind)
    if kind == "ConcurrencyException":
        return TargetUnavailable("changed meanwhile in Tryton", 0.0)
    return TargetUnavailable(f"{method}: {short(kind)} {short(message)}".rstrip())
