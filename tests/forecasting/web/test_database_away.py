"""While the database is away, pages and REST say so in words, and go on when it is back."""

from __future__ import annotations

from contextlib import contextmanager

import sqlalchemy as sa

from tests.support.review import line, lines


@contextmanager
def away(store):
    """Every statement ends as one does whose server has gone."""

    def gone(*_):
        raise sa.exc.OperationalError("select", {}, Exception("the server closed the connection"))

    sa.event.listen(store.engine, "before_cursor_execute", gone)
    try:
        yield
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", gone)


def test_a_page_says_that_the_database_is_away_and_is_there_when_it_is_back(served):
    with served.person("ann") as ann:
        del ann.headers["hx-request"]
        with away(served.store):
            page = ann.get("/lines")
        assert page.status_code == 503 and "The database does not answer" in page.text
        assert "server closed" not in page.text and page.headers["cache-control"] == "no-store"
        assert ann.get("/lines").status_code == 200


def test_a_decision_that_the_database_did_not_take_is_told_and_not_made(served):
    before = lines(served.store, only="suggested")[0]
    path = f"/plans/{before.run}/lines/{before.number}/approve"
    with served.person("ann") as ann:
        with away(served.store):
            answer = ann.post(path, data={"version": before.version})
        assert answer.status_code == 503 and "<!doctype" not in answer.text
        assert line(served.store, before.sku) == before
        assert ann.post(path, data={"version": before.version}).status_code == 200


def test_a_program_is_told_to_ask_again(served, token):
    with served.nobody() as program:
        program.headers["authorization"] = f"Bearer {token}"
        with away(served.store):
            answer = program.get("/api/v1/lines")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["detail"].startswith("The database does not answer")
        assert program.get("/api/v1/lines").status_code == 200
