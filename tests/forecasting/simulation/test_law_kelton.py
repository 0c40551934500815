"""Law and Kelton's (s, S) example, simulated by the ledger: orders once a month, all else at any time.

A replication is an item, a month is a few hundred of the ledger's days.
``tests/forecasting/solve/test_tables.py`` has the same table worked out.
"""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.domain import DemandLines
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.stretch import Stretch
from tests.forecasting.solve.test_tables import law_kelton, solve

MONTHS, DAYS, RUNS = 120, 300, 160


def customers(generator: np.random.Generator) -> DemandLines:
    """Ten a month, at any time, who want 1 to 4 units."""
    count = generator.poisson(10 * MONTHS, RUNS)
    item = np.repeat(np.arange(RUNS), count)
    day = generator.integers(0, MONTHS * DAYS, len(item))
    day = day[np.lexsort((day, item))]
    sizes = generator.choice([1.0, 2.0, 3.0, 4.0], len(item), p=[1 / 6, 1 / 3, 1 / 3, 1 / 6])
    return DemandLines(
        indptr=np.concatenate([[0], np.cumsum(count)]),
        day=day,
        due=day,
        quantity=sizes,
        order=np.arange(len(item)),
        known_until=np.full(len(item), DemandLines.NEVER),
        known_from=day,
    )


@pytest.fixture(scope="module")
def drawn():
    generator = np.random.default_rng(11)
    # An order takes half a month to a month, and has come before the next one is placed.
    lead = np.floor(generator.uniform(0.5, 1.0, (MONTHS, RUNS)) * DAYS).astype(np.int64)
    return customers(generator), lead


@pytest.mark.parametrize(
    "s, large, simulated",
    [
        (20, 40, 126.06),
        (20, 60, 120.33),
        (20, 80, 121.12),
        (20, 100, 127.36),
        (40, 60, 127.15),
        (40, 80, 125.45),
        (40, 100, 132.23),
        (60, 80, 144.47),
        (60, 100, 145.20),
    ],
)
def test_the_ledger_simulates_law_and_kelton(drawn, s, large, simulated):
    lines, lead = drawn
    ledger = Ledger(
        lines,
        np.full(RUNS, 60.0),
        np.ones(RUNS, dtype=bool),
        Stretch(0, MONTHS * DAYS - 1, np.zeros(RUNS, dtype=np.int64), np.array([0, MONTHS * DAYS])),
    )
    ordering = np.zeros(RUNS)
    for month in range(MONTHS):
        ledger.advance(month * DAYS - 1)
        stock = ledger.stock
        assert not stock.on_order.any()
        low = np.flatnonzero(stock.position < s)
        units = large - stock.position[low]
        ledger.schedule(low, month * DAYS + lead[month, low], units)
        ordering[low] += 32 + 3 * units
    ledger.advance(MONTHS * DAYS - 1)
    tallies = ledger.flows
    days = tallies.on_hand_unit_days[:, 0] + 5 * tallies.backlog_unit_days[:, 0]
    cost = (ordering + days / DAYS) / MONTHS
    # The table is the mean of 40 simulated runs, each with a standard deviation of 2 to 4.4.
    assert cost.mean() == pytest.approx(simulated, abs=1.6)
    # Against what it comes to exactly, nothing but the error of our own runs.
    error = cost.std(ddof=1) / np.sqrt(RUNS)
    assert error < 0.4
    assert cost.mean() == pytest.approx(solve(law_kelton(s, large))["cost_per_period"], abs=3 * error)
