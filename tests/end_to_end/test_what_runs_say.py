"""A replay and a backtest say what a plan says: odd orders, and what the tables lack."""

from __future__ import annotations

import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.evaluate.backtest import Request, backtest
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from forecasting.reports.terminal import backtest_text
from tests.support.builders import order, records

LAST = day_number("2026-03-29")


@pytest.fixture
def mistyped(tmp_path):
    rows = [order("a", day_text(LAST - back), 2) for back in range(300)]
    return records(tmp_path, orders=[*rows, order("a", "2026-02-20", 50_000, line="typo")])


def test_a_replay_tells_odd_orders_and_what_was_not_given(mistyped):
    request = ReplayRequest(LAST - 60, LAST, ("min_max",), "min_max")
    result = replay(mistyped, load(None, ["model=negative_binomial"]), request)
    assert result.tables["notices"]["what"].str.contains("asks for 50,000").any()
    assert "table stock" in set(result.tables["assumptions"]["setting"])


def test_a_backtest_tells_odd_orders_and_what_was_not_given(mistyped):
    result = backtest(mistyped, load(), Request(2, 14, models=["ses"]))
    assert "table stock" in set(result.tables["assumptions"]["setting"])
    assert any("asks for 50,000" in text for text in result.run["notices"])
    assert any("asks for 50,000" in line for line in backtest_text(result, None).splitlines())
