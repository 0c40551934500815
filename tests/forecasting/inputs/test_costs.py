"""The cost model: four parts of a stock-out, per item, each under its own name."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.dataset.tables import COST_COLUMNS
from forecasting.inputs import costs
from forecasting.inputs.assumptions import Assumptions

NAMES = {"unit_cost": 6.0, "unit_price": 10.0}


def build(*settings, allowed=True, products=None):
    assumptions = Assumptions()
    given = dict.fromkeys(COST_COLUMNS, np.nan) | (products or {})
    built = costs.build(
        {name: np.array([value]) for name, value in given.items()},
        np.array([NAMES["unit_cost"]]),
        np.array([NAMES["unit_price"]]),
        np.array([allowed]),
        np.zeros(1),
        load(None, settings),
        assumptions,
    )
    return built, assumptions


def test_holding_is_a_share_of_unit_cost_a_year_and_storage():
    built, _ = build("holding_rate=0.365", "storage_cost=0.01")
    assert built.holding_per_unit_day[0] == pytest.approx(6 * 0.001 + 0.01)


def test_lost_business_is_the_margin_of_those_who_cancel():
    assert build("cancel_share=0.25")[0].lost_business_per_unit[0] == pytest.approx(1.0)
    assert build("cancel_share=0.25", "lost_margin=8")[0].lost_business_per_unit[0] == pytest.approx(2.0)


def test_where_backorders_are_refused_all_business_is_lost_but_for_those_who_take_an_alternative():
    assert build(allowed=False)[0].lost_business_per_unit[0] == pytest.approx(4.0)
    built, _ = build("alternative_share=0.5", allowed=False)
    assert built.lost_business_per_unit[0] == pytest.approx(2.0)


def test_goodwill_admin_and_word_of_mouth():
    built, _ = build(
        "goodwill_per_unit=0.5",
        "goodwill_share_of_price=0.1",
        "late_cost_per_unit_day=0.02",
        "late_share_of_price_per_day=0.001",
        "admin_minutes_per_line=6",
        "admin_hourly_cost=30",
        "churn_per_line=0.01",
        "customer_lifetime_margin=500",
    )
    assert built.goodwill_per_unit[0] == pytest.approx(1.5)
    assert built.goodwill_per_late_unit_day[0] == pytest.approx(0.03)
    assert built.admin_per_line[0] == pytest.approx(3.0)
    assert built.word_of_mouth_per_line[0] == pytest.approx(5.0)
    assert built.shortage_per_unit(np.array([4.0]))[0] == pytest.approx(
        built.lost_business_per_unit[0] + 1.5 + 8.0 / 4
    )


def test_what_is_set_directly_overrides_its_parts():
    built, _ = build(
        "shortage_per_unit=7",
        "shortage_per_line=3",
        "backlog_per_unit_day=0.4",
        "holding_per_unit_day=0.2",
    )
    assert built.holding_per_unit_day[0] == 0.2
    assert built.shortage_per_unit(np.array([1.0]))[0] == 10.0
    assert built.waiting_per_unit_day[0] == 0.4
    assert built.lost_business_per_unit[0] == built.word_of_mouth_per_line[0] == 0.0


def test_a_product_overrides_a_setting_and_is_no_assumption():
    built, assumptions = build("holding_rate=0.5", products={"holding_rate": 0.73})
    assert built.holding_per_unit_day[0] == pytest.approx(6 * 0.73 / 365)
    said = set(assumptions.frame()["setting"])
    assert "holding_rate" not in said
    assert {"lost_margin", "cancel_share", "admin_minutes_per_line"} <= said


def test_a_direct_shortage_of_a_refused_item_is_lost_business():
    built, _ = build("shortage_per_unit=7", allowed=False)
    assert built.lost_business_per_unit[0] == 7.0
    assert built.goodwill_per_unit[0] == 0.0
