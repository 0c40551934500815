"""Items with planted causes: the cause named is the planted one, and more stock avoids what was said."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.adapters.stages import silent
from forecasting.config import load, with_settings
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.some_items import only
from forecasting.persistent_backorders.causes import causes, short_units
from forecasting.persistent_backorders.explain import backorders, explain, with_reasons
from forecasting.persistent_backorders.more_stock import Recorded, more_stock
from forecasting.persistent_backorders.past import past_of
from forecasting.planning.persistent import evidence
from forecasting.planning.plan import plan
from forecasting.store.conform import conform
from tests.support.planted_causes import planted

QUICK = {"model": "negative_binomial", "persistent_days": 364}


@pytest.fixture(scope="module")
def company():
    return planted(1)


def evidence_of(company, config):
    records = company.records
    known = catalogue(records, config, records.last_known_day, Assumptions())
    return evidence(records, known, config, records.last_known_day)


def recorded(company, config, items) -> Recorded:
    records = company.records
    return Recorded.of(evidence_of(company, config), items, records.last_known_day - records.first_day + 1)


def items_of(company, *wanted: str) -> np.ndarray:
    return np.array(sorted(item for item, cause in company.cause.items() if not wanted or cause in wanted))


def test_the_replay_of_what_was_bought_is_short_by_what_really_was(company):
    items = items_of(company, "bought_less", "forecast_low", "supplier_short")
    past = past_of(company.records, with_settings(load(), QUICK), company.records.last_known_day, items)
    replayed = short_units(past.as_bought().flows)[past.place(items)]
    assert replayed == pytest.approx([company.short_units(item) for item in items], rel=0.05)


def test_late_and_short_deliveries_are_told_apart(company):
    config = with_settings(load(), QUICK)
    items = items_of(company, "lead_time_late", "supplier_short")
    past = past_of(company.records, config, company.records.last_known_day, items)
    found = causes(past, items, evidence_of(company, config).units[items], silent)
    assert found.cause.tolist() == [company.cause[item] for item in items]
    assert np.all(found.removes > 0.9)


def test_what_the_records_do_not_show_is_not_told(company):
    config = with_settings(load(), QUICK)
    items = items_of(company, "supplier_short")
    past = past_of(company.records, config, company.records.last_known_day, items)
    found = causes(past, items, np.array([1e6, 1e6]), silent)
    assert found.cause.tolist() == ["not_told", "not_told"]


def test_more_stock_avoids_what_was_said_when_the_company_lives_through_it_again(company):
    config = with_settings(load(), QUICK)
    items = items_of(company, "bought_less", "forecast_low", "supplier_short", "lead_time_late")
    past = past_of(company.records, config, company.records.last_known_day, items)
    advice = more_stock(past, items, recorded(company, config, items))
    assert np.all(advice.units > 0) and np.all(advice.avoids > advice.costs)

    more = np.zeros(len(company.records.items))
    more[items] = advice.units
    again = planted(1, more)
    said = advice.avoids_units * past.days / 365
    avoided = np.array([company.short_units(item) - again.short_units(item) for item in items])
    assert np.all(avoided >= 0.7 * said)


def test_more_stock_is_never_said_to_avoid_more_than_the_records_say_there_was(company):
    config = with_settings(load(), QUICK)
    items = items_of(company, "bought_less", "supplier_short")
    past = past_of(company.records, config, company.records.last_known_day, items)
    seen = recorded(company, config, items)
    full, least = more_stock(past, items, seen), Recorded(seen.units / 4, seen.money / 4)
    told = more_stock(past, items, least)
    for advice, there in ((full, seen), (told, least)):
        assert np.all(advice.avoids_units <= there.units + 1e-9)
        assert np.all(advice.avoids <= there.money + 1e-9)
    assert told.avoids.max() > 0 and np.all(told.avoids < full.avoids / 3)


def test_records_of_some_items_are_those_of_a_company_without_the_others(company):
    items = np.array([3, 7])
    known = only(company.records, items)
    assert known.items.sku.tolist() == company.records.items.sku[items].tolist()
    for number, item in enumerate(items):
        own = company.records.orders.item == item
        assert np.array_equal(
            known.orders.quantity[known.orders.item == number], company.records.orders.quantity[own]
        )
    names = known.supplier_names[known.supplier]
    assert names.tolist() == company.records.supplier_names[company.records.supplier[items]].tolist()
    assert known.purchases.supplier.max() < len(known.supplier_names)


@pytest.mark.slow
def test_the_cause_named_is_the_planted_one_for_8_of_10_and_more_stock_avoids_70_per_cent():
    company = planted(1)
    config = with_settings(load(), {"model": "theta"})
    items = items_of(company)
    past = past_of(company.records, config, company.records.last_known_day, items)
    found = causes(past, items, evidence_of(company, config).units[items], silent)
    named = sum(cause == company.cause[item] for item, cause in zip(items, found.cause, strict=True))
    assert len(items) == 10 and named >= 8, found.cause.tolist()

    advice = more_stock(past, items, recorded(company, config, items))
    more = np.zeros(len(company.records.items))
    more[items] = advice.units
    again = planted(1, more)
    said = advice.avoids_units.sum() * past.days / 365
    assert sum(company.short_units(item) - again.short_units(item) for item in items) >= 0.7 * said


@pytest.mark.slow
def test_a_budget_that_holds_orders_back_is_named():
    company = planted(2)
    items = items_of(company, "bought_less")
    config = with_settings(load(), {"model": "theta", "budget": 300.0})
    past = past_of(company.records, config, company.records.last_known_day, items)
    found = causes(past, items, evidence_of(company, config).units[items], silent)
    assert "minimum_or_budget" in found.cause.tolist()


def test_a_plan_may_name_the_causes_beside_its_reasons(company):
    # Few days and a quick model: what is tested is where the words go.
    config = with_settings(load(), {**QUICK, "persistent_times": 2})
    records, as_of = company.records, company.records.last_known_day
    planned = plan(records, config, as_of)
    found = evidence_of(company, config)
    short = [
        item for item in found.dearest if company.cause.get(int(item)) in {"lead_time_late", "supplier_short"}
    ]
    explained = explain(records, config, as_of, only_these(found, short), 2)
    told = with_reasons(planned.tables["recommendations"], explained)
    first = told["reason"].to_numpy()[explained.item[0]]
    assert "Why: " in first and f"({explained.cause[0]}" in first
    assert "To have " in first and "a year and avoids" in first
    others = np.setdiff1d(np.arange(len(told)), explained.item)
    assert told["reason"].iloc[others].equals(planned.tables["recommendations"]["reason"].iloc[others])


def only_these(found, items):
    from dataclasses import replace

    return replace(found, persistent=np.isin(np.arange(len(found.times)), items))


def test_the_command_without_items_to_replay_lists_what_there_is_to_see(company):
    config = with_settings(load(), QUICK)
    result = backorders(company.records, config, company.records.last_known_day, 0)
    table = result.tables["persistent_backorders"]
    conform("persistent_backorders", table)
    assert len(table) == result.run["counts"]["persistent"] > 0
    assert table["cause"].isna().all() and table["money"].is_monotonic_decreasing
