"""The rules of a night: bad imports are not believed, what was sent counts, and limits hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from forecasting.config import load
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine
from forecasting.nightly.guards import counts, doubts
from forecasting.nightly.limits import Limits, verdict
from forecasting.nightly.on_order import SentOrder, counted, drafts_there, not_imported, usual_week
from tests.support.builders import dataset, order

TODAY = date(2026, 6, 28)
CONFIG = load()


def shop(folder, *, last_week=10, stock_on="2026-06-28"):
    """Ten order lines a week for nine weeks, the last week as told."""
    lines = [
        order("A", str(TODAY - timedelta(days=7 * week + 1)), 1, order=f"{week}-{number}")
        for week in range(9)
        for number in range(10 if week else last_week)
    ]
    return dataset(folder, orders=lines, stock=[{"as_of": stock_on, "sku": "A", "on_hand": 3}])


@pytest.mark.parametrize(("last_week", "believed"), [(10, True), (5, True), (4, False), (0, False)])
def test_a_week_with_less_than_half_of_the_usual_orders_is_not_believed(tmp_path, last_week, believed):
    said = doubts(shop(tmp_path, last_week=last_week), TODAY, {}, CONFIG)
    assert (said == []) == believed
    if not believed:
        assert said == [f"{last_week} order lines in the seven days up to 2026-06-28; usual are 10"]


@pytest.mark.parametrize(
    ("stock_on", "believed"), [("2026-06-28", True), ("2026-06-27", True), ("2026-06-26", False)]
)
def test_stock_that_is_older_than_a_day_is_not_believed(tmp_path, stock_on, believed):
    said = doubts(shop(tmp_path, stock_on=stock_on), TODAY, {}, CONFIG)
    assert (said == []) == believed
    if not believed:
        assert said == ["the newest stock is of 2026-06-26, 2 days before 2026-06-28"]


def test_a_table_that_is_gone_or_halved_is_not_believed(tmp_path):
    tables = shop(tmp_path)
    last = counts(tables)
    assert doubts(tables, TODAY, last, CONFIG) == []
    said = doubts(tables, TODAY, {**last, "suppliers": 7, "orders": 200}, CONFIG)
    assert said == [
        "table orders has 90 rows; it had 200 the last time",
        "table suppliers is missing or empty; it had 7 rows the last time",
    ]


ITEM = PurchaseOrderLine("A", Decimal(12), Decimal("2.5"), arrives_on=date(2026, 7, 10))
SENT = SentOrder("PO7", PurchaseOrder("r", date(2026, 6, 20), "ACME", "main", (ITEM,)))


def purchases(**more):
    row = {
        "purchase_order": "X1",
        "line": "1",
        "sku": "A",
        "quantity": 5.0,
        "location": "main",
        "supplier": "ACME",
    }
    row |= {"ordered_at": pd.Timestamp("2026-06-01"), "unit_cost": 2.0, "status": "open"}
    return pd.DataFrame([{**row, **more}])


def test_what_was_sent_and_is_not_imported_yet_counts_as_on_order():
    added = not_imported(purchases(), [SENT], TODAY, 60)
    assert added.to_dict("records") == [
        {
            "purchase_order": "PO7",
            "line": "1",
            "sku": "A",
            "quantity": 12.0,
            "ordered_at": pd.Timestamp("2026-06-20"),
            "location": "main",
            "supplier": "ACME",
            "expected_at": pd.Timestamp("2026-07-10"),
            "unit_cost": 2.5,
            "status": "open",
        }
    ]


@pytest.mark.parametrize(
    ("imported", "counted"),
    [
        ({"purchase_order": "PO7", "status": "open"}, 0),
        ({"purchase_order": "PO7", "status": "cancelled"}, 0),
        ({"purchase_order": "PO7", "status": "draft"}, 1),
        ({"purchase_order": SENT.order.key, "status": "received"}, 0),
        ({"ordered_at": pd.Timestamp("2026-06-21")}, 0),
        ({"ordered_at": pd.Timestamp("2026-06-21"), "status": "cancelled"}, 1),
        ({"ordered_at": pd.Timestamp("2026-06-21"), "sku": "B"}, 1),
    ],
)
def test_it_counts_until_the_import_shows_it(imported, counted):
    assert len(not_imported(purchases(**imported), [SENT], TODAY, 60)) == counted


def test_it_counts_for_so_many_days_and_never_in_its_own_night():
    assert len(not_imported(purchases(), [SENT], TODAY, 8)) == 1
    assert len(not_imported(purchases(), [SENT], TODAY, 7)) == 0
    assert len(not_imported(purchases(), [SENT], SENT.order.as_of, 60)) == 0


def test_a_usual_week_is_what_was_really_ordered():
    rows = pd.concat(
        [
            purchases(),
            purchases(status="draft"),
            purchases(status="cancelled"),
            purchases(ordered_at=pd.Timestamp("2025-01-01")),
        ]
    )
    products = pd.DataFrame({"sku": ["A"], "unit_cost": [9.0]})
    assert usual_week(rows, products, TODAY) == pytest.approx(10 / 13)
    assert usual_week(purchases(unit_cost=float("nan")), products, TODAY) == pytest.approx(45 / 13)
    assert usual_week(rows.iloc[1:3], products, TODAY) is None


def line(sku, value, supplier="ACME", flags=""):
    return SimpleNamespace(location="main", sku=sku, value=Decimal(value), supplier=supplier, flags=flags)


LIMITS = Limits(Decimal(100), Decimal(250), Decimal(1))


def decided(lines, limits=LIMITS, usual=Decimal(1_000), noticed=()):
    found = verdict(lines, limits, usual, set(noticed))
    return [each.sku for each in found.approved], {each.line.sku: each.why for each in found.held}


def test_small_lines_of_small_orders_are_approved():
    assert decided([line("a", 100), line("b", 100), line("c", 60, "Other")]) == (["a", "b", "c"], {})


def test_a_large_line_holds_its_supplier_and_no_other():
    approved, held = decided([line("a", 101), line("b", 5), line("c", 60, "Other")])
    assert approved == ["c"]
    assert held == {"a": "the line is above 100.00", "b": "another line of the order waits for a person"}


def test_a_large_order_is_held_as_a_whole():
    approved, held = decided([line(sku, 90) for sku in "abc"])
    assert approved == [] and set(held.values()) == {"the order is above 250.00"}


def test_what_a_notice_or_a_data_flag_names_is_never_approved():
    lines = [line("a", 5, "One"), line("b", 5, "Two", "odd_order"), line("c", 5, "Three"), line("d", 5, "")]
    approved, held = decided(lines, noticed=[("main", "a")])
    assert approved == ["c"]
    assert held == {
        "a": "a notice names the item",
        "b": "flag odd_order: look at the data",
        "d": "no supplier is known",
    }


def test_a_night_above_its_share_of_a_usual_week_is_held_as_a_whole():
    lines = [line("a", 90), line("c", 60, "Other")]
    assert decided(lines, usual=Decimal(150))[0] == ["a", "c"]
    approved, held = decided(lines, usual=Decimal("149.99"))
    assert approved == [] and set(held.values()) == {
        "the night comes to 150.00, above 149.99, 1 of a usual week"
    }
    assert decided(lines, usual=None)[0] == []
    assert decided(lines, replace(LIMITS, week_share=None), usual=None)[0] == ["a", "c"]


def test_without_a_limit_in_the_settings_nothing_is_approved():
    assert decided([line("a", 1)], Limits.of(CONFIG))[0] == []


def test_fresh_drafts_of_others_count_as_on_order_and_ours_by_what_was_sent():
    ours = PurchaseOrder("run", TODAY, "ACME", "main", (PurchaseOrderLine("A", Decimal(5), Decimal(1)),))
    rows = [
        ("THEIRS", "draft", 3),
        ("ASKED", "requested", 3),
        ("OLD", "draft", 61),
        ("SENT", "draft", 1),
        (ours.key, "draft", 1),
        ("REAL", "open", 3),
    ]
    purchases = pd.DataFrame(
        {
            "purchase_order": [number for number, *_ in rows],
            "status": pd.Categorical([status for _, status, _ in rows]),
            "ordered_at": [pd.Timestamp(TODAY - timedelta(days=back)) for *_, back in rows],
        }
    )
    drafts = drafts_there(purchases, [SentOrder("SENT", ours)], TODAY, 60)
    assert purchases["purchase_order"][drafts].tolist() == ["THEIRS", "ASKED"]
    after = counted(purchases, drafts, pd.DataFrame())
    assert after["status"].tolist() == ["open", "open", "draft", "draft", "draft", "open"]
    assert not drafts_there(purchases, [], TODAY, -1).any()
