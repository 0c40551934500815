"""Which items run short again and again: counted by hand, and told in the plan."""

from __future__ import annotations

import pytest

from forecasting.config import load, with_settings
from forecasting.domain import day_number, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.planning.persistent import evidence
from forecasting.planning.plan import plan
from forecasting.store.conform import conform
from tests.support.builders import order, records

AS_OF = day_number("2026-03-29")
SETTINGS = {"persistent_days": 100, "model": "negative_binomial"}


def line(sku: str, back: int, waits: int, **more):
    """A line ordered so many days before the plan; it ships ``waits`` days later."""
    on = day_text(AS_OF - back)
    done = {"status": "shipped", "shipped_at": day_text(AS_OF - back + waits)}
    return order(sku, on, more.pop("quantity", 2), **{**done, **more})


def steady(sku: str):
    """A line every other day that ships at once."""
    return [line(sku, back, 0, quantity=1, customer="x", order=f"{sku}{back}") for back in range(1, 200, 2)]


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    short = [
        # Twice, eight days apart: two shortages. The first waits for five days, and overlaps with another.
        line("often", 80, 5, customer="a"),
        line("often", 78, 4, customer="b"),
        line("often", 60, 2, customer="a"),
        line("often", 40, 3, customer="c", quantity=6),
        line("often", 20, 1, customer="a"),
        # Within a week of each other: one shortage.
        line("once", 30, 3),
        line("once", 25, 3),
        # Before the days that are looked at.
        *(line("earlier", back, 4) for back in (180, 160, 140, 120)),
        # Turned away, not waiting.
        *(line("refused", back, 0, status="refused", shipped_at="") for back in (90, 70, 50, 30)),
    ]
    skus = ("often", "once", "earlier", "refused", "empty")
    usual = [each for sku in skus for each in steady(sku)]
    stock = [{"as_of": day_text(AS_OF - back), "sku": "empty", "on_hand": 0} for back in (60, 57, 30)]
    stock += [{"as_of": day_text(AS_OF), "sku": sku, "on_hand": 5} for sku in skus]
    return records(tmp_path_factory.mktemp("persistent"), orders=[*usual, *short], stock=stock)


@pytest.fixture(scope="module")
def found(known):
    config = with_settings(load(), SETTINGS)
    return evidence(known, catalogue(known, config, AS_OF, Assumptions()), config, AS_OF)


def item(known, sku: str) -> int:
    return list(known.items.sku).index(sku)


def test_times_days_lines_units_and_customers_are_counted(known, found):
    at = item(known, "often")
    assert found.times[at] == 4
    assert found.share_of_days[at] == pytest.approx((6 + 2 + 3 + 1) / 100)
    assert (found.lines[at], found.units[at], found.customers[at]) == (5, 14, 3)
    assert found.persistent[at]


def test_shortages_a_week_apart_are_one(known, found):
    at = item(known, "once")
    assert found.times[at] == 1
    assert found.share_of_days[at] == pytest.approx(6 / 100)
    assert not found.persistent[at]


def test_what_was_short_before_is_not_looked_at(known, found):
    assert found.times[item(known, "earlier")] == 0


def test_a_refused_line_is_a_shortage_of_a_day(known, found):
    at = item(known, "refused")
    assert (found.times[at], found.lines[at]) == (4, 4)
    assert found.share_of_days[at] == pytest.approx(4 / 100)


def test_an_empty_count_holds_until_the_next_one_and_for_a_week_at_most(known, found):
    at = item(known, "empty")
    assert found.times[at] == 0
    assert found.share_of_days[at] == pytest.approx((3 + 7 + 7) / 100)


def test_money_is_what_the_settings_say_of_short_lines(known, found):
    at = item(known, "often")
    costs = catalogue(known, with_settings(load(), SETTINGS), AS_OF, Assumptions()).costs
    per_unit = costs.lost_business_per_unit[at] + costs.goodwill_per_unit[at]
    per_line = costs.admin_per_line[at] + costs.word_of_mouth_per_line[at]
    unit_days = 2 * (5 + 4 + 2 + 1) + 6 * 3
    expected = 14 * per_unit + 5 * per_line + unit_days * costs.waiting_per_unit_day[at]
    assert found.money[at] == pytest.approx(expected)


def test_a_plan_flags_them_and_says_so_in_the_reason(known):
    result = plan(known, with_settings(load(), SETTINGS), AS_OF)
    table = result.tables["persistent_backorders"]
    conform("persistent_backorders", table)
    assert table["sku"].tolist() == ["often"]
    assert table["cause"].isna().all()
    rows = result.tables["recommendations"].set_index("sku")
    assert "persistent_backorder" in rows.loc["often", "flags"].split(";")
    assert "It ran short 4 times in the last 100 days, on 12 % of them" in rows.loc["often", "reason"]
    assert "persistent_backorder" not in rows.loc["once", "flags"]


def test_thresholds_are_settings(known):
    config = with_settings(load(), {**SETTINGS, "persistent_times": 5})
    assert not evidence(known, catalogue(known, config, AS_OF, Assumptions()), config, AS_OF).persistent.any()
