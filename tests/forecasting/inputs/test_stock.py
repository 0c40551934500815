"""Every unit is in one place: counted, received, shipped, on order, owed, or closed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.domain import LONG_AGO, day_number, day_text
from forecasting.errors import RequestError
from forecasting.inputs.demand import due_to_ship
from forecasting.inputs.documents import owed_units, purchase_lines, shipments
from forecasting.inputs.notices import Notices
from forecasting.inputs.reconciliation import reconcile
from forecasting.inputs.stock import on_hand
from tests.support.builders import order, records

DAY = day_number("2026-03-29")
USUAL = np.array([14.0])


def purchase(quantity=100, ordered="2026-03-20", **more):
    return {"purchase_order": "P1", "sku": "a", "quantity": quantity, "ordered_at": ordered, **more}


def company(tmp_path, orders=(), counted=100, on="2026-03-19", **tables):
    sold = [order("a", "2026-03-01"), *orders]
    tables.setdefault("stock", [{"as_of": on, "sku": "a", "on_hand": counted}])
    return records(tmp_path, orders=sold, **tables)


def there(data, day=DAY, negative="owed"):
    return on_hand(data, USUAL, day, negative)


def on_order(data, day=DAY):
    return purchase_lines(data, USUAL).open_at(data.purchases, day).sum()


@pytest.mark.parametrize(
    ("line", "there_are", "to_come"),
    [
        ({"quantity_received": 40, "status": "open", "expected_at": "2026-04-05"}, 140, 60),
        ({"status": "received"}, 200, 0),
        ({"quantity_received": 40, "status": "cancelled"}, 140, 0),
        ({"quantity_received": 40, "received_at": "2026-03-22", "status": "open"}, 140, 60),
        ({"quantity_received": 40, "received_at": "2026-03-22", "status": "received"}, 140, 0),
        ({"quantity_received": 40, "received_at": "2026-03-22"}, 140, 0),
        ({"received_at": "2026-03-22"}, 200, 0),
        ({"status": "requested"}, 100, 0),
        ({}, 100, 100),
    ],
)
def test_what_is_not_on_order_any_more_is_on_hand(tmp_path, line, there_are, to_come):
    data = company(
        tmp_path, purchase_orders=[purchase(**line)], orders=[order("a", "2026-03-29", 7, status="refused")]
    )
    assert there(data).units.tolist() == [there_are]
    assert on_order(data) == to_come


def test_an_undated_receipt_before_the_count_is_in_the_count(tmp_path):
    line = purchase(ordered="2026-02-01", status="received", expected_at="2026-02-15")
    assert there(company(tmp_path, purchase_orders=[line])).units.tolist() == [100]


def test_a_part_shipment_is_on_hand_no_more_and_owed_no_more(tmp_path):
    rows = [order("a", "2026-03-25", 10, status="open", quantity_shipped=4)]
    data = company(tmp_path, rows)
    owed = owed_units(data.orders, DAY, due_to_ship(data.orders, np.array([LONG_AGO])))
    assert (there(data).units.sum(), owed.sum()) == (96, 6)


def test_a_dated_part_shipment_of_an_open_line_leaves_the_rest_owed(tmp_path):
    rows = [order("a", "2026-03-25", 10, status="open", quantity_shipped=4, shipped_at="2026-03-26")]
    data = company(tmp_path, rows)
    due = due_to_ship(data.orders, np.array([LONG_AGO]))
    assert owed_units(data.orders, DAY, due).sum() == 6
    assert owed_units(data.orders, day_number("2026-03-25"), due).sum() == 10


def test_what_is_ordered_ahead_has_not_shipped_before_it_is_due(tmp_path):
    rows = [order("a", "2026-03-21", 10, kind="standing", due="2026-04-10")]
    assert there(company(tmp_path, rows)).units.tolist() == [100]


@pytest.mark.parametrize(("negative", "owed"), [("owed", 3), ("zero", 0)])
def test_stock_below_zero_is_read_by_the_setting(tmp_path, negative, owed):
    found = there(company(tmp_path, counted=-3), negative=negative)
    assert (found.units[0], found.owed[0], found.gap[0]) == (0, owed, 0)


def test_stock_below_zero_can_be_refused(tmp_path):
    with pytest.raises(RequestError, match=r"a at main .-3 on 2026-03-19.*negative_stock"):
        there(company(tmp_path, counted=-3), negative="refuse")


def test_what_came_after_stock_below_zero_fills_it_first(tmp_path):
    data = company(tmp_path, counted=-3, purchase_orders=[purchase(5, received_at="2026-03-25")])
    assert (there(data).units[0], there(data).owed[0]) == (2, 0)


def reconciled(data):
    notices = Notices()
    found = reconcile(data, there(data), USUAL, DAY, np.array([2.5]), notices)
    return found, notices.ordered()


def test_more_shipped_than_there_was_is_a_contradiction_with_its_gap(tmp_path):
    data = company(tmp_path, [order("a", "2026-03-25", 130)])
    found, (notice,) = reconciled(data)
    assert found.tolist() == [True]
    assert there(data).gap.tolist() == [30]
    assert (notice.sku, notice.money) == ("a", 75.0)
    assert "comes to -30" in notice.what


def test_units_that_were_received_and_are_in_no_count_have_vanished(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", "2026-03-01")],
        stock=[{"as_of": on, "sku": "a", "on_hand": 100} for on in ("2026-03-10", "2026-03-28")],
        purchase_orders=[purchase(40, "2026-03-01", received_at="2026-03-15")],
    )
    found, (notice,) = reconciled(data)
    assert found.tolist() == [True] and notice.money == 100.0
    assert "40 units that were received" in notice.what


def test_records_that_agree_are_not_talked_about(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", "2026-03-01"), order("a", "2026-03-12", 25)],
        stock=[
            {"as_of": "2026-03-10", "sku": "a", "on_hand": 100},
            {"as_of": "2026-03-28", "sku": "a", "on_hand": 115},
        ],
        purchase_orders=[purchase(40, "2026-03-01", received_at="2026-03-15")],
    )
    found, notices = reconciled(data)
    assert not found.any() and notices == []


def test_what_is_beyond_its_shelf_life_is_no_stock(tmp_path):
    shelf = {"products": [{"sku": "a", "shelf_life_days": 10}]}
    old = there(company(tmp_path / "old", on="2026-03-10", **shelf))
    assert (old.units[0], old.expired[0]) == (0, 100)
    fresh = there(company(tmp_path / "fresh", on="2026-03-25", **shelf))
    assert (fresh.units[0], fresh.expired[0]) == (100, 0)
    line = purchase(40, received_at="2026-03-22")
    refilled = there(company(tmp_path / "refilled", on="2026-03-10", purchase_orders=[line], **shelf))
    assert (refilled.units[0], refilled.expired[0]) == (40, 100)


def test_lots_that_have_expired_are_no_stock_and_leave_first(tmp_path):
    lots = [
        {"as_of": "2026-03-19", "sku": "a", "on_hand": 30, "expires_on": "2026-03-24"},
        {"as_of": "2026-03-19", "sku": "a", "on_hand": 70, "expires_on": "2026-09-01"},
    ]
    found = there(company(tmp_path, [order("a", "2026-03-20", 10)], lots=lots))
    assert (found.units[0], found.expired[0]) == (70, 20)


STATUS = st.sampled_from(["draft", "requested", "open", "received", "cancelled", ""])
AGE = st.integers(0, 60)
MAYBE_AGE = st.one_of(st.none(), AGE)


@st.composite
def purchases(draw):
    rows = []
    for number in range(draw(st.integers(0, 4))):
        age, quantity = draw(AGE), draw(st.integers(1, 50))
        row = purchase(quantity, day_text(DAY - age), status=draw(STATUS)) | {"purchase_order": number}
        came, part = draw(MAYBE_AGE), draw(st.one_of(st.none(), st.integers(0, 50)))
        if came is not None and came <= age:
            row["received_at"] = day_text(DAY - came)
        if part is not None:
            row["quantity_received"] = min(part, quantity)
        if draw(st.booleans()):
            row["expected_at"] = day_text(DAY - age + draw(st.integers(0, 60)))
        rows.append(row)
    return rows


@st.composite
def sales(draw):
    rows = []
    for number in range(draw(st.integers(0, 4))):
        age, quantity = draw(AGE), draw(st.integers(1, 20))
        status = draw(st.sampled_from(["open", "shipped", "cancelled", "refused", ""]))
        row = order("a", day_text(DAY - age), quantity, status=status, order=number)
        left, part = draw(MAYBE_AGE), draw(st.one_of(st.none(), st.integers(0, 20)))
        if left is not None and left <= age:
            row["shipped_at"] = day_text(DAY - left)
        if part is not None:
            row["quantity_shipped"] = min(part, quantity)
        rows.append(row)
    return rows


@settings(deadline=None, derandomize=True, max_examples=75)
@given(purchases(), sales(), st.integers(0, 60), st.integers(0, 200))
def test_no_unit_is_lost_or_counted_twice(tmp_path_factory, bought, sold, age, counted):
    rows = [order("a", day_text(DAY - 70)), *sold, order("a", day_text(DAY), order="last", status="refused")]
    tables = {"purchase_orders": bought} if bought else {}
    count = [{"as_of": day_text(DAY - age), "sku": "a", "on_hand": counted}]
    data = records(tmp_path_factory.mktemp("any"), orders=rows, stock=count, **tables)

    # Ordered = received + open + closed; closed only where the line says that nothing more comes.
    lines, bills = purchase_lines(data, USUAL), data.purchases
    to_come = lines.open_at(bills, DAY)
    came = np.where(lines.came_by(DAY), lines.came, 0.0)
    closed = bills.quantity - came - to_come
    assert np.all(closed >= 0)
    goes_on = np.array([row.get("status", "") in ("open", "") and "received_at" not in row for row in bought])
    assert np.all(closed[goes_on] == 0) if len(bought) else True

    # Asked for = shipped + owed + closed.
    left, orders = shipments(data), data.orders
    owed = owed_units(orders, DAY, due_to_ship(orders, np.array([LONG_AGO])))
    gone = np.where(left.day <= DAY, left.units, 0.0)
    rest = orders.quantity - gone - owed
    assert np.all(rest >= 0)
    open_lines = np.array([row.get("status") == "open" for row in rows])
    whole = open_lines & (np.isnan(orders.shipped_units) & (orders.shipped > LONG_AGO))
    assert np.all(rest[open_lines & ~whole] == 0)

    # Counted + received - shipped = on hand, or the gap says by how much not.
    since = DAY - age
    net = came[lines.came_on > since].sum() - gone[left.day > since].sum()
    found = there(data)
    assert found.units[0] - found.gap[0] == counted + net


def test_what_is_counted_again_and_again_gets_no_fresher(tmp_path):
    counts = [count(100, day) for day in ("2026-03-01", "2026-03-15", "2026-03-28")]
    shelf = {"products": [{"sku": "a", "shelf_life_days": 10}]}
    sold = [order("a", "2026-03-27", 30)]
    found = there(company(tmp_path, sold, stock=counts, **shelf))
    # Thirty left, and thirty came that nobody wrote down: those are fresh.
    assert (found.units[0], found.expired[0]) == (30, 70)


def test_what_was_thrown_away_is_not_expired_once_more(tmp_path):
    counts = [count(100, "2026-03-10"), count(5, "2026-03-28")]
    came = {"purchase_order": "p", "sku": "a", "quantity": 5, "ordered_at": "2026-03-10"}
    came["received_at"] = "2026-03-25"
    shelf = {"products": [{"sku": "a", "shelf_life_days": 10}]}
    found = there(company(tmp_path, stock=counts, purchase_orders=[came], **shelf))
    assert (found.units[0], found.expired[0]) == (5, 0)


def count(units, on):
    return {"as_of": on, "sku": "a", "on_hand": units}


def lot(units, expires, on="2026-03-19"):
    return {"as_of": on, "sku": "a", "on_hand": units, "expires_on": expires}


def test_lots_are_a_count_of_what_stock_does_not_name(tmp_path):
    other = [{"as_of": "2026-03-19", "sku": "b", "on_hand": 7}]
    lots = [lot(60, "2026-03-20"), lot(40, "2026-12-31")]
    found = there(company(tmp_path, [order("b", "2026-03-02")], stock=other, lots=lots))
    assert (found.units[0], found.expired[0]) == (40, 60)


def test_lots_of_an_earlier_day_than_the_count_are_read(tmp_path):
    lots = [lot(60, "2026-03-20", "2026-03-18"), lot(40, "2026-12-31", "2026-03-18")]
    found = there(company(tmp_path / "kept", lots=lots))
    assert (found.units[0], found.expired[0]) == (40, 60)
    counted = [{"as_of": "2026-03-19", "sku": "a", "on_hand": 40}]
    thrown_away = there(company(tmp_path / "thrown", stock=counted, lots=lots))
    assert (thrown_away.units[0], thrown_away.expired[0]) == (40, 0)


def test_what_is_received_and_nothing_of_it_is_neither_on_hand_nor_on_order(tmp_path):
    line = purchase(40, status="received")
    data = company(tmp_path, purchase_orders=[{**line, "quantity_received": 0}])
    assert there(data).units[0] == 100
    assert on_order(data) == 0
