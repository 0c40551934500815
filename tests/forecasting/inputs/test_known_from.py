"""Of the past, an item is known from its first trace in the data on, and not before."""

from __future__ import annotations

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.planning.plan import plan
from tests.forecasting.replay.test_replay import FIRST, staged, weekly_orders
from tests.support.builders import order, records


def test_of_the_past_an_item_is_known_from_its_first_trace_on(tmp_path):
    data = records(
        tmp_path,
        orders=[
            *(order("a", f"2026-01-{day:02d}", 3) for day in range(1, 29)),
            *(order("later", f"2026-02-{day:02d}", 9) for day in range(2, 29)),
            *(order("announced", f"2026-02-{day:02d}", 9) for day in range(2, 29)),
        ],
        products=[
            {"sku": "a"},
            {"sku": "later"},
            {"sku": "announced", "available_from": "2026-02-01"},
            {"sku": "never"},
            {"sku": "counted"},
        ],
        stock=[{"sku": sku, "as_of": "2026-01-20", "on_hand": 0} for sku in ("a", "counted")],
    )
    past = plan(data, load(), day_number("2026-01-28")).tables["recommendations"].set_index("sku")
    assert past.loc["later", "quantity"] == past.loc["later", "demand_mean"] == 0
    assert past.loc["later", "reason"].endswith("its first order, count or purchase is of 2026-02-02.")
    assert past["flags"].str.contains("not_known_yet").sum() == 1
    assert (past.loc[["a", "announced", "counted"], "demand_mean"] > 0).all()
    later = plan(data, load(), day_number("2026-02-28")).tables["recommendations"].set_index("sku")
    assert later.loc["later", "quantity"] > 0
    assert not later["flags"].str.contains("not_known_yet").any()


def test_what_no_order_could_bring_counts_for_nobody(tmp_path):
    data = records(
        tmp_path,
        orders=[*weekly_orders("a", "2026-03-02", 8, 5), order("b", day_text(FIRST + 10), 5)],
        products=[{"sku": "a"}, {"sku": "b"}],
    )
    past, _ = staged(data, "lead_time_days=6", "warmup=protection", last=FIRST + 55)
    assert (past.count_from - FIRST).tolist() == [13, 23]
    past, _ = staged(data, "lead_time_days=6", "warmup=none", last=FIRST + 55)
    assert (past.count_from - FIRST).tolist() == [0, 0]
