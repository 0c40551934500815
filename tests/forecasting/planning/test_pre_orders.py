"""What is ordered ahead of a launch, and what is still to come, is bought for once, and told."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.planning.plan import plan
from forecasting.store.conform import conform
from tests.support.builders import order, records

AS_OF = day_number("2026-03-29")
LAUNCH = AS_OF + 10
CONFIG = load(None, ["model=negative_binomial", "lead_time_days=7", "lead_time_sd_days=0"])


def ahead(sku, launch, days, units=2):
    """A line of ``units`` on each of these days before the launch, for the launch."""
    return [
        order(sku, day_text(launch - day), units, line=str(number), kind="preorder", due=day_text(launch))
        for number, day in enumerate(days)
        if launch - day <= AS_OF
    ]


def launched(number):
    return f"L{number}", AS_OF - 300 + 40 * number


def company(folder, new_days, *, launches=6, later=(), before=True):
    """Six launches with a line on 20 days ``before`` each, or on its day; and one to come, of which the lines
    of these days came by now.
    """
    rows = [order("old", day_text(AS_OF - day), 1) for day in range(0, 400, 2)]
    products = [{"sku": "old"}, {"sku": "new", "available_from": day_text(LAUNCH)}]
    for sku, day in map(launched, range(launches)):
        lines = ahead(sku, day, range(1, 21))
        rows += lines if before else [{**line, "ordered_at": day_text(day)} for line in lines]
        products.append({"sku": sku, "available_from": day_text(day)})
    rows += [*ahead("new", LAUNCH, new_days), *later]
    stock = [{"as_of": day_text(AS_OF), "sku": product["sku"], "on_hand": 0} for product in products]
    return plan(records(folder, orders=rows, products=products, stock=stock), CONFIG, AS_OF).tables


def of_new(tables, name):
    return tables[name].set_index("sku").loc["new"]


def test_what_is_still_to_come_before_a_launch_is_as_much_as_earlier_launches_had(tmp_path):
    # Of 20 lines eleven come until ten days before; nine more of two units are to come.
    tables = company(tmp_path, range(10, 21))
    conform("pre_orders", tables["pre_orders"])
    row = of_new(tables, "pre_orders")
    assert (row["lines"], row["units"], row["earlier_launches"]) == (11, 22, 6)
    assert row["available_from"] == day_text(LAUNCH)
    assert row["more_mean"] == pytest.approx(18, rel=0.15)
    assert row["more_q05"] < 18 < row["more_q95"]
    assert f"on sale from {day_text(LAUNCH)}: so far 22 in 11 order lines are ordered ahead" in row["words"]
    assert of_new(tables, "recommendations")["reason"].endswith(row["words"])


def test_the_first_purchase_counts_on_what_is_still_to_come_and_on_what_is_on_the_books(tmp_path):
    with_launches = of_new(company(tmp_path / "a", range(10, 21)), "recommendations")
    none = of_new(company(tmp_path / "b", range(10, 21), before=False), "recommendations")
    assert with_launches["ordered_ahead"] == none["ordered_ahead"] == 22
    assert with_launches["demand_mean"] - none["demand_mean"] == pytest.approx(18, abs=1.5)
    assert with_launches["quantity"] > none["quantity"] + 12


def test_without_an_earlier_launch_nothing_is_guessed_and_that_is_said(tmp_path):
    tables = company(tmp_path, range(10, 21), launches=0)
    row = of_new(tables, "pre_orders")
    assert row["earlier_launches"] == 0 and np.isnan(row["more_mean"])
    assert row["words"].endswith("how much more will be is not known, as no earlier launch had orders ahead.")


def test_what_is_ordered_after_the_day_of_the_plan_is_not_known_to_it(tmp_path):
    first = company(tmp_path / "a", range(10, 21))
    later = [order("new", day_text(AS_OF + 3), 50, kind="preorder", due=day_text(LAUNCH), line="x")]
    second = company(tmp_path / "b", range(10, 21), later=later)
    columns = ["lines", "units", "more_mean", "more_q95"]
    assert of_new(first, "pre_orders")[columns].tolist() == of_new(second, "pre_orders")[columns].tolist()


def test_a_company_without_launches_ahead_has_an_empty_table(tmp_path):
    rows = [order("old", day_text(AS_OF - day), 1) for day in range(0, 100, 2)]
    tables = plan(records(tmp_path, orders=rows), CONFIG, AS_OF).tables
    conform("pre_orders", tables["pre_orders"])
    assert len(tables["pre_orders"]) == 0
