"""The company's own levels as a policy: items that have both, one or none, and companies that have none."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import CompanyLevels, day_number, day_text
from forecasting.errors import RequestError
from forecasting.planning.plan import plan
from forecasting.policies.min_max import MinMax
from forecasting.policies.own_levels import OwnLevels
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from tests.support.builders import order, records, situation

NAN = np.nan
FIRST = day_number("2026-03-02")
CONFIG = load(None, ["model=ses", "interval_draws=20", "warmup=none", "lead_time_days=7"])


def levels(point, up_to):
    return CompanyLevels(np.array(point, dtype=np.float64), np.array(up_to, dtype=np.float64))


def test_at_or_below_the_reorder_point_it_orders_up_to_the_level():
    own = levels([20, 19, 20, 20], [50, 50, 50, 10])
    seen = situation([7.0] * 4, on_hand=[20, 20, 25, 5], on_order=0.0, own_levels=own)
    decision = OwnLevels().decide(seen)
    # At the point; above it; above it; a level below the point is the point.
    assert decision.quantity.tolist() == [30.0, 0.0, 0.0, 15.0]
    assert decision.reorder_point.tolist() == [20.0, 19.0, 20.0, 20.0]
    assert decision.order_up_to.tolist() == [50.0, 50.0, 50.0, 20.0]


def test_of_two_levels_the_one_that_is_missing_follows_from_the_other_and_min_max_stands_in_for_both():
    seen = situation([7.0] * 3, on_hand=20.0, own_levels=levels([30, NAN, NAN], [NAN, 30, NAN]))
    decision, usual = OwnLevels().decide(seen), MinMax().decide(seen)
    assert decision.reorder_point.tolist() == [30.0, 29.0, usual.reorder_point[2]]
    assert decision.order_up_to.tolist() == [37.0, 30.0, usual.order_up_to[2]]
    assert decision.quantity.tolist() == [17.0, 10.0, usual.quantity[2]]
    assert OwnLevels().rules(seen).tolist() == ["own_levels", "own_levels", "min_max"]


def test_orders_keep_to_packs_and_to_items_that_can_be_ordered():
    seen = situation(
        [7.0] * 2, on_hand=5.0, pack=12.0, own_levels=levels([10, 10], [40, 40]),
        orderable=np.array([True, False]),
    )  # fmt: skip
    assert OwnLevels().decide(seen).quantity.tolist() == [36.0, 0.0]


def panel(folder, products):
    lines = [order(sku, day_text(FIRST + 7 * (week - 10)), 10) for sku in ("a", "b") for week in range(18)]
    stock = [{"as_of": day_text(FIRST - 1), "sku": sku, "on_hand": 25} for sku in ("a", "b")]
    return records(folder, orders=lines, products=products, stock=stock)


def test_a_plan_and_a_replay_follow_the_levels_of_the_products(tmp_path):
    data = panel(tmp_path, [{"sku": "a", "reorder_point": 30, "order_up_to": 60}, {"sku": "b"}])
    planned = plan(data, load(None, ["policy=own_levels", "model=ses", "lead_time_days=7"]), FIRST - 1)
    row = planned.tables["recommendations"].set_index("sku").loc["a"]
    assert (row.quantity, row.reorder_point, row.order_up_to) == (35, 30, 60)

    request = ReplayRequest(FIRST, FIRST + 48, ["min_max", "own_levels"], "min_max")
    replayed = replay(data, CONFIG, request)
    items = replayed.tables["items"].set_index(["policy", "sku"])
    # 25 open, 10 are sold a week: the position is 25, 30, 30 at the reviews before weeks 0, 3 and 6.
    assert items.loc[("own_levels", "a"), "purchased_units"] == 35 + 30 + 30
    assert items.loc[("own_levels", "b"), "purchased_units"] == items.loc[("min_max", "b"), "purchased_units"]
    assumed = replayed.tables["assumptions"].set_index("setting")
    assert assumed.loc["own_levels", "items"] == 1


def test_where_no_product_has_a_level_that_is_an_error(tmp_path):
    data = panel(tmp_path, [{"sku": "a"}, {"sku": "b"}])
    with pytest.raises(RequestError, match="no product has a level of its own"):
        plan(data, load(None, ["policy=own_levels"]), FIRST - 1)
    with pytest.raises(RequestError, match="reorder_point"):
        replay(data, CONFIG, ReplayRequest(FIRST, FIRST + 48, ["min_max", "own_levels"], "min_max"))
