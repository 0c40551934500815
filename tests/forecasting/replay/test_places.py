"""A replay with places: goods leave one on the day that they are moved and come to another; none is lost."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observing import observer
from forecasting.policies.registry import policy
from forecasting.replay.observations import Observations
from forecasting.replay.policy_run import PolicySimulation
from forecasting.replay.replay import replay
from forecasting.replay.request import Extras, ReplayRequest
from forecasting.replay.scenario import scenario
from tests.support.builders import records
from tests.support.places import ALONE, PLACES, TODAY, tables

LAST = day_number(str(TODAY))
FIRST = LAST - 89
CONFIG = load(None, ("model=negative_binomial", "warmup=none"))


def company(folder, on_hand, places, **more):
    """Counted on the day before the first one simulated."""
    given = tables(on_hand, places, **more)
    for row in given["stock"]:
        row["as_of"] = str(np.datetime64(FIRST - 1, "D"))
    return records(folder, **given)


def simulated(made, name="cost_optimal"):
    observed = observer(made, CONFIG, FIRST - 1, Assumptions())
    past = scenario(observed, FIRST, LAST, Assumptions())
    simulation, seen = PolicySimulation(policy(name, CONFIG), past), Observations(past)
    for day in past.review_days:
        simulation.review(day, seen)
    return past, simulation.finish(), simulation


@pytest.mark.parametrize(
    ("places", "on_hand"),
    [(PLACES, {"east": 5, "west": 9, "hub": 60}), (ALONE, {"east": 0, "west": 700})],
)
@pytest.mark.parametrize("name", ["cost_optimal", "min_max"])
def test_no_unit_is_lost_or_made_between_places(tmp_path, places, on_hand, name):
    past, run, simulation = simulated(company(tmp_path, on_hand, places), name)
    orders, ledger = run.orders, simulation._ledger
    moved = orders.source >= 0
    assert moved.any()

    # What there was and was bought is on a shelf, under way, or with a customer.
    asked = np.bincount(past.lines.item, past.lines.quantity * (past.lines.day >= FIRST), len(past.opening))
    shipped = asked.sum() - ledger.stock.backlog.sum()
    there = ledger.stock.on_hand.sum() + ledger.stock.on_order.sum()
    assert past.opening.sum() + orders.quantity[~moved].sum() == pytest.approx(shipped + there)
    # Goods are under way for the days of the transfer, and never bought at a place that another supplies.
    days = (orders.arrives - orders.day - 1)[moved]
    assert set(days) == ({2} if places is PLACES else {3})
    supplied = np.isin(past.observer.catalogue.items.location[orders.item], ["east", "west"])
    assert places is ALONE or not (supplied & ~moved).any()


def test_the_hub_serves_its_shops_from_what_it_bought_for_them(tmp_path):
    made = company(tmp_path, {"east": 30, "west": 60, "hub": 60}, PLACES)
    request = ReplayRequest(FIRST, LAST, ("cost_optimal", "no_orders"), "no_orders")
    summary = replay(made, CONFIG, request).tables["summary"].set_index("policy")
    assert summary.loc["cost_optimal", "line_fill_rate"] > 0.95
    assert summary.loc["no_orders", "line_fill_rate"] < 0.7
    # Three shelves, and what is bought is bought once.
    assert summary.loc["cost_optimal", "purchased_units"] < 90 * 6 * 1.2


def test_the_trace_of_a_replay_follows_goods_from_place_to_place(tmp_path):
    made = company(tmp_path, {"east": 5, "west": 9, "hub": 60}, PLACES)
    request = ReplayRequest(FIRST, LAST, ("cost_optimal",), "cost_optimal", extras=Extras(trace=True))
    traced = replay(made, CONFIG, request).tables["trace_stock"]
    hub = traced[traced["location"] == "hub"]
    assert hub["shipped"].abs().max() == 0 and hub["on_hand"].max() > 60
    assert (traced["shipped"] >= 0).all()


def test_known_places_cost_less_than_ignored_ones(tmp_path):
    on_hand = {"east": 0, "west": 700}
    totals = {}
    for name, places in (("ignored", None), ("known", ALONE)):
        request = ReplayRequest(FIRST, LAST, ("cost_optimal",), "cost_optimal")
        result = replay(company(tmp_path / name, on_hand, places), CONFIG, request)
        totals[name] = result.tables["summary"].iloc[0]
    assert totals["known"]["purchased_units"] < totals["ignored"]["purchased_units"]
    assert totals["known"]["cost_total"] < totals["ignored"]["cost_total"]
