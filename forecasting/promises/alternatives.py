"""What may stand in for what is late: listed alternatives that are in stock, each unit offered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, IntArray
from forecasting.inputs.records import AlternativeRecords
from models.shared.compile import compiled

FURTHEST = 3
"""An alternative of an alternative counts, and one of that; no further."""


@dataclass(frozen=True)
class Listed:
    """Alternatives by item, the first choice first; each of shape (k,).

    Attributes:
        item, alternative: int64. ``steps``: int64, 1 where it is listed for the item itself.
        ratio: float64, units of the alternative in the place of one unit.

    """

    item: IntArray
    alternative: IntArray
    steps: IntArray
    ratio: FloatArray


def listed(given: AlternativeRecords) -> Listed:
    """The alternatives of each item, and theirs. Each is there once: a cycle ends where it began."""
    direct = pd.DataFrame({"item": given.item, "other": given.alternative, "ratio": given.ratio})
    direct = direct.drop_duplicates(["item", "other"]).assign(
        place=lambda rows: rows.groupby("item").cumcount()
    )
    found, last = [direct.assign(steps=1)], direct
    for steps in range(2, FURTHEST + 1):
        on = last.merge(direct, left_on="other", right_on="item", suffixes=("", "_next"))
        on = pd.DataFrame(
            {
                "item": on["item"],
                "other": on["other_next"],
                "ratio": on["ratio"] * on["ratio_next"],
                "place": on["place"] * 1000 + on["place_next"],
            }
        )
        known = pd.concat(found)[["item", "other"]]
        new = on.merge(known, how="left", indicator=True)
        on = on[(new["_merge"] == "left_only").to_numpy() & (on["item"] != on["other"]).to_numpy()]
        last = on.sort_values(["item", "place"], kind="stable").drop_duplicates(["item", "other"])
        found.append(last.assign(steps=steps))
    table = pd.concat(found).sort_values(["item", "steps", "place"], kind="stable")
    return Listed(
        table["item"].to_numpy(dtype=np.int64),
        table["other"].to_numpy(dtype=np.int64),
        table["steps"].to_numpy(dtype=np.int64),
        table["ratio"].to_numpy(dtype=np.float64),
    )


class Offers(NamedTuple):
    """Item i may be stood in for by the rows ``first[i]:first[i + 1]``: ``other``, items, at ``ratio``. Of
    lines, in the order in which they choose: ``item``, ``wanted`` parts (0: none wanted). ``free``: parts of
    each item, written; ``chosen``, ``parts``: of lines, written: the row, -1: none, and how much of it.
    """

    first: IntArray
    other: IntArray
    ratio: FloatArray
    item: IntArray
    wanted: IntArray
    free: IntArray
    chosen: IntArray
    parts: IntArray


def offer(found: Listed, item: IntArray, wanted: IntArray, free: IntArray) -> tuple[IntArray, IntArray]:
    """Offer each line the first alternative of which there is enough; what is offered is set aside.

    Args:
        found: the alternatives.
        item: int64, shape (m,): of the lines, those that choose first first.
        wanted: int64, shape (m,), parts that are late; 0: nothing.
        free: int64, shape (n,), parts of each item that are in stock and promised to nobody; what is
            offered is taken off.

    Returns:
        int64, shape (m,): the row of ``found`` that is offered, -1: none; int64, shape (m,): parts of it.

    """
    m, n = len(item), len(free)
    first = np.searchsorted(found.item, np.arange(n + 1)).astype(np.int64)
    offers = Offers(
        first=first,
        other=found.alternative,
        ratio=found.ratio,
        item=item,
        wanted=wanted,
        free=free,
        chosen=np.full(m, -1, dtype=np.int64),
        parts=np.zeros(m, dtype=np.int64),
    )
    _offer(offers)
    return offers.chosen, offers.parts


@compiled
def _offer(offers: Offers) -> None:
    for line in range(len(offers.item)):
        if offers.wanted[line] <= 0:
            continue
        item = offers.item[line]
        for row in range(offers.first[item], offers.first[item + 1]):
            other = offers.other[row]
            # Whole parts, and never too few of them.
            needed = np.int64(np.ceil(offers.wanted[line] * offers.ratio[row] - 1e-9))
            if 0 < needed <= offers.free[other]:
                offers.free[other] -= needed
                offers.chosen[line], offers.parts[line] = row, needed
                break
