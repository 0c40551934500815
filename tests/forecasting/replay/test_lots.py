"""A replay with lots: goods expire, are counted as waste and charged, and no decision counts on them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from tests.support.builders import order, records

FIRST, DAYS = date(2026, 1, 1), 90
CONFIG = load(None, ("model=negative_binomial", "warmup=none", "salvage_share=0"))


def company(folder, *, lots=True, shelf=14, on_hand=100):
    """Two a day, of 100 on the shelf on the eve, of which 60 can be sold until the tenth day."""
    days = [FIRST + timedelta(days=back) for back in range(-200, DAYS)]
    eve = str(FIRST - timedelta(days=1))
    stock = {"as_of": eve, "sku": "A", "on_hand": on_hand}
    given = {
        "orders": [order("A", str(day), 2, line=1) for day in days],
        "products": [
            {"sku": "A", "supplier": "N", "unit_cost": 4, "unit_price": 9, "shelf_life_days": shelf}
        ],
        "suppliers": [{"supplier": "N", "lead_time_days": 2, "review_days": 7}],
        "stock": [stock],
    }
    if lots:
        last = str(FIRST + timedelta(days=9))
        given["lots"] = [
            {**stock, "on_hand": 60, "expires_on": last},
            {**stock, "on_hand": on_hand - 60, "expires_on": "2026-12-31"},
        ]
    return records(folder, **given)


def replayed(made, *policies):
    first = day_number(str(FIRST))
    request = ReplayRequest(first, first + DAYS - 1, policies, policies[0])
    return replay(made, CONFIG, request).tables


def test_what_expires_unsold_is_counted_and_charged(tmp_path):
    row = replayed(company(tmp_path), "no_orders")["summary"].iloc[0]
    # Twenty of the sixty are sold in their ten days.
    assert row["wasted_units"] == 40
    assert row["cost_waste"] == pytest.approx(40 * 4)
    # The rest is sold until it is used up: 20 days of demand.
    assert row["lines"] == 90 and row["backordered_lines"] == 90 - 10 - 20


def test_a_decision_does_not_count_on_what_will_expire_before_it_can_be_used(tmp_path):
    known = replayed(company(tmp_path / "known"), "cost_optimal")["summary"].iloc[0]
    ignored = replayed(company(tmp_path / "ignored", lots=False), "cost_optimal")["summary"].iloc[0]
    assert known["line_fill_rate"] > 0.95
    # It buys again what it throws away.
    assert known["purchased_units"] >= ignored["purchased_units"] + 20


def test_orders_of_goods_that_keep_for_days_are_small_and_little_is_thrown_away(tmp_path):
    tables = replayed(company(tmp_path, shelf=8, on_hand=60), "cost_optimal")
    row = tables["summary"].iloc[0]
    assert row["purchased_units"] > 60
    assert row["wasted_units"] - 40 < 0.15 * row["purchased_units"]


def test_without_lots_nothing_expires_and_no_column_says_so(tmp_path):
    tables = replayed(company(tmp_path, lots=False), "no_orders")
    assert all("wasted_units" not in tables[name] for name in ("summary", "periods", "items"))
    assert tables["summary"].iloc[0]["cost_waste"] == 0
