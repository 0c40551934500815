"""Spare parts: few customers, who ask for one piece or for several. The distribution is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.regimes.panels.base import Panel, since_first_sale
from experiments.regimes.panels.known import CompoundPoissonTruth

WEEKS, SEED = 260, 3
SIZES = np.array([1.0, 2.0, 5.0, 12.0])
KINDS = np.array([[0.9, 0.1, 0.0, 0.0], [0.6, 0.2, 0.2, 0.0], [0.4, 0.2, 0.2, 0.2]])
"""How often each size is asked for: of parts sold by the piece, in small lots and in large ones."""
CUSTOMERS = (0.03, 1.5)
"""A week, from a seldom part to a usual one."""
PRICES = (2.0, 200.0)


def make(folder: Path, items: int) -> Panel:
    """``items`` parts over five years; the folder is not needed."""
    random = np.random.default_rng(SEED)
    rate = np.exp(random.uniform(*np.log(CUSTOMERS), items))
    kind = random.integers(0, len(KINDS), items)
    price = np.exp(random.uniform(*np.log(PRICES), items)).round(2)
    counts = np.zeros((items, WEEKS))
    for place, size in enumerate(SIZES):
        counts += size * random.poisson((rate * KINDS[kind, place])[:, None], (items, WEEKS))
    sold = (counts > 0).any(axis=1)
    return Panel(
        name="spare_parts",
        counts=since_first_sale(counts[sold]),
        category=np.array([f"kind {each}" for each in kind[sold]], dtype=object),
        price=price[sold],
        start=np.datetime64("2019-01-07"),
        truth=CompoundPoissonTruth(rate[sold], SIZES, KINDS[kind[sold]]),
    )
