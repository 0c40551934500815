"""Goods are moved before they are bought, never from where they are needed; a hub sees what shops ask for."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.planning.plan import plan
from forecasting.planning.transfers import fair_shares, whole_packs
from tests.support.builders import records
from tests.support.places import ALONE, PLACES, TODAY, company, tables

AS_OF = day_number(str(TODAY))


def planned(made, *settings):
    return plan(made, load(None, ("model=negative_binomial", *settings)), AS_OF).tables


def rows(made):
    return made["recommendations"].set_index("location")


def test_shops_are_sent_goods_by_their_hub_and_the_hub_buys(tmp_path):
    made = planned(company(tmp_path, {"east": 3, "west": 5, "hub": 500}))
    table = rows(made)
    assert table["kind"].to_dict() == {"east": "transfer", "west": "transfer", "hub": "purchase"}
    assert table["source"].to_dict() == {"east": "hub", "west": "hub", "hub": "North"}
    assert (table.loc[["east", "west"], "quantity"] > 0).all()
    # A shop waits for the transfer, the hub for its supplier.
    assert table["lead_time_days"].to_dict() == {"east": 2, "west": 2, "hub": 10}
    moved = made["transfers"].set_index("location")
    assert moved["quantity"].to_dict() == table.loc[["east", "west"], "quantity"].to_dict()
    assert set(moved["source"]) == {"hub"} and set(moved["arrives_on"]) == {"2026-04-01"}
    assert table.loc["east", "reason"].startswith("Move from hub ")


def test_the_hub_decides_by_what_all_its_shops_will_ask_for_and_have(tmp_path):
    few = rows(planned(company(tmp_path / "few", {"east": 3, "west": 5, "hub": 40})))
    # Six a day over seven days of review and ten of the supplier; two on to the shops, after the day that it
    # came on and three until they order, in the mean.
    assert few.loc["hub", "demand_mean"] == pytest.approx(6 * 23, rel=0.1)
    assert few.loc["hub", "quantity"] > 50
    full = rows(planned(company(tmp_path / "full", {"east": 103, "west": 105, "hub": 40})))
    # What lies in the shops need not be bought: unit for unit.
    assert few.loc["hub", "order_up_to"] == full.loc["hub", "order_up_to"]
    assert full.loc["hub", "quantity"] == max(few.loc["hub", "quantity"] - 200, 0)


def test_a_hub_that_has_too_little_shares_it_and_says_so(tmp_path):
    made = planned(company(tmp_path, {"east": 4, "west": 8, "hub": 12}))
    table = rows(made)
    assert made["transfers"]["quantity"].sum() == 12
    assert table.loc["east", "quantity"] + table.loc["west", "quantity"] == 12
    # Both last as long: twice as much is asked for in the west.
    assert table.loc["west", "quantity"] == 2 * table.loc["east", "quantity"]
    assert "short_at_source" in table.loc["west", "flags"]
    assert "hub has no more to share" in table.loc["west", "reason"]


def test_what_another_place_will_not_need_is_moved_before_anything_is_bought(tmp_path):
    made = planned(company(tmp_path, {"east": 0, "west": 900}, ALONE))
    east = rows(made).loc["east"]
    assert (east["kind"], east["source"], east["supplier"]) == ("transfer", "west", "west")
    assert east["quantity"] > 0 and east["arrives_on"] == "2026-04-02"
    assert made["supplier_orders"].set_index("supplier").loc["North", "lines"] == 0
    assert made["transfers"].iloc[0]["saved"] > 0
    assert "west has more than it needs" in east["reason"]


def test_a_purchase_is_less_by_what_is_moved(tmp_path):
    alone = rows(planned(company(tmp_path / "alone", {"east": 0, "west": 200}, None))).loc["east"]
    made = planned(company(tmp_path / "both", {"east": 0, "west": 200}, ALONE), "transfer_cost_per_line=0")
    east, moved = rows(made).loc["east"], made["transfers"].iloc[0]
    assert 0 < moved["quantity"] < alone["quantity"]
    assert east["kind"] == "purchase" and east["source"] == "North"
    assert east["quantity"] == alone["quantity"] - moved["quantity"]


def test_nothing_is_taken_from_stock_that_the_place_needs_itself(tmp_path):
    alone = rows(planned(company(tmp_path / "alone", {"east": 0, "west": 900}, None)))
    needed = alone.loc["west", "order_up_to"]
    for there in (needed - 1, needed, needed + 7):
        made = planned(company(tmp_path / str(there), {"east": 0, "west": there}, ALONE))
        taken = made["transfers"]["quantity"].sum()
        assert there - taken >= min(needed, there)


@pytest.mark.parametrize("setting", ["transfer_cost_per_line=5000", "transfer_cost_per_unit=50"])
def test_nothing_is_moved_where_that_costs_more_than_it_saves(tmp_path, setting):
    made = planned(company(tmp_path, {"east": 0, "west": 900}, ALONE), setting)
    assert len(made["transfers"]) == 0
    assert rows(made).loc["east", "kind"] == "purchase" and rows(made).loc["east", "quantity"] > 0


def test_goods_that_came_back_are_moved_and_nothing_is_ordered_for_their_place(tmp_path):
    places = [*ALONE, {"location": "desk", "kind": "returns"}]
    made = planned(company(tmp_path, {"east": 0, "west": 108, "desk": 30}, places))
    table = rows(made)
    assert table.loc["desk", "quantity"] == 0 and "never_ordered_there" in table.loc["desk", "flags"]
    assert made["transfers"].set_index("source").loc["desk", "quantity"] > 0


def test_transfers_are_whole_packs(tmp_path):
    made = planned(company(tmp_path, {"east": 0, "west": 1, "hub": 40}, PLACES, pack_size=12))
    assert made["transfers"]["quantity"].sum() == 36
    assert (made["transfers"]["quantity"] % 12 == 0).all()


def test_without_the_table_nothing_says_a_word_of_transfers(tmp_path):
    made = planned(company(tmp_path, {"east": 0, "west": 900}, None))
    assert "transfers" not in made and "kind" not in made["recommendations"]


def test_shares_are_never_more_than_is_wanted_or_there_and_nothing_is_left_that_is_wanted():
    draw = np.random.default_rng(4)
    for _ in range(200):
        k, sources = int(draw.integers(1, 12)), 3
        source = np.sort(draw.integers(0, sources, k))
        wanted, daily = draw.integers(1, 20, k).astype(float), draw.random(k) * 3
        position = draw.integers(-5, 20, k).astype(float)
        there = draw.integers(0, 40, sources).astype(float)
        share = fair_shares(wanted, position, daily, source, there)
        asked, given = (np.bincount(source, units, sources) for units in (wanted, share))
        assert np.all((share >= 0) & (share <= wanted + 1e-9))
        assert given == pytest.approx(np.minimum(asked, there), abs=1e-6)
        packed = whole_packs(share, wanted, np.ones(k), source, there)
        assert np.all(packed <= wanted + 1e-9) and np.all(packed == np.round(packed))
        assert np.bincount(source, packed, sources) == pytest.approx(np.minimum(asked, there))


def test_what_a_supplier_once_delivered_to_a_shop_teaches_nothing_of_transfers(tmp_path):
    given = tables({"east": 3, "west": 5, "hub": 500}, PLACES)
    given["purchase_orders"] = [
        {
            "purchase_order": f"P{back}",
            "sku": "A",
            "location": "east",
            "supplier": "North",
            "quantity": 10,
            "ordered_at": str(TODAY - timedelta(days=back + 21)),
            "received_at": str(TODAY - timedelta(days=back)),
            "status": "received",
        }
        for back in range(20, 180, 20)
    ]
    table = rows(planned(records(tmp_path, **given)))
    assert table["lead_time_days"].to_dict() == {"east": 2, "west": 2, "hub": 10}


def test_nothing_is_moved_where_the_rest_of_the_order_would_be_below_the_minimum(tmp_path):
    given = tables({"east": 0, "west": 900}, ALONE)
    # The same supplier sells a B that is wanted in the west: alone it is too small an order.
    given["orders"] += [{**line, "sku": "B", "order": "B" + line["order"]} for line in given["orders"]]
    given["products"].append({**given["products"][0], "sku": "B"})
    given["stock"] += [{**row, "sku": "B", "on_hand": 0} for row in given["stock"]]
    moved = {}
    for least in (0, 700):
        given["suppliers"] = [{**given["suppliers"][0], "min_order_value": least}]
        made = planned(records(tmp_path / str(least), **given))
        worth = made["supplier_orders"].set_index("supplier").loc["North", "value"]
        moved[least] = (len(made["transfers"]), worth >= least)
    assert moved == {0: (1, True), 700: (0, True)}
