"""Tryton's records become ours also where a module is not activated; slow tests read the real one."""

from __future__ import annotations

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
