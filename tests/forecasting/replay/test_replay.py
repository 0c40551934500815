"""The replay: what policies get to see, what comes of them, and that nothing leaks from the future."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from forecasting import bootstrap
from forecasting.config import load
from forecasting.dataset.read import read
from forecasting.domain import day_number, day_text
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records, records_of
from forecasting.planning.observing import observer
from forecasting.policies.base import Decision, Policy
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.min_max import MinMax
from forecasting.policies.no_orders import NoOrders
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.replay.fit import fit, time_before
from forecasting.replay.measures import costs_of
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from forecasting.replay.scenario import scenario
from forecasting.replay.simulate import simulate, simulate_together
from forecasting.reports.replay.report import report
from tests.support.builders import order, records

FIRST, LAST = day_number("2026-03-02"), day_number("2026-06-28")


def staged(data, *settings, first=FIRST, last=LAST):
    config = load(None, settings)
    assumptions = Assumptions()
    seeing = observer(data, config, first - 1, assumptions)
    return scenario(seeing, first, last, assumptions), assumptions


@dataclass
class Spy(Policy):
    """Orders nothing, and remembers what it was shown."""

    name: str = "spy"
    seen: list = field(default_factory=list)

    def decide(self, situation):
        self.seen.append(situation)
        nothing = np.zeros(len(situation))
        return Decision(nothing, nothing, nothing)


@dataclass
class Script(Policy):
    """Orders what it is told, review by review."""

    orders: list
    name: str = "script"
    at: int = 0

    def decide(self, situation):
        quantity = np.full(len(situation), float(self.orders[self.at]))
        self.at += 1
        return Decision(quantity, quantity, quantity)


def weekly_orders(sku, first, weeks, quantity):
    return [order(sku, day_text(day_number(first) + 7 * week), quantity) for week in range(weeks)]


def test_an_order_is_usable_a_lead_time_after_the_day_it_was_placed(tmp_path):
    data = records(
        tmp_path,
        orders=weekly_orders("a", "2026-01-05", 20, 10),
        stock=[{"as_of": "2026-02-22", "sku": "a", "on_hand": 15}],
    )
    first = day_number("2026-02-23")
    past, _ = staged(data, "lead_time_days=6", "warmup=none", first=first, last=first + 27)
    run = simulate(Script([0, 30, 0, 0]), past)
    # 15 open; 10 + 10 asked for in weeks 0 and 1, so 5 short on day 7. Ordered at the close of day 6
    # (the review before week 1), 30 arrive at the start of day 6 + 1 + 6 = 13.
    assert run.flows.backordered_units[0].tolist() == [0.0, 5.0, 0.0, 0.0]
    assert run.flows.backlog_unit_days[0].tolist() == [0.0, 5.0 * 6, 0.0, 0.0]
    assert run.flows.on_hand_unit_days[0].tolist() == [7 * 5.0, 25.0, 7 * 15.0, 7 * 5.0]
    assert run.purchased_units[0].tolist() == [0.0, 30.0, 0.0, 0.0]
    assert run.purchase_orders.tolist() == [0.0, 1.0, 0.0, 0.0]


def test_a_weekly_panel_costs_what_a_weekly_simulation_does(tmp_path):
    generator = np.random.default_rng(5)
    demand = generator.poisson(8, 30)
    data = records(
        tmp_path,
        orders=[
            order("a", day_text(day_number("2026-01-05") + 7 * w), int(q)) for w, q in enumerate(demand) if q
        ],
        products=[
            {"sku": "a", "holding_per_unit_day": 0.01, "shortage_per_unit": 3, "backlog_per_unit_day": 0.2}
        ],
        stock=[{"as_of": "2026-01-11", "sku": "a", "on_hand": 20}],
    )
    first = day_number("2026-01-12")
    orders = generator.poisson(8, 25).tolist()
    past, _ = staged(data, "lead_time_days=14", "warmup=none", first=first, last=first + 7 * 25 - 1)
    run = simulate(Script(list(orders)), past)
    money = costs_of(run.flows, past.observer.catalogue.costs)

    level, holding, shortage = 20.0, 0.0, 0.0
    for week in range(25):
        level += orders[week - 2] if week >= 2 else 0  # ordered before week t, usable in week t + 2
        before = max(level, 0.0)
        level -= demand[week + 1]
        holding += 7 * 0.01 * max(level, 0.0)
        shortage += 3 * max(demand[week + 1] - before, 0.0) + 7 * 0.2 * max(-level, 0.0)
    assert money["cost_holding"].sum() == pytest.approx(holding, abs=1e-9)
    assert money["cost_goodwill"].sum() == pytest.approx(shortage, abs=1e-9)


def test_a_policy_sees_nothing_of_the_future(sample):
    data = read(str(sample))
    cut = day_number("2026-05-03")
    known = data.orders["ordered_at"] < np.datetime64(cut + 1, "D")
    # The same past with another future: no line after the cut, and nothing that happened since.
    other = replace(data, orders=data.orders[known].reset_index(drop=True))
    shown = []
    for each in (data, other):
        spy = Spy()
        simulate(spy, staged(records_of(each))[0])
        shown.append([s for s in spy.seen if s.as_of <= cut])
    assert len(shown[0]) == len(shown[1]) > 8
    for one, two in zip(*shown, strict=True):
        assert np.array_equal(one.item, two.item)
        assert np.array_equal(one.history.data, two.history.data, equal_nan=True)
        assert np.array_equal(one.line_size, two.line_size)
        assert np.array_equal(one.reserved, two.reserved)
        days = np.full(len(one), 21.0)
        assert np.array_equal(one.lead_time_demand.over(days).values, two.lead_time_demand.over(days).values)


def test_each_supplier_is_asked_on_its_own_days(sample):
    spy = Spy()
    past, _ = staged(read_records(str(sample)))
    simulate(spy, past)
    suppliers = past.observer.catalogue.suppliers
    for situation in spy.seen:
        asked = np.unique(past.observer.catalogue.supplier[situation.item])
        assert set((situation.as_of + 3) % 7 - suppliers.weekday[asked]) == {0}
    last = {}
    for situation in spy.seen:
        for supplier in np.unique(past.observer.catalogue.supplier[situation.item]):
            if supplier in last:
                assert situation.as_of - last[supplier] == suppliers.review_days[supplier]
            last[supplier] = situation.as_of


def test_the_bounds_hold(sample):
    past, _ = staged(read_records(str(sample)), "observe=demand")
    rules = [NoOrders(), PerfectForesight(past.lines, past.arrivals), MinMax(), CostOptimal()]
    runs = {run.policy: run for run in simulate_together(rules, past)}
    costs = past.observer.catalogue.costs
    total = {
        name: sum(part.sum() for part in costs_of(run.flows, costs).values()) for name, run in runs.items()
    }
    held = {name: run.flows.on_hand_unit_days.sum() for name, run in runs.items()}
    short = {name: (run.flows.backordered_units + run.flows.lost_units).sum() for name, run in runs.items()}
    assert total["perfect_foresight"] < min(total["min_max"], total["cost_optimal"])
    assert held["no_orders"] == min(held.values())
    assert short["no_orders"] == max(short.values())
    assert total["cost_optimal"] < total["no_orders"]


def test_policies_meet_the_same_demand_opening_stock_and_lead_times(sample):
    past, _ = staged(read_records(str(sample)))
    again, _ = staged(read_records(str(sample)))
    one, two = simulate(MinMax(), past), simulate(NoOrders(), past)
    assert np.array_equal(one.flows.units, two.flows.units)
    assert np.array_equal(past.lead_draws, again.lead_draws)
    assert np.array_equal(past.opening, again.opening)
    other, _ = staged(read_records(str(sample)), "seed=2")
    assert not np.array_equal(past.lead_draws, other.lead_draws)


@pytest.mark.parametrize("observe", ["demand", "sales"])
def test_what_comes_of_a_policy_does_not_depend_on_the_others(sample, observe):
    settings = (f"observe={observe}", "model=ses")
    past, _ = staged(read_records(str(sample)), *settings, last=FIRST + 62)
    _, together, again = simulate_together([MinMax(), CostOptimal(), CostOptimal()], past)
    alone = simulate(CostOptimal(), past)
    assert np.array_equal(together.purchased_units, alone.purchased_units)
    assert np.array_equal(together.flows.on_hand_unit_days, alone.flows.on_hand_unit_days)
    assert np.array_equal(again.purchased_units, alone.purchased_units)


def test_where_sales_are_lost_unseen_a_policy_sees_less(sample):
    data = read_records(str(sample))
    seen = {}
    for observe in ("demand", "sales"):
        spy = Spy()
        past, _ = staged(data, f"observe={observe}")
        simulate(spy, past)
        seen[observe] = spy.seen[-1]
    refused = ~seen["sales"].backorder_allowed
    total = {name: np.nansum(s.history.take(np.flatnonzero(refused)).data) for name, s in seen.items()}
    unknown = {name: np.isnan(s.history.take(np.flatnonzero(refused)).data).sum() for name, s in seen.items()}
    assert refused.any()
    # A spy orders nothing, so its shop runs dry: what it cannot see is unknown, not zero.
    assert total["sales"] < total["demand"]
    assert unknown["sales"] > unknown["demand"]


def test_without_stock_every_policy_opens_with_the_same_stated_cover(tmp_path):
    data = records(tmp_path, orders=weekly_orders("a", "2025-10-06", 38, 10))
    past, assumptions = staged(data)
    assert past.opening.tolist() == [30.0]  # 10 a week over 14 + 7 days
    said = assumptions.frame().set_index("setting")
    assert said.loc["opening_cover", ["value", "items"]].tolist() == ["1", 1]
    double, _ = staged(data, "opening_cover=2")
    assert double.opening.tolist() == [60.0]


def test_the_first_protection_interval_is_not_counted(tmp_path):
    data = records(tmp_path, orders=weekly_orders("a", "2025-10-06", 38, 10))
    counted, _ = staged(data)
    whole, _ = staged(data, "warmup=none")
    weeks = (LAST - FIRST + 1) // 7
    assert simulate(MinMax(), whole).flows.lines.sum() == weeks
    assert simulate(MinMax(), counted).flows.lines.sum() == weeks - 3


@pytest.mark.slow
def test_a_rule_is_fitted_on_the_time_before_and_then_no_worse_there_than_any_candidate(sample):
    data = read_records(str(sample))
    past, _ = staged(data)
    before = time_before(past.observer, FIRST)
    assert before is not None and before.last_day == FIRST - 1
    costs = past.observer.catalogue.costs

    def total(run):
        besides = run.cost_ordering.sum() + run.cost_waste.sum()
        return sum(part.sum() for part in costs_of(run.flows, costs).values()) + besides

    candidates = MinMax().candidates()
    totals = [total(run) for run in simulate_together(candidates, before)]
    fitted = fit(MinMax(), before)
    assert total(simulate(fitted.policy, before)) <= min(totals)
    assert fitted.tried >= len(candidates)
    assert total(simulate(candidates[3], before)) == totals[3]


@pytest.mark.parametrize(
    ("first", "last", "policies", "baseline", "said"),
    [
        ("2026-06-28", "2026-06-01", ["min_max"], "min_max", "exchange them"),
        ("2019-06-28", "2026-06-01", ["min_max"], "min_max", "before the first order line"),
        ("2026-03-02", "2027-06-01", ["min_max"], "min_max", "the last day that the data knows"),
        ("2026-03-02", "2026-06-01", ["min_max"], "cost_optimal", "is not among"),
        ("2026-03-02", "2026-06-01", ["minmax"], "minmax", "did you mean 'min_max'"),
    ],
)
def test_a_replay_that_cannot_be_done_says_why(sample, first, last, policies, baseline, said):
    request = ReplayRequest(day_number(first), day_number(last), policies, baseline)
    with pytest.raises(RequestError, match=said):
        replay(read_records(str(sample)), load(), request)


@pytest.mark.slow  # a replay that is killed has to end with the same bytes too
def test_a_replay_writes_its_tables_and_the_same_bytes_twice(sample, tmp_path):
    days = day_number("2026-06-01"), LAST - 1
    request = ReplayRequest(*days, ["min_max", "cost_optimal"], "min_max")
    for name in ("one", "two"):
        bootstrap.replay(
            str(sample),
            load(None, ["interval_draws=50"]),
            request,
            out=tmp_path / name,
            csv=True,
        )
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {"summary.parquet", "periods.parquet", "items.parquet", "report.html", "run.json"} <= set(names)
    for name in set(names) - {"run.json"}:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    run = json.loads((tmp_path / "one" / "run.json").read_text())
    assert run["baseline"] == "min_max"
    assert "safety days" in run["parameters"]["min_max"]


@pytest.mark.slow
def test_the_saving_is_taken_apart_into_forecast_and_rule(sample):
    data = read_records(str(sample))
    first, last = day_number("2026-05-03"), day_number("2026-05-31")
    names = ["min_max", "min_max_forecast", "cost_optimal_average", "cost_optimal"]
    config = load(None, ["model=ses", "interval_draws=200"])
    done = replay(data, config, ReplayRequest(first, last, names, "min_max"))
    parts = done.tables["decomposition"].set_index("part")
    cost = done.tables["summary"].set_index("policy")["cost_total"]
    saved = parts["cost_saved"]
    assert saved["forecast"] + saved["rule"] == pytest.approx(saved["both"], abs=0.01)
    assert saved["both"] == pytest.approx(cost["min_max"] - cost["cost_optimal"], abs=0.01)
    by_rule = (
        cost["min_max"] - cost["cost_optimal_average"] + cost["min_max_forecast"] - cost["cost_optimal"]
    ) / 2
    assert saved["rule"] == pytest.approx(by_rule, abs=0.01)
    assert (parts["cost_saved_low"] <= saved).all() and (saved <= parts["cost_saved_high"]).all()
    assert parts.loc["both", "cost_saved_low"] < parts.loc["both", "cost_saved_high"]
    assert "Where the saving comes from" in report(done)
    fewer = replay(data, config, ReplayRequest(last - 20, last, names[1:], "cost_optimal"))
    assert "decomposition" not in fewer.tables
    assert "Where the saving comes from" not in report(fewer)


def test_a_policy_may_bring_its_own_model(sample):
    """Whatever is configured, and without touching what the others see."""
    data, days = read_records(str(sample)), (day_number("2026-05-01"), day_number("2026-05-31"))
    request = ReplayRequest(*days, ["cost_optimal_average", "cost_optimal"], "cost_optimal")
    with_ses, with_mean = (
        replay(data, load(None, [f"model={name}"]), request).tables["summary"]
        for name in ("ses", "moving_average")
    )
    own = ["units", "lost_units", "backordered_units", "average_on_hand_units", "cost_total"]
    assert with_ses.loc[0, own].equals(with_mean.loc[0, own])
    assert with_mean.loc[0, own].equals(with_mean.loc[1, own])
    assert not with_ses.loc[1, own].equals(with_mean.loc[1, own])
