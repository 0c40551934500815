"""Too much in stock: whether to move it, return it, mark it down, or keep it.

A unit too many is worth what it spares to buy it when it is wanted, less what it costs to hold until then;
never less than what it fetches unsold. Half of them are wanted by the middle of the time that they last.
Whoever takes it for more than that is welcome to it: another place that would buy it, the supplier, or a
customer at a lower price. What is sold within half a year is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from forecasting.reviewing.rates import DAYS_PER_YEAR, rate
from forecasting.store.application import acting
from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Plan, Row

Does: TypeAlias = Literal["transfer", "return", "mark_down", "keep"]

KEPT_DAYS = 182
"""What is sold within it is not worth the trouble."""


@dataclass(frozen=True)
class Excess:
    """An item that there is too much of, and what is best done about it.

    Attributes:
        row: of ``excess``. holding: what keeping the excess costs in a year, money.
        sold_after_days: when half of it is sold at the expected demand; None: none is sold.
        worth: what a unit of it is worth where it lies, money: the lowest price that still pays.
        does: ``transfer``, ``return``, ``mark_down`` or ``keep``.
        units: of how many. gain: money, against keeping these; of a return: if the supplier pays what they
            cost.
        to: the place that a transfer goes to, else the supplier. markdown: the most that still pays, a share
            of the price; None: not known what it sells for.

    """

    row: Row
    holding: float
    sold_after_days: float | None
    worth: float
    does: Does
    units: float
    gain: float
    to: str
    markdown: float | None


def excess_of(transaction: Transaction, plan: Plan) -> Sequence[Excess]:
    """What the plan has too much of, the most money first, and what to do about it."""
    rows = acting.excess_with_items(transaction, plan.run)
    wanted = acting.wanted_elsewhere(transaction, plan.run)
    holding, salvage = rate(plan, "holding_rate"), rate(plan, "salvage_share")
    return advise(rows, wanted, holding, salvage, rate(plan, "transfer_cost_per_line"))


def advise(
    rows: Sequence[Row], wanted: Sequence[Row], holding_rate: float, salvage_share: float, move: float
) -> Sequence[Excess]:
    """What to do about each, in their order.

    Args:
        rows: as ``excess_with_items`` reads them. wanted: what other places are about to buy of them.
        holding_rate: a year, of what a unit costs. salvage_share: of what it cost, fetched unsold.
        move: money that it costs to move a line to another place.

    """
    places: dict[str, list[Row]] = defaultdict(list)
    for row in wanted:
        places[row["sku"]].append(row)
    # What one place took is no longer wanted there.
    left = {(row["sku"], row["location"]): float(row["quantity"]) for row in wanted}
    return [_of(row, places[row["sku"]], left, (holding_rate, salvage_share, move)) for row in rows]


def _of(
    row: Row, places: Sequence[Row], left: dict[tuple[str, str], float], rates: tuple[float, float, float]
) -> Excess:
    holding_rate, salvage_share, move = rates
    cost, price, units = (float(row[name]) for name in ("list_cost", "unit_price", "excess_units"))
    daily, a_year = float(row["daily_demand"]), cost * holding_rate
    after = (float(row["on_hand"]) - units / 2) / daily if daily > 0 else None
    salvage, spared = cost * salvage_share, min(price, cost) if price > 0 else cost
    worth = salvage if after is None else max(spared - a_year * after / DAYS_PER_YEAR, salvage)
    markdown = max(1 - worth / price, 0.0) if price > 0 else None

    def said(does: Does, of: float, gain: float, to: str) -> Excess:
        return Excess(row, units * a_year, after, worth, does, of, gain, to, markdown)

    for place in places:
        at = place["sku"], place["location"]
        moved = min(units, left[at])
        # What is not bought there is saved, and what it is worth here is given up.
        gain = moved * (float(place["unit_cost"]) - worth) - move
        if place["location"] != row["location"] and moved > 0 and gain > 0:
            left[at] -= moved
            return said("transfer", moved, gain, place["location"])
    if after is not None and after <= KEPT_DAYS:
        return said("keep", units, 0.0, "")
    if row["supplier"]:
        return said("return", units, units * (cost - worth), row["supplier"])
    return said("mark_down", units, 0.0, "")
