"""What the tests of recorded outcomes share: two weeks from a Monday on, and their scenario."""

from __future__ import annotations

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observing import observer
from forecasting.replay.recorded import recorded
from forecasting.replay.scenario import scenario
from tests.support.builders import order

FIRST = day_number("2026-03-02")  # a Monday


def staged(data, *options, first=FIRST, last=FIRST + 13):
    config = load(None, ["warmup=none", "lead_time_days=3", *options])
    assumptions = Assumptions()
    return scenario(observer(data, config, first - 1, assumptions), first, last, assumptions)


def told(data, *options, **span):
    return recorded(staged(data, *options, **span), Assumptions())


def on(offset):
    return day_text(FIRST + offset)


def early(sku="a"):
    """A line before the replay, so that there is a past."""
    return order(sku, on(-10), 1, shipped_at=on(-10), status="shipped")
