"""Spare goods: what giving some away saves and costs, that none is given twice, and when nothing is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import OrderTerms, day_number
from forecasting.planning import between_places
from forecasting.planning.plan import plan
from forecasting.planning.spare import COUNTED_ON, Offer, spare_moves
from forecasting.policies.expected_cost.review_cost import ReviewCost, ShortageShares
from models.shared.distribution import negative_binomial, point
from tests.support.builders import order, records
from tests.support.places import ALONE, TODAY, tables

HOLDING, SHORTAGE, REVIEW, LEAD = 0.01, 5.0, 7.0, 10.0


def offer(position, daily=1.0, *, noise=False, on_hand=None, **more):
    """Places that ask for ``daily`` units, steadily or not."""
    position = np.asarray(position, dtype=np.float64)
    n = len(position)
    each = np.broadcast_to(np.asarray(daily, dtype=np.float64), n)

    def over(days):
        return negative_binomial(each * days, each * days * 4.0) if noise else point(each * days)

    nothing = np.zeros(n)
    given = {
        "on_hand": position if on_hand is None else np.asarray(on_hand, dtype=np.float64),
        "position": position,
        "keep": 2 * each * (REVIEW + LEAD),
        "reorder_point": each * (REVIEW + LEAD),
        "daily": each,
        "review": ReviewCost(
            before=over(LEAD),
            after=over(LEAD + REVIEW),
            shortage=np.full(n, SHORTAGE),
            waiting=nothing,
            holding=np.full(n, HOLDING),
            review_days=np.full(n, REVIEW),
            shares=ShortageShares(*[nothing] * 4),
        ),
        "before": over(LEAD),
        "lead_days": np.full(n, LEAD),
        "line_cost": nothing,
        "transfer_days": np.full(n, 3.0),
        "cost_per_line": np.full(n, 5.0),
        "cost_per_unit": nothing,
        "furthest_days": 364.0,
    }
    return Offer(**{**given, **more})


def free(n, pack=1.0):
    """Terms that ask for nothing but whole packs."""
    alone = np.ones(n)
    return OrderTerms(pack * alone, alone, np.inf * alone, alone)


def test_steady_demand_comes_down_to_what_was_given_and_saves_its_holding_until_then():
    # From 217 to the reorder point of 17 in 200 days; 80 units fewer get there in 120.
    giver, units = offer([217.0]), np.array([[40.0, 80.0]])
    saved = HOLDING * units * (200.0 - units / 2)
    assert -giver.loss(units) == pytest.approx(saved, rel=0.02)


def test_what_nobody_asks_for_saves_a_years_holding_and_no_more():
    giver = offer([50.0], daily=0.0)
    assert -giver.loss(np.array([[20.0]])) == pytest.approx(HOLDING * 20 * 364, rel=1e-6)


def test_a_shelf_that_is_needed_before_the_next_order_comes_is_dear_whatever_is_on_order():
    full, thin = (offer([300.0], noise=True, on_hand=[there]) for there in (300.0, 12.0))
    units = np.array([[10.0]])
    assert full.loss(units)[0, 0] < 0
    # Ten more units are short of ten that are asked for: about half of them.
    assert thin.loss(units)[0, 0] > 0.4 * SHORTAGE * 10


def test_giving_in_two_steps_costs_what_giving_at_once_does():
    giver, half = offer([400.0, 250.0], noise=True), np.array([[30.0], [20.0]])
    both = giver.loss(half) + giver.without(half[:, 0]).loss(half)
    assert both == pytest.approx(giver.loss(2 * half), rel=0.05)


def test_no_unit_is_given_twice_and_each_place_gets_its_goods_from_one():
    draw = np.random.default_rng(7)
    moved = 0
    for _ in range(40):
        n = 12
        sku, position = draw.integers(0, 3, n), draw.integers(0, 600, n).astype(np.float64)
        wanted = np.where(position < 40, draw.integers(1, 200, n), 0).astype(np.float64)
        pack = draw.choice([1.0, 6.0], n)
        places = offer(position, noise=True, cost_per_line=np.full(n, 0.5))
        moves = spare_moves(wanted, sku, places, free(n, pack))
        moved += len(moves)
        assert len(set(moves.item)) == len(moves.item) and np.all(sku[moves.item] == sku[moves.source])
        assert np.all(moves.quantity > 0) and np.all(moves.saved > 0)
        assert np.all(moves.quantity <= wanted[moves.item]) and np.all(wanted[moves.source] == 0)
        given = np.bincount(moves.source, moves.quantity, n)
        assert np.all(given <= places.spare)
        whole = moves.quantity == wanted[moves.item]
        assert np.all(whole | (moves.quantity % pack[moves.item] == 0))
    assert moved > 20


def test_a_move_has_to_save_its_cost_in_what_can_be_counted_on():
    sku, wanted = np.zeros(2, dtype=np.int64), np.array([40.0, 0.0])
    places = offer([0.0, 217.0])
    saved = float(-places.loss(np.array([[0.0], [40.0]]))[1, 0])
    for cost, some in ((0.9 * COUNTED_ON * saved, True), (1.1 * COUNTED_ON * saved, False)):
        moves = spare_moves(wanted, sku, replace(places, cost_per_line=np.full(2, cost)), free(2))
        assert (len(moves) > 0) == some
        if some:
            assert moves.saved[0] == pytest.approx(COUNTED_ON * saved - cost)


def test_nothing_is_moved_that_comes_too_late_where_the_supplier_comes_sooner():
    sku, wanted = np.zeros(2, dtype=np.int64), np.array([40.0, 0.0])
    sooner, later = (offer([0.0, 217.0], transfer_days=np.full(2, days)) for days in (3.0, 17.0))
    assert len(spare_moves(wanted, sku, sooner, free(2))) == 1
    assert len(spare_moves(wanted, sku, later, free(2))) == 0


def test_what_is_left_to_buy_is_never_more_than_was_wanted():
    sku, wanted = np.zeros(2, dtype=np.int64), np.array([40.0, 0.0])
    # 30 are spare, and no fewer than 20 can be bought: 30 moved would leave 10 to buy as 20.
    terms = replace(free(2), min_order_quantity=np.full(2, 20.0))
    places = offer([0.0, 64.0], cost_per_line=np.full(2, 0.1))
    assert spare_moves(wanted, sku, places, terms).quantity[0] <= 20.0


def test_a_place_that_sold_well_within_the_year_keeps_what_a_quiet_time_leaves(tmp_path, monkeypatch):
    given = tables({"east": 0, "west": 130}, ALONE, daily={"east": 2})
    days = [f"2025-{month:02d}-10" for month in range(4, 11)]
    more = {"location": "west", "line": 1, "status": "shipped"}
    given["orders"] += [order("A", day, 120, order=day, shipped_at=day, **more) for day in days]
    made, moved = records(tmp_path, **given), {}
    for looked_at in (364.0, 1.0):
        monkeypatch.setattr(between_places, "YEAR_DAYS", looked_at)
        tables_now = plan(made, load(None, ("model=moving_average",)), day_number(str(TODAY))).tables
        moved[looked_at] = tables_now["transfers"]["quantity"].sum()
    # Seven lines of 120 in the year, of which the forecast of late knows nothing.
    assert moved[364.0] == 0 and moved[1.0] > 60
