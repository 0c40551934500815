"""Ledgers of a few items, from plain lists."""

from __future__ import annotations

import numpy as np

from forecasting.domain import DemandLines
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.stretch import Stretch

FIRST, LAST = 100, 113


def demand_lines(items: list[list[tuple[int, int, float]]]) -> DemandLines:
    flat = [line for item in items for line in item]
    day = np.array([line[0] for line in flat], dtype=np.int64)
    indptr = np.concatenate([[0], np.cumsum([len(item) for item in items])]).astype(np.int64)
    return DemandLines(
        indptr=indptr,
        day=day,
        due=np.array([line[1] for line in flat], dtype=np.int64),
        quantity=np.array([line[2] for line in flat], dtype=np.float64),
        order=np.arange(len(flat)),
        known_until=np.full(len(flat), DemandLines.NEVER),
        known_from=day,
    )


def ledger_of(
    items, opening, allowed, *, count_from=None, first=FIRST, last=LAST, edges=None, **options
) -> Ledger:
    return Ledger(
        demand_lines(items),
        np.array(opening, dtype=float),
        np.array(allowed, dtype=bool),
        Stretch(
            first,
            last,
            np.array([first] * len(items) if count_from is None else count_from, dtype=np.int64),
            np.array([first, last + 1] if edges is None else edges, dtype=np.int64),
        ),
        **options,
    )


def schedule(ledger: Ledger, receipts: list[list[tuple]], lowest: int, highest: int) -> None:
    """Schedule what is due from ``lowest`` to ``highest``: (day, units, and units ordered)."""
    chosen = [
        (i, receipt[0], receipt[1], receipt[-1])
        for i, item in enumerate(receipts)
        for receipt in item
        if lowest <= receipt[0] <= highest
    ]
    item, day, units, ordered = zip(*chosen, strict=True) if chosen else ((), (), (), ())
    ledger.schedule(
        np.array(item, dtype=int),
        np.array(day, dtype=int),
        np.array(units, dtype=float),
        np.array(ordered, dtype=float),
    )
