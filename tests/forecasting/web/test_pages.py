"""Pages and REST without a browser: what they show, keep and refuse, in both databases."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import quote_plus

import pytest

from forecasting.store.application.plans import latest_plan
from forecasting.web.rendering import environment
from tests.forecasting.web.conftest import PEOPLE
from tests.support.review import line, lines
from tests.support.web import Client

SCRIPT = "<script>alert(1)</script>'\"--"
PATHS = (
    "/",
    "/lines",
    "/not-suggested",
    "/purchases",
    "/excess",
    "/data",
    "/orders",
    "/customers",
    "/backorders",
    "/calendar",
    "/what-if",
    "/trust",
    "/account",
)


def run_of(served) -> str:
    with served.store.reading() as transaction:
        return latest_plan(transaction).run


def suggested(served):
    return lines(served.store, only="suggested")


def test_a_grid_alone_is_a_part_of_its_page(served):
    with served.person("ann") as ann:
        page = ann.get("/lines?sort=value").text
        part = ann.get("/lines?sort=value", headers={"hx-target": "grid"}).text
    assert part.startswith("<section") or '<section id="grid"' in part[:1500]
    assert "<!doctype html>" in page and "<!doctype html>" not in part
    assert re.findall(r'<tr id="r(\d+)"', page) == re.findall(r'<tr id="r(\d+)"', part)


def test_an_order_or_page_that_there_is_not_is_left_out(served):
    with served.person("ann") as ann:
        for query in ("sort=nothing", "page=-3", "page=99999999999999", "under=", "status="):
            assert ann.get(f"/lines?{query}").status_code == 200, query


def test_a_filter_that_there_is_not_is_refused_as_more_lines_would_be_shown_and_approved(served, token):
    with served.person("ann") as ann:
        for query in ("only=' or 1=1", "only=owedd", "under=x", "under=1_0", "status=%00", "reason=because"):
            answer = ann.get(f"/lines?{query}")
            assert answer.status_code == 422 and "<tr id=" not in answer.text, query
        wanted = {"lines": 1, "value": "1", "shown": "only=owedd"}
        refused = ann.post(f"/plans/{run_of(served)}/approve-shown", data=wanted)
        assert refused.status_code == 422 and "There is no only" in refused.text
    with served.nobody() as program:
        answer = program.get("/api/v1/lines?only=owedd", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 400 and "owedd" in answer.json()["detail"]


def test_what_there_is_not_is_not_found(served):
    with served.person("ann") as ann:
        assert ann.get("/supplier/print?name=nobody").status_code == 422
        real = quote_plus(suggested(served)[0].supplier)
        assert ann.get(f"/supplier/fill?name={real}&to=the+moon").status_code == 422
        assert ann.get(f"/item?sku={quote_plus(SCRIPT)}").status_code == 404
        assert ann.get(f"/supplier?name={quote_plus(SCRIPT)}").status_code == 404


def test_what_people_type_comes_out_as_text(served):
    first, second, third = suggested(served)[:3]
    base = f"/plans/{run_of(served)}/lines"
    with served.person("ann") as ann:
        ann.post(f"{base}/{first.number}/reject", data={"version": 0, "reason": SCRIPT})
        until = {"version": 0, "until": "2030-01-01", "reason": SCRIPT}
        ann.post(f"{base}/{second.number}/snooze", data=until)
        ann.post("/item/comments", data={"sku": first.sku, "location": first.location, "text": SCRIPT})
        ann.post("/views", data={"name": SCRIPT, "query": f"search={quote_plus(SCRIPT)}"})
        ann.post("/account/tokens", data={"name": SCRIPT, "scope": "read"})
        typed = ann.post(f"{base}/{third.number}/quantity", data={"version": 0, "quantity": SCRIPT})
        assert typed.status_code == 422
        shown = [typed.text, *(ann.get(path).text for path in (*PATHS, f"/item?sku={first.sku}"))]
        shown.append(ann.get(f"/lines?search={quote_plus(SCRIPT)}").text)
    with served.person("ada") as ada:
        ada.post("/people", data={"name": SCRIPT, "role": "buyer"})
        shown += [ada.get("/people").text, ada.get("/audit").text]
        assert "open → rejected" in shown[-1]
    assert sum("alert(1)" in text for text in shown) >= 7
    assert not any("<script>alert" in text for text in shown)
    with served.nobody() as nobody:
        answer = nobody.post("/sign-in", data={"name": SCRIPT, "password": SCRIPT})
        assert answer.status_code == 401 and "<script>alert" not in answer.text


def test_a_bulk_approval_takes_the_filters_of_the_page(served):
    run = run_of(served)
    supplier = suggested(served)[0].supplier
    with served.person("ann") as ann:
        page = ann.get(f"/supplier?name={quote_plus(supplier)}&under=300").text
        said = dict(re.findall(r'<input type="hidden" name="(lines|value|shown)" value="([^"]*)"', page))
        said["shown"] = said["shown"].replace("&amp;", "&")
        wrong = ann.post(f"/plans/{run}/approve-shown", data={**said, "lines": int(said["lines"]) + 1})
        assert wrong.status_code == 409 and "list has changed" in wrong.text
        done = ann.post(f"/plans/{run}/approve-shown", data=said)
        assert done.status_code == 200 and "data-undo" in done.text
    approved = [each for each in suggested(served) if each.status == "approved"]
    assert len(approved) == int(said["lines"]) > 0
    assert {each.supplier for each in approved} == {supplier}
    assert all(each.value < 300 for each in approved)
    with served.person("ann") as ann:
        printed = ann.get(f"/supplier/print?name={quote_plus(supplier)}").text
    assert all(each.sku in printed for each in approved)
    assert not any(each.sku in printed for each in suggested(served) if each.status != "approved")


def test_an_item_adds_up_and_every_figure_drawn_stands_in_a_table(served):
    each = next(each for each in suggested(served) if each.on_order)
    with served.person("ann") as ann:
        page = ann.get(f"/item?sku={each.sku}").text
        other = ann.get(f"/item/what-if?sku={each.sku}&location={each.location}&quantity=0").text
    assert page.count("<svg viewBox") == page.count("<summary>As a table") == 3
    arithmetic = re.search(r'<table class="sums.*?</table>', page, re.DOTALL)[0]
    rows = re.findall(r'<tr class="(total)?"><th[^>]*>(.*?)</th><td[^>]*>(.*?)</td>', arithmetic, re.DOTALL)
    sums = {name.split("<")[0]: units for _, name, units in rows}
    assert sums["Order"].replace("\u202f", "") == f"{each.quantity:f}".rstrip("0").rstrip(".")
    assert ">nothing</b>" in other and ">nothing</b>" not in page


def test_files_hold_the_lines_of_all_pages(served):
    with served.person("ann") as ann:
        text = ann.get("/export.csv?only=&sort=sku&dir=asc").text
        assert ann.get("/export.xlsx").headers["content-disposition"].endswith('.xlsx"')
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["sku"] for row in rows] == [
        each.sku for each in lines(served.store, sort="sku", down=False, size=1000)
    ]


def test_where_there_is_no_plan_yet_the_page_says_how_to_make_one(tmp_path):
    from tests.forecasting.web.conftest import let_in

    url = f"sqlite:///{tmp_path / 'empty.db'}"
    let_in(url)
    with Client(url) as served, served.person("ann") as ann:
        for path in PATHS[:-1]:
            answer = ann.get(path)
            assert answer.status_code == 200 and "There is no plan yet" in answer.text, path


@pytest.fixture
def program(served, token):
    with served.nobody() as client:
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def test_a_program_reads_decides_and_takes_back(served, program):
    run = program.get("/api/v1/plan").json()["run"]
    found = program.get("/api/v1/lines?only=suggested&size=2").json()
    assert len(found["lines"]) == 2 < found["total_lines"]
    first = found["lines"][0]
    assert first["sku"] == suggested(served)[0].sku

    where = f"/api/v1/lines/{first['number']}"
    does = program.get(f"{where}/effects?quantity=1").json()
    assert Decimal(does["quantity"]) >= 1
    wanted = {"run": run, "version": 0, "action": "quantity", "quantity": "1"}
    changed = program.post(f"{where}/decision", json=wanted).json()
    assert (changed["version"], Decimal(changed["quantity"])) == (1, Decimal(does["quantity"]))
    assert program.get(where).json() == changed

    conflict = program.post(f"{where}/decision", json={**wanted, "action": "reject", "reason": "no"})
    assert (conflict.status_code, conflict.json()["line"]["version"]) == (409, 1)
    for action, more in (("reject", {"reason": "no"}), ("snooze", {"until": "2030-01-01"}), ("reopen", {})):
        version = program.get(where).json()["version"]
        body = {"run": run, "version": version, "action": action, **more}
        assert program.post(f"{where}/decision", json=body).status_code == 200
    assert program.post("/api/v1/undo", json={"run": run}).json() == {"restored": 1, "kept": 0}
    assert line(served.store, first["sku"]).status == "snoozed"

    now = program.get("/api/v1/lines?only=suggested").json()
    agreed = {"run": run, "lines": now["open_lines"], "value": now["open_value"]}
    assert program.post("/api/v1/approve-shown", json={**agreed, "lines": 1}).status_code == 409
    assert program.post("/api/v1/approve-shown", json=agreed).json()["lines"] == now["open_lines"]


def test_a_program_is_told_in_words_what_is_wrong(program):
    run = program.get("/api/v1/plan").json()["run"]
    asked = {"run": run, "version": 0, "action": "approve"}
    assert program.post("/api/v1/lines/999999/decision", json=asked).status_code == 404
    assert program.post("/api/v1/lines/1/decision", json={**asked, "run": "old"}).status_code == 409
    assert program.post("/api/v1/lines/1/decision", json={**asked, "action": "reject"}).status_code == 400
    assert program.post("/api/v1/lines/1/decision", json={**asked, "more": 1}).status_code == 422
    assert program.get("/api/v1/tables/people").status_code == 422


def test_every_table_and_the_description_of_the_interface_are_there(program):
    described = program.get("/api/v1/openapi.json").json()
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {"/lines", "/approve-shown", "/undo"} <= set(described["paths"])
    for table in ("excess", "overdue", "open_purchases", "notices", "assumptions"):
        assert program.get(f"/api/v1/tables/{table}").status_code == 200
    assert program.get("/api/v1/suppliers").json()[0]["lines"] > 0


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**25])
def test_a_line_number_beyond_all_lines_is_no_line_and_no_error_of_the_server(served, number):
    line_path = f"/plans/{run_of(served)}/lines/{number}"
    with served.person("ann") as ann:
        assert ann.get(f"{line_path}/what-if?quantity=3").status_code == 422
        for action, more in (("quantity", {"quantity": "3"}), ("approve", {}), ("reopen", {})):
            assert ann.post(f"{line_path}/{action}", data={"version": 0, **more}).status_code == 422


def test_a_view_without_a_name_is_asked_for_one(served):
    with served.person("ann") as ann:
        answer = ann.post("/views", data={"name": "", "query": "only="})
    assert answer.status_code == 422 and "Give the view a name." in answer.text


def test_a_supplier_without_a_name_can_be_named_when_an_order_is_filled(served):
    with served.person("ann") as ann:
        answer = ann.post(f"/plans/{run_of(served)}/fill", data={"name": "", "to": "minimum", "value": "10"})
    # This plan has none: that is said, and not that the request could not be read.
    assert answer.status_code == 422 and "The plan has no supplier" in answer.text


def test_an_order_that_lacks_nothing_is_not_said_to_have_its_largest_lines_already(served):
    supplier = suggested(served)[0].supplier
    with served.person("ann") as ann:
        filled = ann.get(f"/supplier/fill?name={quote_plus(supplier)}&to=minimum").text
    assert "Nothing is missing." in filled and "its largest order already" not in filled


@pytest.mark.parametrize("reached", [True, False])
def test_freight_is_said_to_be_saved_only_where_the_filled_order_gets_there(reached):
    more = SimpleNamespace(cost=Decimal(1), value=Decimal(9), line=SimpleNamespace(sku="A", description=""))
    more.before, more.after = (SimpleNamespace(quantity=Decimal(n), cover_days=None) for n in (1, 2))
    found = SimpleNamespace(
        missing=Decimal(9), fills=[more], value=Decimal(9), cost=Decimal(1), reached=reached
    )
    order = SimpleNamespace(name="S", lines=1, freight_cost=Decimal(20))
    page = environment.get_template("fill.html").render(
        found=found, order=order, to="freight", me=SimpleNamespace(person=PEOPLE["lea"]), plan=None
    )
    assert ("then pays no freight" in page) is reached and ("does not get there" in page) is not reached


def test_all_lines_are_narrowed_to_a_supplier_and_any_supplier_is_all_of_them(served):
    every = suggested(served)
    supplier = every[0].supplier
    with served.person("ann") as ann:
        page = ann.get(f"/lines?supplier={quote_plus(supplier)}&only=suggested").text
        whole = ann.get("/lines?supplier=&only=suggested").text
        rows = list(csv.DictReader(io.StringIO(ann.get(f"/export.csv?supplier={quote_plus(supplier)}").text)))
    assert f"<option selected>{supplier}</option>" in page
    assert page.count('<tr id="r') == sum(each.supplier == supplier for each in every)
    assert whole.count('<tr id="r') == min(len(every), 50)
    assert {row["supplier"] for row in rows} == {supplier}


def test_a_persistent_backorder_can_be_asked_for_and_is_marked(served):
    expected = [each for each in lines(served.store, size=1_000) if "persistent_backorder" in each.flags]
    with served.person("ann") as ann:
        page = ann.get("/lines?only=persistent").text
    assert page.count('<tr id="r') == len(expected)
    assert page.count("runs short often") == len(expected)


def test_a_figure_and_a_day_do_not_break_across_lines():
    shown = environment.filters
    assert shown["n"](1234567, 0) == "1\u202f234\u202f567"
    assert shown["day"](date(2026, 7, 2)) == "2\u00a0Jul"
