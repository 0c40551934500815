"""Orders begin, and goods arrive, on days on which that can happen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.domain import day_number, day_text, weekday, weekday_numbers
from forecasting.domain.supply_calendar import Days, SupplyCalendar
from tests.reference import supply_days

FIRST = day_number("2026-01-01")
AUGUST = (day_number("2026-08-03"), day_number("2026-08-23"))


def calendar(*groups: Days) -> SupplyCalendar:
    return SupplyCalendar.of((Days(), *groups), np.array([[1]]), np.zeros(1, dtype=np.int64), FIRST, 1_200)


def arrives(days: Days, ordered: str, lead: int) -> str:
    found = calendar(days).arrival(np.array([1]), np.array([day_number(ordered)]), np.array([lead]))
    return day_text(int(found[0]))


@pytest.mark.parametrize(
    ("days", "ordered", "lead", "comes"),
    [
        # Tuesday, and three days after the next: as without a calendar.
        (Days(), "2026-06-30", 3, "2026-07-04"),
        # Ordered on Friday evening: begins on Monday, and five days of work later it is Monday again.
        (Days(business=True), "2026-07-03", 5, "2026-07-13"),
        (Days(business=True), "2026-07-04", 0, "2026-07-06"),
        # What is there on Saturday comes on the Thursday after.
        (Days(deliveries=(3,)), "2026-06-30", 3, "2026-07-09"),
        # Closed for three weeks: goods of before come after it, and so do those that were ordered within.
        (Days(closed=[AUGUST]), "2026-07-30", 7, "2026-08-24"),
        (Days(closed=[AUGUST]), "2026-08-10", 7, "2026-08-31"),
        (Days(closed=[AUGUST]), "2026-07-25", 7, "2026-08-02"),
        # Days of work do not pass while the supplier is closed.
        (Days(business=True, closed=[AUGUST]), "2026-07-29", 5, "2026-08-27"),
        # Nothing is received, though the supplier delivers.
        (Days(unreceived=[AUGUST]), "2026-08-10", 7, "2026-08-24"),
    ],
)
def test_an_order_comes_on_the_first_day_that_it_can(days, ordered, lead, comes):
    assert arrives(days, ordered, lead) == comes


stretches = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 40)).map(lambda at: (FIRST + at[0], FIRST + at[0] + at[1])),
    max_size=4,
)
some_days = st.builds(
    Days,
    st.booleans(),
    st.sets(st.integers(0, 4), max_size=3).map(lambda found: tuple(sorted(found))),
    stretches,
    stretches,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(days=some_days, at=st.integers(0, 350), lead=st.integers(0, 90))
def test_it_is_what_going_day_by_day_finds(days, at, lead):
    expected = supply_days.arrival(days, FIRST + at, lead)
    # Who has nothing to say is nobody's group.
    found = calendar(days).arrival(np.array([1]), np.array([FIRST + at]), np.array([lead]))
    assert found[0] == expected


@settings(max_examples=80, deadline=None, derandomize=True)
@given(days=some_days, at=st.integers(0, 300), ahead=st.integers(0, 40), lead=st.integers(0, 30))
def test_the_last_day_to_order_is_one_of_work_whose_goods_come_as_early_as_wanted(days, at, ahead, lead):
    earliest, latest = FIRST + at, FIRST + at + ahead
    takes = supply_days.arrival(days, earliest, lead) - earliest
    fits = [
        day
        for day in range(earliest + 1, latest + 1)
        if supply_days.works(days, day) and supply_days.arrival(days, day, lead) <= latest + takes
    ]
    found = calendar(days).last_order(
        np.array([1]), np.array([earliest]), np.array([latest]), np.array([lead])
    )
    assert found[0] == (max(fits) if fits else earliest)


def test_beyond_the_days_that_are_laid_out_everyone_is_open():
    found = calendar(Days(business=True))
    far = np.array([FIRST + 5_000])
    assert found.arrival(np.array([1]), far, np.array([10]))[0] == far[0] + 11


@pytest.mark.parametrize(
    ("text", "days"),
    [("monday thursday", (0, 3)), ("Thu, mon", (0, 3)), ("friday", (4,)), ("", ())],
)
def test_weekdays_are_read_in_any_order_and_shortened(text, days):
    assert weekday_numbers(text) == days


def test_a_word_that_is_no_weekday_is_refused():
    with pytest.raises(ValueError, match="'fryday'"):
        weekday_numbers("monday fryday")


def test_the_first_of_july_2026_is_a_wednesday():
    assert weekday(np.array(day_number("2026-07-01"))) == 2
