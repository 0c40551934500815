"""Webhooks only say what to read anew: replays and disorder change nothing, forgeries are refused."""

from __future__ import annotations

import io
import json
import sys

import pytest
import yaml
from pydantic import SecretStr
from starlette.testclient import TestClient

from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.orderspace.events import receive, signature_of
from forecasting.dataset.read import read
from forecasting.errors import RequestError
from forecasting.serving.events import LARGEST_BODY, application
from tests.support.clocks import FakeClock
from tests.support.command import reorder
from tests.support.sources import Imports
from tests.support.stand_ins.orderspace import CLIENT_ID, CLIENT_SECRET, SIGNING_KEY, Orderspace, Webhook

KEY = SecretStr(SIGNING_KEY)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def shop(clock):
    made = Orderspace(clock)
    made.product("A")
    made.level("A", 100)
    for number in range(1, 11):
        made.order(number, ("A", number), status="fulfilled")
    # Long enough ago that the lists do not show them again.
    clock.forward(days=2)
    return made


@pytest.fixture
def imports(shop, clock, tmp_path):
    made = Imports("orderspace", shop, tmp_path / "data", clock)
    made.given = {
        "client_id": made.secret("id", CLIENT_ID),
        "client_secret": made.secret("key", CLIENT_SECRET),
    }
    made.bring()
    clock.forward(days=3)
    return made


def taken(imports, body: bytes, signature: str) -> int:
    kept = Kept(imports.folder / ".source")
    try:
        return receive(kept, KEY, body, signature)
    finally:
        kept.close()


def told(imports, clock) -> Webhook:
    def endpoint(body, signature):
        taken(imports, body, signature)
        return 200

    return Webhook(clock, endpoint)


def test_what_a_webhook_names_is_read_anew_though_no_list_tells_it(shop, imports, clock):
    changed = shop.records["orders"]["or_00000003"]
    changed["order_lines"][0]["quantity"] = 33
    shop.delete("orders", "or_00000004")
    shop.levels["A"]["on_hand"] = 55.0
    hook = told(imports, clock)
    # What an event says of a record is old by then: only its name counts.
    hook.tell("order.updated", {"order": {**changed, "order_lines": []}})
    hook.tell("order.deleted", {"order": {"id": "or_00000004", "deleted": True}})
    hook.tell("inventory_level.updated", {"sku": "A", "on_hand": 1.0, "on_hand_adjustment": -1.0})
    hook.tell("customer.updated", {"customer": {"id": "cu_1"}})
    hook.deliver()
    data = imports.tables()
    quantities = data.orders.set_index("order")["quantity"].to_dict()
    assert quantities["3"] == 33 and "4" not in quantities and len(quantities) == 9
    assert data.stock["on_hand"].tolist() == [100.0, 55.0]
    asked = len(shop.paths)
    imports.bring()
    assert not [path for path in shop.paths[asked:] if path.startswith("/v1/orders/")]


def test_replays_and_disorder_change_nothing(shop, imports, clock):
    hook = told(imports, clock)
    for number in range(1, 11):
        order = shop.records["orders"][f"or_{number:08d}"]
        for quantity in (50, 60):
            order["order_lines"][0]["quantity"] = quantity
            hook.tell("order.updated", {"order": json.loads(json.dumps(order))})
    # In an earlier form of the API an event carried a list.
    hook.tell("order.updated", {"orders": [shop.records["orders"]["or_00000001"]]})
    hook.deliver()
    imports.bring()
    before = read(imports.folder).orders["quantity"].tolist()
    assert before == [60.0] * 10
    for body, signature in [*reversed(hook.sent), *hook.sent]:
        taken(imports, body, signature)
    assert imports.tables().orders["quantity"].tolist() == before


def test_an_event_that_comes_while_an_import_reads_is_for_the_next_one(shop, imports, clock):
    order = shop.records["orders"]["or_00000002"]
    hook = told(imports, clock)
    hook.tell("order.updated", {"order": {"id": order["id"]}})
    hook.deliver()

    def once_more(path):
        if path == "/v1/orders/or_00000002":
            shop.before_answer = lambda path: hook.deliver() if path == "/v1/products" else None
            hook.tell("order.updated", {"order": {"id": order["id"]}})

    shop.before_answer = once_more
    imports.bring()
    order["order_lines"][0]["quantity"] = 77
    assert 77 in imports.tables().orders["quantity"].tolist()


