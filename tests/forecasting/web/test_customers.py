"""Customers who wait: every open line with its dates, its verdict and what would save it."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote_plus

import pytest

from forecasting.serving.jobs import work
from forecasting.store.application.jobs import last_job
from forecasting.store.application.pins import all_pins
from forecasting.store.application.plans import latest_run
from forecasting.store.application.promised import (
    VERDICTS,
    Waiting,
    by_verdict,
    promises_in_force,
    told_to_customers,
    waiting_lines,
)
from tests.support.review import write


@pytest.fixture
def program(served, token):
    with served.nobody() as client:
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def test_every_open_line_is_there_the_most_pressing_first(served, promises):
    table = promises.tables["promises"]
    with served.person("ann") as ann:
        page = ann.get("/customers").text
    shown = [int(number) for number in re.findall(r"/customers/line\?number=(\d+)", page)]
    assert sorted(shown) == sorted(table["number"])[: len(shown)] and len(shown) == min(len(table), 100) >= 3
    verdicts = table.set_index("number")["verdict"]
    order = [VERDICTS.index(verdicts[number]) for number in shown]
    assert order == sorted(order)


def test_a_verdict_and_a_search_narrow_the_lines_and_say_how_many(served, promises):
    table = promises.tables["promises"]
    word = table["verdict"].iloc[0]
    customer = table["customer"].dropna().iloc[0]
    with served.person("ann") as ann:
        by_word = ann.get(f"/customers?verdict={word}", headers={"hx-target": "grid"}).text
        found = ann.get(f"/customers?search={quote_plus(customer.lower())}").text
        assert ann.get("/customers?verdict=latest").status_code == 422
    assert "<!doctype html>" not in by_word
    assert f"<b>{(table['verdict'] == word).sum()}</b> line" in by_word
    assert f"<b>{(table['customer'] == customer).sum()}</b> line" in found


def test_a_line_says_what_serves_it_what_would_save_it_and_what_the_customer_is_told(served, promises):
    actions, lines = promises.tables["actions"], promises.tables["promises"].set_index("number")
    number = int(actions["number"].iloc[0]) if len(actions) else int(lines.index[0])
    with served.person("ann") as ann:
        page = ann.get(f"/customers/line?number={number}").text
        assert ann.get("/customers/line?number=99999999999").status_code == 404
    assert lines.loc[number, "message"].split(".")[0] in page.replace("&#39;", "'")
    for cost in actions[actions["number"] == number]["cost"]:
        assert f"{cost:.2f}" in page


def test_the_newest_promises_of_a_day_are_shown(served, promises):
    newer = dict(promises.run) | {"run": "newer"}
    tables = {name: table.assign(run="newer") for name, table in promises.tables.items() if "run" in table}
    tables["promises"] = tables["promises"].head(1)
    write(served.url, type(promises)(tables, newer))
    with served.person("ann") as ann:
        assert "<b>1</b> line<" in ann.get("/customers").text or "<b>1</b> line" in ann.get("/customers").text
    with served.store.reading() as transaction:
        assert latest_run(transaction, "promise").run == "newer"


def test_the_action_that_saves_most_of_a_line_stands_beside_it(served, promises):
    best = promises.tables["actions"].query("net > 0").sort_values("rank").groupby("number").first()
    with served.person("ann") as ann:
        ann.get("/customers")
    with served.store.reading() as transaction:
        rows = waiting_lines(transaction, Waiting(promises.run["run"], "none"))
        counted = by_verdict(transaction, promises.run["run"])
    assert {row["number"]: row["what"] for row in rows if row["action"]} == best["what"].to_dict()
    assert sum(lines for lines, _ in counted.values()) == len(promises.tables["promises"])


def test_a_program_reads_promises_and_what_a_shop_may_say(program, promises):
    table, shop = promises.tables["promises"], promises.tables["storefront"]
    first = table.iloc[0]
    found = program.get("/api/v1/promises", params={"sku": first.sku, "location": first.location}).json()
    assert found["total_lines"] == ((table.sku == first.sku) & (table.location == first.location)).sum()
    one = program.get(f"/api/v1/promises/{first.number}").json()
    assert (one["order"], one["verdict"]) == (first.order, first.verdict) and one["sources"] is not None
    assert program.get("/api/v1/promises/0").status_code == 404
    item = shop.iloc[3]
    said = program.get("/api/v1/storefront", params={"sku": item.sku, "location": item.location}).json()
    assert said["says"] == item.says
    assert Decimal(said["promisable_now"]) == Decimal(str(item.promisable_now))
    assert program.get("/api/v1/storefront?sku=no-such").status_code == 404
    assert program.get("/api/v1/tables/persistent_backorders").status_code == 200


def test_causes_that_were_looked_into_since_the_plan_stand_beside_its_items(served, result):
    table = result.tables["persistent_backorders"].head(1)
    told = table.assign(run="looked", cause="terms", removes=0.5, words="Why: packs held it back (terms).")
    said = {"run": "looked", "command": "backorders", "as_of": result.run["as_of"]}
    with served.person("ann") as ann:
        assert "Look into the causes" in ann.get("/backorders").text
        write(served.url, type(result)({"persistent_backorders": told}, said))
        page = ann.get("/backorders").text
        assert "packs held it back" in page and "Terms" in page
        write(served.url, type(result)({"persistent_backorders": told}, {**said, "as_of": "2020-01-01"}))
        assert ann.post("/backorders/causes").text.count("Waiting for its turn.") == 1


@pytest.mark.slow
def test_causes_are_looked_into_beside_the_server(waiting):
    served, _ = waiting
    with served.person("ann") as ann:
        ann.post("/backorders/causes")
        work(served.url)
        page = ann.get("/backorders").text
    with served.store.reading() as transaction:
        assert last_job(transaction, "causes").said == "Done."
        assert latest_run(transaction, "backorders") is not None
    assert "at all times" in page or "More stock would cost more" in page or "No item" in page


@pytest.fixture
def waiting(served, promises, result, sample):
    """The dataset is where the plan says, and work is done in this process once it is asked for."""
    write(served.url, type(result)(result.tables, {**result.run, "dataset": str(sample)}))
    return served, int(promises.tables["promises"]["number"].iloc[0])


def test_goods_are_set_aside_and_who_gains_and_loses_is_tried_out(waiting, promises):
    served, number = waiting
    line = promises.tables["promises"].set_index("number").loc[number]
    with served.person("ann") as ann, served.person("lea") as lea:
        said = {"number": number, "source": "stock", "reason": "Our oldest customer"}
        assert lea.post("/customers/pin", data=said).status_code == 403
        for wrong in ({"source": "the moon"}, {"reason": " "}, {"quantity": "1e9"}, {"number": 0}):
            assert ann.post("/customers/pin", data={**said, **wrong}).status_code == 422, wrong
        assert ann.post("/customers/pin", data=said).status_code == 204
        assert "Our oldest customer" in ann.get(f"/customers/line?number={number}").text

        assert "Promising anew." in ann.post("/customers/try").text
        work(served.url)
        with served.store.reading() as transaction:
            assert last_job(transaction, "promise").said == "Done."
        page = ann.get("/customers").text
        assert line["order"] in page and "Our oldest customer" in page
        with served.store.reading() as transaction:
            tried = latest_run(transaction, "promise")
            pin = all_pins(transaction)[0]["id"]
        assert tried.described["previous"] == promises.run["run"] and not tried.described["applied"]
        assert ann.post("/customers/unpin", data={"pin": pin}).status_code == 204
        assert ann.post("/customers/unpin", data={"pin": pin}).status_code == 422


def test_promises_that_were_tried_out_are_given_once_as_they_were_seen(waiting, promises):
    served, _ = waiting
    run = promises.run["run"]
    with served.person("ann") as ann, served.person("lea") as lea:
        assert "Only tried out" in ann.get("/customers").text
        assert "Yes, give them" not in lea.get("/customers").text
        assert lea.post("/customers/give", data={"run": run}).status_code == 403
        assert ann.post("/customers/give", data={"run": "another"}).status_code == 422

        assert "Promising anew." in ann.post("/customers/give", data={"run": run}).text
        assert ann.post("/customers/give", data={"run": run}).status_code == 422
        work(served.url)
        with served.store.reading() as transaction:
            job, given = last_job(transaction, "promise"), latest_run(transaction, "promise")
            told = told_to_customers(transaction, run)
            assert promises_in_force(transaction).run == run
        assert job.said == "Done." and job.result["told"] == len(told) > 0
        assert given.run == run and given.described["applied"]
        page = ann.get("/customers").text
        assert "Given to customers" in page and told[0]["subject"] in page
        assert "given already" in ann.post("/customers/give", data={"run": run}).text


def test_promises_that_have_become_others_since_they_were_seen_are_not_given(waiting, promises):
    served, number = waiting
    with served.person("ann") as ann:
        said = {"number": number, "source": "stock", "reason": "Our oldest customer"}
        assert ann.post("/customers/pin", data=said).status_code == 204
        ann.post("/customers/give", data={"run": promises.run["run"]})
        work(served.url)
        with served.store.reading() as transaction:
            assert "have changed since" in last_job(transaction, "promise").said
            assert not latest_run(transaction, "promise").described["applied"]
        assert "have changed since" in ann.get("/customers").text


@pytest.mark.parametrize("path", ["/customers?search=%00", "/lines?search=%00", "/item?sku=%00"])
def test_a_text_that_no_database_holds_is_no_error_of_the_server(served, path):
    with served.person("ann") as ann:
        assert ann.get(path).status_code < 500


def test_items_that_run_short_again_and_again_have_their_evidence_cause_and_advice(served, result):
    table = result.tables["persistent_backorders"].head(1)
    assert len(table), "the sample has an item that runs short again and again"
    explained = {
        "cause": "supplier_short",
        "removes": 0.8,
        "buy_more": 52.0,
        "costs_a_year": 331.0,
        "avoids_units_a_year": 168.0,
        "avoids_a_year": 756.0,
        "words": "It ran short. Why: less came than was ordered (supplier_short; without that ..).",
    }
    tables = {**result.tables, "persistent_backorders": table.assign(**explained)}
    write(served.url, type(result)(tables, result.run))
    with served.person("ann") as ann:
        page = ann.get("/backorders").text
        none = ann.get("/backorders?cause=terms").text
    assert table["sku"].iloc[0] in page and "less came than was ordered" in page
    assert "Have <b>52 more</b> at all times: costs 331 a year" in page and "756" in page
    assert "No item runs short again and again." in none
