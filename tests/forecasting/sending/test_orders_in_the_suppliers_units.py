"""An order says the supplier's number, unit, price and currency, to the last digit."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from forecasting.domain.purchase_orders import from_payload
from forecasting.reviewing.deciding import approve
from forecasting.sending.freezing import NO_TERMS, Bound, ItemTerms, Terms, freeze
from tests.support.review import ANN, lines, opened, seen, write
from tests.support.supply import company, planned

NIGHT = datetime(2030, 7, 1, 2, 0)
ERP = Bound("erp", "exactly once")


@pytest.fixture
def store(tmp_path):
    known = company(
        tmp_path / "dataset",
        suppliers=[{"supplier": "north", "lead_time_days": 10, "currency": "USD", "landed_cost_share": 0.2}],
        currencies=[{"currency": "USD", "rate": 0.9}],
        supplier_items=[
            {
                "supplier": "north",
                "sku": "axe",
                "unit_cost": 10,
                "purchase_unit": "carton",
                "units_per_purchase_unit": 12,
                "supplier_sku": "N-77",
            }
        ],
        price_breaks=[{"supplier": "north", "sku": "axe", "min_quantity": 500, "unit_cost": 9}],
    )
    url = f"sqlite:///{tmp_path / 'app.db'}"
    write(url, planned(known, for_pages=True))
    return opened(url)


def frozen(store, terms: Terms = NO_TERMS):
    (waiting,) = lines(store, only="suggested")
    approve(store, ANN, seen(waiting))
    (order,) = freeze(store, ERP, NIGHT, terms).orders
    return order


def test_an_approved_line_is_ordered_in_cartons_at_the_price_of_a_carton(store):
    order = frozen(store)
    (line,) = order.lines
    assert (order.currency, line.supplier_sku, line.purchase_unit) == ("USD", "N-77", "carton")
    assert line.purchase_quantity == line.quantity / 12 == line.purchase_quantity.to_integral_value()
    # A unit is 0.8333.. dollars, a carton exactly 10.
    assert line.purchase_unit_cost == 10
    assert line.value == line.purchase_quantity * 10
    assert order.value == line.value


def test_what_the_targets_file_says_comes_after_what_the_dataset_says(store):
    said = Terms({("north", "axe"): ItemTerms("OTHER", "box", Decimal(6))}, {"north": "GBP"}, "EUR")
    order = frozen(store, said)
    assert (order.currency, order.lines[0].supplier_sku) == ("USD", "N-77")


def test_a_large_order_has_the_price_of_its_break():
    terms = ItemTerms("", "carton", Decimal(12), [(Decimal(0), Decimal(10)), (Decimal(500), Decimal(9))])
    assert [terms.price(Decimal(cartons)) for cartons in (1, 499, 500)] == [10, 10, 9]
    assert ItemTerms().price(Decimal(5)) is None


def test_an_order_reads_back_from_what_it_says(store):
    order = frozen(store)
    assert from_payload(order.payload) == order
