"""The forecast of a stretch of days, and of the buckets that it is made of: the parts add up to the sum."""

from __future__ import annotations

import numpy as np
import pandas as pd
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


def test_a_long_horizon_is_learnt_at_that_horizon(tmp_path):
    """Spare parts asked for once in a few months: stretched from one month, most of it would be missing."""
    draw = np.random.default_rng(5)
    rate = draw.lognormal(-1.2, 1.2, 150)
    day = AS_OF - 30 * np.arange(48)
    lines = [
        order(f"I{item:03d}", day_text(int(on)), int(quantity), line=str(month))
        for item in range(150)
        for month, (on, quantity) in enumerate(zip(day, draw.poisson(rate[item], 48), strict=True))
        if quantity
    ]
    settings = ["bucket=month", "model=quantile_regression"]
    table = forecast_of(tmp_path, lines, settings, days=120, per_period=False)
    expected = pd.Series(rate, index=[f"I{item:03d}" for item in range(150)])[table.sku] * 4

    assert set(table.model) == {"quantile_regression"}
    assert table["mean"].mean() == pytest.approx(expected.mean(), rel=0.1)


def test_the_first_weeks_of_a_long_horizon_are_as_a_plan_sees_them(tmp_path):
    draw = np.random.default_rng(6)
    lines = [
        order(f"I{item:03d}", day_text(AS_OF - 7 * week), int(quantity), line=str(week))
        for item, rate in enumerate(draw.lognormal(0.5, 1.0, 120))
        for week, quantity in enumerate(draw.poisson(rate * (1 + np.sin(np.arange(110) / 8.3))))
        if quantity
    ]
    near = forecast_of(tmp_path / "near", lines, ["model=quantile_regression"], days=21, per_period=False)
    long = forecast_of(tmp_path / "long", lines, ["model=quantile_regression"], days=182)
    parts, total = parts_and_total(long)

    first = long[long.period.between(1, 3)].groupby("sku")["mean"].sum()
    assert first.to_numpy() == pytest.approx(near.set_index("sku")["mean"][first.index].to_numpy(), abs=0.01)
    assert parts.to_numpy() == pytest.approx(total[parts.index].to_numpy(), abs=0.01)


def test_a_first_bucket_beyond_the_protection_interval_has_its_whole_demand(tmp_path):
    table = forecast_of(tmp_path, daily("A", 3), ["bucket=month", "model=negative_binomial"], days=120)
    parts, total = parts_and_total(table)
    first = table.loc[table.period == 1, "mean"].item()

    assert first == pytest.approx(31 * 3, rel=0.07)
    assert parts["A"] == pytest.approx(total["A"], rel=1e-4)
