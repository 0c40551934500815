"""What the shop says of an item: in stock, on backorder, pre-order or out of stock, within its cap."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.forecasting.promises.test_promise import PRODUCT, bought, line, promised, shop

COMING = [("P1", "A", 10, "2026-06-15")]


def front(tables, sku="A"):
    return tables["storefront"].set_index("sku").loc[sku]


def test_what_is_shown_as_available_reads_so_and_the_other_as_on_backorder(tmp_path):
    shown = {"sku": "B", "supplier": "S", "shown_as": "available", **PRODUCT}
    given = shop(tmp_path, [], products=[shown], purchases=[*COMING, ("P2", "B", 4, "2026-06-15")])
    tables, _ = promised(given)
    assert front(tables)["says"].startswith("On backorder, with you by ")
    assert front(tables, "B")["says"].startswith("Available, with you by ")
    assert front(tables, "B")["status"] == "on_backorder"
    assert front(tables)["eta_p90"] == tables["promisable"].set_index("sku").loc["A", "from"]


def test_what_nobody_can_date_says_so_also_where_it_is_shown_as_available(tmp_path):
    shown = {"sku": "B", "supplier": "T", "shown_as": "available", **PRODUCT}
    tables, _ = promised(shop(tmp_path, [], products=[shown]), {}, next_order="2026-06-15")
    assert (front(tables, "B")["status"], front(tables, "B")["says"]) == (
        "on_backorder",
        "Available, with no date yet",
    )


def test_stock_zero_and_backorders_refused_is_out_of_stock(tmp_path):
    refused = {"sku": "B", "supplier": "S", "backorder": "refused", **PRODUCT}
    tables, _ = promised(shop(tmp_path, [], products=[refused], purchases=[("P1", "B", 10, "2026-06-15")]))
    said = front(tables, "B")
    assert (said["status"], said["says"], said["backorder_room"]) == ("out_of_stock", "Out of stock", 0)
    assert said["eta_p90"] is None or said["eta_p90"] != said["eta_p90"]


@pytest.mark.parametrize(
    ("own", "settings", "room"),
    [
        (5, (), 2),
        (3, (), 0),
        (0, (), 0),
        ("", ("max_backorder_quantity=4",), 1),
        ("", ("max_backorder_days=5.5",), 2),
        (9, ("max_backorder_days=4", "max_backorder_quantity=7"), 1),
    ],
)
def test_no_more_than_the_cap_may_be_on_backorder(tmp_path, own, settings, room):
    capped = {"sku": "B", "supplier": "S", "max_backorder_quantity": own, **PRODUCT}
    given = shop(tmp_path, [line("L1", "B", 3)], products=[capped])
    tables, _ = promised(given, {"B": 3}, settings, next_order="2026-06-15")
    said = front(tables, "B")
    assert (said["on_backorder"], said["backorder_room"]) == (3, room)
    assert said["status"] == ("on_backorder" if room else "out_of_stock")


def test_an_item_that_is_not_on_sale_yet_is_a_pre_order_from_its_day_on(tmp_path):
    new = {"sku": "B", "supplier": "S", "available_from": "2026-06-20", **PRODUCT}
    tables, _ = promised(shop(tmp_path, [], products=[new], purchases=[("P1", "B", 4, "2026-06-12")]))
    said = front(tables, "B")
    assert (said["status"], said["eta_p90"]) == ("pre_order", "2026-06-20")
    assert said["says"] == "Pre-order: on sale from 20 Jun 2026, with you by 20 Jun 2026"
    assert said["promisable_by_date"] == "4 by 2026-06-20"
    assert tables["promisable"]["from"].tolist() == ["2026-06-20"]


def test_what_ships_on_its_first_day_of_sale_is_there_as_many_days_later_as_delivery_takes(tmp_path):
    new = {"sku": "B", "supplier": "S", "available_from": "2026-06-20", **PRODUCT}
    given = shop(tmp_path, [], products=[new], purchases=[("P1", "B", 4, "2026-06-12")])
    tables, _ = promised(given, settings=("delivery_days=2",))
    assert front(tables, "B")["eta_p90"] == "2026-06-22"
    later, _ = promised(shop(tmp_path / "b", [], products=[new]), {}, ("delivery_days=2",), "2026-06-09")
    assert front(later, "B")["eta_p90"] == "2026-06-22"


def test_what_can_be_promised_grows_with_each_arrival(tmp_path):
    lines = [line("L1", "A", 2)]
    purchases = [("P1", "A", 10, "2026-06-15"), ("P2", "A", 5, "2026-06-25")]
    tables, _ = promised(shop(tmp_path, lines, stock=[("A", 3)], purchases=purchases))
    steps = tables["promisable"]
    assert steps["quantity"].tolist() == [1, 10, 5] and steps["in_all"].tolist() == [1, 11, 16]
    assert steps["from"].iloc[0] == "2026-06-09" and steps["from"].is_monotonic_increasing
    said = front(tables)
    assert said["promisable_by_date"] == "; ".join(
        f"{units} by {day}" for units, day in zip(steps["in_all"], steps["from"], strict=True)
    )
    assert (said["status"], said["promisable_now"]) == ("in_stock", 1)


def test_an_item_past_its_end_is_out_of_stock(tmp_path):
    gone = {"sku": "B", "supplier": "S", "ends_on": "2026-06-01", **PRODUCT}
    tables, _ = promised(shop(tmp_path, [], products=[gone], stock=[("B", 4)]))
    said = front(tables, "B")
    assert (said["status"], said["says"], said["promisable_now"]) == ("out_of_stock", "No longer sold", 0)
    assert "B" not in set(tables["promisable"]["sku"])


def test_what_arrives_tomorrow_is_not_in_stock_today(tmp_path):
    # Six of eight weeks' deliveries came on the promised day: the next one is as good as there.
    past = [bought(f"R{k}", "A", 1, f"2026-0{1 + k // 4}-{1 + 7 * (k % 4):02d}") for k in range(8)]
    for row in past:
        day = pd.Timestamp(row["ordered_at"]) + pd.Timedelta(days=5)
        row |= {"expected_at": day.date(), "received_at": day.date(), "status": "received"}
    due = bought("P1", "A", 5, "2026-06-04", status="open", expected_at="2026-06-09")
    given = shop(tmp_path, [], purchase_orders=[*past, due])
    said = front(promised(given)[0])
    assert (said["promisable_now"], said["status"], said["eta_p90"]) == (0, "on_backorder", "2026-06-09")


def test_what_is_gone_and_cannot_be_ordered_any_more_is_out_of_stock(tmp_path):
    given = shop(tmp_path, [])
    assert front(promised(given)[0])["status"] == "out_of_stock"
    said = front(promised(given, next_order="2026-06-15")[0])
    # Ordered on the 15th, there on the 25th.
    assert (said["status"], said["eta_p90"]) == ("on_backorder", "2026-06-25")
    assert said["says"] == "On backorder, with you by 25 Jun 2026"


def test_one_more_unit_comes_by_a_new_order_where_that_is_sooner_than_what_is_on_its_way(tmp_path):
    given = shop(tmp_path, [], purchases=[("P1", "A", 10, "2026-09-01")])
    late, _ = promised(given)
    tables, _ = promised(given, next_order="2026-06-15")
    # Ordered at the close of the 15th, there 9 days after the 16th; the purchase order is for September.
    assert front(late)["eta_p90"] >= "2026-09-01"
    assert (front(tables)["eta_p90"], front(tables)["status"]) == ("2026-06-25", "on_backorder")
    assert front(tables)["says"] == "On backorder, with you by 25 Jun 2026"


def test_who_declined_is_not_counted_among_those_who_wait(tmp_path):
    capped = {"sku": "B", "supplier": "S", "max_backorder_quantity": 4, **PRODUCT}
    given = shop(tmp_path, [line("L1", "B", 3), line("L2", "B", 1)], products=[capped])
    tables, _ = promised(given, {"B": 4}, next_order="2026-06-15", answers={("L1", "1"): "declined"})
    assert (front(tables, "B")["on_backorder"], front(tables, "B")["backorder_room"]) == (1, 3)


def test_what_is_wanted_on_a_later_day_and_there_by_then_is_no_backorder_and_does_not_fill_the_cap(tmp_path):
    capped = {"sku": "B", "supplier": "S", "max_backorder_quantity": 4, **PRODUCT}
    standing = {"kind": "standing", "on": "2026-06-01"}
    in_time, late = (line("L1", "B", 5, due=due, **standing) for due in ("2026-12-01", "2026-06-12"))
    for name, lines, owed, status in (
        ("a", [in_time], 0, "on_backorder"),
        ("b", [late], 5, "out_of_stock"),
        ("c", [in_time, line("L2", "B", 3)], 3, "on_backorder"),
    ):
        tables, _ = promised(shop(tmp_path / name, lines, products=[capped]), {}, next_order="2026-06-15")
        said = front(tables, "B")
        assert (said["on_backorder"], said["status"]) == (owed, status), name
        assert said["backorder_room"] == max(4 - owed, 0)
