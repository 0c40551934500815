"""What a replay may be asked for besides: the frontier, sensitivity, costs other than believed."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observing import observer
from forecasting.policies.cost_optimal import SHORTAGE_WEIGHTS, CostOptimal
from forecasting.policies.no_orders import NoOrders
from forecasting.replay.replay import replay
from forecasting.replay.request import Extras, ReplayRequest
from forecasting.replay.scenario import scenario
from forecasting.replay.sensitivity import with_longer_lead_times, with_shuffled_demand
from forecasting.replay.simulate import simulate
from tests.support.builders import order, records
from tests.support.command import reorder

FIRST, LAST = day_number("2026-02-02"), day_number("2026-06-28")
CONFIG = load(None, ["model=ses", "interval_draws=50", "warmup=none"])


def asked(names, **extras):
    return ReplayRequest(FIRST, LAST, names, "min_max", Extras(**extras))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Three items over nine months, too short a time before for any rule to be fitted."""
    generator = np.random.default_rng(11)
    lines = [
        order(f"item {item}", day_text(day_number("2025-12-01") + day), int(size))
        for item, rate in enumerate((0.9, 3.0, 8.0))
        for day, size in enumerate(np.rint(generator.gamma(0.05, 20 * rate, 210)))
        if size
    ]
    return records(tmp_path_factory.mktemp("extras"), orders=lines)


@pytest.fixture(scope="module")
def replayed(data):
    names = ["min_max", "cost_optimal", "perfect_foresight"]
    return replay(data, CONFIG, asked(names, frontier=True, sensitivity=True))


@pytest.fixture(scope="module")
def past(data):
    seeing = observer(data, CONFIG, FIRST - 1, Assumptions())
    return scenario(seeing, FIRST, LAST, Assumptions())


def test_each_policy_is_swept_over_its_knob_and_once_as_replayed(replayed):
    table, summary = replayed.tables["frontier"], replayed.tables["summary"]
    assert (table.groupby("policy")["as_replayed"].sum() == 1).all()
    assert table["policy"].value_counts().to_dict() == {
        "min_max": 8,
        "cost_optimal": len(SHORTAGE_WEIGHTS),
        "perfect_foresight": 1,
    }
    own = table[table["as_replayed"]].set_index("policy")
    shown = summary.set_index("policy")
    for measure in ("average_on_hand_value", "backordered_lines", "cost_total", "fill_rate"):
        assert own[measure].to_dict() == pytest.approx(shown[measure].to_dict(), abs=1e-4)


def test_who_dares_less_holds_more_and_runs_short_less(replayed):
    table = replayed.tables["frontier"]
    for _, rows in table.groupby("policy"):
        assert rows["average_on_hand_value"].is_monotonic_increasing
        assert rows["backordered_units"].is_monotonic_decreasing


def test_a_policy_may_take_shortages_for_dearer_than_they_are(past):
    doubled = replace(
        past,
        observer=replace(
            past.observer,
            catalogue=replace(
                past.observer.catalogue, costs=past.observer.catalogue.costs.with_shortage(2.0)
            ),
        ),
    )
    believed = simulate(CostOptimal(shortage_weight=2.0), past)
    assert np.array_equal(believed.purchased_units, simulate(CostOptimal(), doubled).purchased_units)
    assert not np.array_equal(believed.purchased_units, simulate(CostOptimal(), past).purchased_units)
    assert [each.label for each in NoOrders().settings()] == ["as it is"]


