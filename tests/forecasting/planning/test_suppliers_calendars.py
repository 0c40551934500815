"""Plans and replays by the days on which suppliers work and goods can arrive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text, weekday
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.planning.observing import observer
from forecasting.policies.registry import policy
from forecasting.replay.scenario import scenario
from forecasting.replay.simulate import simulate
from tests.support.supply import AS_OF, company, planned, row

NORTH = {"supplier": "north", "lead_time_days": 10}
CLOSED = {"from": "2026-07-13", "until": "2026-08-02", "supplier": "north"}


def test_an_order_before_a_three_week_closing_covers_it(tmp_path):
    plain = row(company(tmp_path / "plain", suppliers=[NORTH]))
    closing = row(company(tmp_path / "closing", suppliers=[NORTH], closures=[CLOSED]))
    # Today's order comes on July 11, that of next week only once the supplier is back: on August 3.
    assert plain.arrives_on == closing.arrives_on == "2026-07-11"
    assert plain.protection_days == 17
    assert closing.protection_days == 10 + 23
    assert closing.quantity - plain.quantity >= 4 * 16
    assert "covers_closing" in closing.flags and "covers_closing" not in plain.flags
    assert "2026-08-03" in closing.reason


def test_it_is_as_long_to_the_next_arrival_where_our_own_receiving_is_closed(tmp_path):
    closed = {"from": "2026-07-13", "until": "2026-08-02", "what": "receiving"}
    assert row(company(tmp_path, suppliers=[NORTH], closures=[closed])).protection_days == 33


def test_a_closing_elsewhere_changes_nothing(tmp_path):
    others = [
        CLOSED | {"supplier": "south"},
        {"from": "2026-07-01", "until": "2026-08-01", "location": "north"},
    ]
    plain = planned(company(tmp_path / "plain")).tables["recommendations"].drop(columns="run")
    found = planned(company(tmp_path / "other", closures=others)).tables["recommendations"]
    assert found.drop(columns="run").equals(plain)


@pytest.mark.parametrize("on_hand", [10, 60, 90, 120, 200, 400])
@pytest.mark.parametrize("lead", [3, 10])
def test_order_by_and_arrives_on_are_days_on_which_that_can_happen(tmp_path, on_hand, lead):
    north = {
        "supplier": "north",
        "lead_time_days": lead,
        "lead_time_in": "business",
        "delivery_weekdays": "tue fri",
    }
    stock = [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": on_hand}]
    found = row(company(tmp_path, suppliers=[north], closures=[CLOSED], stock=stock))
    arrives, order_by = day_number(found.arrives_on), day_number(found.order_by)
    closed = (day_number("2026-07-13"), day_number("2026-08-02"))
    assert weekday(np.array(arrives)) in (1, 4) and weekday(np.array(order_by)) < 5
    assert not closed[0] <= arrives <= closed[1]
    assert not closed[0] <= order_by <= closed[1]
    assert order_by >= AS_OF


def test_what_would_run_out_in_a_closing_is_to_be_ordered_before_it(tmp_path):
    stock = [{"as_of": day_text(AS_OF), "sku": "axe", "on_hand": 240}]
    north = {"supplier": "north", "lead_time_days": 3}
    late = {"from": "2026-08-10", "until": "2026-08-30", "supplier": "north"}
    plain = row(company(tmp_path / "plain", suppliers=[north], stock=stock))
    found = row(company(tmp_path / "late", suppliers=[north], stock=stock, closures=[late]))
    assert "2026-08-10" < plain.order_by < "2026-08-30"
    # An order of August 5 comes on the 9th.
    assert found.order_by == "2026-08-05"


def test_lead_times_in_business_days_are_longer_by_the_weekends_in_them(tmp_path):
    north = {"supplier": "north", "lead_time_days": 10, "lead_time_in": "business"}
    found = row(company(tmp_path, suppliers=[north]))
    # From Wednesday, July 1 on: ten days of work later it is July 15.
    assert (found.arrives_on, found.lead_time_days) == ("2026-07-15", 14)


def purchases(days: list[int]):
    """Deliveries of orders placed every fortnight, on the Thursdays that a lead time of 5 days leads to."""
    return [
        {
            "purchase_order": f"P{number}",
            "sku": "axe",
            "quantity": 50,
            "ordered_at": day_text(AS_OF - 14 * (number + 1)),
            "received_at": day_text(AS_OF - 14 * (number + 1) + came),
            "status": "received",
        }
        for number, came in enumerate(days)
    ]


def test_what_the_calendar_explains_teaches_no_longer_lead_time(tmp_path):
    north = {"supplier": "north", "lead_time_days": 5, "delivery_weekdays": "thursday"}
    # Ordered on Tuesdays: six days later it is Monday, and Thursday is the ninth day.
    known = company(tmp_path, suppliers=[north], purchase_orders=purchases([9] * 8))
    found = catalogue(known, load(None), AS_OF, Assumptions())
    assert found.lead_times.mean == pytest.approx([5.0])
    assert found.on(AS_OF).lead_times.mean == pytest.approx([8.0])


def test_a_replay_receives_goods_on_days_on_which_that_can_happen(tmp_path):
    north = {
        "supplier": "north",
        "lead_time_days": 5,
        "lead_time_sd_days": 3,
        "delivery_weekdays": "thursday",
    }
    closed = {"from": "2026-05-04", "until": "2026-05-24", "supplier": "north"}
    known = company(tmp_path, suppliers=[north], closures=[closed])
    config = load(None, ("model=negative_binomial",))
    observed = observer(known, config, AS_OF - 100, Assumptions())
    past = scenario(observed, AS_OF - 99, AS_OF, Assumptions())
    orders = simulate(policy("cost_optimal", config), past).orders
    there = orders.arrives[orders.arrives <= AS_OF]
    assert len(there) > 5
    assert set(weekday(there)) == {3}
    assert not np.any((there >= day_number("2026-05-04")) & (there <= day_number("2026-05-24")))


def test_a_replay_that_knows_of_a_closing_runs_short_less_than_one_that_does_not(tmp_path):
    closed = {"from": "2026-05-04", "until": "2026-05-31", "supplier": "north"}
    known = company(tmp_path, suppliers=[{"supplier": "north", "lead_time_days": 5}], closures=[closed])
    config = load(None, ("model=negative_binomial",))
    observed = observer(known, config, AS_OF - 100, Assumptions())
    past = scenario(observed, AS_OF - 99, AS_OF, Assumptions())
    # The same past, in which the policy is not told of it.
    blind = replace(past, observer=replace(observed, catalogue=replace(observed.catalogue, calendar=None)))
    optimal = policy("cost_optimal", config)
    short = [simulate(optimal, each).flows.backordered_units.sum() for each in (past, blind)]
    assert short[0] < short[1] / 4


def test_promises_of_new_orders_are_on_days_on_which_goods_can_arrive(tmp_path):
    known = company(tmp_path, suppliers=[NORTH | {"delivery_weekdays": "thursday"}], closures=[CLOSED])
    found = catalogue(known, load(None), AS_OF, Assumptions()).lead_time_knowledge
    days = found.arrives_in(np.array([[0, 0, 0]]), np.array(AS_OF), np.array([[1.0, 8.0, 13.0]]))
    when = AS_OF + 1 + days[0].astype(np.int64)
    assert [day_text(int(day)) for day in when] == ["2026-07-02", "2026-07-09", "2026-08-06"]


def test_the_order_days_of_a_year_skip_closings_and_say_how_long_each_order_lasts(tmp_path):
    known = company(tmp_path, suppliers=[NORTH | {"lead_time_days": 3}], closures=[CLOSED])
    table = planned(known).tables["order_calendar"]
    # Every Tuesday; those of July 14 and 21 fall into the closing, and go with the last day before it.
    assert table["order_on"].tolist()[:4] == ["2026-06-30", "2026-07-07", "2026-07-12", "2026-08-04"]
    assert table["arrives_on"].tolist()[:3] == ["2026-07-04", "2026-07-11", "2026-08-06"]
    assert table["lasts_days"].tolist()[:3] == [7, 26, 2]
    assert 48 <= len(table) <= 53


def test_who_works_every_day_has_no_such_table(tmp_path):
    assert "order_calendar" not in planned(company(tmp_path)).tables
