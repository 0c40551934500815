"""Goods that leave a ledger's shelves for another place, at the close of the last day simulated."""

from __future__ import annotations

from forecasting.domain import FloatArray, IntArray
from forecasting.simulation.kernels import no_dust, sum_closes
from forecasting.simulation.state import Closes, State
from models.shared.compile import compiled


@compiled
def withdraw(
    span: tuple[int, int],
    item: IntArray,
    quantity: FloatArray,
    state: State,
    count_from: IntArray,
    closes: Closes,
) -> None:
    """Take units off the shelves of items, after the close of the last day of ``span`` has been counted.

    ``span``: the ledger's first day, and the last day closed. Items may repeat.
    """
    first, closed = span
    for k in range(len(item)):
        i = item[k]
        shelf = state.items[i]
        if shelf.on_hand == 0.0:
            for close in range(shelf.since, closed + 1):
                closes.stockout[i, close - first] = True
        days = (max(shelf.since, count_from[i]), closed + 1)
        sum_closes(i, days, first, shelf, closes.edges, closes.period, closes.sums)
        shelf.since = max(shelf.since, closed + 1)
        shelf.on_hand = no_dust(shelf.on_hand - quantity[k])
