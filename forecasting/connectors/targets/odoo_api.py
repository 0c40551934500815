"""Odoo's two interfaces, one behind the other: JSON-2 from 19 on, JSON-RPC before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from forecasting.connectors.targets.http import Busy, Http, Reply, short
from forecasting.connectors.targets.port import RefusedByTarget, TargetUnavailable
from forecasting.connectors.targets.settings import HttpSettings, SecretSource

MEANWHILE = ("could not serialize", "concurrent update", "duplicate key", "unique constraint")


class ApiSettings(HttpSettings):
    """``api``: ``json2`` from Odoo 19 on, ``jsonrpc`` before. ``key``: where the API key (or password) is.

    ``user``: for ``jsonrpc``.
    """

    database: str
    key: SecretSource
    api: Literal["json2", "jsonrpc"] = "json2"
    user: str = ""


class Asks(Protocol):
    """Whatever sends a request and waits for its answer."""

    def ask(self, method: str, path: str, *, body: Any = None) -> Reply:
        """The answer."""


class Meanwhile(TargetUnavailable):
    """Another request writes the same just now."""


def client(settings: ApiSettings, transport: Any = None) -> Http:
    """HTTP to it, with the headers that its interface wants."""
    headers: dict[str, str] = {}
    if settings.api == "json2":
        headers["X-Odoo-Database"] = settings.database
        headers["Authorization"] = f"bearer {settings.key.read().get_secret_value()}"
    return Http(
        settings.url, headers, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport
    )


class Api:
    """Calls methods of models by named arguments."""

    def __init__(self, http: Asks, settings: ApiSettings) -> None:
        self._http, self._settings, self._uid = http, settings, 0

    def call(self, model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        """What a method answers. Raises RefusedByTarget, Meanwhile or another TargetUnavailable."""
        if self._settings.api == "json2":
            return self._json2(model, method, arguments)
        if not self._uid:
            key = self._settings.key.read().get_secret_value()
            self._uid = self._jsonrpc("common", "login", [self._settings.database, self._settings.user, key])
            if not self._uid:
                raise TargetUnavailable("Odoo does not let us in: check user, key and database")
        key = self._settings.key.read().get_secret_value()
        call = [self._settings.database, self._uid, key, model, method, [], arguments]
        return self._jsonrpc("object", "execute_kw", call)

    def _json2(self, model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        try:
            reply = self._http.ask("POST", f"/json/2/{model}/{method}", body=arguments)
        except Busy as error:
            _raise_if_meanwhile(_message(error.content))
            raise
        if not reply.ok:
            raise RefusedByTarget(f"Odoo answered {reply.status}: {short(_message(reply.content))}")
        return reply.content

    def _jsonrpc(self, service: str, method: str, arguments: list[Any]) -> Any:
        parameters = {"service": service, "method": method, "args": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "call", "params": parameters}
        reply: Reply = self._http.ask("POST", "/jsonrpc", body=body)
        if not reply.ok or not isinstance(reply.content, dict):
            raise TargetUnavailable(f"Odoo answered {reply.status}, and no JSON-RPC")
        if "error" in reply.content:
            # Its "debug" holds a traceback, which is nobody's business.
            said = _message((reply.content["error"] or {}).get("data"))
            _raise_if_meanwhile(said)
            raise RefusedByTarget(f"Odoo: {short(said)}")
        return reply.content.get("result")


def _message(content: Any) -> str:
    return str(content.get("message", "")) if isinstance(content, dict) else str(content)


def _raise_if_meanwhile(said: str) -> None:
    if is_meanwhile(said):
        raise Meanwhile("the same is being written just now", 0.0)


def is_meanwhile(said: str) -> bool:
    """Whether a message speaks of another request that writes the same."""
    return any(words in said.lower() for words in MEANWHILE)
