"""The forecast of a stretch of days, and of the buckets that it is made of: the parts add up to the sum."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.planning.forecast import forecast
from tests.support.builders import order, records

AS_OF = day_number("2026-03-27")  # a Friday


def daily(sku, quantity, days=400, weekend=True):
    """A line a day up to the day of the forecast."""
    day = np.arange(AS_OF - days, AS_OF + 1)
    weekday = (day + 3) % 7
    return [order(sku, day_text(int(each)), quantity) for each in day[weekend | (weekday < 5)]]


def forecast_of(folder, lines, settings=(), days=28, per_period=True, **tables):
    seen = records(folder, orders=lines, **tables)
    return forecast(seen, load(None, list(settings)), AS_OF, days, [0.5, 0.95], per_period=per_period)


def parts_and_total(table):
    total = table[table.period == 0].set_index("sku")["mean"]
    return table[table.period > 0].groupby("sku")["mean"].sum(), total


def test_periods_of_goods_by_weight_add_up_to_the_sum(tmp_path):
    table = forecast_of(tmp_path, daily("A", 0.05))
    parts, total = parts_and_total(table)

    assert total["A"] == pytest.approx(28 * 0.05, rel=0.1)
    assert parts["A"] == pytest.approx(total["A"], rel=1e-4)
    # The quantiles are whole numbers of what it is sold in.
    assert np.allclose(table["q0.95"] / 0.05, np.round(table["q0.95"] / 0.05))


def test_periods_that_begin_on_a_closed_day_add_up_to_the_sum_too(tmp_path):
    settings = ["bucket=day", "closed_weekdays=[saturday,sunday]"]
    table = forecast_of(tmp_path, daily("A", 5, weekend=False), settings, days=14)
    parts, total = parts_and_total(table)

    assert total["A"] == pytest.approx(50, rel=0.05)
    assert parts["A"] == pytest.approx(total["A"], rel=1e-4)
    closed = table[(table.period > 0) & (table.starts_on.isin(["2026-03-28", "2026-03-29"]))]
    assert len(closed) == 2 and (closed["mean"] == 0).all()


def test_a_horizon_that_ends_within_a_bucket_adds_up(tmp_path):
    parts, total = parts_and_total(forecast_of(tmp_path, daily("A", 3), days=17))

    assert parts["A"] == pytest.approx(total["A"], rel=1e-4)
    assert total["A"] == pytest.approx(51, rel=0.1)
