"""What was recorded: by hand, against the made sample's hidden truth, and a ledger's outcome told back."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from builders import dataset, order
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from forecasting.assumptions import Assumptions
from forecasting.config import load
from forecasting.dataset.read import read
from forecasting.dataset.sample.records import typed
from forecasting.demand import days_of
from forecasting.domain import day_number, day_text
from forecasting.engine import observer
from forecasting.errors import RequestError
from forecasting.policies.min_max import MinMax
from forecasting.replay import compare
from forecasting.replay.ledger import Ledger
from forecasting.replay.parts import demand_in_one_piece
from forecasting.replay.realism import realism
from forecasting.replay.recorded import recorded
from forecasting.replay.recorded_stock import stock_history
from forecasting.replay.replay import replay
from forecasting.replay.scenario import scenario
from forecasting.replay.tallies import Tallies
from forecasting.replay.walk import walk
from forecasting.stock_position import counted
from forecasting.summary import policies_table

FIRST = day_number("2026-03-02")  # a Monday
FLOWS = [field.name for field in fields(Tallies)]


def staged(data, *options, first=FIRST, last=FIRST + 13):
    config = load(None, ["warmup=none", "lead_time_days=3", *options])
    assumptions = Assumptions()
    return scenario(data, observer(data, config, first - 1, assumptions), first, last, assumptions)


def told(data, *options, **span):
    return recorded(data, staged(data, *options, **span), Assumptions())


def on(offset):
    return day_text(FIRST + offset)


def early(sku="a"):
    """A line before the replay, so that there is a past."""
    return order(sku, on(-10), 1, shipped_at=on(-10), status="shipped")


def flows_of(rows, **tables):
    return lambda folder: told(dataset(folder, orders=[early(), *rows], **tables)).run.tallies


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


def test_a_demand_in_parts_is_one_line(tmp_path):
    parts = [
        order("a", on(1), 6, order="S1", line=1, shipped_at=on(1)),
        order("a", on(1), 3, order="S1", line=2, shipped_at=on(4)),
        order("a", on(1), 1, order="S1", line=3, status="open"),
        order("a", on(1), 5, order="S2", line=1, shipped_at=on(1)),
        order("a", on(1), 5, order="S2", line=2, shipped_at=on(1)),
    ]
    data = dataset(tmp_path, orders=[early(), *parts])
    tallies = told(data).run.tallies
    # S2 shipped at one time: its rows are two lines, as the customer wrote them.
    assert tallies.lines.sum() == 3
    assert tallies.backordered_lines.sum() == 1
    assert tallies.backordered_units.sum() == 4
    assert tallies.in_full_lines.sum() == 2
    assert tallies.late_lines.sum() == 1
    assert tallies.backlog_unit_days[0].tolist() == [3 * 3 + 6, 7]
    simulated = walk(MinMax(), staged(data)).tallies
    assert np.array_equal(simulated.lines, tallies.lines)
    assert np.array_equal(simulated.units, tallies.units)


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
        {"purchase_order": "P5", "sku": "a", "quantity": 9, "ordered_at": on(13)},
    ]
    bought = [{"line": 1, "status": "received", **row} for row in bought]
    data = dataset(
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
    run = recorded(data, past, Assumptions()).run
    a, b = 0, 1
    assert run.purchased_units.tolist() == [[7, 9], [8, 0]]
    assert run.purchase_orders.tolist() == [1, 1]
    # P1 is shared by two lines; P2 has one.
    assert run.cost_ordering.tolist() == [[3 + 1, 6 + 1], [3 + 1, 0]]
    assert run.tallies.received_units.tolist() == [[5 + 7, 0], [0, 8]]
    # a: 2 on day 0, then 7; 3 leave on day 5 and 7 come on day 6. b: 4, 12 from day 9, 11 on day 13.
    assert run.tallies.on_hand_unit_days[a].tolist() == [2 + 4 * 7 + 4 + 11, 7 * 11]
    assert run.tallies.on_hand_unit_days[b].tolist() == [28, 2 * 4 + 4 * 12 + 11]
    known = past.observer.catalogue
    row = compare.summary([run], known.costs, known.terms.unit_cost, "recorded", 1, 10).iloc[0]
    assert row["cost_holding"] == pytest.approx(0.25 * (45 + 77 + 28 + 67))
    assert row["cost_goodwill"] == pytest.approx(2 * 3 + 0.5 * 3 * 3)
    assert row["cost_admin"] == pytest.approx(5)
    assert row["cost_ordering"] == 15
    assert row["cost_total"] == pytest.approx(54.25 + 10.5 + 5 + 15)
    assert row["purchase_orders"] == 2


def test_stock_is_what_the_books_say_on_each_day(sample):
    data = read(str(sample))
    past = staged(data, first=day_number("2026-05-06"), last=day_number("2026-06-28"))
    found = stock_history(data, past).on_hand_unit_days.sum(axis=1)
    daily = [counted(data, past.observer.catalogue, day) for day in range(past.first_day, past.last_day + 1)]
    # An item that is first counted later is not known to ``counted`` before that.
    whole = ~np.isnan(daily[0])
    assert whole.sum() > 50
    assert np.allclose(found[whole], np.sum(daily, axis=0)[whole], atol=1e-6)
    assert not np.isnan(found).any()


def test_stock_before_the_first_count_is_counted_back(tmp_path):
    data = dataset(
        tmp_path,
        orders=[early(), order("a", on(2), 3, shipped_at=on(2)), order("a", on(13), 1, shipped_at=on(13))],
        stock=[{"as_of": on(6), "sku": "a", "on_hand": 10}],
        purchase_orders=[
            {"purchase_order": "P", "sku": "a", "quantity": 4, "ordered_at": on(-1), "received_at": on(5)}
        ],
    )
    days = told(data).run.tallies.on_hand_unit_days[0]
    assert days.tolist() == [2 * 9 + 3 * 6 + 2 * 10, 6 * 10 + 9]


def test_against_the_hidden_truth_of_the_sample(sample):
    data = read(str(sample))
    first, last = day_number("2026-03-02"), day_number("2026-06-28")
    past = staged(data, first=first, last=last)
    found = recorded(data, past, Assumptions())
    tallies, truth = found.run.tallies, pd.read_parquet(sample / "truth" / "demand.parquet")
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
    orders = data.orders
    span = (days_of(orders["ordered_at"]) >= first) & (orders["status"] == "refused")
    refused = (orders["quantity"] - orders["quantity_shipped"])[span & (orders["kind"] == "order")]
    assert tallies.lost_units.sum() >= refused.sum() > 0
    received = data.purchase_orders["received_at"]
    came = (days_of(received) >= first) & (days_of(received) <= last)
    assert tallies.received_units.sum() == data.purchase_orders["quantity_received"][came].sum()


# A ledger's own outcome, told back.


@st.composite
def worlds(draw):
    """Lines (day, days to the deadline, units), receipts, opening stock and rules of a few items."""
    span, pieces = 21, st.integers(1, 9)
    items = draw(st.integers(2, 5))
    day = st.integers(0, span - 1)
    return [
        {
            "lines": sorted(draw(st.lists(st.tuples(day, st.integers(0, 9), pieces), max_size=7))),
            "receipts": draw(st.lists(st.tuples(day, pieces), max_size=4)),
            "opening": draw(st.integers(0, 12)),
            "refused": draw(st.booleans()),
            "warm": draw(st.integers(0, 9)),
            "counts": draw(st.booleans()),
        }
        for _ in range(items)
    ]


def told_back(world):
    """Tables as a company would keep them whose past was the ledger's: each shipment a row of its own."""
    orders, stock = [], []
    # Before the first count; it shows that receipts are recorded.
    bought = [{"purchase_order": "P", "line": 1, "sku": "i0", "quantity": 1, "received_at": on(-3)}]
    for number, item in enumerate(world):
        sku = f"i{number}"
        orders.append(
            order(sku, on(-5), 1, order=f"before-{sku}", line=0, shipped_at=on(-5), status="shipped")
        )
        on_hand, owed = item["opening"], []
        stock.append({"as_of": on(-1), "sku": sku, "on_hand": on_hand})
        for place, (day, units) in enumerate(item["receipts"]):
            bought.append(
                {
                    "purchase_order": f"P{number}-{place}",
                    "line": 1,
                    "sku": sku,
                    "quantity": units,
                    "received_at": on(day),
                }
            )
        for today in range(21):
            on_hand += sum(units for day, units in item["receipts"] if day == today)
            sent = []
            for entry in sorted(owed, key=lambda entry: (entry[0], entry[1])):
                given = min(entry[2], on_hand)
                on_hand, entry[2] = on_hand - given, entry[2] - given
                sent.append((entry[1], given))
            for place, (day, _, units) in enumerate(item["lines"]):
                if day == today:
                    given = min(units, on_hand)
                    on_hand -= given
                    sent.append((place, given))
                    if given < units and item["refused"]:
                        orders.append(
                            part(item, number, place, units - given, status="refused", quantity_shipped=0)
                        )
                    elif given < units:
                        owed.append([day + item["lines"][place][1], place, units - given])
            orders += [
                part(item, number, place, given, status="shipped", shipped_at=on(today))
                for place, given in sent
                if given
            ]
            if item["counts"] and today % 7 == 6:
                stock.append({"as_of": on(today), "sku": sku, "on_hand": on_hand})
        orders += [part(item, number, place, units, status="open") for _, place, units in owed if units]
    for row, each in enumerate(orders):
        each["line"] = row
    for each in bought:
        each |= {"ordered_at": on(-9), "status": "received"}
    columns = pd.DataFrame(orders).astype({"line": str})
    frames = {"orders": columns, "stock": pd.DataFrame(stock), "purchase_orders": pd.DataFrame(bought)}
    for frame in frames.values():
        for name in ("ordered_at", "due", "shipped_at", "received_at", "as_of"):
            if name in frame:
                frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    return {name: typed(name, frame) for name, frame in frames.items() if len(frame)}


