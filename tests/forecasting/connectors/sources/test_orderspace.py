"""Orderspace becomes a dataset: nothing lost, nothing double, whatever is changed, deleted or interrupted."""

from __future__ import annotations

import random

import pytest

from forecasting.connectors.sources.port import SourceUnavailable
from forecasting.dataset.check import check
from forecasting.dataset.read import read
from tests.support.clocks import FakeClock
from tests.support.sources import Imports
from tests.support.stand_ins.orderspace import CLIENT_ID, CLIENT_SECRET, Orderspace


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def shop(clock):
    made = Orderspace(clock)
    for sku in ("A", "B"):
        made.product(sku)
        made.level(sku, 10)
    return made


@pytest.fixture
def imports(shop, clock, tmp_path):
    made = Imports("orderspace", shop, tmp_path / "data", clock)
    made.given = {
        "client_id": made.secret("id", CLIENT_ID),
        "client_secret": made.secret("key", CLIENT_SECRET),
    }
    return made


def rows(table, *names):
    return table[list(names)].astype(object).where(table[list(names)].notna(), None).to_numpy().tolist()


def days(table, name):
    return table[name].dt.strftime("%Y-%m-%d").fillna("").tolist()


def test_lines_products_and_stock_become_ours(shop, imports, clock):
    shop.put("customers", {"id": "cu_00000001", "company_name": "Corner Shop Ltd"})
    shop.order(1, ("A", 3), ("B", 2))
    freight = {"id": "ol_f", "sku": "POST", "shipping": True, "quantity": 1, "unit_price": 5}
    shop.records["orders"]["or_00000001"]["order_lines"].append(freight)
    shop.order(2, ("B", 30), delivery_date="2026-07-09")
    shop.order(3, ("A", 1), status="standing_order")
    shop.order(4, ("A", 1), status="preorder", delivery_date="2026-08-01")
    shop.order(5, ("A", 4), standing_order_id="so_1", delivery_date="2026-06-01")
    shop.order(6, ("B", 1), status="cancelled")
    shop.level("B", 10, -20)
    clock.forward(hours=5)
    shop.dispatch(1, 3, 2)
    data = imports.tables()
    assert rows(data.orders, "order", "sku", "quantity", "status", "kind", "customer", "unit_price") == [
        ["1", "A", 3.0, "shipped", "order", "Corner Shop Ltd", 9.5],
        ["1", "B", 2.0, "shipped", "order", "Corner Shop Ltd", 9.5],
        ["2", "B", 30.0, "open", "order", "Corner Shop Ltd", 9.5],
        ["4", "A", 1.0, "open", "preorder", "Corner Shop Ltd", 9.5],
        ["5", "A", 4.0, "open", "standing", "Corner Shop Ltd", 9.5],
        ["6", "B", 1.0, "cancelled", "order", "Corner Shop Ltd", 9.5],
    ]
    assert days(data.orders, "shipped_at")[:3] == ["2026-06-29"] * 2 + [""]
    # A wish from before the order is none.
    assert days(data.orders, "due")[2:5] == ["2026-07-09", "2026-08-01", ""]
    assert rows(data.products, "sku", "description", "category", "unit_price", "backorder") == [
        ["A", "Item A", "Lamps", 9.5, "allowed"],
        ["B", "Item B", "Lamps", 9.5, "allowed"],
    ]
    assert rows(data.stock, "sku", "on_hand") == [["A", 7.0], ["B", 8.0]]
    assert set(data.stock["as_of"].astype(str)) == {"2026-06-28"}
    assert not check(imports.folder).problems


def test_a_line_is_in_as_many_parts_as_it_left_in(shop, imports, clock):
    shop.order(1, ("A", 10))
    shop.level("A", 20)
    for units in (4, 3):
        clock.forward(days=1)
        shop.dispatch(1, units, status="part_fulfilled")
    orders = imports.tables().orders
    assert rows(orders, "line", "quantity", "status") == [
        ["ol_000000010", 4.0, "shipped"],
        ["ol_000000010/2", 3.0, "shipped"],
        ["ol_000000010/3", 3.0, "open"],
    ]
    assert orders["shipped_at"].dt.day.tolist()[:2] == [30, 1]


