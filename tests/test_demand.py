"""From order lines to demand per bucket: what counts, from when it was known, and what is unknown."""

from __future__ import annotations

import numpy as np
import pytest
from builders import WEEKS, dataset, demand_lines, order

from forecasting.calendar import Calendar
from forecasting.demand import (
    LONG_AGO,
    Availability,
    all_items,
    availability,
    due_to_ship,
    history,
    item_numbers,
    known_at,
)
from forecasting.demand import (
    demand_lines as lines_of,
)
from forecasting.domain import DemandLines, day_number

NONE = Availability(np.zeros(0, int), np.zeros(0, int), np.zeros(0))
NEVER = np.array([LONG_AGO])
DAYS = Calendar("day", np.array([], dtype=int), np.array([], dtype=int))


def counted(tmp_path, rows, as_of, after_days=1.0, available_from=None):
    data = dataset(tmp_path, orders=rows)
    items = all_items(data)
    start = np.full(len(items), LONG_AGO) if available_from is None else available_from
    lines = lines_of(data, items, start, after_days)
    keep = known_at(lines, day_number(as_of))
    return [(int(d), float(q)) for d, q in zip(lines.day[keep], lines.quantity[keep], strict=True)]


def weekly(lines, as_of, *, first_day=0, launched=NEVER, unavailable=NONE, share=0.25, calendar=WEEKS):
    return history(
        lines,
        as_of,
        calendar,
        first_day=first_day,
        launched=launched,
        unavailable=unavailable,
        available_share=share,
    )


def test_items_are_skus_at_locations_in_order(tmp_path):
    data = dataset(
        tmp_path,
        orders=[order("b", "2026-01-05", location="north"), order("a", "2026-01-05", location="south")],
        stock=[{"as_of": "2026-01-05", "sku": "a", "on_hand": 3, "location": "north"}],
        products=[{"sku": "a"}, {"sku": "b"}, {"sku": "only-a-product"}],
    )
    items = all_items(data)
    assert list(zip(items.location, items.sku, strict=True)) == [
        ("north", "a"),
        ("north", "b"),
        ("north", "only-a-product"),
        ("south", "a"),
        ("south", "only-a-product"),
    ]
    assert item_numbers(data.orders, items).tolist() == [1, 3]


def test_a_refused_line_is_demand(tmp_path):
    rows = [order("a", "2026-01-05", 4, status="refused")]
    assert counted(tmp_path, rows, "2026-01-05") == [(day_number("2026-01-05"), 4.0)]


def test_a_line_cancelled_at_once_is_demand_only_until_it_is_cancelled(tmp_path):
    rows = [
        order(
            "a",
            "2026-01-05T23:50:00",
            80_995,
            status="cancelled",
            cancelled_at="2026-01-06T00:05:00",
        )
    ]
    assert counted(tmp_path, rows, "2026-01-05") == [(day_number("2026-01-05"), 80_995.0)]
    assert counted(tmp_path, rows, "2026-01-06") == []


def test_a_line_cancelled_while_it_waited_was_demand(tmp_path):
    rows = [order("a", "2026-01-05", 4, status="cancelled", cancelled_at="2026-01-25")]
    assert len(counted(tmp_path, rows, "2026-03-01")) == 1


def test_a_return_is_no_demand_once_it_came_back(tmp_path):
    rows = [
        order("a", "2026-01-05", 4, status="cancelled", shipped_at="2026-01-06", cancelled_at="2026-01-25")
    ]
    assert len(counted(tmp_path, rows, "2026-01-24")) == 1
    assert counted(tmp_path, rows, "2026-01-25") == []


def test_what_was_ordered_later_is_not_known(tmp_path):
    rows = [order("a", "2026-01-05"), order("a", "2026-01-06")]
    assert len(counted(tmp_path, rows, "2026-01-05")) == 1


def test_lines_ordered_ahead_are_due_to_ship_when_wanted_and_when_there(tmp_path):
    data = dataset(
        tmp_path,
        orders=[
            order("a", "2026-01-05", due="2026-01-20"),
            order("a", "2026-01-05", 2, due="2026-01-20", kind="standing"),
            order("b", "2026-01-05", 3, kind="preorder"),
        ],
    )
    start = np.array([LONG_AGO, day_number("2026-02-01")])
    item = item_numbers(data.orders, all_items(data))
    due = due_to_ship(data, item, start)
    assert due.tolist() == [day_number(d) for d in ("2026-01-05", "2026-01-20", "2026-02-01")]
    lines = lines_of(data, all_items(data), start, 1.0)
    assert lines.known_from.tolist() == [day_number("2026-01-05")] * 3