def test_a_webhook_that_is_not_taken_comes_again_until_it_gives_up(shop, clock):
    answers = iter([500, 500, 200, *[503] * 9])
    hook = Webhook(clock, lambda body, signature: next(answers))
    hook.tell("order.updated", {"order": {"id": "or_1"}})
    hook.deliver()
    assert (len(hook.sent), hook.disabled) == (3, False)
    hook.tell("order.updated", {"order": {"id": "or_1"}})
    hook.deliver()
    assert hook.disabled and len(hook.sent) == 8


@pytest.mark.parametrize("wrong", ["", "c2lnbmVk", "ü", "of another body", "of another key"])
def test_a_wrong_signature_is_refused_and_nothing_is_noted(imports, wrong):
    body = json.dumps([{"event": "order.updated", "data": {"order": {"id": "or_00000001"}}}]).encode()
    made = {
        "of another body": signature_of(KEY, body + b" "),
        "of another key": signature_of(SecretStr("other"), body),
    }
    with pytest.raises(RequestError, match="the signature is not that of the body"):
        taken(imports, body, made.get(wrong, wrong))
    kept = Kept(imports.folder / ".source")
    assert kept.wanted("orders") == {}
    kept.close()


@pytest.mark.parametrize("body", [b"", b"[1]", b'[{"event": "order.updated"}]', b"\xff"])
def test_what_is_signed_and_no_list_of_events_is_refused(imports, body):
    with pytest.raises(RequestError, match="nothing was taken"):
        taken(imports, body, signature_of(KEY, body))


def test_the_command_takes_a_body_from_standard_input(imports, monkeypatch, tmp_path):
    settings = {"webhook_key": imports.secret("hook", SIGNING_KEY), **imports.given}
    file = tmp_path / "shop.yaml"
    file.write_text(yaml.safe_dump(settings))
    body = json.dumps([{"event": "order.updated", "data": {"order": {"id": "or_00000001"}}}]).encode()

    def given(signature):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))
        return reorder("receive", "orderspace", imports.folder, "--settings", file, "--signature", signature)

    right = given(signature_of(KEY, body))
    assert (right.code, "1 record is read anew" in right.out) == (0, True), right.err
    refused = given("wrong")
    assert refused.code == 1 and "hunter2" not in refused.err + refused.out


def test_an_event_that_names_no_record_is_refused(imports):
    body = json.dumps({"event": "order.updated", "data": {"order": {}}}).encode()
    with pytest.raises(RequestError, match="names no id"):
        taken(imports, body, signature_of(KEY, body))


def test_over_http_what_is_signed_is_taken_and_the_rest_refused(shop, imports, tmp_path):
    settings = tmp_path / "shop.yaml"
    given = {**imports.given, "webhook_key": imports.secret("signing", SIGNING_KEY)}
    settings.write_text(yaml.safe_dump({"kind": "orderspace", **given}))
    shop.delete("orders", "or_00000004")
    body = json.dumps([{"event": "order.deleted", "data": {"order": {"id": "or_00000004"}}}]).encode()
    nothing = b"[]]"
    with TestClient(application(imports.folder, "orderspace", settings)) as client:

        def told(content: bytes, signature: str) -> tuple[int, str]:
            answer = client.post(
                "/hooks/shop", content=content, headers={"X-Orderspace-Signature": signature}
            )
            return answer.status_code, answer.text

        assert told(body, signature_of(SecretStr("another"), body))[0] == 401
        assert told(body, "")[0] == 401
        assert "4" in imports.tables().orders["order"].tolist()
        assert told(nothing, signature_of(KEY, nothing)) == (400, "the body is no JSON: nothing was taken\n")
        assert told(b"x" * (LARGEST_BODY + 1), "")[0] == 413
        assert client.get("/").status_code == 405
        # Once more is as good as once.
        assert [told(body, signature_of(KEY, body)) for _ in range(2)] == [(204, ""), (204, "")]
    assert "4" not in imports.tables().orders["order"].tolist()
