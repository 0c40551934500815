"""ERPNext's purchases, receipts and reorder levels become ours; a stand-in says what its source says."""

from __future__ import annotations

import pytest

from forecasting.connectors.sources.port import NotLetInError
from forecasting.dataset.check import check
from tests.support.clocks import FakeClock
from tests.support.sources import Imports
from tests.support.stand_ins.erpnext_records import KEY, SECRET, ErpnextRecords


@pytest.fixture
def imports(tmp_path):
    clock = FakeClock()
    system = ErpnextRecords(clock)
    for sku in ("A/1", "B"):
        system.stock(sku, 10)
    system.sell(1, {"A/1": 1})
    made = Imports("erpnext", system, tmp_path / "data", clock)
    made.given = {"url": "https://erp.example", "key": made.secret("key", KEY)}
    made.given["secret"] = made.secret("secret", SECRET)
    return made


def bought(system, name, sku, units, **more):
    head = {"supplier": "ACME", "transaction_date": system._now()[:10], "status": "To Receive"}
    return system.put("Purchase Order", name, {**head, "items": [system.line(sku, units)], **more})


def test_purchases_come_with_what_was_received_and_drafts_are_drafts(imports):
    system = imports.system
    whole, part = bought(system, "P1", "A/1", 20), bought(system, "P2", "A/1", 20)
    short = bought(system, "P3", "B", 9, status="Closed")
    bought(system, "P4", "B", 5, docstatus=0)
    bought(system, "P5", "B", 6, docstatus=0, reorder_key="reorder-abc")
    bought(system, "P6", "B", 7, docstatus=2)
    imports.clock.forward(days=9)
    for number, (order, units) in enumerate([(whole, 20), (part, 5), (short, 3), (part, -1)]):
        line = system.line("A/1", units, purchase_order_item=order["items"][0]["name"])
        receipt = {"posting_date": system._now()[:10], "is_return": int(units < 0), "items": [line]}
        system.put("Purchase Receipt", f"R{number}", receipt)
    orders = imports.tables().purchase_orders.set_index("purchase_order")
    assert orders["status"].astype(str).to_dict() == {
        "P1": "received",
        "P2": "open",
        "P3": "received",
        "P4": "draft",
        "reorder-abc": "draft",
        "P6": "cancelled",
    }
    assert orders["quantity_received"][["P1", "P2", "P3"]].tolist() == [20.0, 5.0, 3.0]
    assert orders["received_at"].dt.strftime("%m-%d").fillna("")[["P1", "P2", "P3"]].tolist() == [
        "07-08",
        "",
        "07-08",
    ]
    del system.rows["Purchase Order"]["P4"]
    assert "P4" not in set(imports.tables().purchase_orders["purchase_order"])


def test_units_levels_and_what_a_closed_order_gave_up_come_along(imports):
    system = imports.system
    item = system.rows["Item"]["A/1"]
    level = {"warehouse": "Stores - C", "warehouse_reorder_level": 20, "warehouse_reorder_qty": 30}
    more = {"reorder_levels": [level], "lead_time_days": 14, "supplier_items": [{"supplier": "ACME"}]}
    system.put("Item", "A/1", {**item, **more, "end_of_life": "2099-12-31"})
    head = {"customer": "Ann", "transaction_date": "2026-06-28", "status": "Closed"}
    box = {"qty": 2.0, "stock_qty": 24.0, "conversion_factor": 12.0, "base_rate": 60.0, "delivered_qty": 1.0}
    system.put("Sales Order", "2", {**head, "items": [system.line("B", 2, **box)]})
    system.put("Sales Order", "3", {**head, "docstatus": 0, "items": [system.line("B", 7)]})
    data = imports.tables()
    lamp = data.products.set_index("sku").loc["A/1"]
    assert lamp[["supplier", "lead_time_days", "reorder_point", "order_up_to"]].tolist() == [
        "ACME",
        14,
        20,
        50,
    ]
    assert data.products["ends_on"].isna().all()
    lines = data.orders[data.orders["order"] == "2"][["quantity", "unit_price", "status"]]
    assert lines.to_numpy().tolist() == [[12.0, 5.0, "shipped"], [12.0, 5.0, "cancelled"]]
    assert "3" not in set(data.orders["order"])


