"""The windows of a backtest: what an origin may see, and what is held against it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.config import load
from forecasting.dataset.read import read
from forecasting.domain import critical_ratio, day_number, day_text, target_quantile
from forecasting.evaluate.backtest import Request, backtest
from forecasting.evaluate.forecasts import forecasts
from forecasting.evaluate.windows import origin_days, unit_costs, window
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records, records_of
from forecasting.planning.observing import observer
from tests.support.builders import order, records
from tests.support.command import reorder

BEGIN = day_number("2026-01-05")
ORIGIN = BEGIN + 7 * 12 - 1
"""The close of the twelfth week."""


def day(number: int) -> str:
    return day_text(number)


def weekly(sku: str, weeks: int, quantity: float = 10) -> list[dict]:
    return [order(sku, day(BEGIN + 7 * week), quantity) for week in range(weeks)]


def looked_at(data, origin=ORIGIN, as_of=ORIGIN + 28, horizon=28, **values):
    config = load(None, [f"{name}={value}" for name, value in values.items()])
    return window(data, config, origin, as_of, horizon, Assumptions())


def test_the_last_window_ends_on_the_last_day_and_origins_lie_apart(tmp_path):
    data = records(tmp_path, orders=weekly("a", 20))
    last = BEGIN + 7 * 20 - 1
    days = origin_days(data, "week", last, 3, 14, 21)
    assert days == [last - 14 - 42, last - 14 - 21, last - 14]


def test_an_origin_needs_a_past_as_long_as_its_window_and_a_whole_bucket(tmp_path):
    data = records(tmp_path, orders=weekly("a", 20))
    last = BEGIN + 7 * 20 - 1
    assert origin_days(data, "week", last, 4, 28, 28)[0] - BEGIN + 1 == 28
    assert origin_days(data, "month", last, 1, 1, 1) == [last - 1]
    assert origin_days(data, "month", BEGIN + 31, 1, 1, 1)[0] - BEGIN + 1 == 31
    for wrong, said in [((5, 28, 28), "room for 4"), ((1, 100, 1), "no window of so many days")]:
        with pytest.raises(Exception, match=said):
            origin_days(data, "week", last, *wrong)


def test_what_followed_is_summed_over_the_days_of_the_window(tmp_path):
    inside, outside = (ORIGIN + 1, ORIGIN + 10), (ORIGIN, ORIGIN + 11)
    rows = [
        *weekly("a", 12),
        *(order("a", day(on), 3) for on in inside),
        *(order("a", day(on), 50) for on in outside),
    ]
    seen = looked_at(records(tmp_path, orders=rows), as_of=ORIGIN + 30, horizon=10)
    assert seen.actual.tolist() == [6.0]
    assert seen.horizon.tolist() == [10 / 7]


def test_a_line_counts_as_it_was_known_at_the_origin_before_it_and_at_the_end_after_it(tmp_path):
    taken_back = {"status": "cancelled", "shipped_at": day(ORIGIN - 2), "cancelled_at": day(ORIGIN + 3)}
    returned = {"status": "cancelled", "shipped_at": day(ORIGIN + 5), "cancelled_at": day(ORIGIN + 9)}
    later = {"status": "cancelled", "shipped_at": day(ORIGIN + 5), "cancelled_at": day(ORIGIN + 40)}
    rows = [
        *weekly("a", 12),
        order("a", day(ORIGIN - 2), 100, **taken_back),
        order("a", day(ORIGIN + 5), 30, **returned),
        order("a", day(ORIGIN + 5), 7, **later),
    ]
    seen = looked_at(records(tmp_path, orders=rows))
    assert seen.seen.data[-1] == 110.0
    assert seen.actual.tolist() == [7.0]


def test_windows_that_are_partly_unknown_are_left_out_and_counted(tmp_path):
    rows = [*weekly("a", 17), *weekly("b", 17), *weekly("c", 17), order("z", "2026-01-05")]
    absent = [
        {"date": day(ORIGIN + 28), "sku": "a", "share": 0.5},
        {"date": day(ORIGIN + 29), "sku": "b", "share": 0},
        {"date": day(ORIGIN + 7), "sku": "c", "share": 0},  # a Sunday
    ]
    data = records(tmp_path, orders=rows, availability=absent)
    assert np.isnan(looked_at(data).actual).tolist() == [True, False, True, False]
    assert np.isnan(looked_at(data, closed_weekdays="[sunday]").actual).tolist() == [
        False,
        False,
        False,
        False,
    ]
    request = Request(1, 28, as_of=ORIGIN + 28, models=["tsb"])
    tested = backtest(data, load(), request)
    assert (tested.run["counts"]["windows"], tested.run["counts"]["left_out"]) == (2, 2)
    assert tested.tables["forecasts"]["actual"].isna().sum() == 2
    assert tested.tables["scores"].iloc[0][["windows", "left_out", "units"]].tolist() == [2, 2, 40.0]


def test_only_items_are_judged_that_have_begun_or_begin_within_the_window_and_have_not_ended(tmp_path):
    rows = [*weekly("old", 16), order("late", day(ORIGIN + 3)), *weekly("gone", 8), *weekly("going", 16)]
    rows += [order(sku, day(ORIGIN + 40)) for sku in ("far", "heir")] + [order("launch", day(ORIGIN + 10))]
    products = [
        {"sku": "gone", "ends_on": day(ORIGIN)},
        {"sku": "going", "ends_on": day(ORIGIN + 14)},
        {"sku": "launch", "available_from": day(ORIGIN + 8)},
        {"sku": "far", "available_from": day(ORIGIN + 29)},
        {"sku": "heir", "predecessor": "old"},
    ]
    seen = looked_at(records(tmp_path, orders=rows, products=products), as_of=ORIGIN + 40)
    assert seen.items.sku[seen.judged].tolist() == ["going", "launch", "old"]
    assert seen.horizon[seen.judged].tolist() == [2.0, 3.0, 4.0]


def test_nothing_of_the_future_is_in_a_forecast_or_a_class(sample):
    data, config = read(str(sample)), load(settings=["selection_origins=3"])
    origin = day_number("2026-04-05")
    past = data.orders["ordered_at"] < np.datetime64(origin + 1, "D")
    other = replace(data, orders=data.orders[past].reset_index(drop=True))
    unknowable = ["actual", "cost", "pinball", "squared_error"]
    tables = []
    for each in (data, other):
        seen = window(records_of(each), config, origin, origin + 28, 28, Assumptions())
        table = forecasts(seen, "auto", "auto", config).drop(columns=unknowable)
        tables.append(table.set_index(["location", "sku"]))
    both = tables[0].index.intersection(tables[1].index)
    assert len(both) > 50
    pd.testing.assert_frame_equal(tables[0].loc[both], tables[1].loc[both])


def test_the_two_sides_of_the_cost_are_those_of_the_critical_ratio(sample):
    data, config = read_records(str(sample)), load()
    known = observer(data, config, day_number("2026-04-05"), Assumptions()).catalogue
    size, days = np.full(len(known), 2.0), np.full(len(known), 28.0)
    short, over = unit_costs(known, size, days, 20.0)
    ratio = critical_ratio(short, over)
    inside = (ratio > 0.5) & (ratio < 0.99)
    assert inside.any()
    np.testing.assert_allclose(
        target_quantile(known.costs, size, days, 20.0)[inside], ratio[inside], rtol=1e-12
    )


def test_where_nothing_was_on_sale_all_the_time_there_is_nothing_to_judge(tmp_path):
    absent = [{"date": day(ORIGIN + 5), "sku": "a", "share": 0}]
    data = records(tmp_path, orders=weekly("a", 17), availability=absent)
    with pytest.raises(Exception, match="nothing to judge forecasts by"):
        backtest(data, load(), Request(1, 28, as_of=ORIGIN + 28, models=["tsb"]))


def test_as_json_what_could_not_be_measured_is_null(tmp_path):
    rows = [*weekly("a", 16), *weekly("b", 8), order("b", day(ORIGIN + 3), 4)]
    products = [{"sku": "c", "available_from": day(ORIGIN + 2)}]
    records(tmp_path, orders=rows, products=products)
    ended = reorder(
        "backtest",
        tmp_path,
        "--origins",
        1,
        "--as-of",
        day(ORIGIN + 22),
        "--horizon-days",
        22,
        "--models",
        "tsb",
        "--json",
    )
    told = json.loads(ended.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert ended.code == 0
    row = next(row for row in told["scores"] if row["class"] == "no_demand")
    assert (row["windows"], row["pinball"], row["bias"], row["rmsse"]) == (1, None, None, None)
