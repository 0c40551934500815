"""What a supplier asks for in its own units and money becomes ours, and goes back into its own on
the order.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from forecasting.config import load
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from tests.support.supply import AS_OF, company, planned, row

NORTH = {"supplier": "north", "lead_time_days": 10, "currency": "USD"}
RATES = [
    {"currency": "USD", "rate": 0.8, "from": "2026-01-01"},
    {"currency": "USD", "rate": 0.9, "from": "2026-06-30"},
    {"currency": "USD", "rate": 2.0, "from": "2026-07-01"},
]
CARTON = {
    "supplier": "north",
    "sku": "axe",
    "unit_cost": 100,
    "purchase_unit": "carton",
    "units_per_purchase_unit": 12,
    "supplier_sku": "N-77",
}


def terms(known, as_of=AS_OF):
    return catalogue(known, load(None), as_of, Assumptions()).terms


def test_a_unit_costs_its_part_of_the_purchase_unit_at_the_rate_of_the_day_landed(tmp_path):
    north = NORTH | {"landed_cost_share": 0.1, "landed_cost_per_unit": 0.25}
    known = company(tmp_path, suppliers=[north], currencies=RATES, supplier_items=[CARTON])
    assert terms(known).unit_cost == pytest.approx([100 * 0.9 / 12 * 1.1 + 0.25])
    assert terms(known, AS_OF - 1).unit_cost == pytest.approx([100 * 0.8 / 12 * 1.1 + 0.25])


def test_before_the_first_rate_the_first_one_holds(tmp_path):
    known = company(tmp_path, suppliers=[NORTH], currencies=RATES[1:], supplier_items=[CARTON])
    assert terms(known, AS_OF - 30).unit_cost == pytest.approx([100 * 0.9 / 12])


def test_landed_costs_come_on_top_of_what_products_say_a_unit_costs(tmp_path):
    north = {"supplier": "north", "landed_cost_share": 0.2, "landed_cost_per_unit": 1}
    assert terms(company(tmp_path, suppliers=[north])).unit_cost == pytest.approx([5 * 1.2 + 1])


def test_packs_minimum_and_maximum_are_so_many_purchase_units(tmp_path):
    offer = CARTON | {"pack_size": 2, "min_order_quantity": 3, "max_order_quantity": 40}
    known = company(tmp_path, supplier_items=[offer])
    found = terms(known)
    assert (found.pack_size[0], found.smallest[0], found.max_order_quantity[0]) == (24, 48, 480)
    recommended = row(known)
    assert recommended.quantity % 24 == 0 and recommended.quantity >= 48
    assert recommended.packs == recommended.quantity / 24


def test_without_a_pack_whole_purchase_units_are_ordered(tmp_path):
    known = company(tmp_path, supplier_items=[CARTON])
    assert terms(known).pack_size[0] == 12
    assert row(known).quantity % 12 == 0 and row(known).quantity > 0


def test_what_an_offer_leaves_open_is_as_products_say_of_the_usual_supplier(tmp_path):
    products = [{"sku": "axe", "supplier": "north", "unit_cost": 5, "pack_size": 7, "lead_time_days": 3}]
    offer = {"supplier": "north", "sku": "axe", "supplier_sku": "N-77"}
    known = company(tmp_path, products=products, supplier_items=[offer])
    assert (terms(known).unit_cost[0], terms(known).pack_size[0]) == (5, 7)
    assert row(known).lead_time_days == 3


def test_price_breaks_are_in_purchase_units_and_the_suppliers_money_too(tmp_path):
    breaks = [{"supplier": "north", "sku": "axe", "min_quantity": 10, "unit_cost": 80}]
    known = company(
        tmp_path, suppliers=[NORTH], currencies=RATES, supplier_items=[CARTON], price_breaks=breaks
    )
    found = terms(known).breaks
    assert found.quantity.tolist() == [[120.0]]
    assert found.unit_cost[0] == pytest.approx([80 * 0.9 / 12])


def test_a_suppliers_minimum_is_of_its_own_prices_in_its_own_money(tmp_path):
    north = NORTH | {"min_order_value": 1000, "landed_cost_share": 0.5}
    known = company(tmp_path, suppliers=[north], currencies=RATES, supplier_items=[CARTON])
    found = catalogue(known, load(None), AS_OF, Assumptions()).suppliers.terms
    # Goods of 1,000 dollars cost 900 of ours, and half of that on top.
    assert found.min_order_value == pytest.approx([1000 * 0.9 * 1.5])


def test_the_usual_supplier_is_the_one_of_lowest_rank_where_products_name_none(tmp_path):
    products = [{"sku": "axe", "unit_cost": 5, "unit_price": 12}]
    offers = [
        {"supplier": "south", "sku": "axe", "unit_cost": 4, "rank": 2},
        {"supplier": "north", "sku": "axe", "unit_cost": 6, "rank": 1},
    ]
    known = company(tmp_path, products=products, supplier_items=offers)
    # At a gain of all that it costs nobody is changed.
    found = row(known, "supplier_gain=1")
    assert (found.supplier, found.unit_cost) == ("north", 6)


def test_an_offer_that_has_run_out_gives_way_to_one_that_holds(tmp_path):
    offers = [
        {"supplier": "north", "sku": "axe", "unit_cost": 4, "until": "2026-06-29"},
        {"supplier": "south", "sku": "axe", "unit_cost": 6, "from": "2026-06-30"},
    ]
    known = company(tmp_path, supplier_items=offers)
    assert (row(known).supplier, row(known).unit_cost, row(known).lead_time_days) == ("south", 6, 5)


def test_the_plan_keeps_how_the_supplier_counts_and_prices_for_the_order(tmp_path):
    breaks = [{"supplier": "north", "sku": "axe", "min_quantity": 10, "unit_cost": 80}]
    known = company(
        tmp_path, suppliers=[NORTH], currencies=RATES, supplier_items=[CARTON], price_breaks=breaks
    )
    (told,) = planned(known).tables["order_terms"].itertuples(index=False)
    assert (told.supplier, told.supplier_sku, told.purchase_unit, told.currency) == (
        "north",
        "N-77",
        "carton",
        "USD",
    )
    assert (told.units_per_purchase_unit, told.price) == (12, 100)
    assert (told.break_quantity, told.break_price) == ("10", "80")


def test_a_company_without_these_facts_has_no_such_table(tmp_path):
    assert "order_terms" not in planned(company(tmp_path)).tables


def test_a_price_that_is_not_told_in_the_suppliers_money_is_what_a_unit_costs_us_in_it(tmp_path):
    north = NORTH | {"landed_cost_share": 0.5}
    known = company(tmp_path, suppliers=[north], currencies=RATES)
    (told,) = planned(known).tables["order_terms"].itertuples(index=False)
    # 5 of ours a unit; what comes on top of it is paid to others.
    assert Decimal(str(told.price)) == Decimal("5.5556")
