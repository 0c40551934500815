"""What it is worth to know a fact of supply: a synthetic wholesaler's year, with it known and not.

Run from the repository's root::

    python -m experiments.benchmarks.supply --items 200 --seeds 3

For each of ``sample/supply.py``'s facts a wholesaler has it, and is replayed twice with ``cost_optimal``:
goods come, and are paid for, as the fact has it, and the policy knows it; or it decides as if there were no
such fact, and its orders are rounded up to what the supplier delivers. Printed: the cost of both, and what
knowing saves, with the 90 % interval over items and weeks (``replay/compare.py``).
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.config import Config, load
from forecasting.dataset.write import write
from forecasting.domain import FloatArray, IntArray
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.read_records import read_records
from forecasting.inputs.records import Records
from forecasting.planning.observing import observer
from forecasting.policies.base import Situation
from forecasting.policies.registry import policy
from forecasting.replay.compare import summary
from forecasting.replay.observations import Observations
from forecasting.replay.policy_run import Order, PolicyRun, PolicySimulation
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.simulate import simulate
from forecasting.sample import make_sample
from forecasting.sample.supply import FACTS

DAYS, REPLAYED = 730, 364


class _RoundedUp(PolicySimulation):
    """Decides on the terms of its scenario, and gets what the real ones allow."""

    def __init__(self, scenario: Scenario, config: Config, real: Scenario) -> None:
        super().__init__(policy("cost_optimal", config), scenario)
        self._real = real

    def _decide(self, day: int, situation: Situation) -> Order:
        order, terms = super()._decide(day, situation), self._real.observer.catalogue.terms
        return replace(order, quantity=terms.take(order.item).at_least(order.quantity))

    def _place(self, day: int, item: IntArray, quantity: FloatArray, arrives: IntArray, at: Scenario) -> None:
        super()._place(day, item, quantity, arrives, self._real)


def _blind(past: Scenario, records: Records, config: Config, fact: str) -> Scenario:
    """The same past, in which a policy does not know the fact."""
    observed = past.observer
    assert records.supply is not None
    offers = records.supply.offers
    nobody = replace(records.supply, offers=type(offers)(**{name: v[:0] for name, v in vars(offers).items()}))
    if fact == "suppliers":
        return replace(past, observer=replace(observed, records=replace(records, supply=nobody)))
    if fact == "calendars":
        return replace(past, observer=replace(observed, catalogue=replace(observed.catalogue, calendar=None)))
    # The costs that are charged stay; what the policy orders by is what products say.
    plain = catalogue(replace(records, supply=None), config, past.first_day - 1, Assumptions())
    known = replace(observed.catalogue, terms=replace(plain.terms, breaks=None))
    return replace(past, observer=replace(observed, catalogue=known, records=replace(records, supply=nobody)))


def _replayed(fact: str, items: int, seed: int) -> tuple[PolicyRun, PolicyRun, Scenario]:
    """The policy that ignores the fact and the one that knows it, in the same past."""
    config = load(None, ("model=negative_binomial",))
    with tempfile.TemporaryDirectory() as folder:
        write(make_sample(items, DAYS, seed, facts=(fact,)).tables, Path(folder) / "data", "parquet")
        records = read_records(str(Path(folder) / "data"))
    first = records.last_day - REPLAYED + 1
    past = scenario(
        observer(records, config, first - 1, Assumptions()), first, records.last_day, Assumptions()
    )

    blind = _blind(past, records, config, fact)
    ignoring, seen = _RoundedUp(blind, config, past), Observations(blind)
    for day in blind.review_days:
        ignoring.review(day, seen)
    knowing = simulate(policy("cost_optimal", config), past)
    return replace(ignoring.finish(), policy="ignored"), replace(knowing, policy="known"), past


def measured(fact: str, items: int, seed: int) -> pd.Series:
    """What the fact is worth in one wholesaler: costs ignored and known, the saving with its interval."""
    ignored, known, past = _replayed(fact, items, seed)
    found = past.observer.catalogue
    table = summary([ignored, known], found.costs, found.terms.unit_cost, "ignored", seed).set_index("policy")
    row = table.loc["known"]
    return pd.Series(
        {
            "fact": fact,
            "seed": seed,
            "ignored": table.loc["ignored", "cost_total"],
            "known": row["cost_total"],
            "saved": row["cost_saved"],
            "low": row["cost_saved_low"],
            "high": row["cost_saved_high"],
            "short ignored": table.loc["ignored", "backordered_lines"] + table.loc["ignored", "lost_lines"],
            "short known": row["backordered_lines"] + row["lost_lines"],
        }
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--fact", choices=FACTS, action="append")
    chosen = parser.parse_args()
    rows = [
        measured(fact, chosen.items, seed)
        for fact in chosen.fact or FACTS
        for seed in range(1, chosen.seeds + 1)
    ]
    with pd.option_context("display.width", 160):
        print(pd.DataFrame(rows).round(0).to_string(index=False))
    assert np.isfinite([row["saved"] for row in rows]).all()


if __name__ == "__main__":
    main()
