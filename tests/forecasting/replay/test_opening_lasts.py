"""A replay in which nothing runs short even without orders says that it tells nothing."""

from __future__ import annotations

import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.replay.opening_lasts import WithoutOrders
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from tests.support.builders import order, records

FIRST = day_number("2026-03-02")
CONFIG = load(None, ["model=ses", "interval_draws=20", "warmup=none"])


@pytest.mark.parametrize(("on_hand", "short"), [(1000, 0), (130, 0), (125, 1), (115, 2), (0, 13)])
def test_it_warns_where_the_opening_stock_lasts_for_most_of_the_time(tmp_path, on_hand, short):
    lines = [order("a", day_text(FIRST + 7 * (week - 8)), 10) for week in range(21)]
    stock = [{"as_of": day_text(FIRST - 1), "sku": "a", "on_hand": on_hand}]
    data = records(tmp_path, orders=lines, stock=stock)
    run = replay(data, CONFIG, ReplayRequest(FIRST, FIRST + 84, ["min_max"], "min_max")).run
    assert run["without_orders"] == {"lines": 13, "short": short}
    assert bool(run["warnings"]) == (short < 2)


def test_the_warning_says_how_few():
    assert (
        WithoutOrders(1_000, 99)
        .warning()
        .startswith(
            "Without a single order only 99 of 1,000 order lines would have been short (9.9%): the stock"
        )
    )
    assert WithoutOrders(1_000, 100).warning() == WithoutOrders(0, 0).warning() == ""
