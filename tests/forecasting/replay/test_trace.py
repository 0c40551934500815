"""The trace: every order and every day, by hand, in balance, and as the ledger of the replay had them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.errors import RequestError
from forecasting.inputs.read_records import read_records
from forecasting.replay import trace as traced
from forecasting.replay.replay import replay
from forecasting.replay.request import Extras, ReplayRequest
from forecasting.store.files import write_run
from tests.support.builders import order, records

FIRST = day_number("2026-03-02")


def test_one_item_day_by_day_by_hand(tmp_path):
    lines = [order("a", day_text(FIRST + 7 * (week - 10)), 10) for week in range(14)]
    stock = [{"as_of": day_text(FIRST - 1), "sku": "a", "on_hand": 5}]
    bought = {"purchase_order": "P", "sku": "a", "quantity": 8, "ordered_at": day_text(FIRST - 3)}
    data = records(
        tmp_path,
        orders=lines,
        stock=stock,
        products=[{"sku": "a", "reorder_point": 4, "order_up_to": 30}],
        purchase_orders=[bought | {"received_at": day_text(FIRST + 2)}],
    )
    config = load(None, ["model=ses", "interval_draws=20", "warmup=none", "lead_time_days=4"])
    request = ReplayRequest(FIRST, FIRST + 20, ["own_levels"], "own_levels", Extras(trace=True))
    tables = replay(data, config, request).tables

    # 5 open and 8 come: a position of 13, and of 3 a week later; 27 ordered on day 6 come on day 11.
    orders = tables["trace_orders"]
    assert orders[["policy", "location", "sku", "quantity", "came"]].to_numpy().tolist() == [
        ["own_levels", "main", "a", 27.0, 27.0],
    ]
    assert orders["reviewed_on"].tolist() == [pd.Timestamp(day_text(FIRST + 6))]
    assert orders["arrives_on"].tolist() == [pd.Timestamp(day_text(FIRST + 11))]
    days = tables["trace_stock"].iloc[[0, 2, 6, 7, 11, 14]]
    assert days[["on_hand", "on_order", "backlog", "demand", "shipped", "lost"]].to_numpy().tolist() == [
        [0, 8, 5, 10, 5, 0],
        [3, 0, 0, 0, 5, 0],
        [3, 27, 0, 0, 0, 0],
        [0, 27, 7, 10, 3, 0],
        [20, 0, 0, 0, 7, 0],
        [10, 0, 0, 10, 10, 0],
    ]


@pytest.fixture(scope="module")
def traced_sample(sample):
    # Too early for a rule to be fitted: what is counted is the same, whatever its parameters are.
    first, last = day_number("2025-05-05"), day_number("2025-06-08")
    config = load(None, ["model=ses", "interval_draws=20", "warmup=none", "receipts=recorded"])
    request = ReplayRequest(first, last, ["recorded", "min_max", "base_stock"], "min_max", Extras(trace=True))
    return replay(read_records(str(sample)), config, request)


def test_the_days_add_up_to_what_the_replay_measured(traced_sample):
    days, items = traced_sample.tables["trace_stock"], traced_sample.tables["items"]
    summed = days.groupby(["policy", "location", "sku"], observed=True)[["demand", "lost", "on_hand"]].sum()
    known = items[items["policy"] != "recorded"].set_index(["policy", "location", "sku"])
    both = summed.join(known, how="inner")
    assert len(both) == len(known) == len(summed)
    # Of items that are known only later nothing is counted before.
    whole = both[both["demand"] == both["units"]]
    assert len(whole) > 0.9 * len(both)
    assert np.allclose(whole["lost"], whole["lost_units"])
    assert np.allclose(whole["on_hand"] / 35, whole["average_on_hand_units"], atol=1e-3)


def test_what_a_policy_bought_is_what_its_orders_say(traced_sample):
    orders, summary = traced_sample.tables["trace_orders"], traced_sample.tables["summary"]
    bought = orders.groupby("policy", observed=True)["quantity"].sum()
    assert set(bought.index) == {"min_max", "base_stock"}
    shown = summary.set_index("policy")["purchased_units"]
    assert (shown[bought.index] <= bought + 1e-6).all()
    assert (shown[bought.index] > 0.9 * bought).all()
    assert (orders["arrives_on"] > orders["reviewed_on"]).all()


def test_the_tables_are_written_as_they_are_declared(traced_sample, tmp_path):
    write_run(tmp_path, traced_sample.tables, traced_sample.run, csv=True)
    back = pd.read_parquet(tmp_path / "trace_stock.parquet")
    assert len(back) == len(traced_sample.tables["trace_stock"])
    assert back["sku"].tolist() == traced_sample.tables["trace_stock"]["sku"].tolist()


def test_a_trace_that_does_not_fit_into_memory_is_refused_before_anything_is_simulated(sample, monkeypatch):
    monkeypatch.setattr(traced, "MOST_ROWS", 1_000)
    first, last = day_number("2026-05-04"), day_number("2026-06-07")
    request = ReplayRequest(first, last, ["min_max"], "min_max", Extras(trace=True))
    with pytest.raises(RequestError, match=r"--trace: 1 policies x 35 days x .* rows, more than 1,000"):
        replay(read_records(str(sample)), load(None, ["model=ses"]), request)