def part(item, number, place, units, **fate):
    day, wait, _ = item["lines"][place]
    at = f"{on(day)}T{place:02d}:00"
    return order(f"i{number}", at, units, order=f"S{number}-{place}", due=on(day + wait), **fate)


@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(worlds())
def test_the_outcome_of_a_ledger_told_back_gives_its_tallies(blank, world):
    data = replace(blank, **told_back(world))
    past = staged(data, last=FIRST + 20)
    count_from = FIRST + np.array([item["warm"] for item in world])
    past = replace(past, count_from=count_from)
    ledger = Ledger(
        past.lines,
        np.array([item["opening"] for item in world], dtype=np.float64),
        np.array([not item["refused"] for item in world]),
        first_day=FIRST,
        last_day=FIRST + 20,
        count_from=count_from,
        period_edges=past.period_edges,
    )
    ledger.schedule(
        np.array([number for number, item in enumerate(world) for _ in item["receipts"]], dtype=np.int64),
        np.array([FIRST + day for item in world for day, _ in item["receipts"]], dtype=np.int64),
        np.array([units for item in world for _, units in item["receipts"]], dtype=np.float64),
    )
    ledger.advance(FIRST + 20)
    found, asked = recorded(data, past, Assumptions()), sum(len(item["lines"]) for item in world)
    assert len(past.lines.day[past.lines.day >= FIRST]) == asked
    for name in FLOWS:
        assert np.array_equal(getattr(found.run.tallies, name), getattr(ledger.tallies, name)), name


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """A dataset whose tables are to be replaced."""
    return dataset(tmp_path_factory.mktemp("blank"), orders=[early()])


