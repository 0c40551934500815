"""The sentence beside a recommendation: its numbers are those of its row, and they add up."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.inputs.read_records import read_records
from forecasting.planning.plan import plan
from tests.support.builders import order, records

TODAY = day_number("2026-02-28")


def check_sentence(row):
    """Every number of the sentence is in its row, and what is said to be there adds up to the position."""
    said = row.reason.replace(",", "")
    dates = {str(row.order_by), str(row.arrives_on), str(row.next_receipt)}
    for day in re.findall(r"\d{4}-\d\d-\d\d", said):
        assert day in dates or f"ends on {day}" in said, (day, row.reason)

    in_row = set()
    for value in row._asdict().values():
        if isinstance(value, int | float):
            in_row |= {f"{abs(value):.{places}f}" for places in (0, 1, 2)} | {f"{abs(value):.10g}"}
            in_row.add(f"{value * 100:.0f}")
    bare = re.sub(r"\d{4}-\d\d-\d\d|95 % sure|under 1 %|over 99 %|packs of [\d.]+", "", said)
    for number in re.findall(r"\d+(?:\.\d+)?", bare):
        assert number in in_row, (number, row.reason)

    stock = re.search(r"(\d[\d.]*) on hand", said)
    if stock:
        words = ("on order", "owed to customers")
        found = [re.search(rf"(\d[\d.]*) {word}", said) for word in words]
        on_order, owed = (float(each[1]) if each else 0.0 for each in found)
        assert float(stock[1]) + on_order - owed == pytest.approx(row.inventory_position)


def test_the_numbers_of_a_sentence_stand_in_its_row(sample):
    tables = plan(read_records(str(sample)), load(), day_number("2026-06-28")).tables
    again = tables["persistent_backorders"].set_index("sku")["words"]
    launches = tables["pre_orders"].set_index("sku")["words"]
    for row in tables["recommendations"].itertuples():
        # What is said of its shortages and of its launch has a row of its own, in another table.
        said, _, shortages = row.reason.partition(" It ran short ")
        assert bool(shortages) == (row.sku in again.index)
        assert not shortages or f"It ran short {shortages}" == again[row.sku]
        said, _, launch = said.partition(" It is on sale from ")
        assert bool(launch) == (row.sku in launches.index)
        assert not launch or f"It is on sale from {launch}" == launches[row.sku]
        check_sentence(row._replace(reason=said))
        assert not isinstance(row.order_by, str) or row.quantity > 0 or row.order_by > row.as_of


PURCHASE = st.fixed_dictionaries(
    {"quantity": st.sampled_from([5, 12.5, 40]), "ahead": st.integers(-60, 40), "placed": st.integers(0, 60)}
)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    stock=st.sampled_from([-4, 0, 3.25, 60]),
    bought=st.lists(PURCHASE, max_size=3),
    pack=st.sampled_from([1, 0.05, 6]),
    allowed=st.sampled_from(["allowed", "refused"]),
    open_units=st.integers(0, 9),
)
def test_a_sentence_agrees_with_its_row_whatever_the_stock(
    tmp_path_factory, stock, bought, pack, allowed, open_units
):
    rows = [order("a", f"2026-{month:02d}-{day:02d}", 2.5) for month in (1, 2) for day in range(1, 29, 2)]
    rows += [order("a", "2026-02-28", open_units, status="open")] if open_units else []
    purchases = [
        {
            "purchase_order": number,
            "sku": "a",
            "quantity": each["quantity"],
            "ordered_at": day_text(TODAY - each["placed"]),
            "expected_at": day_text(TODAY + max(each["ahead"], -each["placed"])),
            "status": "open",
        }
        for number, each in enumerate(bought)
    ]
    data = records(
        tmp_path_factory.mktemp("any"),
        orders=rows,
        products=[{"sku": "a", "pack_size": pack, "backorder": allowed}],
        stock=[{"as_of": "2026-02-28", "sku": "a", "on_hand": stock}],
        **({"purchase_orders": purchases} if purchases else {}),
    )
    (row,) = plan(data, load(), TODAY).tables["recommendations"].itertuples()
    check_sentence(row)
    assert not isinstance(row.order_by, str) or row.quantity > 0 or row.order_by > "2026-02-28"
    assert row.expected_short_units_if_ordered <= row.expected_short_units + 1e-9


def test_goods_that_come_after_the_new_order_do_not_hide_the_risk_before_it(tmp_path):
    days = range(day_number("2025-03-01"), day_number("2026-03-30"))
    late = {"purchase_order": "1", "sku": "a", "quantity": 60}
    data = records(
        tmp_path,
        orders=[order("a", day_text(day)) for day in days],
        stock=[{"as_of": "2026-03-29", "sku": "a", "on_hand": 0}],
        purchase_orders=[{**late, "ordered_at": "2026-03-28", "expected_at": "2026-04-18"}],
    )
    (row,) = plan(data, load(), day_number("2026-03-29")).tables["recommendations"].itertuples()
    assert row.stockout_probability > 0.95
    assert 12 < row.expected_short_units < 21
    assert row.next_receipt == "2026-04-18"
    assert "due 2026-04-18" in row.reason


def test_fractions_are_said_as_exactly_as_they_are_ordered(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", f"2026-02-{day:02d}", 0.35) for day in range(1, 29)],
        products=[{"sku": "a", "pack_size": 0.05}],
        stock=[{"as_of": "2026-02-28", "sku": "a", "on_hand": 1.25}],
    )
    (row,) = plan(data, load(), TODAY).tables["recommendations"].itertuples()
    assert row.quantity % 0.1 and f"Order {row.quantity:.10g} (" in row.reason
    assert "1.25 on hand" in row.reason


def test_stock_whose_records_contradict_each_other_is_not_stated(tmp_path):
    data = records(
        tmp_path,
        orders=[order("a", f"2026-02-{day:02d}", 3) for day in range(1, 29)],
        stock=[{"as_of": "2026-01-31", "sku": "a", "on_hand": 10}],
    )
    (row,) = plan(data, load(), TODAY).tables["recommendations"].itertuples()
    assert "stock_contradiction" in row.flags
    assert "0 on hand" not in row.reason and "not known" in row.reason


def test_a_day_of_arrival_that_rests_on_an_assumed_lead_time_says_so(tmp_path):
    rows = [
        order(sku, f"2026-{month:02d}-{day:02d}", 2) for sku in "ab" for month in (1, 2) for day in (3, 17)
    ]
    data = records(
        tmp_path,
        orders=rows,
        products=[{"sku": "a"}, {"sku": "b", "lead_time_days": 14}],
        stock=[{"as_of": "2026-02-28", "sku": sku, "on_hand": 0} for sku in "ab"],
    )
    table = plan(data, load(), TODAY).tables["recommendations"].set_index("sku")
    assert (table["quantity"] > 0).all()
    assumed = "(by an assumed lead time: none is known); the risk"
    assert [assumed in reason for reason in table["reason"]] == [True, False]