def test_warehouses_become_locations_and_others_are_left_out_of_stock(imports):
    imports.system.put("Bin", "x", {"item_code": "B", "warehouse": "Scrap - C", "actual_qty": 99.0})
    imports.given["locations"] = {"Stores - C": "north"}
    stock = imports.tables().stock
    assert stock[["sku", "on_hand", "location"]].to_numpy().tolist() == [
        ["A/1", 10.0, "north"],
        ["B", 10.0, "north"],
    ]


def test_buying_prices_are_offers_in_the_units_and_money_they_are_said_in(imports):
    system = imports.system
    system.put("Company", "Corner", {"default_currency": "EUR"})
    rate = {"from_currency": "USD", "to_currency": "EUR"}
    system.put("Currency Exchange", "r1", {**rate, "date": "2026-01-01", "exchange_rate": 0.7})
    system.put("Currency Exchange", "r2", {**rate, "date": "2026-06-01", "exchange_rate": 0.8})
    item = system.rows["Item"]["A/1"]
    more = {"stock_uom": "Nos", "uoms": [{"uom": "Box", "conversion_factor": 20.0}], "purchase_uom": "Box"}
    more["supplier_items"] = [{"supplier": "ACME", "supplier_part_no": "X-1"}, {"supplier": "Late"}]
    system.put("Item", "A/1", {**item, **more})
    price = {"item_code": "A/1", "buying": 1, "currency": "EUR", "uom": "Box", "valid_from": "2026-01-01"}
    system.put("Item Price", "p1", {**price, "supplier": "ACME", "price_list_rate": 60.0})
    system.put("Item Price", "p2", {**price, "price_list_rate": 64.0})
    usd = {"supplier": "Overseas", "currency": "USD", "uom": "Nos", "price_list_rate": 3.0}
    system.put("Item Price", "p3", {**price, **usd})
    system.put("Item Price", "p4", {**price, "buying": 0, "price_list_rate": 99.0})
    changes = imports.bring()
    offers = changes.tables["supplier_items"].set_index("supplier")
    assert offers["unit_cost"].to_dict() == {"ACME": 60.0, "Late": 64.0, "Overseas": 3.0}
    assert offers["units_per_purchase_unit"].fillna(1).to_dict() == {"ACME": 20, "Late": 20, "Overseas": 1}
    assert offers["rank"].to_dict() == {"ACME": 1.0, "Late": 2.0, "Overseas": 3.0}
    assert offers.loc["ACME", "supplier_sku"] == "X-1"
    assert changes.tables["currencies"].to_numpy().tolist() == [["USD", 0.8]]
    assert not check(imports.folder).problems
    imports.given["supply"] = False
    assert "supplier_items" not in imports.bring().tables


@pytest.mark.parametrize("document", ["Product Bundle", "Item Price", "Currency Exchange", "Company"])
def test_who_may_not_read_facts_of_supply_is_told_how_to_leave_them_out(imports, document):
    imports.system.forbidden = {document}
    with pytest.raises(NotLetInError, match=r"answered 403.*`supply: false`"):
        imports.bring()
    imports.given["supply"] = False
    assert len(imports.bring().tables["orders"]) == 1


def test_bundles_are_kits(imports):
    system = imports.system
    parts = [{"item_code": "A/1", "qty": 2.0}, {"item_code": "B", "qty": 1.0}]
    # A bundle is no stock item there; one that was never asked for needs no goods.
    system.stock("SET", 0)
    system.put("Item", "SET", {**system.rows["Item"]["SET"], "is_stock_item": 0})
    system.sell(2, {"SET": 1})
    for name in ("SET", "NEVER"):
        system.put("Product Bundle", name, {"new_item_code": name, "items": parts})
    system.put("Product Bundle", "OLD", {"new_item_code": "B", "items": parts, "disabled": 1})
    kits = imports.bring().tables["kits"].to_numpy().tolist()
    assert kits == [["SET", "A/1", 2.0], ["SET", "B", 1.0]]
    assert not check(imports.folder).problems