def test_what_left_before_dispatches_are_known_left_on_no_known_day(shop, imports):
    order = shop.order(1, ("A", 5), status="part_fulfilled")
    order["order_lines"][0]["dispatched"] = 2
    shop.order(2, ("B", 5), status="fulfilled")
    assert rows(imports.tables().orders, "order", "quantity", "status", "shipped_at") == [
        ["1", 2.0, "shipped", None],
        ["1", 3.0, "open", None],
        ["2", 5.0, "shipped", None],
    ]


def test_old_orders_that_changed_are_found_though_the_list_does_not_tell(shop, imports, clock):
    for number in range(1, 6):
        shop.order(number, ("A", 1))
    imports.bring()
    clock.forward(days=20)
    shop.dispatch(1, 1)
    shop.records["orders"]["or_00000002"]["status"] = "cancelled"
    shop.delete("orders", "or_00000003")
    shop.records["orders"]["or_00000004"]["order_lines"][0]["quantity"] = 7
    orders = imports.tables().orders
    assert rows(orders, "order", "quantity", "status") == [
        ["1", 1.0, "shipped"],
        ["2", 1.0, "cancelled"],
        ["4", 7.0, "open"],
        ["5", 1.0, "open"],
    ]
    # It was not cancelled when it was read last: nobody says more of the day.
    assert orders["cancelled_at"].astype(str).tolist()[1] == "2026-07-19 02:00:00"


def test_an_open_order_that_is_deleted_between_two_pages_stops_nothing(shop, imports, clock):
    for number in range(1, 301):
        shop.order(number, ("A", 1))
    imports.bring()
    clock.forward(days=1)
    pages = 0

    def delete(path):
        nonlocal pages
        pages += path == "/v1/orders"
        if pages == 3 and "or_00000101" in shop.records["orders"]:
            # The second page of open orders begins behind this one.
            shop.delete("orders", "or_00000101")

    shop.before_answer = delete
    imports.bring()
    # It was read before it was deleted: the next import finds that it is gone.
    assert "or_00000101" not in shop.records["orders"]
    assert len(imports.tables().orders) == 299


def test_many_orders_that_closed_are_read_page_by_page(shop, imports, clock):
    shop.level("A", 10_000)
    for number in range(1, 501):
        shop.order(number, ("A", 1))
    imports.bring()
    clock.forward(days=1)
    for number in range(1, 401):
        shop.dispatch(number, 1)
    asked = len(shop.paths)
    orders = imports.tables().orders
    assert orders["status"].value_counts().to_dict() == {"shipped": 400, "open": 100, **ZEROES}
    assert len(shop.paths) - asked < 25


ZEROES = {"cancelled": 0, "refused": 0}


def test_a_night_without_changes_asks_little_and_writes_the_same(shop, imports, clock):
    for number in range(1, 31):
        shop.order(number, ("A", 1), status="fulfilled")
    imports.bring()
    written = {file.name: file.read_bytes() for file in imports.folder.glob("*.parquet")}
    asked = len(shop.paths)
    clock.forward(hours=3)
    imports.bring()
    assert {file.name: file.read_bytes() for file in imports.folder.glob("*.parquet")} == written
    assert len(shop.paths) - asked <= 10


def test_each_days_stock_is_kept_and_what_is_deleted_goes(shop, imports, clock):
    shop.order(1, ("A", 1))
    shop.put("orders", {**shop.order(2, ("A", 1)), "status": "fulfilled"})
    imports.bring()
    clock.forward(days=1)
    shop.level("A", 0)
    assert rows(imports.tables().stock, "sku", "on_hand") == [
        ["A", 10.0],
        ["B", 10.0],
        ["A", 0.0],
        ["B", 10.0],
    ]
    # A closed order and a product: only a whole reading finds that they are gone.
    shop.delete("orders", "or_00000002")
    shop.delete("products", "pr_B")
    del shop.levels["B"]
    clock.forward(days=1)
    data = imports.tables(whole=True)
    assert data.orders["order"].tolist() == ["1"]
    assert data.products["sku"].tolist() == ["A"]
    clock.forward(days=8)
    shop.delete("orders", "or_00000001")
    shop.order(9, ("A", 2))
    assert imports.tables().orders["order"].tolist() == ["9"]


