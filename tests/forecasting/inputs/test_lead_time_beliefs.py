"""What deliveries teach about lead times, and when open orders may come."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.lead_time_beliefs import Deliveries, beliefs, chance_by, days_at
from forecasting.inputs.lead_times import lead_time_knowledge
from forecasting.inputs.open_orders import open_orders
from tests.support.builders import order, records

AS_OF = day_number("2026-03-29")
SOLD = [order("a", "2025-01-06"), order("b", "2025-01-06"), order("a", "2026-03-29")]


def purchase(number, ordered, days=None, sku="a", promised=None, **more):
    """A line of 10 ordered so many days before the as-of day, which took ``days`` to come."""
    on = AS_OF - ordered
    dates = {"ordered_at": day_text(on)}
    if days is not None:
        dates["received_at"] = day_text(on + 1 + days)
    if promised is not None:
        dates["expected_at"] = day_text(on + 1 + promised)
    return {"purchase_order": str(number), "sku": sku, "quantity": 10, "supplier": "s", **dates, **more}


def company(tmp_path, purchases, **terms):
    return records(
        tmp_path,
        orders=SOLD,
        products=[{"sku": sku, "supplier": "s"} for sku in "ab"],
        suppliers=[{"supplier": "s", "lead_time_days": 14, **terms}],
        purchase_orders=purchases,
    )


def known(data, *settings, as_of=AS_OF):
    return lead_time_knowledge(data, load(None, settings), as_of, Assumptions())


def test_the_terms_hold_where_nothing_has_come(tmp_path):
    assert known(company(tmp_path, [purchase(1, 3)])).lead_times.mean.tolist() == [14.0, 14.0]


def test_lines_of_one_delivery_are_one_observation(tmp_path):
    one = known(company(tmp_path / "one", [purchase(1, 60, 30)])).lead_times.mean
    lines = [purchase(1, 60, 30, line=line) for line in range(8)]
    eight = known(company(tmp_path / "eight", lines)).lead_times.mean
    assert eight.tolist() == one.tolist()
    assert 14 < one[0] < 26


def test_one_late_delivery_of_many_items_is_no_change_of_its_supplier(tmp_path):
    skus = [f"i{number}" for number in range(12)]
    steady = [purchase(f"{k}{sku}", 600 - 20 * k, 14, sku) for k in range(20) for sku in skus]
    late = [purchase(f"late{sku}", 190, 60, sku) for sku in skus]
    data = records(
        tmp_path,
        orders=[order(sku, "2025-01-06") for sku in skus] + SOLD,
        products=[{"sku": sku, "supplier": "s"} for sku in (*skus, "a")],
        suppliers=[{"supplier": "s", "lead_time_days": 14}],
        purchase_orders=steady + late,
    )
    assert known(data).lead_times.mean.max() < 22


def test_deliveries_teach_nothing_where_they_are_not_to(tmp_path):
    data = company(tmp_path, [purchase(k, 400 - 30 * k, 40) for k in range(10)])
    assert known(data, "lead_time_receipts=0").lead_times.mean.tolist() == [14.0, 14.0]
    assert known(data).lead_times.mean[0] == pytest.approx(40, abs=3)


def test_nothing_that_came_later_is_known(tmp_path):
    data = company(tmp_path, [purchase(k, 400 - 30 * k, 40) for k in range(10)])
    assert known(data, as_of=AS_OF - 380).lead_times.mean[0] == 14.0


def test_each_item_has_its_own_and_borrows_its_suppliers(tmp_path):
    data = company(tmp_path, [purchase(k, 400 - 30 * k, 40) for k in range(10)])
    own, borrowed = known(data).lead_times.mean
    assert own == pytest.approx(40, abs=3)
    assert 25 < borrowed <= 45


def test_the_lead_time_of_a_product_is_before_its_suppliers(tmp_path):
    data = records(
        tmp_path,
        orders=SOLD,
        products=[{"sku": "a", "supplier": "s", "lead_time_days": 3}, {"sku": "b", "supplier": "s"}],
        suppliers=[{"supplier": "s", "lead_time_days": 20}],
    )
    assert known(data).lead_times.mean.tolist() == [3.0, 20.0]


def test_a_supplier_that_changed_is_believed_within_a_few_deliveries(tmp_path):
    steady = [purchase(k, 600 - 20 * k, 14) for k in range(20)]
    changed = [purchase(20 + k, 150 - 20 * k, 45) for k in range(4)]
    before = known(company(tmp_path / "before", steady)).lead_times.mean[0]
    after = known(company(tmp_path / "after", steady + changed)).lead_times.mean[0]
    assert before == pytest.approx(14, abs=1)
    assert after == pytest.approx(45, abs=6)


def test_one_freak_delivery_is_not_a_change(tmp_path):
    steady = [purchase(k, 600 - 20 * k, 14) for k in range(20)]
    assert known(company(tmp_path, [*steady, purchase(99, 190, 180)])).lead_times.mean[0] < 22


def test_a_promise_that_was_never_kept_is_not_believed(tmp_path):
    late = [purchase(k, 400 - 30 * k, 30, promised=10) for k in range(10)]
    data = company(tmp_path, [*late, purchase(99, 5, promised=10, status="open")])
    coming = open_orders(data, known(data), AS_OF)
    assert coming.arrival(0.5)[0] - (AS_OF - 5) - 1 == pytest.approx(30, abs=4)
    assert coming.chance_by(np.array([AS_OF + 10.0]))[0] < 0.1


def test_a_promise_that_is_kept_is_a_better_guide_than_the_usual_time(tmp_path):
    lengths = [10, 40, 20, 60, 30, 12, 55, 25, 45, 15]
    kept = [purchase(k, 400 - 30 * k, days, promised=days) for k, days in enumerate(lengths)]
    data = company(tmp_path, [*kept, purchase(99, 0, promised=50, status="open")])
    coming = open_orders(data, known(data), AS_OF)
    assert coming.arrival(0.5)[0] - AS_OF == pytest.approx(51, abs=3)
    assert coming.counted_on(np.array([AS_OF + 30.0])).tolist() == [0.0]
    assert coming.counted_on(np.array([AS_OF + 70.0])).tolist() == [10.0]


def test_a_promise_is_believed_of_a_supplier_whose_lead_times_were_as_steady_as_its_promises(tmp_path):
    kept = [purchase(k, 400 - 14 * k, 14, promised=14) for k in range(20)]
    data = company(tmp_path, [*kept, purchase(99, 13, promised=48, status="open")], lead_time_sd_days=2)
    coming = open_orders(data, known(data), AS_OF)
    assert coming.arrival(0.5)[0] - (AS_OF - 13) - 1 == 48
    assert coming.chance_by(np.array([AS_OF + 20.0]))[0] < 0.01


def test_promises_that_were_a_clearly_worse_guide_than_the_usual_time_are_not_believed(tmp_path):
    vague = [30, 5, 40, 8, 25, 6, 35, 7, 28, 4]
    steady = [purchase(k, 400 - 30 * k, 14, promised=days) for k, days in enumerate(vague)]
    data = company(tmp_path, [*steady, purchase(99, 0, promised=48, status="open")])
    assert open_orders(data, known(data), AS_OF).arrival(0.5)[0] - AS_OF == pytest.approx(15, abs=1)


def test_the_chance_that_an_overdue_order_still_comes_fades(tmp_path):
    rows = [purchase(days, days, promised=14, status="open") for days in (5, 16, 25, 60, 700)]
    data = company(tmp_path, rows)
    coming = open_orders(data, known(data), AS_OF)
    assert coming.overdue.tolist() == [False, True, True, True, True]
    assert np.all(np.diff(coming.chance) < 0)
    assert coming.chance[0] > 0.97 and coming.chance[1] > 0.8 and coming.chance[-1] < 0.02
    assert coming.counted_on(np.full(5, AS_OF + 21.0))[-1] == 0.0
    assert coming.counted_on(np.full(5, AS_OF + 21.0))[0] == 10.0


def test_an_order_a_few_days_late_of_a_supplier_that_was_always_on_time_is_likely_to_come(tmp_path):
    kept = [purchase(k, 500 - 20 * k, 14, promised=14) for k in range(18)]
    late = [purchase(90 + days, 15 + days, promised=14, status="open") for days in (1, 6, 30, 120)]
    data = company(tmp_path, kept + late)
    coming = open_orders(data, known(data), AS_OF)
    assert coming.overdue.all()
    one, six, thirty, long_ago = coming.chance
    assert one > 0.9 and 0.75 < six < 0.95 and thirty < 0.25 and long_ago < 0.05
    assert coming.chance_by(np.full(4, AS_OF + 20.0))[1] > 0.7
    assert 2 <= coming.arrival(0.5)[1] - AS_OF <= 6


def test_days_are_the_inverse_of_their_chance():
    stated, level, sd = np.array([14.0, 30.0]), np.array([0.2, -0.4]), np.array([0.3, 0.1])
    days = days_at(np.array([0.9, 0.25]), stated, level, sd)
    assert chance_by(days, stated, level, sd) == pytest.approx([0.9, 0.25])


def test_beliefs_cover_what_comes():
    random = np.random.default_rng(1)
    y, fresh = 0.4 + 0.2 * random.standard_normal((2, 3000))
    one = np.zeros(3000, dtype=np.int64)
    covered = {0.5: [], 0.9: []}
    for known in range(300, 3000, 30):
        past = Deliveries(one[:known], one[:known], y[:known], np.ones(known))
        held = beliefs(past, one[:1], 1, np.array([0.25]), 4.0)
        for probability, shares in covered.items():
            shares.append(np.mean(fresh <= held.quantile(probability)[0]))
    assert np.mean(covered[0.5]) == pytest.approx(0.5, abs=0.03)
    assert np.mean(covered[0.9]) == pytest.approx(0.9, abs=0.03)
