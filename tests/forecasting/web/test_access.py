"""Nobody gets in who is not let in, and everybody does only what their role allows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.routing import Mount

from forecasting.reviewing import accounts
from forecasting.store.application.tables import attempts, sessions
from forecasting.web.guard import HEADERS
from forecasting.web.routes.sign_in import PUBLIC
from tests.support.browser import PASSWORD

FILES = ("/static", "/vendor")
MAY_DECIDE = re.compile(
    r"^/plans/.*/(quantity|approve|reject|snooze|reopen|approve-shown|undo|fill)$|^/customers/(pin|unpin|try|give)$"
)
MAY_SETTLE = re.compile(r"^/what-if/(promote|withdraw)$")
MAY_FORECAST = re.compile(r"^/item/forecast")
MAY_ADMINISTER = re.compile(r"^/(people|audit|start)")


def routes(app, prefix=""):
    """Every address and method of the application, the REST interface's among them."""
    for route in app.routes:
        if hasattr(route, "original_router"):
            # An included router: ours have no prefix of their own.
            yield from routes(route.original_router, prefix)
            continue
        if isinstance(route, Mount):
            if route.path not in FILES:
                yield from routes(route.app, prefix + route.path)
            continue
        path = prefix + re.sub(r"\{\w+(:\w+)?\}", "1", route.path)
        for method in sorted(route.methods - {"HEAD"}):
            yield path, method


def test_the_walk_sees_the_whole_application(served):
    found = {path for path, _ in routes(served.app)}
    assert {"/", "/lines", "/item", "/people", "/export.csv", "/api/v1/lines", "/api/v1/undo"} <= found
    assert len(found) > 40


def test_every_route_but_the_public_ones_refuses_who_is_not_signed_in(served):
    with served.nobody() as client:
        for path, method in routes(served.app):
            if path in PUBLIC:
                continue
            answer = client.request(method, path)
            if path.startswith("/api/"):
                assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path
            else:
                assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
            assert "sku" not in answer.text


@pytest.mark.parametrize("name", ["ann", "lea", "ada"])
def test_every_route_refuses_the_wrong_role(served, name):
    decides, administers, settles = name == "ann", name == "ada", name != "ann"
    with served.person(name) as client:
        for path, method in routes(served.app):
            forbidden = (
                (MAY_DECIDE.match(path) and not decides)
                or (MAY_ADMINISTER.match(path) and not administers)
                or (MAY_SETTLE.match(path) and not settles)
                or (MAY_FORECAST.match(path) and administers)
            )
            if path.startswith("/api/") or path in {*PUBLIC, "/sign-out"}:
                continue
            answer = client.request(method, path)
            assert (answer.status_code == 403) == bool(forbidden), (path, answer.status_code)
            assert answer.status_code < 500, path


def test_a_write_without_the_session_s_own_token_is_refused(served):
    with served.person("ann") as client:
        for path, method in routes(served.app):
            if method == "POST" and not path.startswith("/api/") and path not in PUBLIC:
                answer = client.post(path, headers={"x-csrf": "another"})
                assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/sign-in"), path


def test_a_write_that_another_site_caused_is_refused(served):
    with served.nobody() as client:
        for site in ("cross-site", "same-site"):
            said = {"name": "ann", "password": PASSWORD}
            answer = client.post("/sign-in", data=said, headers={"sec-fetch-site": site})
            assert (answer.status_code, answer.cookies.get("reorder_session")) == (403, None)


def test_a_write_that_does_not_say_how_long_it_is_or_is_too_long_is_refused(served):
    with served.nobody() as client:
        endless = client.post("/sign-in", content=iter([b"name=ann&password=", b"x" * 100]))
        assert endless.status_code == 411
        assert client.post("/sign-in", data={"name": "a" * 1_000_001}).status_code == 413


def test_the_cookie_and_the_headers_keep_a_browser_safe(served):
    with served.nobody() as client:
        answer = client.post("/sign-in", data={"name": "ann", "password": PASSWORD})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie and "max-age=43200" in cookie
        for path in ("/", "/sign-in", "/no-such-page", "/static/app.css", "/api/v1/lines"):
            answer = client.get(path)
            assert HEADERS.items() <= dict(answer.headers).items(), path
            kept = "public" if path.startswith("/static") else "no-store"
            assert kept in answer.headers["cache-control"]


