"""A small shop whose promises are worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.config import load
from forecasting.domain import LONG_AGO, day_number
from forecasting.errors import RequestError
from forecasting.promises.pins import read_pins
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import Recommended
from tests.support.builders import order, records

AS_OF = day_number("2026-06-08")
"""A Monday. Receipts of a day are there at its start, and what is in stock at its close ships on the next."""

PRODUCT = {"category": "c", "unit_cost": 5, "unit_price": 10}


def line(number, sku, quantity, on="2026-06-05", **more):
    return order(sku, on, quantity, order=number, line="1", status="open", **more)


def bought(name, sku, quantity, on, **more):
    return {
        "purchase_order": name,
        "line": "1",
        "sku": sku,
        "quantity": quantity,
        "supplier": "S",
        "ordered_at": on,
        **more,
    }


def shop(folder, lines, *, products=(), stock=(), purchases=(), at=None, **tables):
    """Records of a shop that sells A from a supplier who takes 9 days (10 to the day that goods can ship)."""
    known = [{"sku": "A", "supplier": "S", **PRODUCT}, *products]
    coming = [
        bought(name, sku, units, "2026-06-01", status="open", expected_at=due)
        for name, sku, units, due in purchases
    ]
    nothing = bought("P0", "A", 1, "2026-04-01", status="cancelled")
    tables = {"purchase_orders": coming or [nothing], **tables}
    return records(
        folder,
        orders=[*lines, order("A", "2026-05-01", 1, order="old", line="1", status="shipped")],
        products=known,
        suppliers=[
            {"supplier": "S", "lead_time_days": 9, "lead_time_sd_days": 0, "review_days": 7},
            {"supplier": "T"},
        ],
        stock=[{"as_of": "2026-06-08", "sku": sku, "on_hand": units} for sku, units in stock]
        or [
            {"as_of": "2026-06-08", "sku": "A", "on_hand": units, "location": place}
            for place, units in (at or {"main": 0}).items()
        ],
        **tables,
    )


def promised(given, recommended=None, settings=(), next_order=None, **asked):
    """The tables of a run at the close of 8 June, and what is said of it. ``recommended``: units by SKU;
    ``next_order``: the day at whose close more can be ordered.
    """
    n = len(given.items)
    quantity = np.array([(recommended or {}).get(sku, 0.0) for sku in given.items.sku], dtype=float)
    plan = Recommended(
        quantity, np.full(n, LONG_AGO if next_order is None else day_number(next_order)), np.ones(n)
    )
    result = promise(given, load(None, settings), Request(AS_OF, **asked), plan)
    return result.tables, result.run


def by_order(tables, column):
    table = tables["promises"]
    return dict(zip(table["order"], table[column], strict=True))


def test_stock_goes_to_the_first_deadline_and_purchases_to_the_next(tmp_path):
    lines = [line("L1", "A", 4, due="2026-06-30"), line("L2", "A", 5, due="2026-06-10"), line("L3", "A", 3)]
    given = shop(tmp_path, lines, stock=[("A", 6)], purchases=[("P1", "A", 10, "2026-06-15")])
    tables, run = promised(given)

    # Without a deadline L3 stands where it was due to ship, on the 5th: 3 of 6. L2 gets 3, and waits for 2.
    assert by_order(tables, "allocated_from") == {"L1": "purchase", "L2": "purchase", "L3": "stock"}
    assert by_order(tables, "split_now") == {"L1": 0, "L2": 3, "L3": 3}
    assert by_order(tables, "split_later") == {"L1": 4, "L2": 2, "L3": 0}
    assert by_order(tables, "eta_p90")["L3"] == "2026-06-09"
    assert by_order(tables, "eta_p50")["L2"] == "2026-06-15"
    verdicts = by_order(tables, "verdict")
    assert verdicts == {"L1": "will_make_it", "L2": "cannot_make_it", "L3": "will_make_it"}
    assert by_order(tables, "on_time_probability")["L2"] == pytest.approx(0.0, abs=0.1)
    assert "We cannot make your deadline, 10 Jun 2026. 3 of A ship now" in by_order(tables, "message")["L2"]
    assert by_order(tables, "message")["L3"] == "You will have all 3 of A by 9 Jun 2026, from stock."

    # 16 units there, 12 owed: 4 of the purchase order are left.
    left = tables["promisable"]
    assert left[["from", "quantity", "in_all"]].to_numpy().tolist() == [[left["from"].iloc[0], 4, 4]]
    front = tables["storefront"].iloc[0]
    assert (front["status"], front["promisable_now"], front["on_backorder"]) == ("on_backorder", 0, 6)
    assert run["counts"]["open_lines"] == 3 and run["applied"] is False


def test_a_recommendation_serves_what_nothing_else_does_after_its_lead_time(tmp_path):
    given = shop(tmp_path, [line("L1", "A", 4, due="2026-06-20"), line("L2", "A", 2, due="2026-06-17")])
    tables, _ = promised(given, {"A": 6})
    # Ordered at the close of the 8th, usable at the start of 8 + 1 + 9.
    assert set(by_order(tables, "eta_p90").values()) == {"2026-06-18"}
    assert by_order(tables, "allocated_from") == {"L1": "recommendation", "L2": "recommendation"}
    assert by_order(tables, "verdict") == {"L1": "will_make_it", "L2": "cannot_make_it"}
    assert by_order(tables, "on_time_probability") == {"L1": 1.0, "L2": 0.0}
    assert "10 Jun" not in by_order(tables, "message")["L1"]


def test_goods_ship_on_open_days_and_take_their_time_to_the_customers_door(tmp_path):
    given = shop(tmp_path, [line("L1", "A", 1, due="2026-06-12")], stock=[("A", 1)])
    closed = ("closed_weekdays=[tuesday, wednesday]",)
    tables, _ = promised(given, settings=(*closed, "delivery_days=1"))
    # The 9th and the 10th are closed: it leaves on the 11th, and is there on the 12th.
    assert by_order(tables, "eta_p90") == {"L1": "2026-06-12"}
    assert by_order(tables, "verdict") == {"L1": "will_make_it"}
    tables, _ = promised(given, settings=(*closed, "delivery_days=2"))
    assert by_order(tables, "verdict") == {"L1": "cannot_make_it"}


@pytest.mark.parametrize(
    ("product", "what"),
    [({}, "neither a supplier nor a lead time"), ({"supplier": "T"}, "the lead time of T")],
)
def test_what_is_missing_is_named_where_no_date_can_be_given(tmp_path, product, what):
    given = shop(
        tmp_path, [line("L1", "B", 2, due="2026-06-20")], products=[{"sku": "B", **PRODUCT, **product}]
    )
    tables, _ = promised(given, {"B": 2})
    assert by_order(tables, "verdict") == {"L1": "unknown"}
    assert what in by_order(tables, "message")["L1"]
    assert tables["promises"]["eta_p90"].isna().all()
    tables, _ = promised(given, {"B": 2}, ("promise_assumed_lead_times=allowed",))
    assert by_order(tables, "eta_p90") == {"L1": "2026-06-23"}


def test_a_deadline_in_the_past_is_said_to_be_past_also_on_the_day_itself(tmp_path):
    lines = [line("L1", "A", 1, due="2026-06-08"), line("L2", "A", 1, due="2026-06-09")]
    tables, _ = promised(shop(tmp_path, lines, stock=[("A", 2)]))
    assert by_order(tables, "verdict") == {"L1": "deadline_passed", "L2": "will_make_it"}
    assert by_order(tables, "message")["L1"].startswith("Your deadline, 8 Jun 2026, has passed. ")


def test_nothing_on_its_way_and_nothing_to_be_ordered_cannot_make_it(tmp_path):
    lines = [line("L1", "A", 1, due="2026-07-09"), line("L2", "A", 1)]
    tables, _ = promised(shop(tmp_path, lines))
    assert by_order(tables, "verdict") == {"L1": "cannot_make_it", "L2": "unknown"}
    assert by_order(tables, "allocated_from") == {"L1": "none", "L2": "none"}


def test_a_standing_order_ships_on_its_day_and_leaves_the_stock_to_others(tmp_path):
    standing = line("L1", "A", 4, kind="standing", due="2026-06-25")
    lines = [standing, line("L2", "A", 4, on="2026-06-08")]
    given = shop(tmp_path, lines, stock=[("A", 4)], purchases=[("P1", "A", 4, "2026-06-15")])
    tables, _ = promised(given)
    assert by_order(tables, "allocated_from") == {"L1": "purchase", "L2": "stock"}
    assert by_order(tables, "eta_p90")["L1"] == "2026-06-25"
    assert by_order(tables, "earliest_p90")["L1"] < "2026-06-25"


def test_pre_orders_have_a_pool_of_their_own(tmp_path):
    new = {"sku": "B", "supplier": "S", "available_from": "2026-06-20", **PRODUCT}
    lines = [
        line("L1", "B", 5, on="2026-05-20", due="2026-06-20"),
        line("L2", "B", 5, on="2026-06-01", kind="preorder"),
    ]
    given = shop(tmp_path, lines, products=[new], purchases=[("P1", "B", 6, "2026-06-12")])
    half, _ = promised(given, settings=("preorder_share=0.5",))
    # Of 6 that come, 3 are for pre-orders: the other line, though older, gets the other 3.
    sources = half["promise_sources"].groupby("order")["quantity"].sum().to_dict()
    assert sources == {"L1": 3, "L2": 3}
    whole, _ = promised(given)
    assert whole["promise_sources"].groupby("order")["quantity"].sum().to_dict() == {"L1": 1, "L2": 5}
    assert by_order(whole, "eta_p90")["L2"] >= "2026-06-20"


def test_rules_go_by_class_and_sku_and_a_customer_without_class_by_the_default(tmp_path):
    lines = [line("L1", "A", 3), line("L2", "A", 3, on="2026-06-07", customer_class="key")]
    given = shop(tmp_path, lines, stock=[("A", 3)])
    key = "promise_rules=[{customer_class: key, rule: win}]"
    assert by_order(promised(given)[0], "allocated_from") == {"L1": "stock", "L2": "none"}
    tables, _ = promised(given, settings=(key,))
    assert by_order(tables, "allocated_from") == {"L1": "none", "L2": "stock"}
    assert by_order(tables, "rule") == {"L1": "gain", "L2": "win"}
    refused = "promise_rules=[{sku: A, splits: refused}]"
    tables, _ = promised(shop(tmp_path / "b", lines, stock=[("A", 4)]), settings=(refused,))
    assert by_order(tables, "split_now") == {"L1": 3, "L2": 0}


def test_win_and_gain_are_never_broken_without_being_named(tmp_path):
    lines = [line("L1", "A", 3, due="2026-06-10", customer_class="key"), line("L2", "A", 3)]
    given = shop(tmp_path, lines, purchases=[("P1", "A", 9, "2026-06-15")])
    win = ("promise_rules=[{customer_class: key, rule: win}]",)
    first, run = promised(given, settings=win, applied=True)
    named = first["promise_changes"]
    assert named[["order", "rule", "effect", "broken"]].to_numpy().tolist() == [["L1", "win", "same", True]]

    # A week later nothing has come, and the supplier says the 29th.
    later = shop(tmp_path / "later", lines, purchases=[("P1", "A", 9, "2026-06-29")])
    before = first["promises"]
    tables, told = promised(later, settings=win, previous=before, previous_run=run["run"])
    moved = tables["promise_changes"].set_index("order")
    assert moved["broken"].to_dict() == {"L1": True, "L2": True}
    assert moved["effect"].to_dict() == {"L1": "loses", "L2": "loses"}
    assert moved.loc["L2", "why"] == "too little comes by the day that was promised"
    days = pd.to_datetime(moved["now_p90"]) - pd.to_datetime(moved["was_p90"])
    assert moved["days"].tolist() == days.dt.days.tolist()
    # Each of three units is .05 (.5 % of 10) a day dearer, L1 since its deadline, L2 since it was due.
    assert moved["money"].tolist() == pytest.approx((moved["days"] * 3 * 0.05).tolist())
    assert told["stability"]["broken"] == 2 and told["stability"]["share_moved"] == 1.0


def test_a_promise_is_kept_when_a_newcomer_has_an_earlier_deadline(tmp_path):
    old = line("L1", "A", 3, on="2026-06-01")
    given = shop(tmp_path, [old], stock=[("A", 3)])
    first, run = promised(given, applied=True)
    both = shop(tmp_path / "b", [old, line("L2", "A", 3, on="2026-05-01")], stock=[("A", 3)])
    kept, _ = promised(both, previous=first["promises"], previous_run=run["run"])
    assert by_order(kept, "allocated_from") == {"L1": "stock", "L2": "none"}
    anew, _ = promised(both, settings=("promise_rule=redistribute",), previous=first["promises"])
    assert by_order(anew, "allocated_from") == {"L1": "none", "L2": "stock"}


def test_what_happened_is_held_against_what_was_promised(tmp_path):
    lines = [line("L1", "A", 3), line("L2", "A", 2), line("L3", "A", 1)]
    first, run = promised(shop(tmp_path, lines, stock=[("A", 6)]), applied=True)
    came = {"status": "shipped", "shipped_at": "2026-06-08", "quantity_shipped": 3}
    late = {"status": "cancelled", "cancelled_at": "2026-06-07T12:00:00"}
    now = shop(tmp_path / "b", [{**lines[0], **came}, lines[1], {**lines[2], **late}])
    before = first["promises"].assign(eta_p50="2026-06-07", eta_p90="2026-06-08")
    tables, told = promised(now, previous=before, previous_run=run["run"])
    became = tables["promise_outcomes"].set_index("order")
    assert became["happened"].fillna("").to_dict() == {"L1": "2026-06-08", "L2": ""}
    assert became["kept_p50"].to_dict() == {"L1": "no", "L2": "no"}
    assert became["kept_p90"].to_dict() == {"L1": "yes", "L2": "no"}
    assert told["kept"] == {"judged_p50": 2, "kept_p50": 0.0, "judged_p90": 2, "kept_p90": 0.5}


def test_pins_hold_until_they_are_released(tmp_path):
    lines = [line("L1", "A", 3), line("L2", "A", 3, on="2026-06-07")]
    given = shop(tmp_path, lines, stock=[("A", 3)], purchases=[("P1", "A", 3, "2026-06-15")])
    file = tmp_path / "pins.csv"
    file.write_text("order,line,source\nL2,1,stock\nL1,1,P1\nL9,1,stock\n")
    tables, run = promised(given, pins=read_pins(file))
    assert by_order(tables, "allocated_from") == {"L1": "purchase", "L2": "stock"}
    assert run["counts"]["notices"] == 1 and "L9" in run["notices"][0]
    file.write_text("order,line,source,released\nL2,1,stock,2026-06-08\n")
    tables, _ = promised(given, pins=read_pins(file))
    assert by_order(tables, "allocated_from") == {"L1": "stock", "L2": "purchase"}
    file.write_text("order,line,source\nL2,1,P9\n")
    with pytest.raises(RequestError, match="no purchase order 'P9'"):
        promised(given, pins=read_pins(file))
    file.write_text("order,lines,source\nL2,1,P9\n")
    with pytest.raises(RequestError, match="'lines': did you mean 'line'"):
        read_pins(file)


def test_fractions_of_a_unit_add_up_exactly(tmp_path):
    lines = [line(f"L{k}", "A", 0.1) for k in range(3)]
    tables, _ = promised(shop(tmp_path, lines, stock=[("A", 0.3)]))
    assert set(by_order(tables, "allocated_from").values()) == {"stock"}
    assert tables["storefront"]["promisable_now"].tolist() == [0]
    assert len(tables["promisable"]) == 0


def test_stock_below_zero_is_filled_up_before_anything_is_promised(tmp_path):
    given = shop(tmp_path, [line("L1", "A", 2)], stock=[("A", -5)], purchases=[("P1", "A", 6, "2026-06-15")])
    tables, _ = promised(given)
    # 5 left before they were booked in, of which the 2 of the open line may be a part: 3 are gone.
    assert tables["promisable"]["quantity"].tolist() == [1]


def test_a_shop_without_open_lines_has_a_storefront_all_the_same(tmp_path):
    tables, run = promised(shop(tmp_path, [], stock=[("A", 2)]))
    assert len(tables["promises"]) == 0 and run["counts"]["open_lines"] == 0
    assert tables["storefront"]["says"].tolist() == ["In stock"]


def test_what_the_plan_does_not_order_yet_is_promised_from_the_next_review_on(tmp_path):
    given = shop(tmp_path, [line("L1", "A", 4), line("L2", "A", 3, on="2026-06-06")])
    tables, _ = promised(given, {"A": 5}, next_order="2026-06-15")
    # L1 gets 4 of the 5 that are ordered today, L2 the other, and 2 of what is ordered on the 15th.
    assert by_order(tables, "eta_p90") == {"L1": "2026-06-18", "L2": "2026-06-25"}
    assert set(by_order(tables, "allocated_from").values()) == {"recommendation"}
    of = tables["promise_sources"][["order", "ordered_on", "quantity"]].to_numpy().tolist()
    assert of == [["L1", "2026-06-08", 4], ["L2", "2026-06-08", 1], ["L2", "2026-06-15", 2]]


def test_stock_that_records_contradict_is_noticed(tmp_path):
    sold = order("A", "2026-06-03", 50, order="big", line="1", status="shipped", shipped_at="2026-06-03")
    counted = [{"as_of": "2026-06-01", "sku": "A", "on_hand": 5}]
    given = shop(tmp_path, [sold, line("L1", "A", 2)], stock=[])
    assert promised(given)[1]["counts"]["notices"] == 0
    given = records(
        tmp_path / "b",
        orders=[sold, line("L1", "A", 2)],
        products=[{"sku": "A", "supplier": "S", **PRODUCT}],
        suppliers=[{"supplier": "S", "lead_time_days": 9}],
        stock=counted,
    )
    run = promised(given)[1]
    assert run["counts"]["notices"] == 1 and "A" in run["notices"][0]
