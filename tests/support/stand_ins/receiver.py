"""A receiver of webhooks that does its duty: it checks the signature, and counts each key once."""

from __future__ import annotations

import hashlib
import hmac
import json

import httpx2

SECRET = "webhook-hunter2"


class Receiver:
    """Orders by key."""

    def __init__(self) -> None:
        self.orders: dict[str, dict] = {}
        self.hashes: dict[str, str] = {}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        signed = dict(part.split("=") for part in request.headers["X-Reorder-Signature"].split(","))
        said = signed["t"].encode() + b"." + request.content
        if not hmac.compare_digest(hmac.new(SECRET.encode(), said, hashlib.sha256).hexdigest(), signed["v1"]):
            return httpx2.Response(403)
        key, content_hash = request.headers["Idempotency-Key"], request.headers["X-Reorder-Payload-Hash"]
        assert hashlib.sha256(request.content).hexdigest() == content_hash
        if self.hashes.setdefault(key, content_hash) != content_hash:
            return httpx2.Response(422, json={"error": "this key came with another order"})
        self.orders[key] = json.loads(request.content)
        return httpx2.Response(200, json={"number": f"W-{key}"})

    def count(self, key: str) -> int:
        return int(key in self.orders)
