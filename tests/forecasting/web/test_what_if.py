"""What if, on the pages: asked, worked out beside the server, kept under a name, and made the settings."""

from __future__ import annotations

import re

import pytest

from forecasting.config import load
from forecasting.serving.jobs import work
from forecasting.store.application.jobs import find_job
from forecasting.store.application.kept import settings_for_plans
from tests.support.review import write


@pytest.fixture
def asking(served, sample, result):
    """The work is done in this process, once it is asked for; the dataset is where the plan says."""
    write(served.url, type(result)(result.tables, {**result.run, "dataset": str(sample)}))
    return served


def asked(client, **figures) -> str:
    answer = client.post("/what-if", data=figures)
    assert answer.status_code == 200, answer.text
    return re.search(r"progress\?job=(\w+)", answer.text)[1]


def test_a_change_is_worked_out_kept_and_made_the_settings_of_plans_to_come(asking, sample):
    with asking.person("ann") as ann, asking.person("lea") as lea:
        job = asked(ann, shortage_factor="3")
        assert "Waiting for its turn." in ann.get(f"/what-if/progress?job={job}").text
        assert ann.post("/what-if/keep", data={"name": "x", "job": job}).status_code == 422
        work(asking.url)
        shown = ann.get(f"/what-if/progress?job={job}").text
        assert "shortages × 3.0; all suppliers" in shown and "Lines that change most" in shown

        assert ann.post("/what-if/keep", data={"name": "Dear", "job": job}).status_code == 200
        assert ann.post("/what-if/keep", data={"name": "Dear", "job": job}).status_code == 422
        page = ann.get("/what-if?scenario=Dear").text
        assert "Make these the settings" not in page and "Dear" in page
        assert ann.post("/what-if/promote", data={"name": "Dear"}).status_code == 403
        assert "admin_minutes_per_line = 15" in lea.get("/what-if?scenario=Dear").text
        assert lea.post("/what-if/promote", data={"name": "Dear"}).status_code == 204

        kept = settings_for_plans(asking.url)
        assert "admin_minutes_per_line=15.0" in kept
        assert load(None, kept).admin_minutes_per_line == 15.0
        assert lea.post("/what-if/withdraw", data={"setting": "admin_minutes_per_line"}).status_code == 204
        assert "admin_minutes_per_line=15.0" not in settings_for_plans(asking.url)
        assert ann.post("/what-if/forget", data={"name": "Dear"}).status_code == 204
        assert ann.get("/what-if?scenario=Dear").status_code == 422


def test_nothing_is_kept_of_a_change_that_is_not_named(asking):
    with asking.person("ann") as ann:
        asked(ann, holding_rate="0.5")
        work(asking.url)
        assert "None is kept yet." in ann.get("/what-if").text
    assert settings_for_plans(asking.url) == ()


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"holding_rate": "a lot"},
        {"shortage_factor": "1e2"},
        {"lead_time_factor": "0"},
        {"budget": "-5"},
        {"budget": "5", "supplier": "Acme"},
    ],
)
def test_a_figure_that_is_none_is_refused_in_words(asking, figures):
    with asking.person("ann") as ann:
        assert ann.post("/what-if", data=figures).status_code == 422


def test_work_that_cannot_be_done_says_why(asking):
    with asking.person("ann") as ann:
        job = asked(ann, holding_rate="0.5", supplier="Nobody")
        work(asking.url)
        assert "There is no supplier &#39;Nobody&#39;." in ann.get(f"/what-if/progress?job={job}").text
    with asking.store.reading() as transaction:
        assert find_job(transaction, job).state == "failed"


def test_a_plan_of_data_that_is_gone_says_so(asking, result):
    write(asking.url, type(result)(result.tables, {**result.run, "dataset": "/no/such/folder"}))
    with asking.person("ann") as ann:
        job = asked(ann, holding_rate="0.5")
        work(asking.url)
        assert "not on this machine any more" in ann.get(f"/what-if/progress?job={job}").text


def test_where_no_page_was_opened_nothing_is_promoted(tmp_path):
    assert settings_for_plans(f"sqlite:///{tmp_path / 'new.db'}") == ()


def test_a_program_asks_what_if_and_reads_the_outcome_and_the_year(asking, token):
    with asking.nobody() as program:
        program.headers["authorization"] = f"Bearer {token}"
        asked_for = program.post("/api/v1/what-if", json={"holding_rate": 0.00001})
        assert asked_for.status_code == 202
        job = asked_for.json()["job"]
        assert program.get(f"/api/v1/what-if/{job}").json()["result"] is None
        work(asking.url)
        outcome = program.get(f"/api/v1/what-if/{job}").json()
        assert outcome["state"] == "done" and outcome["result"]["settings"] == {"holding_rate": 0.00001}
        assert program.post("/api/v1/what-if", json={}).status_code == 400
        assert program.get("/api/v1/what-if/none").status_code == 404
        assert program.get("/api/v1/scenarios").json() == []
        year = program.get("/api/v1/calendar").json()
    assert len(year) > 1 and all(len(row["cash"]) == 12 for row in year)


def test_the_calendar_has_every_supplier_that_is_ordered_from_and_adds_up(served, result):
    ordered = set(result.tables["recommendations"].query("quantity > 0")["supplier"])
    with served.person("ann") as ann:
        page = ann.get("/calendar").text
    assert all(name in page for name in ordered)
