"""What was recorded: by hand, against the made sample's hidden truth, and where the data is silent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.domain import day_number
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import days_of, read_records
from forecasting.inputs.records import OrderStatus
from forecasting.inputs.stock import on_hand
from forecasting.replay import compare
from forecasting.replay.recorded import recorded
from forecasting.replay.recorded_stock import stock_history
from tests.support.builders import order, records
from tests.support.recorded import early, on, staged, told


def flows_of(rows, **tables):
    return lambda folder: told(records(folder, orders=[early(), *rows], **tables)).run.flows


ONE = {
    "a line that ships at once": (
        order("a", on(1), 4, shipped_at=on(1)),
        {"lines": [1, 0], "units": [4, 0], "in_full_lines": [1, 0]},
    ),
    "a line that ships eight days late": (
        order("a", on(1), 4, shipped_at=on(9)),
        {
            "backordered_lines": [1, 0],
            "backordered_units": [4, 0],
            "late_lines": [1, 0],
            "in_full_lines": [0, 0],
            "short_periods": [1, 0],
            "backlog_unit_days": [4 * 6, 4 * 2],
            "late_unit_days": [4 * 6, 4 * 2],
        },
    ),
    "a late line within its deadline": (
        order("a", on(1), 4, shipped_at=on(4), due=on(5)),
        {
            "backordered_lines": [1, 0],
            "late_lines": [0, 0],
            "in_full_lines": [1, 0],
            "backlog_unit_days": [4 * 3, 0],
            "late_unit_days": [0, 0],
        },
    ),
    "an open line of which some has left": (
        order("a", on(5), 4, status="open", quantity_shipped=1),
        {
            "backordered_lines": [1, 0],
            "backordered_units": [3, 0],
            "late_lines": [1, 0],
            "in_full_lines": [0, 0],
            "backlog_unit_days": [3 * 2, 3 * 7],
        },
    ),
    "an open line whose last shipment was late": (
        order("a", on(1), 4, status="open", quantity_shipped=1, shipped_at=on(3)),
        {"backordered_units": [4, 0], "backlog_unit_days": [4 * 2 + 3 * 4, 3 * 7]},
    ),
    "a refused line of which some was sent": (
        order("a", on(1), 4, status="refused", quantity_shipped=1, shipped_at=on(1)),
        {
            "lost_lines": [1, 0],
            "lost_units": [3, 0],
            "backordered_lines": [0, 0],
            "late_lines": [0, 0],
            "in_full_lines": [0, 0],
            "backlog_unit_days": [0, 0],
            "short_periods": [1, 0],
        },
    ),
    "a line that waited and was given up": (
        order("a", on(1), 4, status="cancelled", cancelled_at=on(5), due=on(3)),
        {
            "backordered_lines": [1, 0],
            "late_lines": [1, 0],
            "backlog_unit_days": [4 * 4, 0],
            "late_unit_days": [4 * 2, 0],
        },
    ),
    "a line that was given up before its deadline": (
        order("a", on(1), 4, status="cancelled", cancelled_at=on(5), due=on(8)),
        {
            "backordered_lines": [1, 0],
            "late_lines": [0, 0],
            "late_unit_days": [0, 0],
            "in_full_lines": [0, 0],
        },
    ),
    "a line shipped in part and closed": (
        order("a", on(1), 4, status="shipped", quantity_shipped=3, shipped_at=on(1)),
        {"lost_lines": [1, 0], "lost_units": [1, 0], "in_full_lines": [0, 0], "backlog_unit_days": [0, 0]},
    ),
    "a line ordered ahead that ships early": (
        order("a", on(-3), 4, kind="preorder", due=on(2), shipped_at=on(0)),
        {"lines": [1, 0], "backordered_lines": [0, 0], "in_full_lines": [1, 0], "backlog_unit_days": [0, 0]},
    ),
    "a line ordered ahead and cancelled before it was due to ship": (
        order("a", on(-3), 4, kind="preorder", due=on(2), status="cancelled", cancelled_at=on(0)),
        {"lines": [1, 0], "backordered_lines": [0, 0], "in_full_lines": [0, 0], "late_lines": [0, 0]},
    ),
    "a line from before that still waits": (
        order("a", on(-3), 4, shipped_at=on(2)),
        {"lines": [0, 0], "backordered_lines": [0, 0], "backlog_unit_days": [4 * 2, 0]},
    ),
    "a line that ships after the end": (
        order("a", on(12), 4, shipped_at=on(20), due=on(30)),
        {
            "backordered_lines": [0, 1],
            "in_full_lines": [0, 0],
            "late_lines": [0, 0],
            "backlog_unit_days": [0, 8],
        },
    ),
}


@pytest.mark.parametrize("case", ONE, ids=lambda case: case.replace(" ", "_"))
def test_one_line_by_hand(tmp_path, case):
    row, expected = ONE[case]
    tallies = flows_of([row, order("a", on(13), 1, shipped_at=on(13))])(tmp_path)
    # The line of the last day ships at once: it adds itself, and nothing else.
    also = {"lines": 1, "units": 1, "in_full_lines": 1}
    for name, weeks in expected.items():
        added = np.array([0, also.get(name, 0)])
        assert getattr(tallies, name)[0].tolist() == (np.array(weeks) + added).tolist(), name


def test_purchases_and_money_by_hand(tmp_path):
    bought = [
        {"purchase_order": "P0", "sku": "a", "quantity": 5, "ordered_at": on(-2), "received_at": on(1)},
        {"purchase_order": "P1", "sku": "a", "quantity": 7, "ordered_at": on(-1), "received_at": on(6)},
        {
            "purchase_order": "P1",
            "line": 2,
            "sku": "b",
            "quantity": 8,
            "ordered_at": on(-1),
            "received_at": on(9),
        },
        {"purchase_order": "P2", "sku": "a", "quantity": 9, "ordered_at": on(8), "status": "open"},
        {"purchase_order": "P3", "sku": "a", "quantity": 9, "ordered_at": on(8), "status": "draft"},
        {"purchase_order": "P4", "sku": "a", "quantity": 9, "ordered_at": on(8), "status": "cancelled"},
        {"purchase_order": "P5", "sku": "a", "quantity": 9, "ordered_at": on(13), "status": "open"},
    ]
    bought = [{"line": 1, "status": "received", **row} for row in bought]
    data = records(
        tmp_path,
        orders=[
            early("a"),
            early("b"),
            order("a", on(2), 3, shipped_at=on(5)),
            order("b", on(13), 1, shipped_at=on(13)),
        ],
        products=[
            {
                "sku": sku,
                "supplier": "S",
                "unit_cost": 10,
                "holding_per_unit_day": 0.25,
                "shortage_per_unit": 2,
                "shortage_per_line": 5,
                "backlog_per_unit_day": 0.5,
            }
            for sku in "ab"
        ],
        suppliers=[{"supplier": "S", "order_cost": 6, "line_cost": 1}],
        purchase_orders=bought,
        stock=[{"as_of": on(-1), "sku": "a", "on_hand": 2}, {"as_of": on(-1), "sku": "b", "on_hand": 4}],
    )
    past = staged(data)
    run = recorded(past, Assumptions()).run
    a, b = 0, 1
    assert run.purchased_units.tolist() == [[7, 9], [8, 0]]
    assert run.purchase_orders.tolist() == [1, 1]
    # P1 is shared by two lines; P2 has one.
    assert run.cost_ordering.tolist() == [[3 + 1, 6 + 1], [3 + 1, 0]]
    assert run.flows.received_units.tolist() == [[5 + 7, 0], [0, 8]]
    # a: 2 on day 0, then 7; 3 leave on day 5 and 7 come on day 6. b: 4, 12 from day 9, 11 on day 13.
    assert run.flows.on_hand_unit_days[a].tolist() == [2 + 4 * 7 + 4 + 11, 7 * 11]
    assert run.flows.on_hand_unit_days[b].tolist() == [28, 2 * 4 + 4 * 12 + 11]
    known = past.observer.catalogue
    row = compare.summary([run], known.costs, known.terms.unit_cost, "recorded", 1, 10).iloc[0]
    assert row["cost_holding"] == pytest.approx(0.25 * (45 + 77 + 28 + 67))
    assert row["cost_goodwill"] == pytest.approx(2 * 3 + 0.5 * 3 * 3)
    assert row["cost_admin"] == pytest.approx(5)
    assert row["cost_ordering"] == 15
    assert row["cost_total"] == pytest.approx(54.25 + 10.5 + 5 + 15)
    assert row["purchase_orders"] == 2


def test_stock_is_what_the_books_say_on_each_day(sample):
    data = read_records(str(sample))
    past = staged(data, first=day_number("2026-05-06"), last=day_number("2026-06-28"))
    found = stock_history(past).on_hand_unit_days.sum(axis=1)
    usual_days = past.observer.catalogue.lead_times.mean
    daily = [on_hand(data, usual_days, day, "owed").units for day in range(past.first_day, past.last_day + 1)]
    # An item that is first counted later is not known to ``on_hand`` before that.
    whole = ~np.isnan(daily[0])
    assert whole.sum() > 50
    assert np.allclose(found[whole], np.sum(daily, axis=0)[whole], atol=1e-6)
    assert not np.isnan(found).any()


def test_stock_before_the_first_count_is_counted_back(tmp_path):
    data = records(
        tmp_path,
        orders=[early(), order("a", on(2), 3, shipped_at=on(2)), order("a", on(13), 1, shipped_at=on(13))],
        stock=[{"as_of": on(6), "sku": "a", "on_hand": 10}],
        purchase_orders=[
            {"purchase_order": "P", "sku": "a", "quantity": 4, "ordered_at": on(-1), "received_at": on(5)}
        ],
    )
    days = told(data).run.flows.on_hand_unit_days[0]
    assert days.tolist() == [2 * 9 + 3 * 6 + 2 * 10, 6 * 10 + 9]


def test_against_the_hidden_truth_of_the_sample(sample):
    data = read_records(str(sample))
    first, last = day_number("2026-03-02"), day_number("2026-06-28")
    past = staged(data, first=first, last=last)
    found = recorded(past, Assumptions())
    tallies, truth = found.run.flows, pd.read_parquet(sample / "truth" / "demand.parquet")
    assert found.gaps == ()
    truth = truth[(days_of(truth["date"]) >= first) & (days_of(truth["date"]) <= last)]
    seen = truth["demanded"] - truth["unseen"]
    # A line of which a part shipped and the rest was cancelled counts as returned, for every policy; and
    # the absurd order was never wanted.
    lines = past.observer.lines
    back = (lines.known_until < lines.NEVER) & (lines.day >= first) & (lines.day <= last)
    returned = lines.quantity[back & (lines.quantity < 60_000)].sum()
    assert tallies.units.sum() == seen.sum() - returned
    assert returned < 0.02 * seen.sum()
    # What shipped in several parts has the day of the last one only: no less than there was.
    assert (
        truth["backordered"].sum() * 0.95
        <= tallies.backordered_units.sum()
        <= truth["backordered"].sum() * 1.5
    )
    orders, purchases = data.orders, data.purchases
    span = (orders.ordered >= first) & (orders.status == OrderStatus.REFUSED) & ~orders.ahead
    refused = (orders.quantity - orders.shipped_units)[span]
    assert tallies.lost_units.sum() >= refused.sum() > 0
    came = (purchases.received >= first) & (purchases.received <= last)
    assert tallies.received_units.sum() == purchases.received_units[came].sum()


# What the data does not tell.


def test_nothing_recorded_is_an_error(tmp_path):
    data = records(tmp_path, orders=[order("a", on(-10), 1), order("a", on(13), 1)])
    with pytest.raises(RequestError, match=r"does not record what happened.*`shipped_at`"):
        told(data)


def test_what_is_not_told_is_not_zero(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", on(-10), 1), order("a", on(1), 2), order("a", on(13), 1)],
        stock=[{"as_of": on(-1), "sku": "a", "on_hand": 5}, {"as_of": on(13), "sku": "a", "on_hand": 4}],
    )
    found = told(data)
    tallies = found.run.flows
    assert tallies.lines.sum() == 2
    assert tallies.on_hand_unit_days[0].tolist() == [5 + 6 * 3, 6 * 3 + 4]
    for name in ("backordered_lines", "lost_units", "late_lines", "in_full_lines", "backlog_unit_days"):
        assert np.isnan(getattr(tallies, name)).all(), name
    assert np.isnan(found.run.purchased_units).all()
    # What ordering cost is not known either, unless it costs nothing whatever was ordered.
    assert np.isnan(found.run.cost_ordering).all()
    assert told(data, "line_cost=0").run.cost_ordering.sum() == 0
    assert [sentence.split("`")[1] for sentence in found.gaps] == ["orders", "purchase_orders"]


def test_a_week_of_which_nothing_is_told_is_not_known(tmp_path):
    data = records(tmp_path, orders=[early(), order("a", on(1), 2, shipped_at=on(3)), order("a", on(8), 1)])
    found = told(data)
    assert found.run.flows.backordered_lines[0, 0] == 1
    assert np.isnan(found.run.flows.backordered_lines[0, 1])
    assert "1 of 2 weeks" in found.gaps[0]


def test_a_single_count_without_receipts_tells_nothing_of_other_weeks(tmp_path):
    rows = [early(), order("a", on(1), 2, shipped_at=on(3)), order("a", on(13), 1, shipped_at=on(13))]
    data = records(tmp_path, orders=rows, stock=[{"as_of": on(2), "sku": "a", "on_hand": 5}])
    assert np.isnan(told(data).run.flows.on_hand_unit_days[0]).tolist() == [False, True]


def test_an_item_that_was_never_counted_is_not_known_unless_it_never_was(tmp_path):
    data = records(
        tmp_path,
        orders=[early("a"), early("b"), order("a", on(13), 1, shipped_at=on(13))],
        products=[{"sku": sku} for sku in "abc"],
        stock=[{"as_of": on(day), "sku": "a", "on_hand": 5} for day in (-1, 13)],
    )
    found = told(data)
    assert np.isnan(found.run.flows.on_hand_unit_days).all(axis=1).tolist() == [False, True, False]
    assert "no count of 1 of 3 items" in found.gaps[0]


def test_lost_sales_are_told_by_a_status_alone(tmp_path):
    rows = [order("a", on(day), 2, status="shipped") for day in (-10, 1, 13)]
    rows.append(order("a", on(3), 2, status="refused"))
    refuses = records(tmp_path / "r", orders=rows, products=[{"sku": "a", "backorder": "refused"}])
    tallies = told(refuses).run.flows
    assert tallies.lost_units.sum() == 2
    assert tallies.backordered_lines.sum() == 0
    allows = records(tmp_path / "a", orders=rows, products=[{"sku": "a", "backorder": "allowed"}])
    tallies = told(allows).run.flows
    assert tallies.lost_units.sum() == 2
    assert np.isnan(tallies.backordered_lines).all()
