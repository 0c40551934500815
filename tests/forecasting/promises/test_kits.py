"""A kit is promised when its last component is there, and can be sold as far as the scarcest reaches."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.planning.plan import plan
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import recommended_by
from tests.support.builders import order, records
from tests.support.kits import TODAY, shop, tables

AS_OF = day_number(str(TODAY))
CONFIG = load(None, ("model=negative_binomial",))


def promised(made):
    recommended = recommended_by(plan(made, CONFIG, AS_OF).tables["recommendations"], AS_OF)
    return promise(made, CONFIG, Request(AS_OF), recommended).tables


def waiting(sku, units, name):
    return order(sku, str(TODAY), units, status="open", order=name, line=1)


def test_the_shop_sells_a_kit_as_far_as_its_scarcest_component_reaches(tmp_path):
    shown = promised(shop(tmp_path))["storefront"].set_index("sku")
    assert shown["promisable_now"].to_dict() == {"A": 5, "B": 7, "pair": 3, "set": 3}
    assert shown.loc["set", "status"] == "in_stock"


def test_what_a_waiting_kit_takes_nobody_else_is_promised(tmp_path):
    tables = promised(shop(tmp_path, more=[waiting("set", 2, "k")]))
    shown = tables["storefront"].set_index("sku")
    assert shown["promisable_now"].to_dict() == {"A": 3, "B": 3, "pair": 1, "set": 1}
    assert tables["promises"][
        ["order", "sku", "quantity", "split_now", "allocated_from"]
    ].to_numpy().tolist() == [["k", "set", 2, 2, "stock"]]


def test_a_kit_comes_when_the_last_of_its_components_does(tmp_path):
    given = tables(on_hand=(5, 3), more=[waiting("set", 3, "k"), waiting("A", 1, "a")])
    bought = {"purchase_order": "P", "sku": "B", "quantity": 10, "ordered_at": "2026-03-27", "status": "open"}
    given["purchase_orders"] = [{**bought, "expected_at": "2026-04-02"}]
    found = promised(records(tmp_path, **given))
    lines = found["promises"].set_index("order")
    # One set can go at once; B for two more are on their way, and A is there.
    assert lines.loc["k", "split_now"] == 1 and lines.loc["k", "split_later"] == 2
    assert lines.loc["k", "allocated_from"] == "purchase"
    assert lines.loc["a", "eta_p90"] < lines.loc["k", "eta_p90"]
    assert pd.notna(lines.loc["k", "eta_p90"])
    assert found["storefront"].set_index("sku").loc["set", "on_backorder"] == 2


@pytest.mark.parametrize("known", [True, False])
def test_a_kit_has_no_day_where_nobody_knows_when_a_component_comes(tmp_path, known):
    given = tables(on_hand=(5, 0), more=[waiting("set", 3, "k")])
    if not known:
        given["suppliers"] = [{"supplier": "North", "review_days": 7}]
    line = promised(records(tmp_path, **given))["promises"].iloc[0]
    assert pd.notna(line["eta_p90"]) == known
    assert (line["verdict"] == "unknown") == (not known)
