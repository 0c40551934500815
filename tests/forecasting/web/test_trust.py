"""The page of trust: replays, forecasts, promises, edits and suppliers as they turned out."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from forecasting.config import load
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import read_records
from forecasting.planning.plan import plan
from forecasting.replay.for_pages import for_pages
from forecasting.reviewing.jobs import ask_look_back
from forecasting.run import Result
from forecasting.serving.jobs import work
from forecasting.store.application.deciding import Author, State, save
from forecasting.store.application.jobs import last_job
from forecasting.store.application.lines import find_lines
from forecasting.store.application.past import earlier_plans
from forecasting.store.application.plans import latest_plan, register_plans
from forecasting.store.application.selection import Selection
from tests.forecasting.web.conftest import PEOPLE
from tests.support.review import write

DAYS_BEFORE = 49


@pytest.fixture(scope="module")
def earlier(sample):
    """A plan of seven weeks before."""
    records = read_records(str(sample))
    config = load(None, ("model=seasonal_additive",))
    return plan(records, config, known_until(records).orders - DAYS_BEFORE, for_pages=True)


@pytest.fixture
def looked_back(served, earlier):
    write(served.url, earlier)
    with served.store.writing() as transaction:
        register_plans(transaction)
        run = earlier.run["run"]
        line = find_lines(transaction, Selection(run, only="suggested"))[0]
        state = State("rejected", reason="too dear")
        save(transaction, line, state, Author("bob", "reject", "b"))
    return served, line


def test_forecasts_of_an_earlier_plan_and_edits_of_it_are_held_against_what_came(looked_back, result):
    served, line = looked_back
    with served.person("ann") as ann:
        page = ann.get("/trust").text
    with served.store.reading() as transaction:
        latest = latest_plan(transaction)
        assert latest.run == result.run["run"]
        assert [(latest.as_of - each.as_of).days for each in earlier_plans(transaction, latest)] == [
            DAYS_BEFORE
        ]
    assert "What became of the forecasts of earlier plans" in page
    assert "bob: too dear" in page and line.sku in page


def test_a_program_reads_the_same(looked_back, token):
    served, line = looked_back
    with served.nobody() as program:
        found = program.get("/api/v1/trust", headers={"authorization": f"Bearer {token}"}).json()
    assert [each["sku"] for each in found["edits"]] == [line.sku]
    assert found["forecasts"][0]["items"] > 10 and found["suppliers"][0]["receipts"] > 0


def test_suppliers_have_what_they_say_beside_what_they_did(served, result):
    table = result.tables["supplier_scores"].query("receipts > 0")
    assert len(table) and (table["on_time"] <= table["promised"]).all()
    assert (table["short"] <= table["receipts"]).all()
    with served.person("ann") as ann:
        page = ann.get("/trust").text
    assert all(name in page for name in table["supplier"])


def replayed() -> Result:
    policies = ("min_max", "cost_optimal")
    summary = pd.DataFrame(
        {"policy": policies, "backordered_lines": [50, 20], "lost_lines": [10.0, float("nan")]}
    )
    for at, name in enumerate(
        (
            "fill_rate",
            "average_on_hand_value",
            "cost_total",
            "backorders_avoided",
            "backorders_avoided_low",
            "backorders_avoided_high",
            "cost_saved",
            "cost_saved_low",
            "cost_saved_high",
        )
    ):
        summary[name] = [0.9, 0.9] if name == "fill_rate" else [100.0 + at, 90.0 + at]
    equal = pd.DataFrame(
        {
            "policy": ["cost_optimal"],
            "against": ["min_max"],
            "equal": ["stock"],
            "aggressiveness": [2.0],
            "average_on_hand_value": [101.0],
            "short_lines": [12.5],
            "cost_total": [80.0],
            "backorders_avoided": [47.5],
            "stock_saved": [0.0],
            "cost_saved": [22.0],
        }
    )
    run = {
        "run": "replayed",
        "command": "replay",
        "from": "2025-12-29",
        "to": "2026-06-28",
        "baseline": "min_max",
    }
    return Result({"summary": summary, "equal_terms": equal}, run)


def test_a_replay_shows_each_rule_and_ours_at_equal_stock(served):
    write(served.url, Result(for_pages(replayed()), replayed().run))
    with served.person("ann") as ann:
        page = ann.get("/trust").text
    # 50 backordered and 10 lost; where nothing could be lost, only what was backordered.
    assert ">60<" in page and ">20<" in page
    assert "Ours, daring just so much" in page and ">48<" in page


def test_looking_back_is_asked_for_once_and_says_why_it_cannot_be_done(served):
    first, again = (ask_look_back(served.store, PEOPLE["ann"]) for _ in range(2))
    assert first == again
    work(served.url)
    with served.person("ann") as ann:
        page = ann.get("/trust").text
    assert "The folder that this plan was made from is not on this machine any more." in page


@pytest.mark.slow
def test_looking_back_replays_the_half_year_and_plans_earlier_months(served, sample, result):
    write(served.url, Result(result.tables, {**result.run, "dataset": str(sample)}))
    ask_look_back(served.store, PEOPLE["ann"])
    work(served.url)
    with served.store.writing() as transaction:
        assert last_job(transaction, "look_back").state == "done"
        register_plans(transaction)
        latest = latest_plan(transaction)
        assert len(earlier_plans(transaction, latest)) == 4
        assert latest.as_of == date.fromisoformat(result.run["as_of"])
    with served.person("ann") as ann:
        page = ann.get("/trust").text
    assert "what you did" in page and "Our rule at equal stock" in page
