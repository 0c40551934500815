"""Orderspace as its documents say: tokens that end, a throttle, newest first by cursor, signed webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable
from urllib.parse import parse_qs

import httpx2

from tests.support.clocks import FakeClock

CLIENT_ID, CLIENT_SECRET, SIGNING_KEY = "shop-id", "orderspace-hunter2", "signing-hunter2"
STATUSES = (
    *("new", "invoiced", "released", "part_fulfilled"),
    *("preorder", "fulfilled", "standing_order", "cancelled"),
)
MOST_FAILURES = 5


class Orderspace:
    """Its records by kind, each in the order of creation. ``before_answer`` is called with each path."""

    def __init__(self, clock: FakeClock, *, token_seconds: float = 1800, per_minute: int = 60) -> None:
        self.clock, self.token_seconds, self.per_minute = clock, token_seconds, per_minute
        self.records: dict[str, dict[str, dict]] = {
            kind: {} for kind in ("orders", "products", "dispatches", "customers")
        }
        self.lists: dict[str, list[str]] = {kind: [] for kind in self.records}
        self.places: dict[str, dict[str, int]] = {kind: {} for kind in self.records}
        self.levels: dict[str, dict] = {}
        self.changed: dict[str, str] = {}
        self.tokens: dict[str, float] = {}
        self.asked: deque[float] = deque()
        self.refused_last: float | None = None
        self.throttled = 0
        self.paths: list[str] = []
        self.before_answer: Callable[[str], None] = lambda path: None

    # ---- What happens in the shop

    def put(self, kind: str, record: dict) -> dict:
        """A record is made, or changed."""
        key = record["id"]
        if key not in self.records[kind]:
            self.places[kind][key] = len(self.lists[kind])
            self.lists[kind].append(key)
        self.records[kind][key] = record
        self.changed[key] = self.clock.stamp
        return record

    def delete(self, kind: str, key: str) -> None:
        del self.records[kind][key]

    def level(self, sku: str, on_hand: float, available: float | None = None) -> None:
        given = on_hand if available is None else available
        self.levels[sku] = {"sku": sku, "on_hand": float(on_hand), "available": float(given)}
        self.changed[f"sku {sku}"] = self.clock.stamp

    def order(self, number: int, *lines: tuple[str, float], **more) -> dict:
        made = {
            "id": f"or_{number:08d}",
            "number": number,
            "created": self.clock.stamp,
            "status": "new",
            "customer_id": "cu_00000001",
            "company_name": "Corner Shop",
            "delivery_date": None,
            "standing_order_id": None,
            "order_lines": [
                {
                    "id": f"ol_{number:08d}{at}",
                    "sku": sku,
                    "name": f"Item {sku}",
                    "shipping": False,
                    "quantity": quantity,
                    "unit_price": 9.5,
                    "on_hold": False,
                    "dispatched": 0,
                }
                for at, (sku, quantity) in enumerate(lines)
            ],
        }
        return self.put("orders", {**made, **more})

    def dispatch(self, number: int, *quantities: float, status: str = "fulfilled") -> dict:
        """Units of each line of an order leave."""
        order = self.records["orders"][f"or_{number:08d}"]
        lines = []
        for line, quantity in zip(order["order_lines"], quantities, strict=False):
            line["dispatched"] += quantity
            self.levels[line["sku"]]["on_hand"] -= quantity
            self.changed[f"sku {line['sku']}"] = self.clock.stamp
            if quantity:
                lines.append({"order_line_id": line["id"], "sku": line["sku"], "quantity": quantity})
        self.put("orders", {**order, "status": status})
        key = f"di_{len(self.lists['dispatches']):08d}"
        made = {"id": key, "order_id": order["id"], "created": self.clock.stamp, "dispatch_lines": lines}
        return self.put("dispatches", made)

    def product(self, sku: str, **more) -> dict:
        variant = {"id": f"pv_{sku}", "sku": sku, "unit_price": 9.5, "backorder": True, "options": {}}
        made = {"id": f"pr_{sku}", "code": sku, "name": f"Item {sku}", "active": True}
        made |= {"categories": [{"id": "ca_1", "name": "Lamps"}], "product_variants": [variant]}
        return self.put("products", {**made, **more})

    # ---- What it answers

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path == "/oauth/token":
            return self._token(request)
        self.before_answer(path)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0.0) <= self.clock.now:
            said = "The access token expired" if token in self.tokens else "The access token is invalid"
            wanted = f'Bearer realm="Orderspace", error="invalid_token", error_description="{said}"'
            headers = {"WWW-Authenticate": wanted, "Content-Type": "text/html", "Content-Length": "0"}
            return httpx2.Response(401, headers=headers)
        if self._throttles():
            self.throttled += 1
            return httpx2.Response(429, json={"message": "Too many requests"})
        self.paths.append(path)
        kind, _, key = path.removeprefix("/v1/").partition("/")
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        if kind == "inventory_levels":
            return self._levels(query)
        return self._one(kind, key) if key else self._list(kind, query)

    def _token(self, request: httpx2.Request) -> httpx2.Response:
        if "json" in request.headers["Content-Type"]:
            said = json.loads(request.content)
        else:
            said = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        if (said["client_id"], said["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return httpx2.Response(401, headers={"Content-Type": "text/html"})
        assert said["grant_type"] == "client_credentials"
        token = f"token-hunter2-{len(self.tokens)}"
        self.tokens[token] = self.clock.now + self.token_seconds
        return httpx2.Response(
            200, json={"access_token": token, "token_type": "Bearer", "expires_in": 1800, "scope": "read"}
        )

    def _throttles(self) -> bool:
        now = self.clock.now
        if self.refused_last is not None:
            if now - self.refused_last < 60:
                self.refused_last = now
                return True
            self.refused_last = None
            self.asked.clear()
        while self.asked and self.asked[0] <= now - 60:
            self.asked.popleft()
        if len(self.asked) >= self.per_minute:
            self.refused_last = now
            return True
        self.asked.append(now)
        return False

    def _one(self, kind: str, key: str) -> httpx2.Response:
        if key not in self.records[kind]:
            return httpx2.Response(404, json={"message": "Not found"})
        return httpx2.Response(200, json={kind.removesuffix("s"): self.records[kind][key]})

    def _list(self, kind: str, query: dict[str, str]) -> httpx2.Response:
        limit = min(int(query.get("limit", 50)), 200)
        if query.get("status", "new") not in STATUSES:
            return httpx2.Response(422, json={"message": "Validation failed: status"})
        names, place = self.lists[kind], len(self.lists[kind])
        if "starting_after" in query:
            if query["starting_after"] not in self.records[kind]:
                return httpx2.Response(422, json={"message": "Validation failed: starting_after"})
            place = self.places[kind][query["starting_after"]]
        found: list[dict] = []
        while place and len(found) <= limit:
            place -= 1
            record = self.records[kind].get(names[place])
            if record is None:
                continue
            if "created_since" in query and record["created"] < query["created_since"]:
                break
            if "updated_since" in query and self.changed[record["id"]] < query["updated_since"]:
                continue
            if query.get("status", record.get("status")) == record.get("status"):
                found.append(record)
        answer = {kind: found[:limit], "has_more": len(found) > limit}
        if kind == "dispatches":
            del answer["has_more"]
        return httpx2.Response(200, json=answer)

    def _levels(self, query: dict[str, str]) -> httpx2.Response:
        limit = min(int(query.get("limit", 50)), 200)
        names = sorted(name for name in self.levels if name > query.get("starting_after", ""))
        if "sku" in query:
            names = [name for name in names if name == query["sku"]]
        if "updated_since" in query:
            names = [name for name in names if self.changed[f"sku {name}"] >= query["updated_since"]]
        rows = [self.levels[name] for name in names[:limit]]
        return httpx2.Response(200, json={"inventory_levels": rows, "has_more": len(names) > limit})


class Webhook:
    """Sends signed lists of events; again, later, where they are not taken; and gives up for good."""

    def __init__(self, clock: FakeClock, endpoint: Callable[[bytes, str], int]) -> None:
        self.clock, self.endpoint = clock, endpoint
        self.waiting: list[dict] = []
        self.failures, self.disabled = 0, False
        self.sent: list[tuple[bytes, str]] = []

    def tell(self, event: str, data: dict) -> None:
        self.waiting.append({"event": event, "data": data})

    def deliver(self) -> None:
        while self.waiting and not self.disabled:
            body = json.dumps(self.waiting[:50]).encode()
            signed = hmac.new(SIGNING_KEY.encode(), body, hashlib.sha256).digest()
            self.sent.append((body, base64.b64encode(signed).decode()))
            if self.endpoint(*self.sent[-1]) == 200:
                self.waiting, self.failures = self.waiting[50:], 0
                continue
            self.failures += 1
            self.disabled = self.failures >= MOST_FAILURES
            self.clock.sleep(2.0**self.failures)
