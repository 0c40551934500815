"""Until when the orders are known: silence is unknown, unless it is usual."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.errors import RequestError
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.planning.forecast import forecast
from forecasting.planning.plan import plan
from forecasting.planning.requests import check_date
from tests.support.builders import order, records

SUNDAY = day_number("2026-03-29")


def until(data):
    return known_until(data).orders


def shop(tmp_path, days, **tables):
    return records(tmp_path, orders=[order("a", day_text(int(day)), 3) for day in days], **tables)


def daily(last, weeks=30):
    return range(last - 7 * weeks, last + 1)


def test_a_shop_that_sells_each_day_is_known_until_its_last_line(tmp_path):
    assert until(shop(tmp_path, daily(SUNDAY))) == SUNDAY


def test_days_on_which_nothing_is_ever_ordered_are_known(tmp_path):
    weekdays = [day for day in daily(SUNDAY) if (SUNDAY - day) % 7 >= 2]
    assert until(shop(tmp_path / "friday", weekdays)) == SUNDAY
    assert until(shop(tmp_path / "wednesday", [day for day in weekdays if day <= SUNDAY - 4])) == SUNDAY - 4


def test_a_week_whose_line_is_dated_on_its_first_day_is_known_until_its_last(tmp_path):
    mondays = np.arange(SUNDAY - 7 * 30 - 6, SUNDAY, 7)
    assert until(shop(tmp_path, mondays)) == SUNDAY


def test_months_dated_on_their_first_day_are_known_until_their_end(tmp_path):
    firsts = [day_number(f"{2024 + month // 12}-{month % 12 + 1:02d}-01") for month in range(27)]
    assert until(shop(tmp_path, firsts)) >= day_number("2026-03-30")


def test_where_orders_are_rare_silence_is_usual(tmp_path):
    days = np.cumsum(np.random.default_rng(1).integers(8, 25, 60)) + SUNDAY - 1200
    assert int(days[-1]) + 14 <= until(shop(tmp_path, days)) <= int(days[-1]) + 25


def test_a_last_day_that_is_half_there_is_not_known(tmp_path):
    rows = [order("a", day_text(day), 1, line=line) for day in daily(SUNDAY, 9) for line in range(30)]
    assert until(records(tmp_path / "whole", orders=rows)) == SUNDAY
    assert until(records(tmp_path / "half", orders=rows[:-22])) == SUNDAY - 1


def test_one_line_of_a_later_century_does_not_make_the_data_newer(tmp_path):
    assert until(shop(tmp_path, [*daily(SUNDAY), SUNDAY + 9000])) == SUNDAY


def test_a_plan_long_after_the_last_order_is_refused(tmp_path):
    data = shop(tmp_path, daily(SUNDAY))
    check_date(data, load(), SUNDAY + 7, "--as-of")
    with pytest.raises(RequestError, match=r"8 days after 2026-03-29.*unknown, not nothing"):
        check_date(data, load(), SUNDAY + 8, "--as-of")
    check_date(data, load(None, ["orders_gap_reviews=2"]), SUNDAY + 8, "--as-of")


@pytest.mark.parametrize("bucket", ["day", "week"])
def test_the_gap_is_forecast_and_not_read_as_no_demand(tmp_path, bucket):
    data = shop(tmp_path, daily(SUNDAY), stock=[{"as_of": "2026-03-29", "sku": "a", "on_hand": 20}])
    config = load(None, [f"bucket={bucket}", "model=negative_binomial"])
    now = plan(data, config, SUNDAY).tables["recommendations"].iloc[0]
    later = plan(data, config, SUNDAY + 6)
    then = later.tables["recommendations"].iloc[0]

    assert then["demand_mean"] == pytest.approx(now["demand_mean"], rel=0.05)
    assert (then["on_hand"], then["unseen_demand"]) == (20, 18)
    assert then["quantity"] == pytest.approx(now["quantity"] + 18, abs=3)
    assert "orders_unknown" in then["flags"] and "orders_unknown" not in now["flags"]
    assert later.tables["notices"]["what"].str.contains("orders are known until 2026-03-29").any()


def test_a_month_of_which_nothing_is_known_yet_is_not_a_month_without_demand(tmp_path):
    firsts = [day_number(f"{2024 + month // 12}-{month % 12 + 1:02d}-01") for month in range(27)]
    data = shop(tmp_path, firsts)
    assert until(data) == day_number("2026-03-31")
    with pytest.raises(RequestError, match="orders are known"):
        check_date(data, load(None, ["bucket=month"]), day_number("2026-04-10"), "--as-of")


def test_a_forecast_across_the_gap_says_so(tmp_path):
    notices = Notices()
    data, config = shop(tmp_path, daily(SUNDAY)), load(None, ["model=negative_binomial"])
    table = forecast(data, config, SUNDAY + 6, 28, (0.5,), notices=notices)
    assert table["mean"].iloc[0] == pytest.approx(84, rel=0.05)
    assert any("orders are known until 2026-03-29" in text for text in notices.texts())
