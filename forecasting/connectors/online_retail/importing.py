"""Import of UCI's "Online Retail II": the invoice lines of a wholesaler as customer orders and products.

``docs/online-retail.md`` gives the reason for each rule and what it comes to on the published file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.connectors.online_retail.file import read_lines, relabelled
from forecasting.connectors.online_retail.netting import Lines, Netted, net
from forecasting.connectors.online_retail.notes import RuleCount, notes
from forecasting.connectors.online_retail.rules import EXCLUDES, FATES, fate, fates
from forecasting.connectors.online_retail.tables import closed_days, orders_of, products_of
from forecasting.domain import IntArray


@dataclass(frozen=True)
class Imported:
    """A dataset made from a source, and the account of how.

    ``tables`` has columns as ``forecasting.dataset.tables``. Rows and units of the file: read = kept
    (as order lines, which may be in more parts) + those of every rule that excludes.
    """

    tables: dict[str, pd.DataFrame]
    rules: list[RuleCount]
    read: RuleCount
    kept: RuleCount


def import_online_retail(file: Path) -> Imported:
    """``orders``, ``products`` and ``events`` from the file, with a count per rule.

    ``file`` is Parquet or CSV with the columns of ``file.NAMES``. Raises RequestError
    where it cannot be read at all, DataError where a column is missing or wrong.
    """
    lines = _prepared(read_lines(file))

    # Cancellations are netted against sales. What was not found keeps its row, with its own fate.
    fell = fates(lines)
    sales = np.flatnonzero(fell == fate("kept"))
    cancelling = np.flatnonzero(fell == fate("cancellation_netted"))
    netted = _net(lines, sales, cancelling)
    wanted = -lines["quantity"].to_numpy()[cancelling]
    found = np.bincount(netted.cancellation, netted.quantity, len(cancelling)).astype(np.int64)
    outcome = np.where(found == 0, "cancellation_unmatched", "cancellation_partly_netted")
    fell[cancelling[found < wanted]] = [fate(name) for name in outcome[found < wanted]]

    tables = {
        "orders": orders_of(lines, sales, cancelling, netted),
        "products": products_of(lines.iloc[sales]),
        "events": closed_days(lines),
    }

    quantity = lines["quantity"].to_numpy()
    rows = np.bincount(fell, minlength=len(FATES))
    units = np.bincount(fell, quantity, len(FATES))
    excluded = [
        RuleCount(name, does, int(rows[fate(name)]), int(units[fate(name)]), True)
        for name, does in EXCLUDES.items()
    ]
    return Imported(
        {name: table for name, table in tables.items() if len(table) or name != "events"},
        excluded + notes(lines, sales, tables, wanted - found),
        RuleCount("read", "Rows of the file.", len(lines), int(quantity.sum())),
        RuleCount("kept", "Rows that became order lines.", int(rows[0]), int(units[0])),
    )


def _prepared(lines: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of time, with what the rules look at beside the columns of the file:
    ``repeated``, ``position`` (within the invoice, from 1) and ``sku`` (the code as it ought to be spelled).
    """
    lines["repeated"] = lines.duplicated()
    lines["position"] = lines.groupby("invoice", observed=True).cumcount().to_numpy() + 1
    spelled = lines["code"].cat.categories.astype(object)
    lines["sku"] = relabelled(lines["code"].array, spelled.str.strip().str.upper())
    return lines.sort_values("at", kind="stable", ignore_index=True)


def _net(lines: pd.DataFrame, sales: IntArray, cancelling: IntArray) -> Netted:
    """Which parts of the rows ``sales`` the rows ``cancelling`` take back; every one names its customer."""
    skus = len(lines["sku"].cat.categories)
    key = lines["customer"].cat.codes.to_numpy().astype(np.int64) * skus + lines["sku"].cat.codes.to_numpy()
    at = lines["at"].to_numpy().astype("datetime64[us]").astype(np.int64)
    quantity, price = np.abs(lines["quantity"].to_numpy()), lines["price"].to_numpy()
    sold, cancelled = (
        Lines(key[rows], at[rows], quantity[rows], price[rows]) for rows in (sales, cancelling)
    )
    return net(sold, cancelled)
