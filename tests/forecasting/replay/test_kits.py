"""A replay with kits: components are bought for them, and lines are short at the kit."""

from __future__ import annotations

import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from tests.support.kits import TODAY, shop

LAST = day_number(str(TODAY))
CONFIG = load(None, ("model=negative_binomial", "warmup=none"))


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    request = ReplayRequest(LAST - 90, LAST, ("cost_optimal", "no_orders", "perfect_foresight"), "no_orders")
    return replay(shop(tmp_path_factory.mktemp("kits")), CONFIG, request).tables


def test_every_line_of_a_customer_counts_once_at_what_was_asked_for(replayed):
    items = replayed["items"].set_index(["policy", "sku"])
    lines = items.loc["no_orders", "lines"].to_dict()
    assert lines == {"A": 0, "B": 45, "pair": 0, "set": 91}
    # Without orders the shop runs dry: short lines are the kit's, and none its components'.
    short = items.loc["no_orders", "backordered_lines"]
    assert short["set"] > 50 and short["A"] == 0


def test_components_are_bought_and_kits_are_not(replayed):
    items = replayed["items"].set_index(["policy", "sku"])
    for policy in ("cost_optimal", "perfect_foresight"):
        bought = items.loc[policy, "purchased_units"]
        assert bought["set"] == 0 and bought["pair"] == 0
        assert bought["A"] > 50 and bought["B"] > 150


def test_orders_for_the_components_keep_the_kits_on_sale(replayed):
    summary = replayed["summary"].set_index("policy")
    assert summary.loc["cost_optimal", "line_fill_rate"] > 0.9 > summary.loc["no_orders", "line_fill_rate"]
    assert summary.loc["perfect_foresight", "cost_total"] < summary.loc["cost_optimal", "cost_total"]
