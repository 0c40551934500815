"""How well promises hold: a synthetic wholesaler's open lines, promised each week, against what happened.

Run from the repository's root::

    python -m experiments.benchmarks.promises --items 400 --days 730 --weeks 52

Each week a plan is made and every open line is promised with what was known then. What happened: each source
comes when it really came (of a purchase order, its receipt; of an order that the plan was about to send, a
delivery drawn from the supplier's truth), with as many units as really came, and serves its lines in their
order. Orders about to be sent are few, and a late one has many lines: what becomes of them is drawn
``--draws`` times. A line whose units did not all come counts as late. Printed, by what served the line: the
share of lines that were there before and by the P50 and the P90 day. Days are whole, and many lines are due
on a day that is certain: where a date has a probability of its own, the share that ought to be .9 lies
between the two. ``at .5`` and ``at .9`` split it by that probability (the randomized probability integral
transform: Czado, Gneiting and Held, "Predictive model assessment for count data", Biometrics 65, 2009).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from forecasting.bootstrap import write_sample
from forecasting.config import Config, load
from forecasting.domain import FloatArray, IntArray
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records
from forecasting.inputs.records import Records
from forecasting.planning.plan import plan
from forecasting.promises.allocation import Allocation
from forecasting.promises.answer import serve
from forecasting.promises.eta import eta
from forecasting.promises.facts import Facts, gather
from forecasting.promises.recommended import recommended_by
from forecasting.promises.supply import Source

QUICK = "negative_binomial"
"""The forecast says how much is recommended, not when it comes: one model will do."""

NEVER = 3_000
"""Days within which what did not come is said to have come."""


class Truth(Protocol):
    """When goods really come, as days after ``as_of``, and the share of them that does."""

    def of_purchases(self, row: IntArray, as_of: int) -> tuple[IntArray, FloatArray]:
        """Of these lines of purchase orders; -1 days: not known."""

    def of_orders(self, item: IntArray, as_of: int) -> tuple[IntArray, FloatArray]:
        """Of orders of these items, placed at the close of ``as_of``."""


class SampleTruth:
    """That of the synthetic wholesaler."""

    def __init__(self, records: Records, suppliers: pd.DataFrame, seed: int, draw: int = 0) -> None:
        self.records, self.seed, self.draw = records, seed, draw
        self.suppliers = suppliers.set_index("supplier").reindex(records.supplier_names)

    def of_purchases(self, row: IntArray, as_of: int) -> tuple[IntArray, FloatArray]:
        """Days after ``as_of``, and the share that came, of lines of purchase orders; -1: not known."""
        purchases = self.records.purchases
        came = purchases.received[row]
        share = purchases.came_units[row] / purchases.quantity[row]
        return np.where(came > as_of, came - as_of, -1), share

    def of_orders(self, item: IntArray, as_of: int) -> tuple[IntArray, FloatArray]:
        """The same of orders placed at the close of ``as_of``: those to one supplier come together."""
        random, terms = np.random.default_rng([self.seed, as_of, self.draw]), self.suppliers
        count, supplier = len(terms), self.records.supplier[item]
        late = random.random(count) < terms["late_probability"].to_numpy()
        shape = terms["late_shape"].to_numpy()
        delay = np.ceil(random.gamma(shape, terms["late_mean_days"].to_numpy() / shape)) * late
        days = (1 + terms["lead_time_days"].to_numpy() + delay).astype(np.int64)
        short = random.random(len(item)) < terms["short_probability"].to_numpy()[supplier]
        return days[supplier], np.where(short, random.uniform(0.4, 0.95, len(item)), 1.0)


def happened(found: Facts, given: Allocation, truth: Truth) -> IntArray:
    """Days after the day of the promise on which each line was there in full; NEVER; -1: not known."""
    sources, as_of = found.sources, found.as_of
    days, share = np.ones(len(sources), dtype=np.int64), np.ones(len(sources))
    bought = sources.kind == Source.PURCHASE
    days[bought], share[bought] = truth.of_purchases(sources.purchase[bought], as_of)
    ordered = sources.kind == Source.RECOMMENDATION
    days[ordered], share[ordered] = truth.of_orders(sources.item[ordered], as_of)
    days[sources.kind == Source.LATER] = -1

    # A source serves its lines one after the other, as far as it goes.
    order = np.lexsort((given.line, given.source))
    source, parts = given.source[order], given.parts[order]
    run = np.cumsum(parts)
    begins = np.append(True, source[1:] != source[:-1])[: len(source)]
    start = np.maximum.accumulate(np.where(begins, np.arange(len(source)), 0))
    upto = run - (run - parts)[start]
    enough = upto <= np.maximum(np.round(sources.parts[source] * share[source] + 1e-9), 1)

    at = np.where(enough, found.following[np.clip(days[source], 0, None)], NEVER)
    at = np.where(days[source] < 0, -NEVER, at)
    latest, unknown = np.zeros(len(found.lines), dtype=np.int64), np.zeros(len(found.lines), dtype=bool)
    np.maximum.at(latest, given.line[order], at)
    unknown[given.line[order][at < 0]] = True
    return np.where(unknown | (given.missing > 0) | (latest == 0), -1, latest)


def walk(records: Records, truths: Sequence[Truth], config: Config, days: IntArray) -> pd.DataFrame:
    """One row a line and day of promise, as ``promised_and_happened`` has them; of what orders about to be
    sent serve, one for each of the truths.
    """
    rows = []
    for as_of in days.tolist():
        planned = plan(records, config, as_of)
        recommended = recommended_by(planned.tables["recommendations"], as_of)
        found = gather(records, config, as_of, recommended, Assumptions())
        for draw, truth in enumerate(truths):
            each = promised_and_happened(found, config, truth).assign(draw=draw)
            rows.append(each if draw == 0 else each[each["source"] == Source.RECOMMENDATION])
    return pd.concat(rows, ignore_index=True)


def promised_and_happened(found: Facts, config: Config, truth: Truth) -> pd.DataFrame:
    """One row a line: what served it, P50 and P90, when it was there, and the probability that it would
    be there by then (``upto``) and before (``below``).
    """
    given, served, _ = serve(found, config)
    came, shut = happened(found, given, truth), (found.following, found.last_open)
    dates = eta(given, found.sources, came, shut)
    return pd.DataFrame(
        {
            "as_of": found.as_of,
            "draw": 0,
            "row": found.lines.row,
            "supplier": found.known.supplier[found.lines.item],
            "source": served.last_kind,
            "p50": dates.p50,
            "p90": dates.p90,
            "came": came,
            "below": eta(given, found.sources, np.maximum(came - 1, 0), shut).in_time,
            "upto": eta(given, found.sources, np.maximum(came, 0), shut).in_time,
        }
    )


def scored(table: pd.DataFrame, *, deliveries: bool = False, seed: int = 0) -> dict[str, float]:
    """The shares of the lines of a table; with ``deliveries`` those of one supplier and day count as one."""
    draw = np.random.default_rng(seed).random(len(table))
    at = table["below"] + draw * (table["upto"] - table["below"])
    held = {
        "before P50": table["came"] < table["p50"],
        "by P50": table["came"] <= table["p50"],
        "before P90": table["came"] < table["p90"],
        "by P90": table["came"] <= table["p90"],
        "at .5": at <= 0.5,
        "at .9": at <= 0.9,
    }
    shares = pd.DataFrame(held).astype(float)
    if deliveries:
        shares = shares.groupby([table["as_of"], table["supplier"], table["draw"]]).mean()
    return {"lines": int((table["draw"] == 0).sum()), "counted": len(shares), **shares.mean().to_dict()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--out", type=Path, help="Write the lines here, as Parquet.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sample = write_sample(Path(folder), asked.items, asked.days, asked.seed, "parquet")
        records = read_records(folder)
    config = load(None, [f"model={QUICK}"])
    # Deliveries of the last weeks have not come within the data: they could not be judged.
    last = records.last_day - 70
    table = walk(
        records,
        [SampleTruth(records, sample.truth["suppliers"], asked.seed, draw) for draw in range(asked.draws)],
        config,
        last - 7 * np.arange(asked.weeks)[::-1],
    )
    for deliveries in (False, True):
        print("each delivery counts once" if deliveries else "each line counts once")
        shares = summary(table, deliveries=deliveries)
        print(shares.to_string(float_format=lambda share: f"{share:.3f}"))
    if asked.out is not None:
        table.to_parquet(asked.out)


def summary(table: pd.DataFrame, *, deliveries: bool = False) -> pd.DataFrame:
    """The shares by what served the line."""
    judged = table[table["came"] >= 0]
    names = {int(kind): kind.name.lower() for kind in Source}
    parts = {"all": judged[judged["draw"] == 0]} | {
        name: judged[judged["source"] == kind] for kind, name in names.items()
    }
    return pd.DataFrame(
        {name: scored(part, deliveries=deliveries) for name, part in parts.items() if len(part)}
    ).T


if __name__ == "__main__":
    main()