def test_too_many_tries_of_a_name_have_to_wait_and_are_told_so_kindly(served):
    with served.nobody() as client:
        for _ in range(accounts.FREE_TRIES):
            wrong = client.post("/sign-in", data={"name": "ann", "password": "wrong"})
            assert wrong.status_code == 401
        locked = client.post("/sign-in", data={"name": "ann", "password": PASSWORD})
        assert locked.status_code == 429
        assert "Wait 15 minutes" in locked.text and int(locked.headers["retry-after"]) > 800
        # Another name is not touched by it, and the same one opens again by itself.
        assert client.post("/sign-in", data={"name": "bob", "password": PASSWORD}).status_code == 303
        _age(served.store, attempts, attempts.c.at, accounts.WINDOW)
        assert client.post("/sign-in", data={"name": "ann", "password": PASSWORD}).status_code == 303


def test_who_does_not_exist_is_answered_as_who_does(served):
    with served.nobody() as client:
        answers = [
            client.post("/sign-in", data={"name": name, "password": "wrong"}) for name in ("ann", "nobody")
        ]
        assert answers[0].text.replace("ann", "") == answers[1].text.replace("nobody", "")


def _age(store, table, column, by):
    """Make what a table holds so much older."""
    with store.writing() as transaction:
        for row in transaction.execute(sa.select(table)).mappings().all():
            this = [table.c[key.name] == row[key.name] for key in table.primary_key]
            older = row[column.name] - by - timedelta(seconds=5)
            transaction.execute(sa.update(table).where(*this).values({column.name: older}))


@pytest.mark.parametrize("column", ["seen_at", "ends_at"])
def test_a_session_ends_after_a_day_and_after_idling(served, column):
    with served.person("ann") as client:
        assert client.get("/account").status_code == 200
        by = accounts.IDLE if column == "seen_at" else accounts.LASTS
        _age(served.store, sessions, sessions.c[column], by)
        assert client.get("/account").status_code == 204


def test_no_session_survives_signing_out_or_another_password(served, token):
    with served.person("ann") as first, served.person("ann") as second:
        assert second.post("/sign-out").status_code == 204
        assert second.get("/account").status_code == 204

        new = {"old": PASSWORD, "new": "a better horse battery"}
        assert first.post("/account/password", data={**new, "old": "wrong"}).status_code == 422
        assert first.post("/account/password", data={**new, "new": "short"}).status_code == 422
        assert first.post("/account/password", data=new).status_code == 204
        assert first.get("/account").status_code == 204
    with served.nobody() as client:
        answer = client.get("/api/v1/plan", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert client.post("/sign-in", data={"name": "ann", "password": PASSWORD}).status_code == 401


def test_an_administrator_lets_people_in_and_out_and_the_last_one_stays(served):
    with served.person("ada") as ada:
        made = ada.post("/people", data={"name": "eve", "role": "buyer", "limit": "5 000"})
        password = re.search(r"<code>([^<]+)</code>", made.text)[1]
        assert ada.post("/people", data={"name": "eve", "role": "buyer"}).status_code == 422
        with served.nobody() as eve:
            assert eve.post("/sign-in", data={"name": "eve", "password": password}).status_code == 303
            assert "up to 5\u202f000" in eve.get("/").text
            closed = {"name": "eve", "role": "buyer", "limit": "", "active": ""}
            assert ada.post("/people/change", data=closed).status_code == 204
            assert eve.get("/").status_code == 303
        mine = {"name": "ada", "role": "buyer", "limit": "", "active": "yes"}
        refused = ada.post("/people/change", data=mine)
        assert refused.status_code == 422 and "administrator" in refused.text
        assert "eve" in ada.get("/audit").text


@pytest.mark.parametrize("name", ["a\nb", "a\u202eb", "", "x" * 101])
def test_a_name_that_cannot_be_read_is_refused_and_a_limit_that_is_none_in_one_sentence(served, name):
    with served.person("ada") as ada:
        assert ada.post("/people", data={"name": name, "role": "buyer"}).status_code == 422
        refused = ada.post("/people", data={"name": "eve", "role": "buyer", "limit": "much"})
    assert refused.status_code == 422 and "none.." not in refused.text and "empty for none." in refused.text


def test_a_token_may_no_more_than_its_scope(served):
    with served.person("ann") as ann:
        made = ann.post("/account/tokens", data={"name": "report", "scope": "read"})
        secret = re.search(r"<code>([^<]+)</code>", made.text)[1]
        refused = ann.post("/account/tokens", data={"name": "x", "scope": "everything"})
        assert refused.status_code == 422
    with served.nobody() as program:
        program.headers["authorization"] = f"Bearer {secret}"
        plan = program.get("/api/v1/plan").json()
        assert program.post("/api/v1/undo", json={"run": plan["run"]}).status_code == 403
    with served.person("ann") as ann:
        ann.post("/account/tokens/revoke", data={"name": "report"})
    with served.nobody() as program:
        answer = program.get("/api/v1/plan", headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 401
