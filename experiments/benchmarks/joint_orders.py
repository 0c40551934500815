"""How fast quantities are chosen together, how near the bound, and how near the proven optimum.

Run from the repository's root::

    python -m experiments.benchmarks.joint_orders [--items N] [--suppliers N] [--beside N]

Made items with supplier minimums, free freight, order costs and volume limits about what is wanted, and a
budget of three fifths of it. ``--beside`` items are solved by scipy's HiGHS too, as one integer program.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from forecasting.joint_orders.allocate import allocate
from tests.support.joint_orders import problem, proven_optimum

BUDGET = 0.6
"""Of what is wanted."""

PROVEN = 5e-4
"""The gap at which HiGHS stops."""


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and the answer."""
    begin = time.perf_counter()
    answer = call()
    return time.perf_counter() - begin, answer


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--suppliers", type=int, default=300)
    parser.add_argument("--beside", type=int, default=2_000, help="items of the comparison with HiGHS")
    asked = parser.parse_args()
    small, terms, wanted = problem(50, 3, 1, options=12)
    allocate(small, terms, BUDGET * wanted)  # compiles

    options, terms, wanted = problem(asked.items, asked.suppliers, 1, options=12)
    print(f"{asked.items:,} items, {asked.suppliers} suppliers, 12 options an item")
    for name, budget in (("no budget", np.inf), ("budget", BUDGET * wanted)):
        seconds, orders = timed(lambda budget=budget: allocate(options, terms, budget))
        placed = int(orders.ordered.sum())
        print(f"  {name:<10}{seconds:>8.2f} s   gap to the bound {orders.gap:.4%}   {placed} orders placed")

    options, terms, wanted = problem(asked.beside, max(3, asked.beside // 70), 3)
    print(f"{asked.beside:,} items, {terms.suppliers} suppliers, beside HiGHS to {PROVEN:.2%}")
    for name, budget in (("no budget", np.inf), ("budget", BUDGET * wanted)):
        seconds, orders = timed(lambda budget=budget: allocate(options, terms, budget))
        theirs, best = timed(lambda budget=budget: proven_optimum(options, terms, budget, PROVEN))
        more = orders.objective / best - 1
        print(f"  {name:<10}{seconds:>8.2f} s   HiGHS {theirs:.2f} s   saves {more:+.4%} against it")


if __name__ == "__main__":
    main()