def test_weeks_end_on_the_day_of_the_forecast_and_gaps_are_zero():
    lines = demand_lines([[(3, 5.0), (4, 1.0), (20, 2.0)]])
    assert weekly(lines, 24).data.tolist() == [1.0, 0.0, 2.0]  # days 4..10, 11..17, 18..24; 3 is before
    assert weekly(lines, 23).data.tolist() == [6.0, 0.0, 2.0]  # days 3..9, 10..16, 17..23


def test_history_begins_with_the_first_line_or_the_launch():
    lines = demand_lines([[(20, 2.0)]])
    assert weekly(lines, 27).data.tolist() == [2.0, 0.0]
    assert weekly(lines, 27, launched=np.array([8])).data.tolist() == [0.0, 2.0, 0.0]


def test_an_item_without_demand_has_no_history():
    found = weekly(demand_lines([[], [(0, 1.0)]]), 6, launched=np.array([LONG_AGO, LONG_AGO]))
    assert found.lengths.tolist() == [0, 1]


def test_months_end_on_the_day_of_the_forecast():
    begin, end = day_number("2026-01-01"), day_number("2026-03-31")
    lines = demand_lines([[(begin, 1.0), (day_number("2026-01-31"), 1.0), (day_number("2026-02-01"), 4.0)]])
    months = Calendar("month", np.array([], dtype=int), np.array([], dtype=int))
    assert weekly(lines, end, first_day=begin, calendar=months).data.tolist() == [2.0, 4.0, 0.0]


def test_time_during_which_an_item_could_not_be_sold_is_unknown_or_scaled():
    lines = demand_lines([[(0, 6.0), (7, 2.0), (14, 5.0)]])
    gone = Availability(
        np.zeros(10, int), np.array([0, 1, 2, 7, 8, 9, 10, 11, 12, 13]), np.array([0.0] * 3 + [0.0] * 7)
    )
    assert weekly(lines, 20, unavailable=gone).data == pytest.approx([10.0, np.nan, 5.0], nan_ok=True)


def test_what_is_sold_by_weight_is_scaled_exactly():
    lines = demand_lines([[(0, 6.5)]])
    gone = Availability(np.zeros(3, int), np.array([0, 1, 2]), np.zeros(3))
    assert weekly(lines, 6, unavailable=gone).data == pytest.approx([6.5 * 7 / 4])


def test_closed_days_are_no_days_of_a_daily_history():
    shut = Calendar("day", np.array([6]), np.array([4]))  # Sundays; and day 4, Monday 1970-01-05
    lines = demand_lines([[(1, 1.0), (3, 9.0), (5, 2.0)]])  # day 3 is a Sunday
    found = weekly(lines, 6, first_day=1, calendar=shut)
    # Days 1 and 2, and 5 and 6: what came on a closed day counts with the last open one before it.
    assert found.data.tolist() == [1.0, 9.0, 2.0, 0.0]
    assert shut.buckets(0, np.array([1.0, 3.0, 6.0])).tolist() == [1.0, 2.0, 4.0]


def test_a_week_without_a_day_of_business_is_unknown():
    shut = Calendar("week", np.array([], dtype=int), np.arange(7, 14))
    found = weekly(demand_lines([[(0, 3.0), (14, 4.0)]]), 20, calendar=shut)
    assert found.data == pytest.approx([3.0, np.nan, 4.0], nan_ok=True)


def test_availability_of_a_dataset_is_per_item_and_day(tmp_path):
    data = dataset(
        tmp_path,
        orders=[order("a", "2026-01-05"), order("b", "2026-01-05")],
        availability=[{"date": "2026-01-06", "sku": "b", "share": 0.5}],
    )
    found = availability(data, all_items(data))
    assert (found.item.tolist(), found.day.tolist(), found.share.tolist()) == (
        [1],
        [day_number("2026-01-06")],
        [0.5],
    )


def test_lines_that_do_not_count_can_be_left_out():
    lines = demand_lines([[(1, 1.0), (2, 2.0)], [(3, 3.0)]])
    kept = lines.where(lines.quantity != 2.0)
    assert kept.indptr.tolist() == [0, 1, 2]
    assert kept.quantity.tolist() == [1.0, 3.0]
    assert isinstance(kept, DemandLines)
