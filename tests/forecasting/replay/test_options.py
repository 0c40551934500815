"""What the data and the settings may add to a replay: lines that wait at its opening, customers who cancel
or take an alternative, orders that come late and short as they really did, and orders placed ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.documents import owed_units
from forecasting.planning.observing import observer
from forecasting.policies.base import Decision, Policy
from forecasting.policies.no_orders import NoOrders
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.replay.fit import time_before
from forecasting.replay.measures import costs_of
from forecasting.replay.scenario import scenario
from forecasting.replay.simulate import simulate
from tests.support.builders import order, records

FIRST = day_number("2026-02-02")
LAST = FIRST + 27
EARLIER = order("a", "2026-01-05", 1)
STOCK = {"as_of": "2026-02-01", "sku": "a", "on_hand": 0}


def staged(data, *settings, first=FIRST, last=LAST):
    settings = ("warmup=none", "lead_time_days=6", *settings)
    seeing = observer(data, load(None, settings), first - 1, Assumptions())
    return scenario(seeing, first, last, Assumptions())


def on(day: int) -> str:
    return day_text(FIRST + day)


@dataclass
class Script(Policy):
    """Orders what it is told, review by review (a row of units, one an item); remembers what it saw."""

    orders: list
    name: str = "script"
    seen: list = field(default_factory=list)

    def decide(self, situation):
        told = self.orders[len(self.seen)] if len(self.seen) < len(self.orders) else 0.0
        self.seen.append(situation)
        quantity = np.broadcast_to(np.asarray(told, dtype=float), (len(situation),)).copy()
        return Decision(quantity, quantity, quantity)


def total(run, past) -> float:
    parts = costs_of(run.flows, past.observer.catalogue.costs)
    return float(sum(part.sum() for part in parts.values()) + run.cost_ordering.sum())


def test_lines_that_are_owed_the_day_before_open_as_waiting_lines(tmp_path):
    rows = [
        EARLIER | {"status": "shipped", "shipped_at": "2026-01-05"},
        order("a", "2026-01-20", 5, status="open", due="2026-02-20", quantity_shipped=2),
        order("a", "2026-01-27", 4, status="shipped", shipped_at=on(9)),
        order("a", "2026-01-28", 7, status="cancelled", cancelled_at=on(2)),
        order("a", "2026-01-29", 9, status="shipped", shipped_at="2026-01-31"),
        order("a", on(10), 1, status="shipped", shipped_at=on(10)),
    ]
    data = records(tmp_path, orders=rows, stock=[STOCK])
    past = staged(data)
    assert past.owed.tolist() == [0, 3, 4, 7, 0, 0]
    ledger = past.ledger()
    owed = owed_units(data.orders, FIRST - 1, past.observer.due_to_ship)
    assert ledger.stock.backlog.tolist() == [owed.sum()]

    run = simulate(Script([14.0]), past)  # ordered on the eve, usable on day 6
    assert run.flows.backlog_unit_days.sum() == 14 * 6 + 1 * 18
    assert run.flows.on_hand_unit_days.sum() == 0
    assert (run.flows.lines.sum(), run.flows.backordered_lines.sum()) == (1, 1)


def test_an_item_that_was_never_counted_opens_with_its_purchases_and_with_what_it_owes(tmp_path):
    rows = [
        EARLIER | {"status": "shipped", "shipped_at": "2026-01-05"},
        order("a", "2026-01-20", 5, status="open", due="2026-02-20", quantity_shipped=2),
        order("a", on(10), 1, status="shipped", shipped_at=on(10)),
    ]
    bought = {"purchase_order": "P", "sku": "a", "quantity": 20, "ordered_at": "2026-01-28"}
    past = staged(records(tmp_path, orders=rows, purchase_orders=[bought | {"received_at": on(3)}]))
    assert past.pipeline.quantity.tolist() == [20]
    assert past.owed.tolist() == [0, 3, 0]
    # The rehearsal of rules takes over neither.
    before = time_before(past.observer, FIRST + 91)
    assert (len(before.pipeline.quantity), before.owed) == (0, None)


def test_without_any_option_nothing_is_drawn_and_costs_stay_what_they_were(sample):
    from forecasting.inputs.read_records import read_records

    past = staged(read_records(str(sample)), first=day_number("2026-03-02"), last=day_number("2026-03-29"))
    assert (past.cancels_on, past.alternatives, past.shortfalls) == (None, None, None)
    run = simulate(NoOrders(), past)
    costs, tallies = past.observer.catalogue.costs, run.flows
    assert not costs.leaving_simulated.any()
    short = tallies.backordered_units + tallies.lost_units
    expected = costs.lost_business_per_unit[:, None] * short
    assert np.array_equal(costs_of(tallies, costs)["cost_lost_business"], expected)
    assert expected.sum() > 0
    for name in ("cancelled_lines", "cancelled_units", "substituted_units"):
        assert not getattr(tallies, name).any()
    units = np.array([1.0, 2.5])
    assert past.received(FIRST, np.array([0, 1]), units) is units


def test_a_share_of_those_who_wait_cancels_after_some_days_and_is_charged_in_the_place_of_the_rate(tmp_path):
    lines = [order("a", on(0), 2, line=number, order=f"o{number}") for number in range(2000)]
    data = records(
        tmp_path,
        orders=[EARLIER, *lines],
        products=[{"sku": "a", "unit_price": 10, "unit_cost": 4, "cancel_share": 0.3}],
        stock=[STOCK],
    )
    last = FIRST + 120
    past = staged(data, "cancel_after_days=5", last=last)
    run = simulate(NoOrders(), past)
    left = past.cancels_on < np.iinfo(np.int64).max
    assert left[1:].mean() == pytest.approx(0.3, abs=0.03)
    assert (past.cancels_on[left] - FIRST)[1:].mean() == pytest.approx(5, abs=0.5)
    assert (past.cancels_on[left] - FIRST).min() == 1
    assert run.flows.cancelled_units.sum() == 2 * left[1:].sum() == 2 * run.flows.cancelled_lines.sum()
    money = costs_of(run.flows, past.observer.catalogue.costs)
    assert money["cost_lost_business"].sum() == pytest.approx(6 * 2 * left[1:].sum())
    # Nobody who gets the goods in time leaves; and the same seed draws the same for every policy.
    assert np.array_equal(staged(data, "cancel_after_days=5", last=last).cancels_on, past.cancels_on)
    assert not np.array_equal(
        staged(data, "cancel_after_days=5", "seed=2", last=last).cancels_on, past.cancels_on
    )
    served = simulate(Script([4000.0]), past)
    early = left[1:] & (past.cancels_on[1:] < FIRST + 6)
    assert served.flows.cancelled_lines.sum() == early.sum()
    assert served.flows.backlog_unit_days[0, -1] == 0


def capped(folder, *settings, **product):
    """Three lines of five units of an item that is never in stock; ten weeks of one unit a day before."""
    rows = [order("a", on(-day), 1) for day in range(1, 71)]
    rows += [order("a", on(day), 5, line=str(day)) for day in (0, 3, 6)]
    product = {"sku": "a", "unit_cost": 4, "unit_price": 10, **product}
    past = staged(records(folder, orders=rows, products=[product], stock=[STOCK]), "bucket=week", *settings)
    return simulate(NoOrders(), past), past


@pytest.mark.parametrize(
    ("product", "settings", "waits"),
    [
        ({"max_backorder_quantity": 7}, (), 7),
        ({}, ("max_backorder_quantity=12",), 12),
        ({"max_backorder_quantity": 7}, ("max_backorder_quantity=12",), 7),
        ({"max_backorder_quantity": 7}, ("max_backorder_days=6.5",), 6),
        ({"max_backorder_quantity": 0}, (), 0),
        ({}, (), 15),
    ],
)
def test_what_is_short_beyond_the_cap_is_lost_and_costs_its_whole_margin(tmp_path, product, settings, waits):
    run, past = capped(tmp_path, "cancel_share=0.1", *settings, **product)
    flows = {
        name: getattr(run.flows, name).sum() for name in ("backordered_units", "lost_units", "lost_lines")
    }
    assert flows == {
        "backordered_units": waits,
        "lost_units": 15 - waits,
        "lost_lines": 3 - waits // 5,
    }
    money = costs_of(run.flows, past.observer.catalogue.costs)
    assert money["cost_lost_business"].sum() == pytest.approx(6 * (0.1 * waits + (15 - waits)))


def test_alternatives_are_taken_by_rank_where_they_are_in_stock(tmp_path):
    lines = [order("a", on(0), 1, line=number, order=f"o{number}") for number in range(400)]
    products = [
        {"sku": "a", "unit_price": 10, "unit_cost": 4, "backorder": "refused", "alternative_share": 0.5},
        *({"sku": sku, "unit_price": 10, "unit_cost": 4, "backorder": "allowed"} for sku in "bc"),
    ]
    data = records(
        tmp_path,
        orders=[EARLIER, *lines, order("b", "2026-01-05", 1), order("c", "2026-01-05", 1)],
        products=products,
        alternatives=[
            {"sku": "a", "alternative": "c", "rank": 2, "ratio": 2},
            {"sku": "a", "alternative": "b", "rank": 1},
        ],
        stock=[{"as_of": "2026-02-01", "sku": s, "on_hand": n} for s, n in (("a", 0), ("b", 30), ("c", 90))],
    )
    past = staged(data)
    run = simulate(NoOrders(), past)
    # All of b, then of c two for one; about 200 would have taken one.
    assert run.flows.substituted_units.sum(axis=1).tolist() == [75, 0, 0]
    assert run.flows.lost_units.sum(axis=1).tolist() == [400, 0, 0]
    assert not run.flows.on_hand_unit_days[1:].any()
    money = costs_of(run.flows, past.observer.catalogue.costs)
    assert money["cost_lost_business"].sum(axis=1).tolist() == [6 * (400 - 75), 0, 0]
    assert past.alternatives.accepts[1:401].mean() == pytest.approx(0.5, abs=0.08)
    # Without an alternative in the data, the share is charged as it is assumed.
    alone = staged(
        records(
            tmp_path / "b",
            orders=[EARLIER, *lines],
            products=products[:1],
            stock=[STOCK],
        )
    )
    assert alone.alternatives is None
    run = simulate(NoOrders(), alone)
    money = costs_of(run.flows, alone.observer.catalogue.costs)
    assert money["cost_lost_business"].sum() == pytest.approx(3 * 400)


def purchase(number, day, lead, quantity, came):
    placed = day_number("2025-06-02") + day
    return {
        "purchase_order": f"p{number}",
        "sku": "a",
        "supplier": "s",
        "quantity": quantity,
        "ordered_at": day_text(placed),
        "received_at": day_text(placed + 1 + lead),
        "quantity_received": came,
        "status": "received",
    }


def test_orders_take_as_long_and_come_as_short_as_they_really_did(tmp_path):
    eve = FIRST - 1 - day_number("2025-06-02")
    data = records(
        tmp_path,
        orders=[EARLIER, order("b", "2026-01-05", 1), order("a", on(27), 1)],
        products=[{"sku": "a", "supplier": "s"}, {"sku": "b", "supplier": "t"}],
        purchase_orders=[
            purchase(1, eve - 3, 3, 10, 10),
            purchase(2, eve + 8, 9, 10, 5),
            purchase(3, eve + 20, 4, 10, 5),
        ],
        stock=[STOCK, STOCK | {"sku": "b"}],
    )
    past = staged(data, "lead_times=recorded", "receipts=recorded")
    supplier = past.observer.catalogue.supplier
    lead = past.recorded_lead_days[supplier[0]]
    # The eve is column 0. Nearest: days -3, 8 and 20; of two as near (day 14) the earlier.
    assert lead[:28].tolist() == [3] * 3 + [9] * 12 + [4] * 13
    assert set(past.recorded_lead_days[supplier[1]]) == {-1}
    assert (past.arrives(FIRST, np.array([1])) - FIRST - 1).tolist() == [6]
    a, b = np.array([0]), np.array([1])
    came = np.array([past.received(FIRST - 1 + day, a, np.array([100.0]))[0] for day in range(28)])
    assert set(came) == {50.0, 100.0}
    assert np.mean(came == 50) == pytest.approx(2 / 3, abs=0.25)
    assert past.received(FIRST, b, np.array([100.0])).tolist() == [100.0]
    assert past.received(FIRST - 1 + int(np.argmin(came)), a, np.array([3.0])).tolist() == [2.0]

    daily = staged(data, "lead_times=recorded", "receipts=recorded", "review_days=1")
    short = int(np.argmin(came))
    script = Script([[0.0, 0.0]] * short + [[20.0, 0.0]])
    run = simulate(script, daily)
    # It is on order as it was ordered, and half of it comes; with what was on its way at the opening.
    on_order = [situation.stock.on_order[0] for situation in script.seen[short:]]
    assert on_order[1 : lead[short] + 2] == [20.0] * lead[short] + [0.0]
    assert run.purchased_units.sum() == 20
    assert run.flows.received_units.sum() == 10 + 10


def test_lines_that_were_ordered_ahead_ship_on_their_day_and_are_seen_before(tmp_path):
    data = records(
        tmp_path,
        orders=[
            EARLIER,
            order("a", "2026-01-12", 5, kind="preorder", due=on(9)),
            order("a", "2026-01-12", 4, kind="preorder", due="2026-01-30", status="open"),
            order("a", on(8), 6, kind="standing", due=on(16)),
        ],
        stock=[STOCK | {"on_hand": 6}],
    )
    past = staged(data)
    assert past.owed.tolist() == [0, 4, 0, 0]
    script = Script([])
    run = simulate(script, past)
    # 4 of the 6 go to what was owed; of the 5 due on day 9 two ship; the 6 of day 16 wait as well.
    assert run.flows.backordered_units.sum(axis=0).tolist() == [0, 3, 6, 0]
    assert run.flows.on_hand_unit_days.sum() == 2 * 9
    # The protection interval is 13 days. What was ordered ahead is promised from the day of its order on.
    promised = [situation.reserved.item() for situation in script.seen]
    assert promised == [5, 5, 6, 0]
    known = [situation.history.data.sum() for situation in script.seen]
    assert known == [5, 5, 10, 16]


def by_the_rate(draw, sku, refused):
    """An item whose costs are all per unit: due on the day it is ordered, sold by the piece."""
    return {
        "sku": sku,
        "holding_per_unit_day": draw.choice([0.01, 0.1, 0.4]),
        "shortage_per_unit": draw.choice([0.5, 2.0, 6.0]),
        "shortage_per_line": 0,
        "backlog_per_unit_day": draw.choice([0.0, 0.1, 0.5]),
        "backorder": "refused" if refused else "allowed",
    }


def simulated(past, orders):
    """What orders, shape (reviews, items), cost each item, and what it then holds, by the ledger alone."""
    ledger = past.ledger()
    item = np.arange(len(past.observer.catalogue))
    for day, units in zip(past.review_days, orders, strict=True):
        ledger.schedule(item, past.arrives(day, item), units)
    ledger.advance(past.last_day)
    costs = past.observer.catalogue.costs
    money = sum(part.sum(axis=1) for part in costs_of(ledger.flows, costs).values())
    return money + costs.line_cost * (orders > 0).sum(axis=0), ledger.flows.on_hand_unit_days


@dataclass
class Noted(Policy):
    """A policy whose orders are noted down, shape (reviews, items)."""

    policy: object
    name: str = "noted"
    orders: list = field(default_factory=list)

    def decide(self, situation):
        decision = self.policy.decide(situation)
        self.orders.append(decision.quantity)
        return decision


@pytest.mark.parametrize("line_cost", [0, 3])
@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_foresight_costs_least_and_no_orders_holds_least(tmp_path, seed, refused, line_cost):
    """Whatever the reviews, lead times and opening: neither other orders nor any change to its own is
    better, item by item. Costs are per unit, and lines due when they are ordered: there it is a bound.
    """
    draw = np.random.default_rng([seed, refused])
    skus = list("abcdef")
    orders = [order(sku, "2026-01-01", 1, status="shipped") for sku in skus]
    for sku in skus:
        for number, day in enumerate(draw.integers(0, 42, draw.integers(5, 40))):
            orders.append(order(sku, on(int(day)), int(draw.integers(1, 9)), order=f"{sku}{number}"))
    data = records(
        tmp_path,
        orders=orders,
        products=[by_the_rate(draw, sku, refused) for sku in skus],
        stock=[{"as_of": "2026-02-01", "sku": sku, "on_hand": int(draw.integers(0, 30))} for sku in skus],
    )
    # Where sales are lost it is a bound only if one order has come before the next is placed.
    longest = 7 if refused else 22
    settings = (f"lead_time_days={draw.integers(0, longest)}", f"review_days={draw.integers(7, 15)}")
    past = staged(data, *settings, f"line_cost={line_cost}", last=FIRST + 41)
    noted = Noted(PerfectForesight(past.lines, past.arrivals))
    run = simulate(noted, past)
    own = np.array(noted.orders)
    least, held = simulated(past, own)
    assert least.sum() == pytest.approx(total(run, past))
    nothing = simulated(past, np.zeros(own.shape))[1]
    assert np.all(nothing <= held + 1e-9)
    for trial in range(120):
        if trial < 30:
            other = draw.poisson(draw.choice([1.0, 4.0, 12.0], own.shape)).astype(float)
        elif trial < 60:
            # Some of its orders together with the one before.
            other = own.copy()
            for review in np.flatnonzero(draw.random(len(own)) < 0.4)[::-1]:
                other[max(review - 1, 0)] += other[review] * (review > 0)
                other[review] *= review == 0
        else:
            moved = draw.integers(-4, 5, own.shape) * (draw.random(own.shape) < draw.choice([0.1, 0.4]))
            other = np.maximum(own + moved, 0.0)
        cost, held = simulated(past, other)
        assert np.all(cost >= least - 1e-9)
        assert np.all(nothing <= held + 1e-9)


def test_a_weekly_panel_with_every_option_costs_what_a_weekly_simulation_does(tmp_path):
    """Item a loses what it is short of, or b stands in for it, two for one; those who wait for b cancel
    after a day; half of what is ordered comes.
    """
    draw = np.random.default_rng(9)
    weeks = 30
    demand = draw.poisson(8, (weeks + 2, 2))
    ordered = 2 * draw.poisson(12, (weeks, 2))
    begin = day_number("2026-01-12")
    costs = {"unit_price": 10, "unit_cost": 4, "holding_per_unit_day": 0.01, "supplier": "s"}
    data = records(
        tmp_path,
        orders=[
            order(sku, day_text(begin + 7 * (week - 1)), int(demand[week, k]), order=f"{sku}{week}")
            for week in range(weeks + 2)
            for k, sku in enumerate("ab")
            if demand[week, k]
        ],
        products=[
            {"sku": "a", "backorder": "refused", "alternative_share": 1, **costs},
            {"sku": "b", "backorder": "allowed", "cancel_share": 1, **costs},
        ],
        alternatives=[{"sku": "a", "alternative": "b", "ratio": 2}],
        purchase_orders=[purchase(1, 0, 14, 10, 5)],
        stock=[{"as_of": "2026-01-11", "sku": sku, "on_hand": 20} for sku in "ab"],
    )
    settings = ("cancel_after_days=1", "receipts=recorded", "lead_times=recorded")
    past = staged(data, *settings, first=begin, last=begin + 7 * weeks - 1)
    run = simulate(Script(list(ordered)), past)
    money = {k: v.sum() for k, v in costs_of(run.flows, past.observer.catalogue.costs).items()}

    level, holding, lost, goodwill, taken = np.array([20.0, 20.0]), 0.0, 0.0, 0.0, 0.0
    for week in range(weeks):
        level += ordered[week - 2] / 2 if week >= 2 else 0  # ordered before week t, usable in week t + 2
        asked = demand[week + 1]
        shipped = np.minimum(asked, level)
        level -= shipped
        short = asked - shipped
        instead = min(short[0], level[1] // 2)
        level[1] -= 2 * instead
        taken += instead
        holding += 7 * 0.01 * level.sum()
        lost += 6 * (short.sum() - instead)
        goodwill += 1 * short.sum() + 0.05 * short[1]  # a day late, then gone
    assert taken > 0
    assert run.flows.substituted_units.sum() == taken
    assert money["cost_holding"] == pytest.approx(holding, abs=1e-9)
    assert money["cost_lost_business"] == pytest.approx(lost, abs=1e-9)
    assert money["cost_goodwill"] == pytest.approx(goodwill, abs=1e-9)
