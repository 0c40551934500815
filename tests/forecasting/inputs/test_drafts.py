"""Drafts and requests count as on order by a setting; a confirmed day comes before a promised one."""

from __future__ import annotations

import pytest

from forecasting.config import load
from forecasting.domain import day_text
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import recommended_by
from tests.support.builders import order
from tests.support.supply import AS_OF, company, planned, row


def purchase(status: str, **more):
    return {
        "purchase_order": status,
        "sku": "axe",
        "quantity": 30,
        "ordered_at": day_text(AS_OF - 2),
        "expected_at": day_text(AS_OF + 5),
        "status": status,
        **more,
    }


@pytest.mark.parametrize(("counted", "units"), [("none", 30), ("requested", 60), ("all", 90)])
def test_what_is_on_order_follows_the_setting(tmp_path, counted, units):
    purchases = [purchase(status) for status in ("draft", "requested", "open", "cancelled")]
    known = company(tmp_path, purchase_orders=purchases)
    assert row(known, f"count_drafts={counted}").on_order == units


def test_a_run_says_how_many_items_drafts_count_for(tmp_path):
    known = company(tmp_path, purchase_orders=[purchase("draft")])
    said = planned(known, "count_drafts=all").tables["assumptions"].set_index("setting")
    assert said.loc["count_drafts", "items"] == 1
    assert "count_drafts" not in planned(known).tables["assumptions"]["setting"].tolist()


def test_promises_count_them_as_plans_do(tmp_path):
    orders = [order("axe", day_text(AS_OF - back), 4) for back in range(200)]
    orders.append(order("axe", day_text(AS_OF), 20, order="W", status="open"))
    known = company(tmp_path, orders=orders, purchase_orders=[purchase("requested")])
    config = load(None, ("model=negative_binomial", "count_drafts=requested"))
    recommended = recommended_by(planned(known).tables["recommendations"], AS_OF)
    found = promise(known, config, Request(AS_OF), recommended).tables["promises"]
    assert "purchase" in found["allocated_from"].tolist()


def test_a_confirmed_day_is_when_goods_are_expected(tmp_path):
    known = company(tmp_path, purchase_orders=[purchase("open", confirmed_at=day_text(AS_OF + 12))])
    assert row(known).next_receipt == day_text(AS_OF + 12)