def test_a_shop_that_lost_most_of_its_orders_is_not_believed(shop, imports, clock):
    for number in range(1, 301):
        shop.order(number, ("A", 1), status="fulfilled")
    before = imports.tables().orders
    shop.records["orders"].clear()
    clock.forward(days=8)
    with pytest.raises(SourceUnavailable, match="300 of 300 orders are no longer there"):
        imports.bring()
    assert len(read(imports.folder).orders) == len(before) == 300


def test_a_shop_whose_open_orders_are_all_gone_of_a_sudden_is_not_believed(shop, imports, clock):
    for number in range(1, 31):
        shop.order(number, ("A", 1))
    imports.bring()
    there, shop.records["orders"] = shop.records["orders"], {}
    clock.forward(days=1)
    with pytest.raises(SourceUnavailable, match="30 of 30 open orders are no longer there"):
        imports.bring()
    shop.records["orders"] = there
    shop.delete("orders", "or_00000004")
    orders = imports.tables().orders
    assert len(orders) == 29 and set(orders["status"]) == {"open"}


def test_an_order_that_arrives_between_two_pages_is_there(shop, imports):
    for number in range(1, 451):
        shop.order(number, ("A", 1))
    arriving = iter(range(1001, 1004))

    def arrive(path):
        if path == "/v1/orders" and (number := next(arriving, None)):
            shop.order(number, ("B", 1))

    shop.before_answer = arrive
    orders = imports.tables().orders
    assert len(orders) == 453 and orders["order"].is_unique


def test_a_token_that_ended_is_asked_for_anew(shop, imports):
    shop.token_seconds = 0.5
    shop.before_answer = lambda path: imports.clock.forward(seconds=0.2)
    for number in range(1, 451):
        shop.order(number, ("A", 1))
    assert len(imports.tables().orders) == 450
    assert len(shop.tokens) > 3


def test_it_keeps_to_the_requests_of_a_minute_and_waits_where_it_is_throttled(shop, imports):
    shop.per_minute = imports.given["per_minute"] = 15
    for number in range(1, 3_501):
        shop.order(number, ("A", 1), status="fulfilled")
    imports.bring()
    assert shop.throttled == 0
    assert 60 <= sum(imports.clock.slept) < 130
    # Another program uses up what is allowed.
    shop.asked.extend([imports.clock.now] * 15)
    imports.bring()
    assert shop.throttled == 1


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_a_wrong_secret_is_told_without_it(imports, name):
    imports.given[name] = imports.secret("wrong", "wrong-hunter2")
    with pytest.raises(SourceUnavailable, match="answered 401") as error:
        imports.bring()
    assert "hunter2" not in str(error.value)
    assert [
        file for file in imports.folder.rglob("*") if file.is_file() and b"hunter2" in file.read_bytes()
    ] == []


class Killed(BaseException):
    """The import dies here: nothing is tidied up."""


def killed_ten_times(shop, imports, chance, arrives):
    """Import while orders arrive, and die at ten random requests; then without dying."""
    numbers = iter(range(1_000_001, 2_000_000))
    left = [chance.randint(3, arrives) for _ in range(10)]

    def happen(path):
        if chance.random() < 0.3:
            shop.order(next(numbers), ("A", 2), status="fulfilled")
        if left:
            left[0] -= 1
            if not left[0]:
                left.pop(0)
                raise Killed

    shop.before_answer = happen
    died = 0
    for _ in range(10):
        try:
            imports.bring()
        except Killed:
            died += 1
            imports.clock.forward(minutes=2)
    shop.before_answer = lambda path: None
    return died


@pytest.mark.parametrize("count", [3_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_a_large_shop_is_imported_without_loss_or_double_though_killed_ten_times(shop, imports, count):
    chance = random.Random(5)
    shop.level("A", 0)
    shop.clock.now -= 90 * 86_400
    for number in range(1, count + 1):
        shop.clock.forward(seconds=90 * 86_400 / count)
        shop.order(number, ("A", chance.randint(1, 9)), ("B", 1), status=chance.choice(["fulfilled", "new"]))
    assert killed_ten_times(shop, imports, chance, max(5, count // 2_000)) == 10
    orders = imports.tables().orders
    wanted = {
        (str(order["number"]), line["sku"]): line["quantity"]
        for order in shop.records["orders"].values()
        for line in order["order_lines"]
    }
    found = orders.set_index(["order", "sku"])["quantity"]
    assert found.index.is_unique and found.to_dict() == wanted
    assert len(shop.records["orders"]) > count
