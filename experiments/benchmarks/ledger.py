"""How fast the ledger is: item-days a second, order lines a second, and against a plain Python twin.

Run from the repository's root::

    python -m experiments.benchmarks.ledger
"""

from __future__ import annotations

import time

import numpy as np

from forecasting.domain import DemandLines, FloatArray
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.stretch import Stretch
from models.shared.compile import threads
from tests.reference.ledger import tell

DAYS, REVIEW, LEAD = 364, 7, 10


def demand(items: int, lines: int, seed: int = 0) -> DemandLines:
    """``lines`` lines over a year; a third of them have a deadline some days ahead."""
    generator = np.random.default_rng(seed)
    item = np.sort(generator.integers(0, items, lines))
    day = generator.integers(0, DAYS, lines)
    day = day[np.lexsort((day, item))]
    ahead = generator.integers(0, 30, lines) * (generator.random(lines) < 1 / 3)
    return DemandLines(
        indptr=np.concatenate([[0], np.cumsum(np.bincount(item, minlength=items))]),
        day=day,
        due=day + ahead,
        quantity=generator.integers(1, 20, lines).astype(np.float64),
        order=np.arange(lines),
        known_until=np.full(lines, DemandLines.NEVER),
        known_from=day,
    )


def receipts_of(lines: DemandLines, review: int) -> FloatArray:
    """Units a review of each item: constant orders that fall a little short of demand."""
    items = len(lines.indptr) - 1
    return np.floor(np.bincount(lines.item, lines.quantity, items) / (DAYS / review) * 0.97)


def run(lines: DemandLines, review: int = REVIEW) -> tuple[float, float]:
    """Seconds of a year: all in all, and of the simulation alone."""
    units = receipts_of(lines, review)
    items, simulating = len(units), 0.0
    everyone = np.arange(items)
    begin = time.perf_counter()
    ledger = Ledger(
        lines,
        units * 2,
        everyone % 4 > 0,
        Stretch(0, DAYS - 1, np.zeros(items, dtype=np.int64), np.arange(0, DAYS + 7, 7)),
    )
    for day in range(review - 1, DAYS, review):
        before = time.perf_counter()
        ledger.advance(day)
        simulating += time.perf_counter() - before
        ledger.schedule(everyone, np.full(items, day + 1 + LEAD), units)
    assert ledger.flows.lines.sum() == len(lines)
    return time.perf_counter() - begin, simulating


def twin(lines: DemandLines) -> float:
    """Seconds that the plain Python twin takes for the same."""
    units = receipts_of(lines, REVIEW)
    edges = list(range(0, DAYS + 7, 7))
    arrivals = [day + 1 + LEAD for day in range(REVIEW - 1, DAYS, REVIEW)]
    begin = time.perf_counter()
    for i in range(len(units)):
        own = slice(lines.indptr[i], lines.indptr[i + 1])
        told = list(zip(lines.day[own], lines.due[own], lines.quantity[own], strict=True))
        receipts = [(day, float(units[i])) for day in arrivals]
        tell(told, receipts, float(units[i] * 2), i % 4 > 0, 0, DAYS - 1, 0, edges)
    return time.perf_counter() - begin


def best(lines: DemandLines, review: int = REVIEW) -> tuple[float, float]:
    """The best of three runs, each figure for itself."""
    every = [run(lines, review) for _ in range(3)]
    return min(total for total, _ in every), min(alone for _, alone in every)


def main() -> None:
    """Print the figures."""
    run(demand(300, 3_000))
    print(f"{threads()} threads; in all (with setting up, scheduling and tallies), and simulating alone")
    sparse = demand(30_000, 300_000)
    for review, named in ((1, "daily"), (7, "weekly"), (28, "four-weekly"), (DAYS, "no")):
        total, alone = best(sparse, review)
        print(
            f"item-days a second    {30_000 * DAYS / total:.2g}  {30_000 * DAYS / alone:.2g}"
            f"  30,000 items, 300,000 lines, {named} reviews"
        )
    slow = demand(30_000, 30_000)
    total, alone = best(slow)
    print(
        f"item-days a second    {30_000 * DAYS / total:.2g}  {30_000 * DAYS / alone:.2g}"
        "  30,000 slow movers, 30,000 lines, weekly reviews"
    )
    wholesaler = demand(4_722, 448_141)
    total, alone = best(wholesaler)
    print(
        f"item-days a second    {4_722 * DAYS / total:.2g}  {4_722 * DAYS / alone:.2g}"
        "  4,722 items, 448,141 lines, weekly reviews: as a year of Online Retail II"
    )
    dense = demand(5_000, 5_000_000)
    total, alone = best(dense)
    print(
        f"order lines a second  {len(dense) / total:.2g}  {len(dense) / alone:.2g}"
        "  5,000 items, 5,000,000 lines, weekly reviews"
    )
    small = demand(50, 2_000)
    print(f"plain Python takes    {twin(small) / best(small)[0]:.0f} times as long  50 items, 2,000 lines")


if __name__ == "__main__":
    main()
