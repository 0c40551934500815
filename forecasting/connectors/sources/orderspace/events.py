"""Orderspace's webhooks: what one names is noted, and read anew by the next import.

An event has no number and no time, may come again, late and out of order. So what it says of a record is not
taken for what the record is: the next import asks. Then replays and disorder change nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr

from forecasting.connectors.sources.kept import Kept
from forecasting.errors import RequestError

FEEDS = {
    "order": ("orders", "id"),
    "product": ("products", "id"),
    "inventory_level": ("inventory_levels", "sku"),
    "dispatch": ("orders", "order_id"),
}
"""What an event is about -> the feed whose record is read anew, and the field that names it."""

PLURALS = {"order": "orders", "product": "products", "dispatch": "dispatches"}


class ForgedError(RequestError):
    """A webhook that was not signed by the shop's key."""


def signature_of(key: SecretStr, body: bytes) -> str:
    """The signature that Orderspace puts into ``X-Orderspace-Signature``."""
    made = hmac.new(key.get_secret_value().encode(), body, hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def receive(kept: Kept, key: SecretStr, body: bytes, signature: str) -> int:
    """Note what the events of a webhook's body name; returns how many records that are.

    Raises ForgedError where the signature is not that of the body, RequestError where that lists no events.
    """
    if not hmac.compare_digest(signature_of(key, body).encode(), signature.strip().encode()):
        raise ForgedError("the signature is not that of the body: nothing was taken")
    try:
        events = json.loads(body)
    except ValueError:
        raise RequestError("the body is no JSON: nothing was taken") from None
    named = set(_named(events if isinstance(events, list) else [events]))
    with kept.at_once():
        for feed in sorted({feed for feed, _ in named}):
            kept.want(feed, sorted(name for of, name in named if of == feed))
    return len(named)


def _named(events: list[Any]) -> Iterator[tuple[str, str]]:
    for event in events:
        if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
            raise RequestError("the body is no list of events: nothing was taken")
        about = str(event.get("event", "")).split(".")[0]
        if about not in FEEDS:
            continue
        feed, field = FEEDS[about]
        data = event["data"]
        # One record; in an earlier form of the API a list; of a level its fields themselves.
        single = data.get(about, data)
        rows = data.get(PLURALS.get(about, ""), [single])
        for row in rows:
            if not isinstance(row, dict) or not row.get(field):
                raise RequestError(f"the event {event['event']!r} names no {field}: nothing was taken")
            yield feed, str(row[field])