# What the data does not tell.


def test_nothing_recorded_is_an_error(tmp_path):
    data = dataset(tmp_path, orders=[order("a", on(-10), 1), order("a", on(13), 1)])
    with pytest.raises(RequestError, match=r"does not record what happened.*`shipped_at`"):
        told(data)


def test_what_is_not_told_is_not_zero(tmp_path):
    data = dataset(
        tmp_path,
        orders=[order("a", on(-10), 1), order("a", on(1), 2), order("a", on(13), 1)],
        stock=[{"as_of": on(-1), "sku": "a", "on_hand": 5}, {"as_of": on(13), "sku": "a", "on_hand": 4}],
    )
    found = told(data)
    tallies = found.run.tallies
    assert tallies.lines.sum() == 2
    assert tallies.on_hand_unit_days[0].tolist() == [5 + 6 * 3, 6 * 3 + 4]
    for name in ("backordered_lines", "lost_units", "late_lines", "in_full_lines", "backlog_unit_days"):
        assert np.isnan(getattr(tallies, name)).all(), name
    assert np.isnan(found.run.purchased_units).all()
    # Ordering costs nothing here, whatever was ordered.
    assert found.run.cost_ordering.sum() == 0
    assert [sentence.split("`")[1] for sentence in found.gaps] == ["orders", "purchase_orders"]


