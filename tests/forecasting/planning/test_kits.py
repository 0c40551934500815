"""What is asked of a kit is asked of its components: they are forecast, owed and ordered; a kit never is."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.kits import exploded, leaf_bills
from forecasting.planning.plan import plan
from tests.support.builders import dataset, order, records
from tests.support.kits import TODAY, shop, tables

AS_OF = day_number(str(TODAY))
SETTINGS = ("model=negative_binomial",)


def planned(made):
    return plan(made, load(None, SETTINGS), AS_OF).tables["recommendations"].set_index("sku")


def test_kits_of_kits_come_to_components_that_are_none(tmp_path):
    kits = dataset(tmp_path, **tables()).kits
    bill = leaf_bills(kits).sort_values(["sku", "component"])
    assert bill.to_numpy().tolist() == [["pair", "B", 2.0], ["set", "A", 1.0], ["set", "B", 2.0]]


def test_no_unit_of_demand_is_lost_or_made_when_kits_explode(tmp_path):
    made = shop(tmp_path)
    sku, before, after = made.items.sku, made.orders, exploded(made).orders
    asked = {name: before.quantity[sku[before.item] == name].sum() for name in ("set", "B")}
    units = {name: after.quantity[sku[after.item] == name].sum() for name in ("A", "B", "set")}
    assert units == {"A": asked["set"], "B": asked["B"] + 2 * asked["set"], "set": asked["set"]}
    # The first rows are the ones that there were.
    assert np.array_equal(after.item[: len(before)], before.item)


def test_components_are_ordered_for_kits_and_alone_and_a_kit_never_is(tmp_path):
    table = planned(shop(tmp_path))
    # One set a day: one A, and two B beside the three every other day, over 12 days.
    assert table.loc["A", "demand_mean"] == pytest.approx(12, rel=0.1)
    assert table.loc["B", "demand_mean"] == pytest.approx(12 * 3.5, rel=0.1)
    assert table.loc["A", "quantity"] > 0 and table.loc["B", "quantity"] > 0
    for kit in ("set", "pair"):
        assert table.loc[kit, "quantity"] == 0
        assert table.loc[kit, "flags"].split(";")[0:1] != ["ended"] and "kit" in table.loc[kit, "flags"]
    # Seven B make three pairs, and three sets: A would reach for five.
    assert table.loc["set", "on_hand"] == 3 and table.loc["pair", "on_hand"] == 3
    assert table.loc["set", "reason"] == (
        "Nothing: it is a kit of 1 of A, 2 of B, put together when it is sold; 3 can be, as far as B "
        "reaches. Its components are ordered."
    )


def test_what_is_owed_of_a_kit_is_owed_of_its_components(tmp_path):
    owed = order("set", str(TODAY), 4, status="open", order="late", quantity_shipped=1)
    table = planned(shop(tmp_path, on_hand=(0, 0), more=[owed]))
    assert table["backlog"].to_dict() == {"A": 3.0, "B": 6.0, "pair": 0.0, "set": 3.0}


def test_without_the_table_a_kit_is_a_product_like_any_other(tmp_path):
    given = tables()
    given.pop("kits")
    table = planned(records(tmp_path, **given))
    assert table.loc["set", "quantity"] > 0
    assert table.loc["A", "flags"].split(";")[0] == "no_history"
