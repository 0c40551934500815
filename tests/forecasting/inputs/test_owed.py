"""A line is owed while it is open, and forgotten after the setting's days."""

from __future__ import annotations

from forecasting.config import load
from forecasting.dataset.oddities.orders import OLD_LINE_DAYS
from forecasting.domain import day_number
from forecasting.planning.plan import plan
from tests.support.builders import order, records

AS_OF = day_number("2026-01-31")


def backlog(tmp_path, *settings: str) -> float:
    rows = [
        order("a", "2022-05-01", 40, status="open"),
        order("a", "2025-12-01", 3, status="open"),
        order("a", "2026-01-31", 1, status="shipped", shipped_at="2026-01-31"),
    ]
    config = load(None, ["model=negative_binomial", *settings])
    planned = plan(records(tmp_path, orders=rows), config, AS_OF)
    return float(planned.tables["recommendations"]["backlog"].sum())


def test_a_line_that_is_open_for_years_is_not_owed_any_more(tmp_path):
    assert backlog(tmp_path) == 3
    assert backlog(tmp_path, "open_line_days=3000") == 43
    assert backlog(tmp_path, "open_line_days=30") == 0


def test_the_notice_speaks_of_the_default():
    assert load().open_line_days == OLD_LINE_DAYS
