"""Which supplier an item is bought from, in money; and two at once, where speed is worth its price."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.domain import day_text
from forecasting.inputs.some_items import only
from tests.support.builders import order
from tests.support.supply import AS_OF, company, planned, row

SUPPLIERS = [
    {"supplier": "north", "lead_time_days": 10},
    {"supplier": "south", "lead_time_days": 10},
    {"supplier": "far", "lead_time_days": 60, "lead_time_sd_days": 5},
]


def offers(**costs: float):
    return [{"supplier": name, "sku": "axe", "unit_cost": cost} for name, cost in costs.items()]


def test_the_cheaper_of_two_that_are_as_fast_is_chosen_and_says_what_it_saves(tmp_path):
    known = company(tmp_path, suppliers=SUPPLIERS, supplier_items=offers(north=5, south=4))
    found = row(known)
    assert (found.supplier, found.unit_cost) == ("south", 4)
    # 4 a day for a year, at 1 less each.
    assert "not from north as usual: that saves 1,4" in found.reason and "goods +1,46" in found.reason


def test_the_usual_one_stays_where_the_gain_is_under_the_margin(tmp_path):
    known = company(tmp_path, suppliers=SUPPLIERS, supplier_items=offers(north=5, south=4.95))
    assert row(known).supplier == "north"
    assert "less than the 2% for which a supplier is changed" in row(known).reason
    assert row(known, "supplier_gain=0.005").supplier == "south"


def test_it_says_why_not_the_other_in_money(tmp_path):
    known = company(tmp_path, suppliers=SUPPLIERS, supplier_items=offers(north=5, south=6))
    assert row(known).supplier == "north"
    assert "south would cost 1,4" in row(known).reason


def test_a_long_lead_time_has_its_price(tmp_path):
    near = company(tmp_path / "near", suppliers=SUPPLIERS, supplier_items=offers(north=5, far=4.99))
    dear = company(tmp_path / "dear", suppliers=SUPPLIERS, supplier_items=offers(north=5, far=4))
    tables = planned(near, "supplier_gain=0").tables["suppliers_compared"]
    north, far = (tables[tables["supplier"] == name].iloc[0] for name in ("north", "far"))
    assert far["handling_a_year"] > north["handling_a_year"] and far["goods_a_year"] < north["goods_a_year"]
    assert row(near, "supplier_gain=0").supplier == "north"
    assert row(dear).supplier == "far"


def test_a_minimum_that_lasts_for_years_is_weighed(tmp_path):
    given = offers(north=5, south=4.5)
    given[1]["min_order_quantity"] = 5_000
    assert row(company(tmp_path, suppliers=SUPPLIERS, supplier_items=given)).supplier == "north"


def test_an_offer_counts_only_while_it_holds(tmp_path):
    given = offers(north=5, south=3)
    given[1]["until"] = day_text(AS_OF - 1)
    assert row(company(tmp_path / "past", suppliers=SUPPLIERS, supplier_items=given)).supplier == "north"
    given[1] |= {"until": "", "from": day_text(AS_OF + 1)}
    assert row(company(tmp_path / "later", suppliers=SUPPLIERS, supplier_items=given)).supplier == "north"


def test_orders_to_the_chosen_one_are_under_its_terms(tmp_path):
    suppliers = [SUPPLIERS[0], SUPPLIERS[1] | {"min_order_value": 900}]
    known = company(tmp_path, suppliers=suppliers, supplier_items=offers(north=5, south=3))
    found = planned(known).tables["supplier_orders"].set_index("supplier")
    assert found.loc["north", "lines"] == 0
    assert found.loc["south", "lines"] == 0 or found.loc["south", "value"] >= 900


def test_a_rule_that_weighs_no_costs_buys_where_the_company_does(tmp_path):
    known = company(tmp_path, suppliers=SUPPLIERS, supplier_items=offers(north=5, south=3))
    assert row(known, "policy=min_max").supplier == "north"
    assert "suppliers_compared" not in planned(known, "policy=min_max").tables


def short(folder, **more):
    """What is there lasts a week; the cheap supplier takes two months, and nothing is on its way."""
    stock = [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": 60}]
    return company(folder, suppliers=SUPPLIERS, supplier_items=offers(far=4, north=6), stock=stock, **more)


def test_what_is_short_before_the_slow_one_can_come_is_bought_from_the_fast_one(tmp_path):
    tables = planned(short(tmp_path)).tables
    (found,) = tables["recommendations"].itertuples(index=False)
    (beside,) = tables["second_orders"].itertuples(index=False)
    assert (found.supplier, beside.supplier) == ("far", "north")
    assert found.quantity > 0
    # A review's demand beyond what is there, not that of two months: the fast one can be asked again.
    assert 0 < beside.quantity < 4 * 30
    assert beside.arrives_on == "2026-07-11" and beside.premium == pytest.approx(2 * beside.quantity)
    orders = tables["supplier_orders"].set_index("supplier")
    assert orders.loc["north", "value"] == beside.value and orders.loc["north", "lines"] == 1
    assert orders.loc["far", "value"] == found.value
    assert beside.saved > 0 and "more come from north, which is dearer and faster" in found.reason


def test_nothing_is_asked_of_the_fast_one_where_stock_lasts(tmp_path):
    stock = [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": 500}]
    known = company(tmp_path, suppliers=SUPPLIERS, supplier_items=offers(far=4, north=6), stock=stock)
    assert planned(known).tables["second_orders"].empty


def test_nothing_is_asked_of_one_whose_speed_costs_more_than_a_stock_out(tmp_path):
    stock = [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": 60}]
    known = company(tmp_path, suppliers=SUPPLIERS, supplier_items=offers(far=4, north=40), stock=stock)
    assert planned(known).tables["second_orders"].empty


def test_the_slow_ones_level_is_lower_where_a_fast_one_stands_by(tmp_path):
    alone = company(tmp_path / "alone", suppliers=SUPPLIERS, supplier_items=offers(far=4))
    both = company(tmp_path / "both", suppliers=SUPPLIERS, supplier_items=offers(far=4, north=4.5))
    levels = [row(known).order_up_to for known in (alone, both)]
    assert levels[1] < levels[0]


def test_a_fast_order_that_does_not_pay_for_its_costs_waits(tmp_path):
    suppliers = [SUPPLIERS[0] | {"order_cost": 5_000}, *SUPPLIERS[1:]]
    stock = [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": 60}]
    known = company(tmp_path, suppliers=suppliers, supplier_items=offers(far=4, north=6), stock=stock)
    assert planned(known).tables["second_orders"].empty


def test_both_orders_keep_their_suppliers_units(tmp_path):
    given = offers(far=48, north=60)
    given[0] |= {"units_per_purchase_unit": 12, "purchase_unit": "carton"}
    given[1] |= {"units_per_purchase_unit": 10, "purchase_unit": "box"}
    stock = [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": 60}]
    tables = planned(company(tmp_path, suppliers=SUPPLIERS, supplier_items=given, stock=stock)).tables
    assert tables["recommendations"]["quantity"][0] % 12 == 0
    assert tables["second_orders"]["quantity"][0] % 10 == 0
    assert set(tables["order_terms"]["purchase_unit"]) == {"carton", "box"}
    assert np.all(tables["second_orders"]["packs"] == tables["second_orders"]["quantity"] / 10)


def test_an_open_order_of_another_supplier_is_expected_by_its_own_lead_time(tmp_path):
    purchases = [
        {
            "purchase_order": "P1",
            "sku": "axe",
            "quantity": 100,
            "supplier": "far",
            "ordered_at": day_text(AS_OF - 30),
            "status": "open",
        }
    ]
    known = company(
        tmp_path, suppliers=SUPPLIERS, supplier_items=offers(north=5, far=5.5), purchase_orders=purchases
    )
    found = row(known)
    # North takes ten days: one of its orders would be overdue for long. Far takes sixty.
    assert found.supplier == "north" and "overdue" not in found.flags
    assert found.next_receipt == day_text(AS_OF + 31)


def test_deliveries_of_another_supplier_teach_nothing_of_this_one(tmp_path):
    purchases = [
        {
            "purchase_order": f"P{number}",
            "sku": "axe",
            "quantity": 50,
            "supplier": "far",
            "ordered_at": day_text(AS_OF - 150 + 10 * number),
            "received_at": day_text(AS_OF - 150 + 10 * number + 61),
        }
        for number in range(8)
    ]
    known = company(
        tmp_path, suppliers=SUPPLIERS, supplier_items=offers(north=5, far=5.5), purchase_orders=purchases
    )
    assert (row(known).supplier, row(known).lead_time_days) == ("north", 10)


def test_the_records_of_some_items_keep_their_suppliers_offers_and_closings(tmp_path):
    products = [
        {"sku": "axe", "supplier": "north", "unit_cost": 5, "unit_price": 12},
        {"sku": "saw", "supplier": "south", "unit_cost": 7, "unit_price": 15},
    ]
    orders = [order(sku, day_text(AS_OF - back), 4) for sku in ("axe", "saw") for back in range(200)]
    given = [*offers(north=5, south=6), {"supplier": "far", "sku": "saw", "unit_cost": 4}]
    closed = [{"from": "2026-07-13", "until": "2026-08-02", "supplier": "far"}]
    known = company(
        tmp_path,
        orders=orders,
        products=products,
        suppliers=SUPPLIERS,
        supplier_items=given,
        closures=closed,
        currencies=[{"currency": "USD", "rate": 0.9}],
    )
    whole = planned(known).tables["recommendations"]
    for item in range(2):
        alone = planned(only(known, np.array([item]))).tables["recommendations"]
        columns = ["sku", "supplier", "unit_cost", "arrives_on", "lead_time_days", "protection_days"]
        assert alone[columns].iloc[0].tolist() == whole[columns].iloc[item].tolist()
