"""Tryton's records become ours also where a module is not activated; slow tests read the real one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest

from forecasting.connectors.sources.port import SourceUnavailable
from forecasting.connectors.sources.published import Published
from forecasting.connectors.sources.registry import Named, settings_of
from forecasting.connectors.sources.tryton.order_points import Level, TrytonOrderPoints
from tests.support.clocks import FakeClock
from tests.support.sources import Imports
from tests.support.stand_ins.tryton_records import PASSWORD, TrytonRecords


@pytest.fixture
def imports(tmp_path):
    clock = FakeClock()
    system = TrytonRecords(clock)
    system.stock("A", 10)
    system.sell(1, {"A": 2})
    made = Imports("tryton", system, tmp_path / "data", clock)
    made.given = {"url": "https://erp.example", "database": "lab", "user": "bot"}
    made.given["password"] = made.secret("pw", PASSWORD)
    return made


def test_a_module_that_is_not_activated_is_no_fault_unless_its_records_are_needed(imports):
    imports.system.not_there = ("stock.order_point", "purchase.request")
    assert len(imports.tables().orders) == 1
    imports.system.not_there = ("sale.line",)
    with pytest.raises(SourceUnavailable, match=r"sale\.line"):
        imports.bring()


def test_what_a_finished_sale_did_not_move_was_given_up_and_quotations_are_no_orders(imports):
    system = imports.system
    system.sell(2, {"A": 6})
    system.ship(2)
    system.change(2, "A", 10)
    system.sell(3, {"A": 5})
    system._put("sale.sale", {**system._sale(3), "state": "quotation"})
    system.sell(4, {"A": 5})
    system._put("sale.sale", {**system._sale(4), "state": "cancelled"})
    orders = imports.tables().orders[["order", "quantity", "status"]].to_numpy().tolist()
    assert orders == [["1", 2.0, "open"], ["2", 6.0, "shipped"], ["2", 4.0, "cancelled"]]


def test_an_order_that_was_cancelled_after_it_was_seen_keeps_the_day(imports):
    imports.bring()
    imports.clock.forward(days=2)
    imports.system._put("sale.sale", {**imports.system._sale(1), "state": "cancelled"})
    orders = imports.tables().orders
    assert orders["status"].tolist() == ["cancelled"]
    assert orders["cancelled_at"].dt.strftime("%m-%d").tolist() == ["07-01"]


def test_levels_are_written_back_once_and_are_read_as_they_were_meant(imports):
    points = TrytonOrderPoints(
        settings_of(Named("tryton", imports.given)), transport=imports.line, clock=imports.clock
    )
    levels = {("main", "A"): Level(6.0, 20.0), ("main", "nobody's"): Level(1.0, 2.0)}
    unknown = ("main nobody's",)
    assert points.publish(levels, keep=False) == Published({"order points": 1}, 0, unknown)
    assert points.publish(levels) == Published({"order points": 1}, 0, unknown)
    assert points.publish(levels) == Published({"order points": 0}, 1, unknown)
    (point,) = imports.system.rows["stock.order_point"].values()
    # It orders where less than its level is there; we at or below ours.
    assert (point["min_quantity"], point["target_quantity"]) == (7.0, 20.0)
    product = imports.tables().products.set_index("sku").loc["A"]
    assert (product["reorder_point"], product["order_up_to"]) == (6.0, 20.0)

    assert points.publish({("main", "A"): Level(8.0, 8.0)}).written == {"order points": 1}
    (point,) = imports.system.rows["stock.order_point"].values()
    assert (point["min_quantity"], point["target_quantity"]) == (9.0, 9.0)
    points.close()


def test_what_each_supplier_offers_comes_in_its_own_unit_and_money_with_its_price_breaks(imports):
    system = imports.system
    for code, rate in (("EUR", "1"), ("USD", "1.25"), ("JPY", None)):
        system._put("currency.currency", {"code": code, "rate": rate and Decimal(rate)})
    dozen = {"id": 2, "factor": 12.0, "rounding": 1.0, "symbol": "dz"}
    system.offer("A", "ACME", {2.0: 36.0, 10.0: 33.0}, sequence=1, unit=dozen, code="X-1")
    abroad = {"currency": {"id": 2, "code": "USD"}, "lead_time_used": timedelta(days=40)}
    system.offer("A", "Overseas", {0.0: 3.5, 50.0: 3.25}, sequence=2, **abroad)
    system.offer("A", "Nippon", {0.0: 300.0}, sequence=3, currency={"id": 3, "code": "JPY"})
    changes = imports.bring()

    tables = changes.tables
    offers = tables["supplier_items"].set_index("supplier")
    assert list(offers.index) == ["ACME", "Overseas"]
    names = ["rank", "lead_time_days", "unit_cost", "min_order_quantity", "units_per_purchase_unit"]
    assert offers.loc["ACME", names].tolist() == [1.0, 14.0, 36.0, 2.0, 12.0]
    assert offers.loc["ACME", ["purchase_unit", "supplier_sku"]].tolist() == ["dz", "X-1"]
    assert offers.loc["Overseas", ["rank", "lead_time_days", "unit_cost"]].tolist() == [2.0, 40.0, 3.5]
    assert tables["price_breaks"].to_numpy().tolist() == [
        ["ACME", "A", 10.0, 33.0],
        ["Overseas", "A", 50.0, 3.25],
    ]
    assert tables["currencies"].to_numpy().tolist() == [["USD", 0.8]]
    money = tables["suppliers"].set_index("supplier")["currency"]
    assert (money["Overseas"], pd.isna(money["ACME"])) == ("USD", True)
    assert any("1 offers are in a currency without a rate" in notice for notice in changes.notices)
    # The usual supplier's price of a single unit, as products say it.
    product = tables["products"].set_index("sku").loc["A"]
    assert (product["supplier"], product["lead_time_days"], product["unit_cost"]) == ("ACME", 14.0, 3.0)


def test_suppliers_are_asked_in_trytons_order(imports):
    """Those of the variant before those of its template, and without a number before the numbered."""
    system = imports.system
    system.offer("A", "Second", {0.0: 5.0}, sequence=0)
    system.offer("A", "First", {0.0: 6.0}, sequence=None)
    tables = imports.tables()
    assert tables.supplier_items["supplier"].tolist() == ["First", "Second"]
    assert tables.products["supplier"].tolist() == ["First"]

    imports.clock.forward(days=1)
    system.offer("A", "Own", {0.0: 7.0}, sequence=5, product=system._product("A"))
    assert imports.tables().supplier_items["supplier"].tolist() == ["Own", "First", "Second"]
