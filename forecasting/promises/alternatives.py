"""What may stand in for what is late: listed alternatives that are in stock, each unit offered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.inputs.records import AlternativeRecords
from models.shared.compile import compiled

FURTHEST = 3
"""An alternative of an alternative counts, and one of that; no further."""

LEAST_MONEY = 1e-9
"""Sums of money that differ by less are the same."""


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


@dataclass(frozen=True)
class Wish:
    """What m lines may be offered something for; each of shape (m,).

    Attributes:
        item: int64. ``wanted``: int64, parts that are late; 0: nothing.
        saves: float64, money that it saves where something stands in. What costs more is not set aside.
        base: float64, money: what it costs beside its units.

    """

    item: IntArray
    wanted: IntArray
    saves: FloatArray
    base: FloatArray

    def take(self, line: IntArray) -> Wish:
        """The wishes of some lines, in their order."""
        return Wish(self.item[line], self.wanted[line], self.saves[line], self.base[line])


@dataclass(frozen=True)
class Chosen:
    """What stands in for each of m lines, at what cost; each of shape (m,).

    Attributes:
        row: int64: of the list that it was chosen from; -1: nothing.
        item: int64: the item that stands in; -1: none.
        parts: int64: of it.
        cost: float64, money.
        held: bool: it is set aside for the line, as it costs no more than it saves. The rest is only listed.

    """

    row: IntArray
    item: IntArray
    parts: IntArray
    cost: FloatArray
    held: BoolArray

    @property
    def offered(self) -> IntArray:
        """int64, shape (m,): the item that is set aside for the line; -1: none."""
        return np.where(self.held, self.item, -1)

    def take(self, line: IntArray) -> Chosen:
        """That of some lines, in their order."""
        return Chosen(self.row[line], self.item[line], self.parts[line], self.cost[line], self.held[line])


class Offers(NamedTuple):
    """Item i may be stood in for by the rows ``first[i]:first[i + 1]``: ``other``, items, at ``ratio``, each
    part at ``price``. Of lines, in the order in which they choose: as in ``Wish``. ``free``: parts of each
    item, written; ``chosen``, ``parts``, ``cost``, ``held``: of lines, written, as in ``Chosen``.
    """

    first: IntArray
    other: IntArray
    ratio: FloatArray
    price: FloatArray
    item: IntArray
    wanted: IntArray
    saves: FloatArray
    base: FloatArray
    free: IntArray
    chosen: IntArray
    parts: IntArray
    cost: FloatArray
    held: BoolArray


def offer(found: Listed, wish: Wish, price: FloatArray, free: IntArray) -> Chosen:
    """Offer each line the first alternative of which there is enough and that costs no more than it saves.

    That is set aside. Where none is worth it, the first of which there is enough is listed.

    Args:
        found: the alternatives.
        wish: of the lines, those that choose first first.
        price: float64, shape (k,): what a part of each alternative costs, money; below 0: it earns.
        free: int64, shape (n,), parts of each item that are in stock and promised to nobody; what is set
            aside is taken off.

    """
    m, n = len(wish.item), len(free)
    offers = Offers(
        first=np.searchsorted(found.item, np.arange(n + 1)).astype(np.int64),
        other=found.alternative,
        ratio=found.ratio,
        price=price,
        item=wish.item,
        wanted=wish.wanted,
        saves=wish.saves,
        base=wish.base,
        free=free,
        chosen=np.full(m, -1, dtype=np.int64),
        parts=np.zeros(m, dtype=np.int64),
        cost=np.zeros(m),
        held=np.zeros(m, dtype=bool),
    )
    _offer(offers)
    item = np.append(found.alternative, -1)[offers.chosen]
    return Chosen(offers.chosen, item, offers.parts, offers.cost, offers.held)


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
            if not 0 < needed <= offers.free[other]:
                continue
            cost = max(offers.base[line] + offers.price[row] * needed, 0.0)
            worth_it = cost <= offers.saves[line] + LEAST_MONEY
            if worth_it or offers.chosen[line] < 0:
                offers.chosen[line], offers.parts[line], offers.cost[line] = row, needed, cost
            if worth_it:
                offers.held[line] = True
                offers.free[other] -= needed
                break
