"""Alternatives: listed ones in their order and ratio, look-alikes, and each unit offered once."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.inputs.records import AlternativeRecords
from forecasting.promises.alternatives import Wish, listed, offer
from tests.forecasting.promises.test_promise import PRODUCT, by_order, line, promised, shop

PAIRS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from([0.5, 1.0, 2.0])).filter(
        lambda pair: pair[0] != pair[1]
    ),
    max_size=12,
)


def of(*pairs):
    """Alternatives of (item, alternative, ratio)."""
    pairs = sorted(pairs, key=lambda pair: pair[0])
    item, other, ratio = (np.array([pair[k] for pair in pairs]) for k in range(3))
    return listed(AlternativeRecords(item.astype(int), other.astype(int), ratio.astype(float)))


def test_an_alternative_of_an_alternative_comes_after_it_and_a_cycle_ends():
    found = of((0, 1, 2.0), (1, 2, 0.5), (2, 0, 1.0))
    own = found.item == 0
    assert found.alternative[own].tolist() == [1, 2]
    assert found.ratio[own].tolist() == [2.0, 1.0]
    assert found.steps[own].tolist() == [1, 2]
    assert len(found.item) == 6


@settings(max_examples=200, deadline=None)
@given(
    PAIRS,
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=12),
    st.lists(st.integers(0, 12), min_size=6, max_size=6),
)
def test_no_unit_is_offered_twice(pairs, lines, stock):
    found = of(*pairs)
    item, wanted = (np.array([each[k] for each in lines], dtype=np.int64) for k in (0, 1))
    free = np.array(stock, dtype=np.int64)
    saves = np.array([5.0 * (k % 3) for k in range(len(lines))])
    costs = np.array([4.0 * (k % 2) for k in range(len(found.item))])
    chosen = offer(found, Wish(item, wanted, saves, np.zeros(len(lines))), costs, free)
    row, parts = np.where(chosen.held, chosen.row, -1), chosen.parts
    assert (chosen.cost[chosen.held] <= saves[chosen.held]).all()
    taken = np.bincount(found.alternative[row[row >= 0]], parts[row >= 0], 6).astype(int)
    np.testing.assert_array_equal(taken + free, stock)
    assert (free >= 0).all()
    for k in np.flatnonzero(row >= 0):
        assert found.item[row[k]] == item[k]
        assert parts[k] == np.ceil(wanted[k] * found.ratio[row[k]])


def test_late_lines_are_offered_what_is_listed_and_it_leaves_the_shop(tmp_path):
    others = [{"sku": sku, "supplier": "S", **PRODUCT} for sku in ("B", "C")]
    lines = [line("L1", "A", 3, due="2026-06-10"), line("L2", "A", 2), line("L3", "A", 4)]
    given = shop(
        tmp_path,
        lines,
        products=others,
        stock=[("A", 0), ("B", 7), ("C", 3)],
        purchases=[("P1", "A", 20, "2026-06-20")],
        alternatives=[
            {"sku": "A", "alternative": "B", "rank": 1, "ratio": 2},
            {"sku": "A", "alternative": "C", "rank": 2},
            {"sku": "B", "alternative": "A", "rank": 1},
        ],
    )
    tables, _ = promised(given)
    # L2 and L3 were due to ship on the 5th, L1 has until the 10th: they choose first.
    chosen = tables["promises"].set_index("order")["alternative"].fillna("")
    assert chosen.to_dict() == {"L1": "C", "L2": "B", "L3": ""}
    assert by_order(tables, "alternative_quantity") == {"L1": 3, "L2": 4, "L3": 0}
    assert by_order(tables, "message")["L1"].endswith("Instead, 3 of C can ship at once.")
    front = tables["storefront"].set_index("sku")["promisable_now"]
    assert front.to_dict() == {"A": 0, "B": 3, "C": 0}
    listed_now = tables["promise_alternatives"]
    told = listed_now[["sku", "alternative", "kind", "promisable_now"]].to_numpy().tolist()
    assert told == [["A", "B", "listed", 3]]


def test_look_alikes_are_suggestions_of_one_category_price_and_wording(tmp_path):
    def product(sku, description, category="c", price=10):
        return {**PRODUCT, "sku": sku, "description": description, "category": category, "unit_price": price}

    others = [
        product("B", "Red wool scarf"),
        product("C", "Blue wool scarf"),
        product("D", "Red wool scarf", category="d"),
        product("E", "Red wool scarf, cashmere", price=90),
        product("F", "Garden hose"),
    ]
    stock = [("A", 0), ("B", 0), *((sku, 5) for sku in "CDEF")]
    tables, _ = promised(shop(tmp_path, [line("L1", "B", 1)], products=others, stock=stock))
    found = tables["promise_alternatives"]
    assert found[["sku", "alternative", "kind"]].to_numpy().tolist() == [["B", "C", "suggestion"]]
    assert 0.3 <= found["likeness"].iloc[0] < 1
    assert tables["promises"]["alternative"].isna().all()


def test_nothing_is_offered_in_the_place_of_what_comes_as_soon(tmp_path):
    others = [{"sku": "B", "supplier": "S", **PRODUCT}]
    pair = [{"sku": "A", "alternative": "B", "rank": 1, "ratio": 1}]
    there = {"products": others, "stock": [("A", 0), ("B", 9)], "alternatives": pair}
    given = shop(tmp_path, [line("L1", "A", 2, due="2026-06-08")], **there)
    offered = {
        days: promised(given, {"A": 2}, (f"promise_sooner_days={days}",))[0]["promises"]["alternative"].iloc[
            0
        ]
        for days in (9, 10)
    }
    # It is there on the 18th, the alternative on the 9th.
    assert offered[9] == "B" and offered[10] != "B"