def test_every_scenario_has_every_policy_and_the_first_is_the_replay_itself(replayed):
    table, summary = replayed.tables["sensitivity"], replayed.tables["summary"]
    assert table.groupby("scenario", sort=False).size().to_dict() == {
        "as replayed": 3,
        "shortages cost twice as much": 3,
        "shortages cost half as much": 3,
        "lead times 7 days longer": 3,
        "demand shuffled in blocks of 28 days": 3,
    }
    first = table[table["scenario"] == "as replayed"].reset_index(drop=True)
    assert first["cost_saved"].equals(summary["cost_saved"])
    cost = table.pivot_table(index="scenario", columns="policy", values="cost_total")
    # A rule that does not look at costs does the same, and pays the difference.
    kept = summary.set_index("policy").loc["min_max"]
    shortage = kept.cost_total - kept.cost_holding - kept.cost_ordering
    doubled = cost.loc["shortages cost twice as much", "min_max"]
    assert doubled == pytest.approx(kept.cost_total + shortage, abs=0.01)
    # One that does holds more where they cost more.
    held = table[table["policy"] == "cost_optimal"].set_index("scenario")["average_on_hand_value"]
    assert held["shortages cost twice as much"] > held["as replayed"] > held["shortages cost half as much"]
    assert (cost["perfect_foresight"] <= cost[["min_max", "cost_optimal"]].min(axis=1)).all()
    assert table.groupby("scenario")["backordered_lines"].nunique().min() > 1


def test_longer_lead_times_delay_every_order_and_are_known(past):
    longer = with_longer_lead_times(past, 7)
    now, then = (each.arrives(FIRST + 6, np.arange(3)) for each in (past, longer))
    assert (then == now + 7).all()
    assert (longer.observer.catalogue.protection_days == past.observer.catalogue.protection_days + 7).all()


def test_shuffled_demand_keeps_every_block_whole(past):
    moved = with_shuffled_demand(past, 28)
    blocks = []
    for each in (past.lines, moved.lines):
        inside = (each.day >= FIRST) & (each.day <= LAST)
        place = (each.day[inside] - FIRST) // 28
        within = (each.day[inside] - FIRST) % 28
        rows = list(zip(place, within, each.item[inside], each.quantity[inside], strict=True))
        blocks.append([sorted(row[1:] for row in rows if row[0] == number) for number in range(6)])
    assert blocks[0] != blocks[1]
    assert sorted(blocks[0][:5]) == sorted(blocks[1][:5])
    assert blocks[0][5] == blocks[1][5]
    before = past.observer.lines.day < FIRST
    kept = moved.observer.lines.day < FIRST
    assert np.array_equal(past.observer.lines.quantity[before], moved.observer.lines.quantity[kept])
    assert (np.diff(moved.lines.day)[np.diff(moved.lines.item) == 0] >= 0).all()


def test_costs_may_be_charged_that_nobody_believed_in(data):
    names = ["min_max", "cost_optimal"]
    plain, charged = (
        replay(data, CONFIG, asked(names, tally=tally)).tables["summary"]
        for tally in ({}, {"holding_rate": 0.5})
    )
    same = ["backordered_units", "average_on_hand_units", "cost_goodwill", "purchased_units"]
    assert charged[same].equals(plain[same])
    assert charged["cost_holding"].to_numpy() == pytest.approx(2 * plain["cost_holding"].to_numpy(), abs=1e-3)
    with pytest.raises(RequestError, match="only costs can be charged"):
        replay(data, CONFIG, asked(names, tally={"bucket": "day"}))


def test_the_command_writes_the_tables_that_were_asked_for(sample, tmp_path):
    done = reorder(
        *("replay", sample, "--from", "2026-05-25", "--to", "2026-06-07", "--out", tmp_path),
        *("--policies", "no_orders,cost_optimal", "--baseline", "no_orders", "--frontier", "--sensitivity"),
        *("--tally", "churn_per_line=0.02", "--set", "model=ses", "--set", "interval_draws=50"),
    )
    assert done.code == 0, done.err
    assert {"frontier.parquet", "sensitivity.parquet"} <= {path.name for path in tmp_path.iterdir()}
    assert json.loads((tmp_path / "run.json").read_text())["tally"] == {"churn_per_line": 0.02}
    wrong = reorder("replay", sample, "--from", "2026-05-25", "--to", "2026-06-07", "--out", tmp_path,
                    "--tally", "chrn_per_line=0.02")  # fmt: skip
    assert wrong.code == 1
    assert "churn_per_line" in wrong.err
