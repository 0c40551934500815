"""Import of UCI's "Online Retail II": the invoice lines of a wholesaler as customer orders and products.

``docs/online-retail.md`` gives the reason for each rule and what it comes to on the published file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.connectors.online_retail.file import read_lines, relabelled
from forecasting.connectors.online_retail.netting import Lines, Netted, net
from forecasting.connectors.online_retail.rules import (
    EXCLUDES,
    FATES,
    fate,
    fates,
    of_category,
    unknown_codes,
)
from forecasting.connectors.online_retail.tables import closed_days, orders_of, products_of
from forecasting.domain import IntArray


@dataclass(frozen=True)
class RuleCount:
    """What one rule did.

    Attributes:
        name: the rule.
        does: what it does, in a sentence.
        rows: rows of the file that it touched (``closed_days``: days that it found).
        units: the quantities of those rows, signed as in the file; what was netted of a row, where the
            sentence says so.
        excludes: whether the rows do not become order lines. Each row of the file is kept, or is
            counted by exactly one such rule.

    """

    name: str
    does: str
    rows: int
    units: int
    excludes: bool = False


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

    def report(self) -> str:
        """The account as text: read, minus each rule that excludes, = kept; then what else was done."""
        lines = [(" ", self.read)]
        lines += [("-", rule) for rule in self.rules if rule.excludes]
        lines += [("=", self.kept)]
        lines += [(" ", rule) for rule in self.rules if not rule.excludes]
        width = max(len(rule.name) for _, rule in lines)
        return "\n".join(
            f"{sign} {rule.name:<{width}} {rule.rows:>9,} rows {rule.units:>11,} units  {rule.does}"
            for sign, rule in lines
        )


def import_online_retail(file: Path) -> Imported:
    """``orders``, ``products`` and ``events`` from the file, with a count per rule.

    ``file`` is Parquet or CSV with the columns of ``online_retail_file.NAMES``. Raises RequestError
    where it cannot be read at all, DataError where a column is missing or wrong.
    """
    lines = read_lines(file)
    lines["repeated"] = lines.duplicated()
    lines["position"] = lines.groupby("invoice", observed=True).cumcount().to_numpy() + 1
    spelled = lines["code"].cat.categories.astype(object)
    lines["sku"] = relabelled(lines["code"].array, spelled.str.strip().str.upper())
    lines = lines.sort_values("at", kind="stable", ignore_index=True)

    fell = fates(lines)
    sales = np.flatnonzero(fell == fate("kept"))
    cancelling = np.flatnonzero(fell == fate("cancellation_netted"))
    netted = _net(lines, sales, cancelling)
    wanted = -lines["quantity"].to_numpy()[cancelling]
    found = np.bincount(netted.cancellation, netted.quantity, len(cancelling)).astype(np.int64)
    outcome = np.where(found == 0, "cancellation_unmatched", "cancellation_partly_netted")
    fell[cancelling[found < wanted]] = [fate(name) for name in outcome[found < wanted]]

    quantity = lines["quantity"].to_numpy()
    rows = np.bincount(fell, minlength=len(FATES))
    units = np.bincount(fell, quantity, len(FATES))
    excluded = [
        RuleCount(name, does, int(rows[fate(name)]), int(units[fate(name)]), True)
        for name, does in EXCLUDES.items()
    ]
    tables = {
        "orders": orders_of(lines, sales, cancelling, netted),
        "products": products_of(lines.iloc[sales]),
        "events": closed_days(lines),
    }
    return Imported(
        {name: table for name, table in tables.items() if len(table) or name != "events"},
        excluded + _notes(lines, sales, tables, wanted - found),
        RuleCount("read", "Rows of the file.", len(lines), int(quantity.sum())),
        RuleCount("kept", "Rows that became order lines.", int(rows[0]), int(units[0])),
    )


def _notes(
    lines: pd.DataFrame, sales: IntArray, tables: dict[str, pd.DataFrame], not_found: IntArray
) -> list[RuleCount]:
    """The rules that exclude nothing: of the rows of the file, then of those that are order lines."""
    orders, products, events = tables["orders"], tables["products"], tables["events"]
    codes, skus = (lines[name].cat.categories.astype(object) for name in ("code", "sku"))
    sold = lines.iloc[sales]
    names = dict(zip(products["sku"], products["description"], strict=True))
    renamed = sold[["sku", "description"]].drop_duplicates().dropna().astype(object)
    renamed = renamed[renamed["description"] != renamed["sku"].map(names)]
    old_name = pd.MultiIndex.from_frame(sold[["sku", "description"]]).isin(pd.MultiIndex.from_frame(renamed))
    parts = orders["status"] == "cancelled"
    returned = parts & (orders["quantity_shipped"] > 0)

    def count(name: str, of: pd.DataFrame, where: npt.ArrayLike, does: str) -> RuleCount:
        rows = np.asarray(where, bool)
        return RuleCount(name, does, int(rows.sum()), int(of["quantity"].to_numpy()[rows].sum()))

    return [
        count(
            "code_spelling",
            lines,
            of_category(lines["code"], codes != codes.str.strip().str.upper(), False),
            f"Codes in upper case without spaces around them: {len(codes)} become {len(skus)}.",
        ),
        count(
            "unknown_code",
            lines,
            of_category(lines["sku"], unknown_codes(skus), False),
            f"Neither of the form of goods nor listed as none: taken for goods"
            f" ({', '.join(skus[unknown_codes(skus)][:5]) or 'none'}).",
        ),
        count(
            "exact_duplicate",
            lines,
            lines["repeated"],
            "Equal in every column to an earlier row: each is a line of its own, none is dropped.",
        ),
        count(
            "no_description",
            lines,
            lines["description"].isna(),
            "Empty, or the text nan: never taken for a product's name.",
        ),
        count(
            "never_sold",
            lines,
            of_category(lines["sku"], ~skus.isin(products["sku"]), False),
            f"{int((~skus.isin(products['sku'])).sum())} codes without an order line are no products.",
        ),
        count("no_customer", sold, sold["customer"].isna(), "Order lines kept without a customer."),
        count(
            "free_line",
            sold,
            sold["price"] == 0,
            "Order lines kept at price 0: given to a customer, or on a charged or named line.",
        ),
        count(
            "renamed",
            sold,
            old_name,
            f"Order lines under another name than their code's last; codes: {renamed['sku'].nunique()}.",
        ),
        RuleCount(
            "not_netted",
            "Units of netted customers' cancellations for which no earlier line was left.",
            int((not_found > 0).sum()),
            int(not_found.sum()),
        ),
        count("cancelled_in_a_day", orders, parts & ~returned, "Parts of order lines: never shipped."),
        count("returned", orders, returned, "Parts of order lines: shipped, and cancelled later than that."),
        RuleCount("closed_days", "Days without any row, between the first and the last.", len(events), 0),
    ]


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
