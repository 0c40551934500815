"""Odoo's purchases, terms, units and own suggestions become ours; stand-ins say what its source says."""

from __future__ import annotations

import pytest

from tests.support.clocks import FakeClock
from tests.support.sources import Imports
from tests.support.stand_ins.odoo_records import DOZEN, KEY, OdooRecords


@pytest.fixture(params=["json2", "jsonrpc"])
def imports(request, tmp_path):
    clock = FakeClock()
    system = OdooRecords(clock, since_19=request.param == "json2")
    for sku in ("A", "B"):
        system.stock(sku, 10)
    made = Imports("odoo", system, tmp_path / "data", clock)
    given = {"url": "https://erp.example", "database": "lab", "api": request.param, "user": "bot"}
    made.given = {**given, "key": made.secret("key", KEY)}
    return made


def test_purchases_come_with_what_was_received_and_requests_for_quotation_are_drafts(imports):
    system = imports.system
    system.sell(1, {"A": 1})
    (whole,) = system.buy("P1", {"A": 20})
    (part,) = system.buy("P2", {"A": 20})
    system.buy("P3", {"B": 5}, state="sent")
    system.buy("P4", {"B": 6}, state="draft", origin="reorder-abc")
    system.buy("P5", {"B": 7}, state="cancel")
    system.buy("P6", {"B": 8}, currency_id=[2, "USD"])
    imports.clock.forward(days=9)
    system.receive(whole, 12)
    system.receive(whole, 8)
    system.receive(part, 5)
    changes = imports.bring()
    bought = changes.tables["purchase_orders"].set_index("purchase_order")
    assert bought["status"].to_dict() == {
        "P1": "received",
        "P2": "open",
        "P3": "draft",
        "reorder-abc": "draft",
        "P5": "cancelled",
        "P6": "open",
    }
    assert bought["quantity_received"][["P1", "P2", "P6"]].tolist() == [20.0, 5.0, 0.0]
    assert bought["received_at"].dt.strftime("%m-%d").fillna("")[["P1", "P2"]].tolist() == ["07-08", ""]
    assert bought["unit_cost"].fillna(-1)[["P1", "P6"]].tolist() == [4.0, -1.0]
    assert changes.notices == ("1 purchase lines are in another currency; their price is left out",)
    # A request that is deleted there is no draft any more.
    gone = next(row for row in system.rows["purchase.order"].values() if row["name"] == "P3")
    del system.rows["purchase.order"][gone["id"]]
    assert "P3" not in set(imports.tables().purchase_orders["purchase_order"])


def test_lines_in_dozens_are_units_and_quotations_are_no_orders(imports):
    system = imports.system
    system.sell(1, {"A": 2}, unit=DOZEN)
    system.sell(2, {"A": 5}, state="draft")
    system.sell(3, {"A": 5}, state="cancel")
    system.sell(4, {"B": 1})
    lines = imports.tables().orders[["order", "quantity", "unit_price"]].to_numpy().tolist()
    assert lines == [["1", 24.0, 9.5 / 12], ["4", 1.0, 9.5]]
    # One that was cancelled after it was ordered stays, with the day on which that was seen.
    imports.clock.forward(days=1)
    sale = system._sale(4)
    system.rows["sale.order"][sale["id"]] |= {"state": "cancel", "write_date": system._now()}
    orders = imports.tables().orders.set_index("order")
    assert orders["status"]["4"] == "cancelled"
    assert str(orders["cancelled_at"]["4"].date()) == "2026-06-30"


def test_orders_of_an_archived_product_stay_and_the_product_goes(imports):
    system = imports.system
    system.sell(1, {"A": 1, "B": 2})
    system.rows["product.product"][system.product("B")[0]]["active"] = False
    data = imports.tables()
    assert data.orders["sku"].tolist() == ["A", "B"]
    assert data.products["sku"].tolist() == ["A"]


def test_terms_levels_and_its_own_suggestions_come_along(imports):
    system = imports.system
    system.sell(1, {"A": 1})
    template = system.rows["product.product"][system.product("A")[0]]["product_tmpl_id"]
    terms = {"partner_id": [7, "ACME"], "product_id": False, "product_tmpl_id": template, "delay": 14}
    terms |= {"min_qty": 2.0, "price": 36.0, "currency_id": [1, "EUR"], "sequence": 1, **system.unit(DOZEN)}
    system._put("product.supplierinfo", terms)
    system._put("product.supplierinfo", {**terms, "partner_id": [8, "Late"], "sequence": 2, "price": 1.0})
    level = {"product_id": system.product("A"), "warehouse_id": [101, "Central"], "product_min_qty": 20.0}
    system._put("stock.warehouse.orderpoint", {**level, "product_max_qty": 50.0, "qty_to_order": 41.0})
    changes = imports.bring()
    lamp = changes.tables["products"].set_index("sku").loc["A"]
    names = ["supplier", "lead_time_days", "unit_cost", "min_order_quantity", "reorder_point", "order_up_to"]
    assert lamp[names].tolist() == ["ACME", 14.0, 3.0, 24.0, 19.0, 50.0]
    assert changes.tables["products"].set_index("sku")["unit_cost"]["B"] == 4.0
    said = changes.suggestions[["location", "sku", "supplier", "quantity"]].to_numpy().tolist()
    assert said == [["main", "A", "ACME", 41.0]]
