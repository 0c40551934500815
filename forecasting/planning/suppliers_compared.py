"""What is said of an item's other suppliers: the table of all that were compared, and a sentence beside the
row.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.domain import TextArray
from forecasting.planning.advice import Advice
from forecasting.planning.sources import Compared
from forecasting.store.figures import money, whole


def suppliers_compared(advice: Advice) -> pd.DataFrame | None:
    """The table ``suppliers_compared``; None where no item has several suppliers."""
    if advice.sources is None:
        return None
    known, table = advice.catalogue, advice.sources.compared
    names = known.suppliers.name
    role = np.select([table.chosen, table.fast], ["chosen", "fast"], "not chosen")
    return pd.DataFrame(
        {
            "run": advice.run,
            "location": known.items.location[table.item],
            "sku": known.items.sku[table.item],
            "supplier": names[table.supplier],
            "role": role.astype(object),
            "usual": table.usual,
            "unit_cost": money(table.unit_cost),
            "lead_time_days": np.round(table.lead_days, 2),
            "goods_a_year": money(table.goods),
            "handling_a_year": money(table.handling),
            "cost_a_year": money(table.goods) + money(table.handling),
        }
    )


def second_orders_table(advice: Advice) -> pd.DataFrame | None:
    """The table ``second_orders``; None where no item has a faster supplier beside its own."""
    if advice.sources is None or advice.sources.fast is None or advice.second is None:
        return None
    second, known = advice.second, advice.catalogue
    some = np.flatnonzero(second.quantity > 0)
    item = second.row[some]
    fast = advice.sources.fast.on(advice.situation.as_of)
    arrives = fast.arrives(advice.situation.as_of)[item]
    premium = second.unit_cost[some] - known.terms.unit_cost[item]
    return pd.DataFrame(
        {
            "run": advice.run,
            "location": known.items.location[item],
            "sku": known.items.sku[item],
            "supplier": known.suppliers.name[second.supplier[some]],
            "quantity": whole(second.quantity[some]),
            "packs": whole(np.round(second.quantity[some] / fast.terms.pack_size[item])),
            "unit_cost": money(second.unit_cost[some]),
            "value": money(second.quantity[some] * second.unit_cost[some]),
            "arrives_on": arrives.astype("datetime64[D]").astype(str),
            "premium": money(premium * second.quantity[some]),
            "saved": money(second.saved[some]),
        }
    )


def source_sentences(advice: Advice) -> TextArray:
    """Why an item is bought where it is, in money: text, shape (n,), empty where it has one supplier."""
    said = np.full(len(advice.catalogue), "", dtype=object)
    if advice.sources is None:
        return said
    table, names = advice.sources.compared, advice.catalogue.suppliers.name
    begins = np.flatnonzero(np.append(True, table.item[1:] != table.item[:-1]))
    for rows in np.split(np.arange(len(table.item)), begins[1:]):
        said[table.item[rows[0]]] = _why(table, rows, names, advice.observed.config.supplier_gain)
    if advice.second is not None:
        for place in np.flatnonzero(advice.second.quantity > 0):
            item = advice.second.row[place]
            said[item] += (
                f" {advice.second.quantity[place]:,.10g} more come from "
                f"{names[advice.second.supplier[place]]}, which is dearer and faster: they save "
                f"{advice.second.saved[place]:,.2f} after what they cost more."
            )
    return said


def _why(table: Compared, rows: np.ndarray, names: TextArray, margin: float) -> str:
    """The sentence of one item, whose suppliers are these rows, the usual one first."""
    usual, chosen = rows[0], rows[np.flatnonzero(table.chosen[rows])[0]]
    if chosen != usual:
        gain = table.cost[usual] - table.cost[chosen]
        return (
            f" Bought from {names[table.supplier[chosen]]}, not from {names[table.supplier[usual]]} as usual:"
            f" that saves {gain:,.2f} a year ({_parts(table, usual, chosen)})."
        )
    others = rows[rows != chosen]
    other = others[np.argmin(table.cost[others])]
    more = table.cost[other] - table.cost[chosen]
    name = names[table.supplier[other]]
    if more < 0:
        share = f"{margin:.0%} for which a supplier is changed"
        return f" {name} would save {-more:,.2f} a year: less than the {share}."
    return f" {name} would cost {more:,.2f} a year more ({_parts(table, other, chosen)})."


def _parts(table: Compared, one: int, other: int) -> str:
    goods = table.goods[one] - table.goods[other]
    handling = table.handling[one] - table.handling[other]
    return f"goods {goods:+,.2f}; stock, shortages and ordering {handling:+,.2f}"
