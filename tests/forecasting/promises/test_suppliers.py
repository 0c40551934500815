"""Promises go by the supplier that a plan orders from, and by the days on which its goods can come."""

from __future__ import annotations

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import recommended_by
from tests.support.builders import order
from tests.support.supply import AS_OF, company, planned

CONFIG = load(None, ("model=negative_binomial",))


def promised(folder, suppliers, **more):
    """The promise to a customer who waits for forty, of whom ten are there."""
    orders = [order("axe", day_text(AS_OF - back), 4) for back in range(200)]
    orders.append(order("axe", day_text(AS_OF), 40, order="W", status="open"))
    known = company(folder, orders=orders, suppliers=suppliers, **more)
    recommended = recommended_by(planned(known).tables["recommendations"], AS_OF)
    found = promise(known, CONFIG, Request(AS_OF), recommended).tables["promises"]
    return found[found["allocated_from"] == "recommendation"].iloc[0]


def test_the_day_is_that_of_the_supplier_that_is_chosen(tmp_path):
    suppliers = [{"supplier": "north", "lead_time_days": 4}, {"supplier": "south", "lead_time_days": 20}]
    offers = [
        {"supplier": "north", "sku": "axe", "unit_cost": 5},
        {"supplier": "south", "sku": "axe", "unit_cost": 3},
    ]
    usual = promised(tmp_path / "usual", suppliers)
    chosen = promised(tmp_path / "chosen", suppliers, supplier_items=offers)
    assert day_number(usual.eta_p90) == AS_OF + 5
    assert day_number(chosen.eta_p90) == AS_OF + 21


def test_the_day_lies_behind_a_closing_in_which_nothing_comes(tmp_path):
    suppliers = [{"supplier": "north", "lead_time_days": 4}]
    closed = {"from": day_text(AS_OF + 3), "until": day_text(AS_OF + 16), "supplier": "north"}
    found = promised(tmp_path, suppliers, closures=[closed])
    assert day_number(found.eta_p90) == AS_OF + 17
