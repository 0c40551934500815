"""Tryton's records become ours also where a module is not activated; slow tests read the real one."""

from __future__ import annotations

import pytest

from forecasting.connectors.sources.port import SourceUnavailable
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
