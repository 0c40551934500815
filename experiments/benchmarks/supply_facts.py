"""What it is worth to know a fact of supply: the same past, decided by one who knows it and one who does not.

Run from the repository's root::

    python -m experiments.benchmarks.supply_facts --items 120 --days 500 --replayed 180 kits places lots

On the synthetic wholesaler with each fact by itself. The world is the same for both: kits are sold from their
components, goods expire, places lie where they lie. Who does not know it sees only what customers asked of
the components themselves, takes goods to keep, or moves nothing. Printed: the cost of both, what knowing
saves, and its 90 % interval over items.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from forecasting.config import load
from forecasting.domain import FloatArray, Stock
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.places import PlaceRecords
from forecasting.inputs.read_records import read_records
from forecasting.planning.observing import observer
from forecasting.policies.registry import policy
from forecasting.policies.situation import Situation
from forecasting.replay import compare
from forecasting.replay.observations import Observations
from forecasting.replay.policy_run import PolicyRun, PolicySimulation
from forecasting.replay.scenario import Scenario, scenario
from forecasting.sample.goods import FACTS, LOTS, PLACES
from forecasting.sample.make import make_sample


class Unaware(PolicySimulation):
    """Counts on goods that will expire."""

    def _taken_off(self, day: int, situation: Situation, stock: Stock) -> FloatArray:
        return np.zeros(len(situation))


def unaware(past: Scenario, fact: str) -> Scenario:
    """The same world, seen by one who does not know the fact."""
    seeing = past.observer
    if fact == PLACES:
        return replace(
            past, observer=replace(seeing, records=replace(seeing.records, places=PlaceRecords.none()))
        )
    if fact == LOTS:
        life = replace(seeing.catalogue.end_of_life, shelf_days=np.full(len(seeing.catalogue), np.inf))
        return replace(past, observer=replace(seeing, catalogue=replace(seeing.catalogue, end_of_life=life)))
    assert seeing.asked is not None
    alone = replace(
        seeing, lines=seeing.lines.where(seeing.asked), record=seeing.record[seeing.asked], asked=None
    )
    return replace(past, observer=alone)


def walked(past: Scenario, simulation: PolicySimulation, name: str) -> PolicyRun:
    seen = Observations(past)
    for day in past.review_days:
        simulation.review(day, seen)
    return replace(simulation.finish(), policy=name)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("facts", nargs="*", default=list(FACTS))
    options.add_argument("--items", type=int, default=120)
    options.add_argument("--days", type=int, default=500)
    options.add_argument("--replayed", type=int, default=180)
    options.add_argument("--seed", type=int, default=1)
    said = options.parse_args()
    config = load(None, ("warmup=none",))
    ours = policy("cost_optimal", config)
    for fact in said.facts:
        with tempfile.TemporaryDirectory() as folder:
            make_sample(said.items, said.days, said.seed, facts=(fact,)).write(Path(folder))
            records = read_records(folder)
        last = records.last_day
        first = last - said.replayed + 1
        observed = observer(records, config, first - 1, Assumptions())
        past = scenario(observed, first, last, Assumptions())
        blind = unaware(past, fact)
        kind = Unaware if fact == LOTS else PolicySimulation
        runs = [
            walked(blind, kind(ours, blind), "ignored"),
            walked(past, PolicySimulation(ours, past), "known"),
        ]
        costs, worth = observed.catalogue.costs, observed.catalogue.terms.unit_cost
        table = compare.summary(runs, costs, worth, "ignored", seed=1, draws=1000).set_index("policy")
        known, ignored = table.loc["known"], table.loc["ignored"]
        share = known["cost_saved"] / ignored["cost_total"]
        print(
            f"{fact}: {ignored['cost_total']:,.0f} ignored, {known['cost_total']:,.0f} known: saves "
            f"{known['cost_saved']:,.0f} ({share:.1%}; {known['cost_saved_low']:,.0f} to "
            f"{known['cost_saved_high']:,.0f}); lines filled {ignored['line_fill_rate']:.2%} to "
            f"{known['line_fill_rate']:.2%}"
        )
        if fact == LOTS:
            print(f"  units wasted: {ignored['wasted_units']:,.0f} -> {known['wasted_units']:,.0f}")


if __name__ == "__main__":
    main()
