"""Lines of sales and purchases of an ordering system, with what was moved for them, as our tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.connectors.sources.frames import Notices, numbers, parts_of_lines, texts, times

ORDER = ("line", "order", "ordered_at", "sku", "quantity", "location", "customer", "unit_price", "due")
PURCHASE = ("purchase_order", "line", "sku", "quantity", "ordered_at", "location", "supplier", "expected_at")


@dataclass(frozen=True)
class Moved:
    """Moves of goods: the line that each is for, when, and its units. One row a move."""

    line: pd.Series
    at: pd.Series
    units: pd.Series


def orders_of(lines: pd.DataFrame, moved: Moved, said: Notices) -> pd.DataFrame:
    """Customers' lines, each in as many parts as it left in.

    ``lines``: the columns of ``ORDER``, done and cancelled (bool), cancelled_at, and perhaps gone: the
    units that have left where no move tells when.
    """
    lines = lines.reindex(columns=[*ORDER, "done", "cancelled", "cancelled_at", "gone"])
    lines = _sound(lines, said, "order lines")
    lines["due"], lines["cancelled_at"] = times(lines["due"]), times(lines["cancelled_at"])
    early = lines["due"] < lines["ordered_at"].dt.normalize()
    said.count(early, "order lines are due before they were ordered; that day is left out")
    lines["due"] = lines["due"].where(~early)
    lines["unit_price"] = numbers(lines["unit_price"]).where(lambda price: price >= 0)
    lines["customer"] = texts(lines["customer"])
    done = lines["done"].astype(bool).to_numpy()
    lines["gone"] = np.where(done, lines["quantity"], numbers(lines["gone"]).fillna(0.0))
    parts = pd.DataFrame({"line": moved.line, "shipped_at": moved.at, "units": moved.units})
    parts = parts[(parts["units"] > 0) & parts["shipped_at"].notna()]
    orders = parts_of_lines(lines.drop(columns="done"), parts)

    # Goods may be booked as gone before the day of the order.
    day = orders["ordered_at"].dt.normalize()
    orders["shipped_at"] = orders["shipped_at"].mask(orders["shipped_at"] < day, orders["ordered_at"])
    left = orders["left"].astype(bool)
    cancelled = orders["cancelled"].astype(bool) & ~left
    orders["status"] = np.select([left, cancelled], ["shipped", "cancelled"], "open")
    orders["cancelled_at"] = orders["cancelled_at"].where(cancelled & (orders["cancelled_at"] >= day))
    return orders.drop(columns=["left", "cancelled"])


def purchases_of(lines: pd.DataFrame, said: Notices) -> pd.DataFrame:
    """Purchase lines. ``lines``: the columns of ``PURCHASE``, unit_cost, status, and perhaps receipts."""
    wanted = [*PURCHASE, "unit_cost", "status", "quantity_received", "received_at"]
    lines = _sound(lines.reindex(columns=wanted), said, "purchase lines")
    for name in ("expected_at", "received_at"):
        lines[name] = times(lines[name])
    for name in ("unit_cost", "quantity_received"):
        lines[name] = numbers(lines[name]).where(lambda number: number >= 0)
    lines["supplier"] = texts(lines["supplier"])
    return lines


def received(purchases: pd.DataFrame, moved: Moved) -> pd.DataFrame:
    """The purchases with what came of each: all of it, or a part; the last day where it is whole."""
    done = pd.DataFrame({"line": moved.line, "at": moved.at, "units": moved.units})
    units = purchases["line"].map(done.groupby("line")["units"].sum().to_dict()).astype(float).fillna(0.0)
    last = times(purchases["line"].map(done.groupby("line")["at"].max().to_dict()))
    whole = (units >= purchases["quantity"] - 1e-9) & (purchases["status"] != "draft")
    came = purchases["status"].isin(["open", "received"])
    purchases["quantity_received"] = units.where(came)
    ordered = purchases["ordered_at"].dt.normalize()
    closed = whole | (purchases["status"] == "received")
    # A purchase is booked at times after its goods.
    purchases["received_at"] = last.mask(last < ordered, purchases["ordered_at"]).where(closed & came)
    purchases["status"] = purchases["status"].mask(whole & came, "received")
    return purchases


def _sound(lines: pd.DataFrame, said: Notices, what: str) -> pd.DataFrame:
    """Lines of a known item, day and amount; the rest is told."""
    lines = lines.copy()
    lines["sku"], lines["line"] = texts(lines["sku"]), texts(lines["line"])
    lines["quantity"], lines["ordered_at"] = numbers(lines["quantity"]), times(lines["ordered_at"])
    lines = said.left_out(lines, lines["sku"].isna(), f"{what} have no SKU, and are left out")
    lines = said.left_out(lines, ~(lines["quantity"] > 0), f"{what} are of 0 units or less, and are left out")
    return said.left_out(lines, lines["ordered_at"].isna(), f"{what} have no day, and are left out")
