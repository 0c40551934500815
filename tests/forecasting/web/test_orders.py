"""Approved lines are shown as the orders that they become, asked about, and found again when sent."""

from __future__ import annotations

import html

import pytest

from forecasting.bootstrap.ordering import send
from forecasting.reviewing.deciding import approve
from forecasting.serving.jobs import work
from forecasting.serving.names import TARGETS
from forecasting.store.application.jobs import last_job
from tests.support.review import ANN, lines, seen


@pytest.fixture
def targets(tmp_path, monkeypatch):
    """Two ordering systems: one that works, and one whose secret nobody has set."""
    file = tmp_path / "targets.yaml"
    file.write_text(
        f"paper: {{kind: files, folder: {tmp_path / 'paper'}}}\n"
        "broken: {kind: webhook, url: 'https://erp.example', secret: {env: NOBODY_HAS_SET_THIS}}\n"
    )
    monkeypatch.setenv(TARGETS, str(file))
    return file


@pytest.fixture
def approved(served):
    """Two lines of different suppliers, approved: by supplier."""
    waiting = {line.supplier: line for line in lines(served.store, only="suggested", status="open")}
    chosen = list(waiting.values())[:2]
    assert len(chosen) == 2
    for line in chosen:
        approve(served.store, ANN, seen(line))
    return {line.supplier: line for line in chosen}


def asked(served, ann, to: str):
    """Ask, and let the work be done; returns what came of it."""
    assert ann.post("/orders/dry-run", data={"to": to}).status_code == 200
    work(served.url)
    with served.store.reading() as transaction:
        return last_job(transaction, "dry_run")


def test_each_supplier_s_approved_lines_are_an_order_that_a_dry_run_asks_about(served, targets, approved):
    with served.person("ann") as ann:
        page = ann.get("/orders").text
        assert "2 orders approved and not sent yet" in page
        assert all(supplier in page for supplier in approved)

        found = asked(served, ann, "paper").result
        says = {row["supplier"]: (row["lines"], row["says"]) for row in found["orders"]}
        assert says == dict.fromkeys(approved, (1, "would be written"))
        assert {row["supplier"]: round(row["value"], 2) for row in found["orders"]} == {
            supplier: round(float(line.value), 2) for supplier, line in approved.items()
        }
        assert ann.get("/orders").text.count("Would be written") == 2
    assert not (targets.parent / "paper").exists(), "a dry run writes nothing"
    assert {line.status for line in lines(served.store, skus=tuple(o.sku for o in approved.values()))} == {
        "approved"
    }, "a dry run freezes nothing"


def test_what_was_sent_has_the_ordering_system_s_own_number(served, targets, approved):
    done = send(served.url, "paper", targets, dry_run=False, run="", patience=0.0, retry=())
    numbers = [each.number for each in done.orders]
    assert len(numbers) == 2 and all(numbers)
    with served.person("ann") as ann:
        page = ann.get("/orders").text
        assert "Nothing that is approved waits to be sent." in page
        assert all(number in page for number in numbers)
        assert page.count("In the ordering system, as it was approved") == 2


def test_an_ordering_system_that_cannot_be_asked_says_why_and_an_unknown_one_is_refused(
    served, targets, approved
):
    with served.person("ann") as ann:
        assert ann.post("/orders/dry-run", data={"to": "elsewhere"}).status_code == 422
        job = asked(served, ann, "broken")
        shown = ann.get("/orders").text
    assert (job.state, job.result) == ("failed", None)
    assert "NOBODY_HAS_SET_THIS" in job.said and job.said in html.unescape(shown)


def test_pages_that_know_no_ordering_system_say_how_they_learn_of_one(served, monkeypatch):
    monkeypatch.delenv(TARGETS, raising=False)
    with served.person("ann") as ann:
        assert "reorder serve --targets FILE" in ann.get("/orders").text
        assert ann.post("/orders/dry-run", data={"to": "paper"}).status_code == 422


def test_a_program_sees_the_orders_and_asks_what_a_send_would_write(served, targets, approved, token):
    with served.nobody() as program:
        program.headers["authorization"] = f"Bearer {token}"
        found = program.get("/api/v1/orders").json()
        assert {(row["supplier"], row["status"]) for row in found} == {
            (name, "approved") for name in approved
        }
        assert program.post("/api/v1/orders/dry-run", json={"to": "elsewhere"}).status_code == 400
        job = program.post("/api/v1/orders/dry-run", json={"to": "paper"}).json()["job"]
        work(served.url)
        answer = program.get(f"/api/v1/orders/dry-run/{job}").json()
        assert answer["state"] == "done" and len(answer["result"]["orders"]) == 2
        assert program.get("/api/v1/orders/dry-run/none").status_code == 404
        assert program.get("/api/v1/what-if/" + job).status_code == 404
        send(served.url, "paper", targets, dry_run=False, run="", patience=0.0, retry=())
        sent = program.get("/api/v1/orders").json()
        assert {row["status"] for row in sent} == {"delivered"} and all(row["number"] for row in sent)
