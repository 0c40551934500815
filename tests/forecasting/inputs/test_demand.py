"""From order lines to demand per bucket: what counts, from when it was known, and what is unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.config import load
from forecasting.domain import LONG_AGO, Calendar, DemandLines, day_number
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.availability import availability
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.demand import demand_lines as lines_of
from forecasting.inputs.demand import due_to_ship, history, known_at
from forecasting.inputs.read_records import records_of
from forecasting.inputs.unconstrained_demand import Availability, whole_units
from tests.support.builders import WEEKS, dataset, demand_lines, order, records

NONE = Availability(np.zeros(0, int), np.zeros(0, int), np.zeros(0))
NEVER = np.array([LONG_AGO])
TAKES_BACKORDERS = np.zeros(3, dtype=bool)
DAYS = Calendar("day", np.array([], dtype=int), np.array([], dtype=int))


def counted(tmp_path, rows, as_of, after_days=1.0, available_from=None):
    data = records(tmp_path, orders=rows)
    start = np.full(len(data.items), LONG_AGO) if available_from is None else available_from
    lines, _ = lines_of(data, start, after_days)
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
    data = records(
        tmp_path,
        orders=[order("b", "2026-01-05", location="north"), order("a", "2026-01-05", location="south")],
        stock=[{"as_of": "2026-01-05", "sku": "a", "on_hand": 3, "location": "north"}],
        products=[{"sku": "a"}, {"sku": "b"}, {"sku": "only-a-product"}],
    )
    assert list(zip(data.items.location, data.items.sku, strict=True)) == [
        ("north", "a"),
        ("north", "b"),
        ("north", "only-a-product"),
        ("south", "a"),
        ("south", "only-a-product"),
    ]
    assert data.orders.item.tolist() == [1, 3]


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
    data = records(
        tmp_path,
        orders=[
            order("a", "2026-01-05", due="2026-01-20"),
            order("a", "2026-01-05", 2, due="2026-01-20", kind="standing"),
            order("b", "2026-01-05", 3, kind="preorder"),
        ],
    )
    start = np.array([LONG_AGO, day_number("2026-02-01")])
    due = due_to_ship(data.orders, start)
    assert due.tolist() == [day_number(d) for d in ("2026-01-05", "2026-01-20", "2026-02-01")]
    lines, _ = lines_of(data, start, 1.0)
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
    seen = weekly(demand_lines([[], [(0, 1.0)]]), 6, launched=np.array([LONG_AGO, LONG_AGO]))
    assert seen.lengths.tolist() == [0, 1]


def test_months_end_on_the_day_of_the_forecast():
    begin, end = day_number("2026-01-01"), day_number("2026-03-31")
    lines = demand_lines([[(begin, 1.0), (day_number("2026-01-31"), 1.0), (day_number("2026-02-01"), 4.0)]])
    months = Calendar("month", np.array([], dtype=int), np.array([], dtype=int))
    assert weekly(lines, end, first_day=begin, calendar=months).data.tolist() == [2.0, 4.0, 0.0]


def open_shares(*rows, **more):
    """Availability of (item, day, share)."""
    item, day, share = (np.array(column) for column in zip(*rows, strict=True))
    return Availability(item.astype(np.int64), day.astype(np.int64), share.astype(float), **more)


def steady(days=70, units=10.0, out=()):
    """An item that sells the same every day, but nothing on the days that it is out."""
    return [(day, units) for day in range(days) if day not in out]


def test_a_bucket_of_which_too_little_could_be_sold_is_unknown():
    gone = open_shares(*((0, day, 0.0) for day in range(35, 41)))
    seen = weekly(demand_lines([steady(out=range(35, 41))]), 69, unavailable=gone)
    assert np.isnan(seen.data[5]) and np.isnan(seen.data).sum() == 1
    kept = weekly(demand_lines([steady(out=range(35, 41))]), 69, unavailable=gone, share=0.1)
    assert kept.data[5] == pytest.approx(70, abs=2)


def test_what_is_hidden_in_a_part_of_a_bucket_is_estimated_from_the_days_around():
    out = range(35, 38)
    gone = open_shares(*((0, day, 0.0) for day in out))
    seen = weekly(demand_lines([steady(out=out)]), 69, unavailable=gone).data
    assert seen[5] == pytest.approx(70, abs=2)
    assert np.delete(seen, 5) == pytest.approx(np.full(9, 70.0))
    # Scaled up by the four open days of a quiet week it would be 7 / 4 of 12.
    quiet = [(day, 3.0 if 35 <= day < 42 else 10.0) for day in range(70) if day not in out]
    assert 21 < weekly(demand_lines([quiet]), 69, unavailable=gone).data[5] < 45


def test_half_a_day_of_an_item_is_worth_what_the_other_half_and_its_level_say():
    lines = demand_lines([[(day, 20.0 if day == 40 else 10.0) for day in range(70)]])
    seen = weekly(lines, 69, unavailable=open_shares((0, 40, 0.5)), calendar=DAYS).data
    assert 25 <= seen[40] <= 30  # 20 seen in half a day, and 5 to 10 hidden


def test_whole_units_stay_whole_and_add_up_however_few():
    sold = [(day, 1.0) for day in range(0, 200, 5)]
    out = range(100, 140)
    lines = demand_lines([[line for line in sold if line[0] not in out]])
    gone = open_shares(*((0, day, 0.1) for day in out))
    seen = weekly(lines, 199, unavailable=gone, calendar=DAYS, share=0.05).data
    assert (seen == np.floor(seen)).all()
    assert 4 <= seen[100:140].sum() <= 12, "rounded one by one, forty days of a fifth are nothing"


@given(st.lists(st.floats(0, 3), max_size=30), st.lists(st.floats(0, 3), max_size=30))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_running_totals_of_whole_units_are_right(first, second):
    hidden = np.array([*first, *second])
    whole = whole_units(hidden, np.array([0, len(first), len(hidden)]))
    assert (whole == np.floor(whole)).all() and (whole >= 0).all()
    for part, rounded in ((first, whole[: len(first)]), (second, whole[len(first) :])):
        assert np.abs(np.cumsum(rounded) - np.cumsum(part)).max(initial=0) <= 0.5 + 1e-9


def test_what_is_sold_by_weight_is_estimated_in_parts():
    lines = demand_lines([steady(units=0.3, out=[40])])
    seen = weekly(lines, 69, unavailable=open_shares((0, 40, 0.0)), share=0.1).data
    assert seen[5] == pytest.approx(2.1, abs=0.1) and seen[5] != np.floor(seen[5])


def test_what_comes_later_changes_nothing_that_was_known_before():
    generator = np.random.default_rng(1)
    lines = [[(day, float(q)) for day, q in enumerate(generator.poisson(6, 90)) if q] for _ in range(4)]
    rows = [(i, day, share) for i in range(4) for day, share in ((20, 0.5), (41, 0.0), (55, 0.3), (70, 0.0))]
    whole = weekly(demand_lines(lines), 62, unavailable=open_shares(*rows), calendar=DAYS, share=0.01)
    cut = [[line for line in own if line[0] <= 62] for own in lines]
    known = open_shares(*(row for row in rows if row[1] <= 62))
    assert np.array_equal(
        whole.data,
        weekly(demand_lines(cut), 62, unavailable=known, calendar=DAYS, share=0.01).data,
        equal_nan=True,
    )


def test_an_item_that_was_never_out_is_as_it_was_sold():
    lines = demand_lines([steady(out=[40]), [(3, 1.0), (50, 2.0)]])
    seen, plain = weekly(lines, 69, unavailable=open_shares((0, 40, 0.0))), weekly(lines, 69)
    assert seen.data[seen.indptr[1] :].tolist() == plain.data[plain.indptr[1] :].tolist()
    full = weekly(lines, 69, unavailable=open_shares((0, 40, 1.0)))
    assert full.data.tolist() == plain.data.tolist()


def test_closed_days_are_no_days_of_a_daily_history():
    shut = Calendar("day", np.array([6]), np.array([4]))  # Sundays; and day 4, Monday 1970-01-05
    lines = demand_lines([[(1, 1.0), (3, 9.0), (5, 2.0)]])  # day 3 is a Sunday
    seen = weekly(lines, 6, first_day=1, calendar=shut)
    # Days 1 and 2, and 5 and 6: what came on a closed day counts with the last open one before it.
    assert seen.data.tolist() == [1.0, 9.0, 2.0, 0.0]
    assert shut.buckets(0, np.array([1.0, 3.0, 6.0])).tolist() == [1.0, 2.0, 4.0]
    # Friday and Saturday, Tuesday and Wednesday; then on from Thursday.
    known = seen.weekdays.day[: -seen.weekdays.ahead]
    assert (known.tolist(), seen.weekdays.day[len(known) :][:4].tolist()) == ([4, 5, 1, 2], [3, 4, 5, 0])
    assert weekly(lines, 6, first_day=1).weekdays is None


def test_a_week_without_a_day_of_business_is_unknown():
    shut = Calendar("week", np.array([], dtype=int), np.arange(7, 14))
    seen = weekly(demand_lines([[(0, 3.0), (14, 4.0)]]), 20, calendar=shut)
    assert seen.data == pytest.approx([3.0, np.nan, 4.0], nan_ok=True)


def rows_of(unavailable):
    return [
        (int(i), str(np.datetime64(int(d), "D")), float(x))
        for i, d, x in zip(unavailable.item, unavailable.day, unavailable.share, strict=True)
    ]


def test_availability_of_a_dataset_is_per_item_and_day(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", "2026-01-05"), order("b", "2026-01-05")],
        availability=[{"date": "2026-01-06", "sku": "b", "share": 0.5}],
    )
    assert rows_of(availability(data, TAKES_BACKORDERS)) == [(1, "2026-01-06", 0.5)]


def test_a_row_with_a_time_of_day_speaks_of_that_hour(tmp_path):
    noon = [order("a", f"2026-01-{day:02}T{hour}:30:00") for day in range(1, 20) for hour in (11, 11, 11, 17)]
    data = dataset(tmp_path, orders=noon, availability=[{"date": "2026-01-01", "sku": "a", "share": 1}])
    times = ["2026-01-20T00:00", "2026-01-20T17:00", "2026-01-21T00:00"]
    rows = pd.DataFrame({"date": np.array(times, dtype="datetime64[us]"), "share": [0.5, 0.0, 0.5]})
    rows["sku"], rows["location"] = pd.Categorical(["a"] * 3), pd.Categorical(["main"] * 3)
    data = records_of(replace(data, availability=rows))
    unavailable = availability(data, TAKES_BACKORDERS)
    assert rows_of(unavailable) == [(0, "2026-01-20", 22.5 / 24), (0, "2026-01-21", 0.5)]
    assert (
        unavailable.hours[0, [0, 1, 17]].tolist() == [0.5, 1.0, 0.0] and np.isnan(unavailable.hours[1]).all()
    )
    lines, _ = lines_of(data, NEVER, 1.0)
    first = int(lines.day.min())
    kept = weekly(lines, first + 20, first_day=first, unavailable=unavailable, calendar=DAYS, share=0.9)
    assert np.isnan(kept.data[19]), "one hour in 24 is a fifth of this demand"


def test_refused_lines_of_a_day_are_no_sales_of_the_time_that_was_open(tmp_path):
    rows = [order("a", f"2026-{month:02}-{day:02}", 8) for month in (1, 2) for day in range(1, 29)]
    out = [f"2026-03-{day:02}" for day in range(1, 29)]
    rows += [order("a", day, 8, status="refused", line=n) for n, day in enumerate(out)]
    data = records(
        tmp_path, orders=rows, availability=[{"date": day, "sku": "a", "share": 0} for day in out[::2]]
    )
    unavailable = availability(data, TAKES_BACKORDERS)
    assert unavailable.refused.tolist() == [8.0] * 14
    lines, _ = lines_of(data, NEVER, 1.0)
    first = int(lines.day.min())
    kept = weekly(lines, int(lines.day.max()), first_day=first, unavailable=unavailable, share=0.01)
    assert kept.data.sum() == pytest.approx(8 * 84, rel=0.06), "who is refused has asked: little is hidden"


def test_counts_of_nothing_at_two_closings_are_a_day_that_was_lost(tmp_path):
    days = [f"2026-01-{day:02}" for day in range(5, 12)]
    counts = [{"as_of": day, "sku": sku, "on_hand": 0} for sku in "abc" for day in days]
    counts.append({"as_of": "2026-01-12", "sku": "a", "on_hand": 4})
    data = records(
        tmp_path,
        orders=[
            *(order(sku, "2026-01-02") for sku in "abc"),
            order("a", "2026-01-07"),
            order("a", "2026-01-08", status="refused"),
        ],
        products=[
            {"sku": "a", "backorder": "refused"},
            {"sku": "b", "backorder": "allowed"},
            {"sku": "c", "backorder": ""},
        ],
        stock=counts,
        availability=[{"date": "2026-01-10", "sku": "a", "share": 0.5}],
    )
    refused = data.products.text["backorder"] == "refused"
    lost = {(f"2026-01-{day:02}", 0.0) for day in (6, 8, 9, 11)} | {("2026-01-10", 0.5)}
    assert {row[1:] for row in rows_of(availability(data, refused))} == lost
    assert {row[0] for row in rows_of(availability(data, np.array([False, False, True])))} == {0, 2}


def test_what_is_estimated_is_listed(tmp_path):
    data = records(
        tmp_path,
        orders=[order(sku, "2026-01-05") for sku in "abc"],
        availability=[
            {"date": "2026-01-06", "sku": "a", "share": 0.5},
            {"date": "2026-01-06", "sku": "b", "share": 1},
            {"date": "2026-01-09", "sku": "c", "share": 0.5},
        ],
    )
    assumptions = Assumptions()
    catalogue(data, load(), day_number("2026-01-07"), assumptions)
    said = assumptions.frame().set_index("setting")
    assert said.loc["availability", "items"] == 1 and "estimated" in said.loc["availability", "value"]


def test_lines_that_do_not_count_can_be_left_out():
    lines = demand_lines([[(1, 1.0), (2, 2.0)], [(3, 3.0)]])
    kept = lines.where(lines.quantity != 2.0)
    assert kept.indptr.tolist() == [0, 1, 2]
    assert kept.quantity.tolist() == [1.0, 3.0]
    assert isinstance(kept, DemandLines)
