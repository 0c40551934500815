"""Goods that are there or ordered already: what the pages and the REST interface say to do about them."""

from __future__ import annotations

import re

import pytest

from forecasting.reviewing.excess import excess_of
from forecasting.reviewing.mending import decided, mended
from forecasting.reviewing.purchases import OpenPurchases
from forecasting.store.application.plans import latest_plan, rows_of


@pytest.fixture
def program(served, token):
    with served.nobody() as client:
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def read(served, what):
    with served.store.reading() as transaction:
        return what(transaction, latest_plan(transaction))


def test_every_open_purchase_is_on_the_page_once_with_the_customers_whom_it_serves(served):
    late = read(served, lambda transaction, plan: OpenPurchases.read(transaction, plan).of("late"))
    to_come = read(served, lambda transaction, plan: OpenPurchases.read(transaction, plan).of("to_come"))
    every = [*late, *to_come]
    assert all(each.overdue for each in late) and not any(each.overdue for each in to_come)
    rows = read(served, lambda transaction, plan: rows_of(transaction, "open_purchases", plan.run))
    assert len(every) == len(rows) > 0
    served_lines = [line for each in every for line in each.customers]
    assert served_lines, "somebody waits for what is on order"
    with served.person("ann") as ann:
        page = ann.get("/purchases").text
    listed = page.partition('id="to-come"')[2].partition("</section>")[0]
    assert listed.count('<th scope="row">') == min(len(to_come), 100)
    for line in served_lines[:20]:
        assert f"/customers/line?number={line['number']}" in page


def test_what_to_ask_for_is_on_the_page_and_for_programs_alike(served, program):
    wanted = read(served, lambda transaction, plan: OpenPurchases.read(transaction, plan).to_ask())
    assert wanted
    answered = program.get("/api/v1/purchase-actions").json()
    assert [(each["purchase_order"], each["sku"], each["does"]) for each in answered] == [
        (each.row["purchase_order"], each.row["sku"], each.act.does) for each in wanted
    ]
    with served.person("ann") as ann:
        page = ann.get("/purchases").text
    words = re.findall(r'<span class="tag[^"]*">(Expedite|Defer|Cancel)</span>', page)
    assert [word.lower() for word in words] == [each.act.does for each in wanted]
    for each in wanted:
        spoken_for = sum(line["quantity"] for line in each.customers)
        if each.act.does != "expedite":
            assert each.act.units <= each.row["quantity"] - spoken_for


def test_purchases_to_come_are_paged_and_a_page_is_a_part(served):
    with served.person("ann") as ann:
        beyond = ann.get("/purchases?page=999").text
        part = ann.get("/purchases?page=1", headers={"hx-target": "grid"}).text
    assert "Nothing is on order." in beyond
    assert "<!doctype html>" not in part and 'id="grid"' in part


def test_excess_says_what_to_do_in_money(served, program):
    rows = read(served, excess_of)
    assert rows
    answered = program.get("/api/v1/excess-actions").json()
    assert [each["sku"] for each in answered] == [each.row["sku"] for each in rows]
    with served.person("ann") as ann:
        page = ann.get("/excess").text
    for each in rows:
        word = {"transfer": "Transfer", "return": "Return", "mark_down": "Mark down", "keep": "Keep"}[
            each.does
        ]
        assert word in page
        assert 0 <= each.worth <= float(each.row["list_cost"])


NOTICE = {"table": "stock", "sku": None, "location": None}


@pytest.mark.parametrize(
    ("notice", "address"),
    [
        ({"sku": "A&B", "location": "main"}, "/item?sku=A%26B&location=main"),
        ({"sku": "A", "location": None}, "/lines?only=&skus=A"),
        ({"table": "purchase_orders"}, "/purchases"),
        ({"table": "suppliers"}, "/trust#suppliers"),
        ({"table": "products"}, "/lines?only=data"),
    ],
)
def test_a_notice_names_the_page_where_it_is_mended_and_that_page_is_there(served, notice, address):
    (first,) = mended({**NOTICE, **notice}, loads=False)
    assert first[1] == address
    assert mended({**NOTICE, **notice}, loads=True)[-1][1] == "/start"
    if "A" not in address:
        with served.person("ann") as ann:
            assert ann.get(address.partition("#")[0]).status_code == 200


def test_an_assumption_names_the_page_where_it_is_changed():
    assert decided("holding_rate", loads=False) == ("What if", "/what-if")
    assert decided("table lots", loads=True) == ("Load data", "/start")
    assert decided("table lots", loads=False) is None and decided("cancel_share", loads=True) is None


def test_the_data_page_links_each_notice_and_what_was_assumed(served):
    notices = read(served, lambda transaction, plan: rows_of(transaction, "notices", plan.run))
    with served.person("ann") as ann, served.person("ada") as ada:
        page, whole = ann.get("/data").text, ada.get("/data").text
    assert page.count('<th scope="row">') >= len(notices)
    assert 'href="/what-if">What if' in page
    assert whole.count('href="/start">Load data') >= len(notices) + 1
    assert 'href="/start">Load data' not in page
