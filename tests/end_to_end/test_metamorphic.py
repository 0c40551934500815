"""What must hold between two plans, whatever the right quantities are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.config import load
from forecasting.dataset.read import read
from forecasting.domain import day_number
from forecasting.inputs.read_records import records_of
from forecasting.planning.plan import plan

AS_OF = day_number("2026-06-28")

ITEM_BY_ITEM = ("model=negative_binomial", "min_order_value=0", "freight_cost=0", "order_cost=0")
"""No supplier's terms, which weigh items against each other, and no model chosen by the costs."""


MONEY = """unit_cost next_unit_cost unit_price storage_cost lost_margin goodwill_per_unit
late_cost_per_unit_day admin_hourly_cost customer_lifetime_margin holding_per_unit_day
shortage_per_unit shortage_per_line backlog_per_unit_day""".split()
"""Columns of ``products`` that are amounts; the others are shares, units or minutes."""


@pytest.fixture(scope="module")
def company(sample):
    """The sample, its suppliers without terms of their own."""
    data = read(str(sample))
    free = ("min_order_value", "free_freight_value", "freight_cost", "order_cost", "max_volume")
    return replace(data, suppliers=data.suppliers.assign(**dict.fromkeys(free, np.nan)))


def planned(data, *settings):
    tables = plan(records_of(data), load(None, [*ITEM_BY_ITEM, *settings]), AS_OF).tables
    return tables["recommendations"].set_index(["location", "sku"])


@pytest.fixture(scope="module")
def as_it_is(company):
    return planned(company)


@pytest.mark.parametrize("units", [1, 10, 1000])
def test_more_stock_never_orders_more(company, as_it_is, units):
    fuller = replace(company, stock=company.stock.assign(on_hand=company.stock["on_hand"] + units))
    with_more = planned(fuller)
    assert (with_more["on_hand"] >= as_it_is["on_hand"]).all()
    assert (with_more["quantity"] <= as_it_is["quantity"]).all()
    assert with_more["quantity"].sum() < as_it_is["quantity"].sum()


@pytest.mark.parametrize(
    "setting", ["goodwill_per_unit=1", "goodwill_per_unit=20", "admin_minutes_per_line=60"]
)
def test_a_dearer_shortage_never_orders_less(company, as_it_is, setting):
    dearer = planned(company, setting)
    assert (dearer["quantity"] >= as_it_is["quantity"]).all()
    assert dearer["quantity"].sum() > as_it_is["quantity"].sum()


def test_dearer_stock_never_orders_more(company, as_it_is):
    dearer = planned(company, "storage_cost=0.05")
    assert (dearer["order_up_to"] <= as_it_is["order_up_to"]).all()
    assert dearer["order_up_to"].sum() < as_it_is["order_up_to"].sum()


def test_money_of_another_unit_changes_no_quantity(company, as_it_is):
    prices = {name: company.products[name] * 100 for name in MONEY}
    cents = replace(
        company,
        products=company.products.assign(**prices),
        price_breaks=company.price_breaks.assign(unit_cost=company.price_breaks["unit_cost"] * 100),
        purchase_orders=company.purchase_orders.assign(unit_cost=company.purchase_orders["unit_cost"] * 100),
        orders=company.orders.assign(unit_price=company.orders["unit_price"] * 100),
        suppliers=company.suppliers.assign(line_cost=company.suppliers["line_cost"] * 100),
    )
    config = load()
    hourly, lifetime = config.admin_hourly_cost * 100, config.customer_lifetime_margin * 100
    in_cents = planned(cents, f"admin_hourly_cost={hourly}", f"customer_lifetime_margin={lifetime}")
    assert (in_cents["quantity"] == as_it_is["quantity"]).all()
    assert in_cents["expected_cost"].to_numpy() == pytest.approx(100 * as_it_is["expected_cost"], abs=0.02)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_shuffled_input_gives_the_same_plan(sample, seed):
    data = read(str(sample))
    tables = ["orders", "products", "suppliers", "stock", "purchase_orders", "events", "prices"]
    tables += ["alternatives", "price_breaks", "availability"]
    shuffled = replace(
        data,
        **{
            name: getattr(data, name).sample(frac=1, random_state=seed).reset_index(drop=True)
            for name in tables
        },
    )
    settings = load(None, ["model=negative_binomial"])
    one, two = (plan(records_of(each), settings, AS_OF).tables for each in (data, shuffled))
    for name in ("recommendations", "costs", "choices", "supplier_orders"):
        # Lines of one item and moment keep no order of their own: sums differ in their last bits at most.
        first, second = (tables[name].drop(columns="run") for tables in (one, two))
        numbers = first.select_dtypes("number").columns
        assert first.drop(columns=numbers).equals(second.drop(columns=numbers)), name
        np.testing.assert_allclose(first[numbers], second[numbers], atol=2e-4, err_msg=name)
        if name == "recommendations":
            assert (first["quantity"] == second["quantity"]).all()
