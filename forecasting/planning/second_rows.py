"""Orders of second suppliers among the recommendations: rows of their own in files, lines on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from forecasting.planning.advice import Advice
from forecasting.store.figures import exact_value, money, whole

SAID = ("supplier", "quantity", "packs", "unit_cost", "value", "arrives_on")
"""What a row says otherwise where it is of the second supplier."""

ITEM = ["location", "sku"]


def with_second_rows(tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """The tables with a row more in ``recommendations`` for each order of a second supplier, at its end.

    Of the money that is expected it says what the order saves; all else is the item's.
    """
    second = tables.get("second_orders")
    if second is None or second.empty:
        return tables
    table = tables["recommendations"]
    rows = second[ITEM].merge(table, on=ITEM, how="left")[list(table.columns)]
    for name in SAID:
        rows[name] = second[name].to_numpy()
    rows["order_by"] = rows["as_of"]
    rows["expected_cost"], rows["expected_cost_if_ordered"] = second["saved"].to_numpy(), 0.0
    rows["marginal_value"] = money(second["saved"].to_numpy() / second["quantity"].to_numpy())
    joined = pd.concat([table, rows.astype(table.dtypes.to_dict())], ignore_index=True)
    return {**tables, "recommendations": joined}


def as_lines(advice: Advice, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """The tables for the pages, on which an item is one line.

    Where nothing is bought of its own supplier, the line is what is asked of the second one, in its packs.
    """
    second, sources = advice.second, advice.sources
    if second is None or sources is None or sources.fast is None:
        return tables
    alone = np.flatnonzero((second.quantity > 0) & ~advice.ordered[second.row])
    if not len(alone):
        return tables
    item, quantity = second.row[alone], second.quantity[alone]
    unit_cost = money(second.unit_cost[alone])
    terms = sources.fast.terms.take(item)
    table, details = tables["recommendations"].copy(), tables["line_details"].copy()
    said: dict[str, Any] = {
        "supplier": advice.catalogue.suppliers.name[second.supplier[alone]],
        "quantity": whole(quantity),
        "packs": whole(np.round(quantity / terms.pack_size)),
        "unit_cost": unit_cost,
        "value": exact_value(quantity, unit_cost),
        "arrives_on": sources.fast.on(advice.situation.as_of)
        .arrives(advice.situation.as_of)[item]
        .astype("datetime64[D]")
        .astype(str),
        "order_by": table["as_of"].to_numpy()[item],
        "expected_cost_if_ordered": table["expected_cost"].to_numpy()[item] - money(second.saved[alone]),
    }
    for name, values in said.items():
        table.loc[item, name] = values
    largest = np.where(np.isfinite(terms.largest_packs), terms.largest_packs * terms.pack_size, np.nan)
    terms_said: dict[str, Any] = {
        "list_cost": money(terms.unit_cost),
        "pack_size": whole(terms.pack_size),
        "smallest": whole(terms.smallest),
        "largest": largest,
        "break_quantity": "",
        "break_cost": "",
    }
    for name, values in terms_said.items():
        details.loc[item, name] = values
    beside = tables["second_orders"]
    taken = pd.MultiIndex.from_frame(table.iloc[item][ITEM])
    stays = ~pd.MultiIndex.from_frame(beside[ITEM]).isin(taken)
    return {
        **tables,
        "recommendations": table,
        "line_details": details,
        "second_orders": beside[stays].reset_index(drop=True),
    }
