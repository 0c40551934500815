"""What the import did to rows that it kept: the rules that exclude nothing, each with its count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.connectors.online_retail.rules import of_category, unknown_codes
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


def notes(
    lines: pd.DataFrame, sales: IntArray, tables: Mapping[str, pd.DataFrame], not_found: IntArray
) -> list[RuleCount]:
    """The rules that exclude nothing: of the rows of the file, then of those that are order lines.

    Args:
        lines: the rows of the file.
        sales: int64: which of them became order lines.
        tables: the dataset made of them.
        not_found: int64: units of each netted cancellation for which no earlier line was left.

    """
    products, events = tables["products"], tables["events"]
    return [
        *_of_file(lines, products),
        *_of_order_lines(lines.iloc[sales], products),
        RuleCount(
            "not_netted",
            "Units of netted customers' cancellations for which no earlier line was left.",
            int((not_found > 0).sum()),
            int(not_found.sum()),
        ),
        *_of_parts(tables["orders"]),
        RuleCount("closed_days", "Days without any row, between the first and the last.", len(events), 0),
    ]


def _count(name: str, of: pd.DataFrame, where: npt.ArrayLike, does: str) -> RuleCount:
    """The rows ``where`` the rule applies, and their units."""
    rows = np.asarray(where, bool)
    return RuleCount(name, does, int(rows.sum()), int(of["quantity"].to_numpy()[rows].sum()))


def _of_file(lines: pd.DataFrame, products: pd.DataFrame) -> list[RuleCount]:
    """Rules on how codes and descriptions are written."""
    codes, skus = (lines[name].cat.categories.astype(object) for name in ("code", "sku"))
    respelled = codes != codes.str.strip().str.upper()
    unknown, unsold = unknown_codes(skus), ~skus.isin(products["sku"])
    return [
        _count(
            "code_spelling",
            lines,
            of_category(lines["code"], respelled, False),
            f"Codes in upper case without spaces around them: {len(codes)} become {len(skus)}.",
        ),
        _count(
            "unknown_code",
            lines,
            of_category(lines["sku"], unknown, False),
            f"Neither of the form of goods nor listed as none: taken for goods"
            f" ({', '.join(skus[unknown][:5]) or 'none'}).",
        ),
        _count(
            "exact_duplicate",
            lines,
            lines["repeated"],
            "Equal in every column to an earlier row: each is a line of its own, none is dropped.",
        ),
        _count(
            "no_description",
            lines,
            lines["description"].isna(),
            "Empty, or the text nan: never taken for a product's name.",
        ),
        _count(
            "never_sold",
            lines,
            of_category(lines["sku"], unsold, False),
            f"{int(unsold.sum())} codes without an order line are no products.",
        ),
    ]


def _of_order_lines(sold: pd.DataFrame, products: pd.DataFrame) -> list[RuleCount]:
    """Rules on what is odd about rows that became order lines."""
    last_name = dict(zip(products["sku"], products["description"], strict=True))
    renamed = sold[["sku", "description"]].drop_duplicates().dropna().astype(object)
    renamed = renamed[renamed["description"] != renamed["sku"].map(last_name)]
    old_name = pd.MultiIndex.from_frame(sold[["sku", "description"]]).isin(pd.MultiIndex.from_frame(renamed))
    return [
        _count("no_customer", sold, sold["customer"].isna(), "Order lines kept without a customer."),
        _count(
            "free_line",
            sold,
            sold["price"] == 0,
            "Order lines kept at price 0: given to a customer, or on a charged or named line.",
        ),
        _count(
            "renamed",
            sold,
            old_name,
            f"Order lines under another name than their code's last; codes: {renamed['sku'].nunique()}.",
        ),
    ]


def _of_parts(orders: pd.DataFrame) -> list[RuleCount]:
    """Rules on order lines of which a part was cancelled."""
    cancelled = orders["status"] == "cancelled"
    returned = cancelled & (orders["quantity_shipped"] > 0)
    return [
        _count("cancelled_in_a_day", orders, cancelled & ~returned, "Parts of order lines: never shipped."),
        _count("returned", orders, returned, "Parts of order lines: shipped, and cancelled later than that."),
    ]
