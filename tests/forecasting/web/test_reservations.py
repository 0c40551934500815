"""Programs set units aside while a customer places an order: no unit is given twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from forecasting.reviewing.accounts import make_token
from forecasting.reviewing.reserving import NotEnoughError, Wanted, reserve
from forecasting.store.application.plans import now
from forecasting.store.application.tables import reservations
from forecasting.store.promise_tables import PROMISE_ALTERNATIVES
from tests.forecasting.web.conftest import PEOPLE
from tests.support.review import write


@pytest.fixture
def program(served, token):
    with served.nobody() as client:
        client.headers["authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture
def item(promises):
    """One of which there is enough for some, and whose order numbers are known."""
    shop = promises.tables["storefront"]
    row = shop[shop["promisable_now"] >= 4].iloc[0]
    return {"sku": row["sku"], "location": row["location"]}, Decimal(str(row["promisable_now"]))


def left(program, item) -> Decimal:
    return Decimal(program.get("/api/v1/storefront", params=item).json()["promisable_now"])


def test_what_is_set_aside_is_promisable_no_more_until_it_is_released(program, item):
    named, before = item
    made = program.put("/api/v1/reservations/web-1", json={**named, "quantity": 3, "order": "NEW-1"})
    assert made.status_code == 200 and Decimal(made.json()["quantity"]) == 3
    assert left(program, named) == before - 3
    for _ in range(2):
        assert program.delete("/api/v1/reservations/web-1").status_code == 204
    assert left(program, named) == before
    assert program.delete("/api/v1/reservations/never").status_code == 404


def test_asked_twice_it_is_one_reservation_and_its_key_is_never_another_s(program, item):
    named, before = item
    wanted = {**named, "quantity": "2.5"}
    first, second = (program.put("/api/v1/reservations/web-2", json=wanted) for _ in range(2))
    assert first.json() == second.json() and left(program, named) == before - Decimal("2.5")
    other = program.put("/api/v1/reservations/web-2", json={**wanted, "quantity": 1})
    assert other.status_code == 400 and "another reservation" in other.json()["detail"]


def test_who_asks_for_more_than_is_left_is_told_what_is_left_and_what_the_shop_may_say(program, item):
    named, before = item
    answer = program.put("/api/v1/reservations/web-3", json={**named, "quantity": str(before + 1)})
    assert answer.status_code == 409
    assert Decimal(answer.json()["left"]) == before
    assert answer.json()["shop"]["sku"] == named["sku"] and answer.json()["shop"]["says"]
    assert left(program, named) == before
    unknown = program.put("/api/v1/reservations/web-3", json={"sku": "no-such", "quantity": 1})
    assert unknown.status_code == 404


def test_of_many_that_ask_at_once_nobody_gets_what_another_has(served, item):
    named, before = item
    place = (named["location"], named["sku"])

    def ask(number: int) -> bool:
        try:
            reserve(served.store, PEOPLE["ann"], f"at-once-{number}", Wanted(*place, Decimal(1), "", 15))
        except NotEnoughError:
            return False
        return True

    asked = int(before) + 8
    with ThreadPoolExecutor(8) as threads:
        given = sum(threads.map(ask, range(asked)))
    assert given == int(before)


def test_eight_that_take_an_alternative_at_once_get_each_unit_of_it_once(served, promises):
    shop = promises.tables["storefront"]
    there = shop[shop["promisable_now"] >= 4].head(3).assign(run="alternatives")
    (location, short), (_, first), (_, second) = there[["location", "sku"]].itertuples(index=False)
    there["promisable_now"] = [1, 7, 5]
    row = {"run": "alternatives", "as_of": there["as_of"].iloc[0], "location": location, "sku": short}
    row |= {"kind": "listed", "likeness": np.nan}
    offered = pd.DataFrame(
        [
            {**row, "rank": 1, "alternative": first, "ratio": 2.0, "promisable_now": 7},
            {**row, "rank": 2, "alternative": second, "ratio": 1.0, "promisable_now": 5},
        ]
    )
    offered = offered[[column.name for column in PROMISE_ALTERNATIVES.columns]]
    lines = promises.tables["promises"].head(1).assign(run="alternatives")
    tables = {"promises": lines, "storefront": there, "promise_alternatives": offered}
    write(served.url, type(promises)(tables, {**promises.run, "run": "alternatives"}))
    with served.person("ann") as ann:
        ann.get("/customers")  # the run is noticed

    def ask(number: int):
        wanted = Wanted(location, short, Decimal(1), "", 15, or_alternative=True)
        try:
            return reserve(served.store, PEOPLE["ann"], f"other-{number}", wanted)
        except NotEnoughError:
            return None

    with ThreadPoolExecutor(8) as threads:
        given = [made for made in threads.map(ask, range(24)) if made is not None]
    # One of its own, three times two of the first alternative, five of the second.
    assert sorted(made["sku"] for made in given) == sorted([short, *[first] * 3, *[second] * 5])
    assert {made["sku"]: made["quantity"] for made in given} == {short: 1, first: 2, second: 1}
    again = reserve(
        served.store, PEOPLE["ann"], given[-1]["key"], Wanted(location, short, Decimal(1), "", 15)
    )
    assert again == given[-1]


def test_a_reservation_ends_by_itself_and_where_its_order_is_known(program, served, item, promises):
    named, before = item
    program.put("/api/v1/reservations/web-4", json={**named, "quantity": 1})
    with served.store.writing() as transaction:
        over = now() - timedelta(seconds=1)
        transaction.execute(sa.update(reservations).values(until=over))
    assert left(program, named) == before

    lines = promises.tables["promises"]
    shop = promises.tables["storefront"].set_index(["location", "sku"])["promisable_now"]
    enough = [line for line in lines.itertuples() if shop.get((line.location, line.sku), 0) >= 1]
    assert enough, "the sample has an open line of an item that is in stock"
    known = {"sku": enough[0].sku, "location": enough[0].location}
    as_it_was = left(program, known)
    said = {**known, "quantity": 1, "order": enough[0].order}
    assert program.put("/api/v1/reservations/web-5", json=said).status_code == 200
    assert left(program, known) == as_it_was


def test_a_token_that_only_reads_sets_nothing_aside(served, item):
    named, _ = item
    reading = make_token(served.store, PEOPLE["ann"], "a test", "read")
    with served.nobody() as client:
        client.headers["authorization"] = f"Bearer {reading}"
        assert client.put("/api/v1/reservations/web-6", json={**named, "quantity": 1}).status_code == 403
        assert client.delete("/api/v1/reservations/web-6").status_code == 403
        assert client.put("/api/v1/reservations/web-6", json={**named, "quantity": -1}).status_code in (
            403,
            422,
        )