def test_a_week_of_which_nothing_is_told_is_not_known(tmp_path):
    data = dataset(tmp_path, orders=[early(), order("a", on(1), 2, shipped_at=on(3)), order("a", on(8), 1)])
    found = told(data)
    assert found.run.tallies.backordered_lines[0, 0] == 1
    assert np.isnan(found.run.tallies.backordered_lines[0, 1])
    assert "1 of 2 weeks" in found.gaps[0]


def test_a_single_count_without_receipts_tells_nothing_of_other_weeks(tmp_path):
    rows = [early(), order("a", on(1), 2, shipped_at=on(3)), order("a", on(13), 1, shipped_at=on(13))]
    data = dataset(tmp_path, orders=rows, stock=[{"as_of": on(2), "sku": "a", "on_hand": 5}])
    assert np.isnan(told(data).run.tallies.on_hand_unit_days[0]).tolist() == [False, True]


def test_an_item_that_was_never_counted_is_not_known_unless_it_never_was(tmp_path):
    data = dataset(
        tmp_path,
        orders=[early("a"), early("b"), order("a", on(13), 1, shipped_at=on(13))],
        products=[{"sku": sku} for sku in "abc"],
        stock=[{"as_of": on(day), "sku": "a", "on_hand": 5} for day in (-1, 13)],
    )
    found = told(data)
    assert np.isnan(found.run.tallies.on_hand_unit_days).all(axis=1).tolist() == [False, True, False]
    assert "no count of 1 of 3 items" in found.gaps[0]


def test_lost_sales_are_told_by_a_status_alone(tmp_path):
    rows = [order("a", on(day), 2, status="shipped") for day in (-10, 1, 13)]
    rows.append(order("a", on(3), 2, status="refused"))
    refuses = dataset(tmp_path / "r", orders=rows, products=[{"sku": "a", "backorder": "refused"}])
    tallies = told(refuses).run.tallies
    assert tallies.lost_units.sum() == 2
    assert tallies.backordered_lines.sum() == 0
    allows = dataset(tmp_path / "a", orders=rows, products=[{"sku": "a", "backorder": "allowed"}])
    tallies = told(allows).run.tallies
    assert tallies.lost_units.sum() == 2
    assert np.isnan(tallies.backordered_lines).all()


# In a replay.


@pytest.fixture(scope="module")
def replayed(sample):
    config = load(None, ["interval_draws=50"])
    # So early that there is too little time before to fit min_max on.
    first, last = day_number("2025-05-05"), day_number("2025-06-29")
    return replay(read(str(sample)), config, first, last, ["min_max", "recorded"], "recorded")


