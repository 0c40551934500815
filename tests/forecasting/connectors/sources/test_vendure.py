"""Vendure's orders become demand and its stock stock: backorders, cancelled units, what is no order yet."""

from __future__ import annotations

from datetime import date

import pytest

from forecasting.connectors.sources.port import SourceUnavailable
from forecasting.connectors.sources.published import Published
from forecasting.connectors.sources.registry import Named, settings_of
from forecasting.connectors.sources.vendure.storefront import Shown, VendureFront
from tests.support.clocks import FakeClock
from tests.support.sources import Imports
from tests.support.stand_ins.vendure import PASSWORD, USER, Vendure


@pytest.fixture
def imports(tmp_path):
    clock = FakeClock()
    shop = Vendure(clock)
    for sku in ("A", "B"):
        shop.stock(sku, 10)
    made = Imports("vendure", shop, tmp_path / "data", clock)
    made.given = {"url": "https://shop.example", "user": USER, "password": made.secret("pw", PASSWORD)}
    return made


def lines(orders):
    return orders[["order", "sku", "quantity", "status"]].to_numpy().tolist()


def test_backordered_and_cancelled_units_are_told_apart_and_carts_are_no_orders(imports):
    shop = imports.system
    shop.sell(1, {"A": 30})
    shop.order(1)["lines"][0] |= {
        "quantity": 24,
        "fulfillmentLines": [
            {"quantity": 10, "fulfillment": {"state": "Shipped", "createdAt": shop._now()}},
            {"quantity": 5, "fulfillment": {"state": "Pending", "createdAt": shop._now()}},
        ],
    }
    shop.sell(2, {"B": 3}, state="AddingItems")
    shop.sell(3, {"B": 3}, state="ArrangingPayment")
    data = imports.tables()
    assert lines(data.orders) == [
        ["1", "A", 10.0, "shipped"],
        ["1", "A", 14.0, "open"],
        ["1", "A", 6.0, "cancelled"],
    ]
    assert data.orders["unit_price"].tolist() == [9.5] * 3


def test_what_may_be_sold_without_stock_follows_its_thresholds(imports):
    shop = imports.system
    shop.sell(1, {"A": 1})
    for sku in ("C", "D"):
        shop.stock(sku, 5)
    shop.variants[2] |= {"useGlobalOutOfStockThreshold": True}
    shop.variants[3] |= {"trackInventory": "FALSE"}
    shop.variants[4] |= {"enabled": False}
    data = imports.tables()
    products = data.products.set_index("sku")
    assert products["backorder"].astype(str).to_dict() == {
        "A": "allowed",
        "B": "refused",
        "C": "allowed",
        "D": "allowed",
    }
    assert products["max_backorder_quantity"].fillna(-1).tolist() == [50.0, -1.0, -1.0, 50.0]
    assert products["ends_on"].dt.strftime("%m-%d").fillna("").tolist() == ["", "", "", "06-29"]
    assert set(data.stock["sku"]) == {"A", "B", "D"}


def test_many_orders_of_one_second_are_all_there_while_others_change(imports):
    shop = imports.system
    for number in range(1, 251):
        shop.sell(number, {"A": 1})
    answer = imports.line.answer

    def change(request):
        shop.order(7)["updatedAt"] = shop._now()
        return answer(request)

    imports.line.answer = change
    orders = imports.tables().orders
    assert len(orders) == 250 and orders["order"].is_unique


def test_a_session_that_ended_is_begun_anew_and_a_wrong_password_is_told(imports):
    imports.system.sell(1, {"A": 1})
    imports.bring()
    answer, count = imports.line.answer, 0

    def forgets(request):
        nonlocal count
        count += 1
        if count == 3:
            imports.system.tokens.clear()
        return answer(request)

    imports.line.answer = forgets
    assert len(imports.tables().orders) == 1
    imports.given["password"] = imports.secret("wrong", "wrong-hunter2")
    with pytest.raises(SourceUnavailable, match="does not let 'superadmin' in") as error:
        imports.bring()
    assert "hunter2" not in str(error.value)


@pytest.fixture
def front(imports):
    made = VendureFront(
        settings_of(Named("vendure", imports.given)), transport=imports.line, clock=imports.clock
    )
    yield made
    made.close()


def test_only_what_differs_is_told_and_a_repeat_changes_nothing(imports, front):
    shop = imports.system
    shop.sell(1, {"A": 30})
    items = {"A": Shown("In two weeks", date(2026, 7, 14)), "B": Shown("", None), "GONE": Shown("x", None)}
    orders = {"1": date(2026, 7, 15), "99": date(2026, 7, 1)}
    assert front.publish(items, orders, keep=False) == Published({"items": 1, "orders": 1}, 1)
    assert shop.writes == 0
    assert front.publish(items, orders) == Published({"items": 1, "orders": 1}, 1)
    assert shop.shown["1"]["translations"][0]["customFields"] == {"availabilityText": "In two weeks"}
    assert shop.shown["1"]["customFields"]["nextArrival"].startswith("2026-07-14")
    assert shop.etas["1"]["eta"].startswith("2026-07-15")
    assert front.publish(items, orders) == Published({"items": 0, "orders": 0}, 3)
    assert shop.writes == 2
    # Once it is in stock, nothing is to come.
    assert front.publish({"A": Shown("In stock", None)}, {"1": None}) == Published(
        {"items": 1, "orders": 1}, 0
    )
    assert shop.shown["1"]["customFields"] == {"nextArrival": None}


def test_a_shop_without_the_fields_is_told_which_they_are(imports, front):
    imports.system.custom = False
    with pytest.raises(SourceUnavailable, match="availabilityText"):
        front.publish({"A": Shown("x", None)}, {})
