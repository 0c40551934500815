"""Orders as signed HTTP requests to any receiver.

``POST`` of the order's JSON, with the headers ``Idempotency-Key`` (the order's key),
``X-Reorder-Payload-Hash`` and ``X-Reorder-Signature``: ``t=SECONDS,v1=HEX``, the HMAC-SHA256 of
``SECONDS.BODY`` with the shared secret. The receiver answers 2xx, with ``{"number": ...}`` if it likes, or
409 where it holds the key already; 422 where it holds the key with another hash.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any

from forecasting.connectors.targets.http import Http, short
from forecasting.connectors.targets.port import AT_LEAST_ONCE, Document, Held, RefusedByTarget
from forecasting.connectors.targets.settings import HttpSettings, SecretSource
from forecasting.domain.purchase_orders import PurchaseOrder


class Settings(HttpSettings):
    """``secret``: where the shared secret is."""

    secret: SecretSource


def build(settings: Settings, transport: Any = None) -> WebhookTarget:
    """The target."""
    http = Http(settings.url, {}, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport)
    return WebhookTarget(http, settings.secret.read().get_secret_value())


class WebhookTarget:
    """Posts orders; that a repeated key counts once is the receiver's duty."""

    guarantee = AT_LEAST_ONCE
    reserves = False

    def __init__(self, http: Http, secret: str) -> None:
        self._http, self._secret = http, secret.encode()

    def find(self, key: str) -> Sequence[Document]:
        """Nothing can be asked: the key of the next request says it."""
        return []

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Post the order; returns the receiver's number, or the key where it names none."""
        body, at_second = order.payload.encode(), str(int(time.time()))
        signed = hmac.new(self._secret, at_second.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Reorder-Payload-Hash": order.payload_hash,
            "X-Reorder-Signature": f"t={at_second},v1={signed}",
        }
        reply = self._http.ask("POST", "", content=body, headers=headers)
        if reply.status == 409:
            return key
        if not reply.ok:
            raise RefusedByTarget(f"the receiver answered {reply.status}: {short(reply.content)}")
        number = reply.content.get("number") if isinstance(reply.content, dict) else None
        return str(number) if number else key

    def read_back(self, number: str) -> Document | None:
        """What was answered is all that can be known."""
        return Document(number, Held.WHOLE)

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """Nothing can be asked."""
        return {}

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Nothing is ever left over."""
        return 0