def test_it_stands_beside_the_others_and_may_be_the_baseline(replayed):
    tables, run = replayed.result.tables, replayed.result.run
    assert list(tables["summary"]["policy"]) == ["min_max", "recorded"]
    assert set(tables["periods"]["policy"]) == set(tables["items"]["policy"]) == {"min_max", "recorded"}
    assert not tables["summary"].isna().any(axis=None)
    one, two = tables["summary"]["lines"]
    assert one == two
    assert run["recorded"]["realism"] in replayed.report
    said = re.search(r'<p class="headline">(.*?)</p>', replayed.report)
    assert re.match(r"min_max would have .*(recorded, for|recorded, \d+, for) ", said[1])
    assert run["recorded"]["gaps"] == []


def test_the_tables_and_texts_say_what_is_not_known(sample):
    data = read(str(sample))
    data = replace(data, stock=data.stock.iloc[:0], purchase_orders=data.purchase_orders.iloc[:0])
    config = load(None, ["interval_draws=20"])
    names = ["no_orders", "recorded"]
    made = replay(data, config, day_number("2026-06-01"), day_number("2026-06-21"), names, "recorded")
    summary = made.result.tables["summary"].set_index("policy")
    unknown = summary.loc["recorded"]
    for name in ("average_on_hand_value", "purchase_orders", "cost_holding", "cost_total"):
        assert np.isnan(unknown[name]), name
        assert not np.isnan(summary.loc["no_orders", name]), name
    assert np.isnan(summary.loc["no_orders", "cost_saved"])
    assert unknown["backordered_lines"] >= 0
    assert "nan" not in made.report.lower().replace("finance", "")
    assert "There are no <code>purchase_orders</code>" in made.report
    line = policies_table(made.result.tables["summary"])[-1].split()
    assert line[0] == "recorded"
    assert line[-2:] == ["-", "-"]


def summary_of(**rows):
    columns = ["policy", "backordered_lines", "lost_lines", "average_on_hand_value"]
    return pd.DataFrame([[name, *values] for name, values in rows.items()], columns=columns)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ((95, 5, 1050), "close to what happened"),
        (
            (40, 10, 500),
            "50 (50 % fewer). Average stock value as recorded: 1,000; simulated: 500 (50 % less).",
        ),
        ((40, 10, 500), "min_max does better than the company did"),
        ((150, 0, 1500), "min_max does worse"),
        ((40, 0, 1500), "min_max holds more stock and runs short less than the company did"),
        ((160, 0, 500), "min_max holds less stock and runs short more"),
    ],
)
def test_realism_in_words(rule, says):
    words = realism(summary_of(min_max=rule, recorded=(90, 10, 1000)), "min_max")
    assert says in words
    assert words.startswith("Order lines short as recorded: 100; min_max, simulated on the same orders: ")


def test_realism_says_nothing_where_there_is_nothing_to_compare():
    assert realism(summary_of(min_max=(1, 1, 1)), "min_max") == ""
    assert realism(summary_of(recorded=(1, 1, 1), no_orders=(9, 9, 1)), "recorded") == ""
    assert realism(summary_of(recorded=(1, 1, 1), no_orders=(9, 9, 1)), "no_orders") == ""
    half = realism(summary_of(odoo=(1, 1, 1), recorded=(1, 1, np.nan)), "odoo")
    assert half.endswith("Average stock value as recorded: -; simulated: 1.")


def test_lines_that_never_shipped_apart_stay_as_they_are(sample):
    data = read(str(sample))
    seeing = staged(data).observer
    orders = data.orders.assign(shipped_at=data.orders["ordered_at"].iloc[0])
    lines, _, part_of = demand_in_one_piece(replace(data, orders=orders), seeing)
    assert np.array_equal(part_of, np.arange(len(lines)))
    apart, row, part_of = demand_in_one_piece(data, seeing)
    quantity = data.orders["quantity"].to_numpy()[row]
    assert np.allclose(np.bincount(part_of, quantity), apart.quantity)
    assert len(apart) <= len(lines)
