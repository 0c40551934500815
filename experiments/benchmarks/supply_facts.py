"""What it is worth to know a fact of supply: synthetic wholesalers, decided with it known and not.

Run from the repository's root::

    python -m experiments.benchmarks.supply_facts --items 60 --seeds 1-8
    python -m experiments.benchmarks.supply_facts lots --seeds 11-20

Each wholesaler has one fact, and is replayed twice with ``cost_optimal`` in the same world: goods come, are
paid for, sold from kits, and expire, as they do. Who does not know the fact takes its usual suppliers, what
products say, or any day for a delivery; moves nothing; sees only what customers asked of the components
themselves; takes goods to keep. What it orders is rounded up to what the supplier delivers.

Printed, for each fact: the cost of both over all seeds, what knowing saves, and its 90 % interval. The items
of all seeds are one paired sample, drawn anew item by item and week by week (``replay/compare.py``).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.config import Config, load
from forecasting.dataset.write import write
from forecasting.domain import FloatArray, IntArray, Stock
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.places import PlaceRecords
from forecasting.inputs.read_records import read_records
from forecasting.inputs.records import Records
from forecasting.planning.observing import observer
from forecasting.policies.base import Situation
from forecasting.policies.registry import policy
from forecasting.replay.compare import INTERVAL, costs_of, weights
from forecasting.replay.observations import Observations
from forecasting.replay.policy_run import Order, PolicyRun, PolicySimulation
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.simulate import simulate
from forecasting.sample import goods, make_sample, supply

FACTS = (*supply.FACTS, *goods.FACTS)
DRAWS = 2_000


class Unaware(PolicySimulation):
    """Decides by what its scenario says, counts on goods that will expire, and gets what real terms allow."""

    def __init__(self, scenario: Scenario, config: Config, real: Scenario) -> None:
        super().__init__(policy("cost_optimal", config), scenario)
        self._real = real

    def _decide(self, day: int, situation: Situation, stock: Stock) -> Order:
        order, terms = super()._decide(day, situation, stock), self._real.observer.catalogue.terms
        feasible = terms.take(order.item).at_least(order.quantity)
        return replace(order, quantity=np.where(order.bought, feasible, order.quantity))

    def _place(self, day: int, item: IntArray, quantity: FloatArray, arrives: IntArray, at: Scenario) -> None:
        super()._place(day, item, quantity, arrives, self._real)

    def _expiring(self, day: int, situation: Situation) -> FloatArray:
        return np.zeros(len(situation))


def unaware(past: Scenario, fact: str, config: Config) -> Scenario:
    """The same world, seen by one who does not know the fact."""
    seen = past.observer
    records, known = seen.records, seen.catalogue
    if fact == goods.PLACES:
        records = replace(records, places=PlaceRecords.none())
    elif fact == goods.LOTS:
        life = replace(known.end_of_life, shelf_days=np.full(len(known), np.inf))
        known = replace(known, end_of_life=life)
    elif fact == goods.KITS:
        assert seen.asked is not None
        lines, record = seen.lines.where(seen.asked), seen.record[seen.asked]
        return replace(past, observer=replace(seen, lines=lines, record=record, asked=None))
    elif fact == "calendars":
        known = replace(known, calendar=None)
    else:
        if fact == "units":
            # The costs that are charged stay; what the policy orders by is what products say.
            plain = catalogue(replace(records, supply=None), config, past.first_day - 1, Assumptions())
            known = replace(known, terms=replace(plain.terms, breaks=None))
        records = _without_offers(records)
    return replace(past, observer=replace(seen, records=records, catalogue=known))


def _without_offers(records: Records) -> Records:
    assert records.supply is not None
    offers = records.supply.offers
    nobody = type(offers)(**{name: values[:0] for name, values in vars(offers).items()})
    return replace(records, supply=replace(records.supply, offers=nobody))


@dataclass(frozen=True)
class Pair:
    """One past, decided by one who does not know a fact and by one who does.

    Attributes:
        ignored, known: float64, shape (items, weeks), money.
        lines, short_ignored, short_known: customers' lines, and those short.

    """

    ignored: FloatArray
    known: FloatArray
    lines: float
    short_ignored: float
    short_known: float


def replayed(fact: str, items: int, days: tuple[int, int], seed: int) -> Pair:
    """The wholesaler of a seed. ``days``: of its history, and of these the last that are replayed."""
    config = load(None, ("model=negative_binomial",))
    with tempfile.TemporaryDirectory() as folder:
        write(make_sample(items, days[0], seed, facts=(fact,)).tables, Path(folder) / "data", "parquet")
        records = read_records(str(Path(folder) / "data"))
    first = records.last_day - days[1] + 1
    observed = observer(records, config, first - 1, Assumptions())
    past = scenario(observed, first, records.last_day, Assumptions())
    blind = unaware(past, fact, config)
    ignoring, seen = Unaware(blind, config, past), Observations(blind)
    for day in blind.review_days:
        ignoring.review(day, seen)
    ignored, known = ignoring.finish(), simulate(policy("cost_optimal", config), past)
    lines = float(known.flows.lines.sum())
    return Pair(_cost(ignored, past), _cost(known, past), lines, _short(ignored), _short(known))


def _cost(run: PolicyRun, past: Scenario) -> FloatArray:
    parts = costs_of(run.flows, past.observer.catalogue.costs)
    return np.asarray(sum(parts.values()) + run.cost_ordering + run.cost_waste)


def _short(run: PolicyRun) -> float:
    return float(run.flows.backordered_lines.sum() + run.flows.lost_lines.sum())


def row(fact: str, pairs: Sequence[Pair]) -> dict[str, object]:
    """What the fact is worth in all of these together."""
    weeks = min(pair.known.shape[1] for pair in pairs)
    saved = np.concatenate([(pair.ignored - pair.known)[:, :weeks] for pair in pairs])
    drawn = [((items @ saved) * periods).sum(axis=1) for items, periods in weights((DRAWS, *saved.shape), 1)]
    low, high = np.quantile(np.concatenate(drawn), INTERVAL)
    lines = sum(pair.lines for pair in pairs)
    ignored = sum(pair.ignored.sum() for pair in pairs)
    return {
        "fact": fact,
        "items": len(saved),
        "ignored": round(ignored),
        "known": round(sum(pair.known.sum() for pair in pairs)),
        "saved": round(saved.sum()),
        "low": round(low),
        "high": round(high),
        "share": f"{saved.sum() / ignored:.1%}",
        "seeds that save": sum(bool(pair.ignored.sum() > pair.known.sum()) for pair in pairs),
        "filled ignored": f"{1 - sum(pair.short_ignored for pair in pairs) / lines:.2%}",
        "filled known": f"{1 - sum(pair.short_known for pair in pairs) / lines:.2%}",
    }


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("facts", nargs="*", default=[], help=f"of {', '.join(FACTS)}; none: all")
    options.add_argument("--items", type=int, default=60)
    options.add_argument("--days", type=int, default=730)
    options.add_argument("--replayed", type=int, default=364)
    options.add_argument("--seeds", default="1-8", help="the first and the last: 1-8")
    said = options.parse_args()
    first, _, last = said.seeds.partition("-")
    rows = []
    for fact in said.facts or FACTS:
        pairs = []
        for seed in range(int(first), int(last or first) + 1):
            pairs.append(replayed(fact, said.items, (said.days, said.replayed), seed))
            saved = pairs[-1].ignored.sum() - pairs[-1].known.sum()
            print(f"{fact} {seed}: saves {saved:,.0f} of {pairs[-1].ignored.sum():,.0f}", flush=True)
        rows.append(row(fact, pairs))
    with pd.option_context("display.width", 200):
        print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()
