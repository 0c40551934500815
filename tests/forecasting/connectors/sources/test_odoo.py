"""Odoo's purchases, terms, units and own suggestions become ours; stand-ins say what its source says."""

from __future__ import annotations

import pytest

from forecasting.dataset.check import check
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


def offer(system, sku, supplier, **more):
    template = system.rows["product.product"][system.product(sku)[0]]["product_tmpl_id"]
    terms = {"partner_id": [7, supplier], "product_id": False, "product_tmpl_id": template, "delay": 14}
    terms |= {"min_qty": 0.0, "price": 36.0, "currency_id": [1, "EUR"], "sequence": 1, **system.unit(DOZEN)}
    terms |= {"product_code": False, "date_start": False, "date_end": False}
    system._put("product.supplierinfo", {**terms, **more})


def test_breaks_of_a_supplier_that_counts_in_units_of_ours_come_too(imports):
    imports.system.sell(1, {"A": 1})
    ours = imports.system.unit([1, "Units"])
    offer(imports.system, "A", "ACME", price=3.0, **ours)
    offer(imports.system, "A", "ACME", min_qty=50.0, price=2.5, **ours)
    breaks = imports.bring().tables["price_breaks"]
    assert breaks.to_numpy().tolist() == [["ACME", "A", 50.0, 2.5]]


def test_what_each_supplier_offers_comes_in_its_own_unit_with_its_price_breaks(imports):
    system = imports.system
    system.sell(1, {"A": 1})
    for name, currency, rate in (("EUR", 1, 1.0), ("USD", 2, 1.25)):
        system._put("res.currency", {"id": currency, "name": name, "rate": rate, "active": True})
    offer(system, "A", "ACME", product_code="X-1", min_qty=2.0)
    offer(system, "A", "ACME", min_qty=10.0, price=33.0)
    usd = {"currency_id": [2, "USD"], "price": 3.5, **system.unit([1, "Units"])}
    offer(system, "A", "Overseas", sequence=2, delay=40, date_end="2026-12-31", **usd)
    offer(system, "B", "Overseas", sequence=1, currency_id=[3, "JPY"])
    changes = imports.bring()
    offers = changes.tables["supplier_items"].set_index("supplier")
    assert offers["sku"].to_dict() == {"ACME": "A", "Overseas": "A"}
    names = ["unit_cost", "units_per_purchase_unit", "purchase_unit", "min_order_quantity", "supplier_sku"]
    assert offers.loc["ACME", [*names, "rank"]].tolist() == [36.0, 12.0, "Dozens", 2.0, "X-1", 1.0]
    assert offers.loc["Overseas", names].isna().tolist() == [False, True, True, True, True]
    assert offers.loc["Overseas", ["unit_cost", "lead_time_days", "rank"]].tolist() == [3.5, 40.0, 2.0]
    assert str(offers.loc["Overseas", "until"].date()) == "2026-12-31"
    assert changes.tables["price_breaks"].to_numpy().tolist() == [["ACME", "A", 10.0, 33.0]]
    suppliers = changes.tables["suppliers"].set_index("supplier")["currency"]
    assert suppliers["Overseas"] == "USD" and suppliers.isna()["ACME"]
    assert changes.tables["currencies"].to_numpy().tolist() == [["USD", 0.8]]
    assert any("currency without a rate" in said for said in changes.notices)
    assert not check(imports.folder).problems


def test_phantom_bills_are_kits_and_others_are_none(imports):
    system = imports.system
    system.stock("SET", 0)
    system.stock("MADE", 0)
    system.sell(1, {"SET": 1})
    for sku, kind in (("SET", "phantom"), ("MADE", "normal")):
        head = {"product_id": system.product(sku), "product_tmpl_id": False, "product_qty": 2.0}
        bill = system._put("mrp.bom", {**head, "type": kind, "sequence": 1, "product_uom_id": [1, "Units"]})
        for part, units, unit in (("A", 1.0, DOZEN), ("B", 4.0, [1, "Units"])):
            line = {"bom_id": [bill["id"], sku], "product_id": system.product(part), "product_qty": units}
            system._put("mrp.bom.line", {**line, "product_uom_id": unit})
    # They are a module of its own, read where the settings say so.
    assert "kits" not in imports.bring().tables
    imports.given["kits"] = True
    kits = imports.bring().tables["kits"].to_numpy().tolist()
    assert kits == [["SET", "A", 6.0], ["SET", "B", 2.0]]
    assert not check(imports.folder).problems


def test_lots_come_with_the_day_on_which_they_expire(imports):
    system = imports.system
    system.sell(1, {"A": 1})
    for number, expires in ((1, "2026-08-01 10:00:00"), (2, False)):
        lot = system._put("stock.lot", {"name": f"L{number}", "expiration_date": expires})
        held = {"lot_id": [lot["id"], "x"], "quantity": 3.0 + number, "warehouse_id": [101, "Central"]}
        for usage in ("internal", "customer"):
            held["location_id"] = {"usage": usage}
            system._put("stock.quant", {**held, "product_id": system.product("A")})
    imports.given["lots"] = True
    lots = imports.bring().tables["lots"]
    found = dict(zip(lots["expires_on"].dt.strftime("%m-%d").fillna("never"), lots["on_hand"], strict=True))
    assert found == {"08-01": 4.0, "never": 5.0}
    assert set(lots["location"]) == {"main"} and not check(imports.folder).problems
