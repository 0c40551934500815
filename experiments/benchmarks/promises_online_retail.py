"""Promises of a gift wholesaler: each week's order lines against the stock that the plan would have had.

Run from the repository's root, with a dataset as `reorder import online-retail` writes it::

    python -m experiments.benchmarks.promises_online_retail DATASET [--report FILE]

Online Retail II has no stock, purchases or suppliers. Assumed are 40 suppliers with lead times of 7 to 28
days and a deviation of a quarter of that, drawn once from a seed, which promise no day. The last year is
replayed with ``cost_optimal``. At the close of each review day its simulated stock, its simulated orders on
their way and those just placed are what there is; the order lines of the following week are what is open,
behind what was on backorder. Each line is promised, and held against when the simulated orders came.
Printed: the shares of ``experiments.benchmarks.promises``, and with ``--report`` the messages of one week.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.benchmarks.promises import promised_and_happened, summary
from forecasting.config import load
from forecasting.domain import LONG_AGO, FloatArray, IntArray, day_number, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import days_of, read_records
from forecasting.inputs.records import (
    CountRecords,
    OrderRecords,
    OrderStatus,
    PurchaseRecords,
    PurchaseStatus,
    Records,
)
from forecasting.promises.facts import gather
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import Recommended
from forecasting.replay.replay import replay
from forecasting.replay.request import Extras, ReplayRequest
from forecasting.reports.promises import promise_text

FIRST, LAST = "2010-12-06", "2011-11-27"
SUPPLIERS, LEAD_DAYS, RELATIVE_SD, SEED = 40, (7, 28), 0.25, 1
WEEK = 7


def write_dataset(source: Path, folder: Path) -> None:
    """The dataset with suppliers, whose lead times vary."""
    random = np.random.default_rng(SEED)
    for file in source.glob("*.parquet"):
        table = pd.read_parquet(file)
        if file.stem == "products":
            table["supplier"] = [f"S{number:02d}" for number in random.integers(0, SUPPLIERS, len(table))]
        table.to_parquet(folder / file.name, index=False)
    days = random.integers(LEAD_DAYS[0], LEAD_DAYS[1] + 1, SUPPLIERS)
    pd.DataFrame(
        {
            "supplier": [f"S{number:02d}" for number in range(SUPPLIERS)],
            "lead_time_days": days,
            "lead_time_sd_days": days * RELATIVE_SD,
            "review_days": 7,
        }
    ).to_parquet(folder / "suppliers.parquet", index=False)


@dataclass(frozen=True)
class Simulated:
    """A replayed year: ``orders`` and ``stock`` of each day, with item and day numbers."""

    orders: pd.DataFrame
    stock: pd.DataFrame

    def records(self, real: Records, as_of: int) -> Records:
        """What would be in the books at the close of ``as_of``; the next week's lines are open."""
        now = self.stock[self.stock["day"] == as_of]
        placed = self.orders[self.orders["day"] < as_of]
        owed = now[now["backlog"] > 0]
        counts = CountRecords(
            now["item"].to_numpy(), np.full(len(now), as_of), now["on_hand"].to_numpy(dtype=np.float64)
        )
        return replace(
            real,
            orders=_open_lines(real, as_of, owed["item"].to_numpy(), owed["backlog"].to_numpy(np.float64)),
            purchases=_purchases(real, placed, as_of),
            purchase_order_names=np.array([f"P{row}" for row in placed.index], dtype=object),
            order_names=np.append(real.order_names, "backlog"),
            counts=counts,
        )

    def recommended(self, items: int, as_of: int) -> Recommended:
        """What was ordered at the close of ``as_of``."""
        placed = self.orders[self.orders["day"] == as_of]
        quantity = np.bincount(placed["item"], placed["quantity"], items)
        return Recommended(quantity, np.full(items, as_of + WEEK), np.ones(items))

    def of_purchases(self, row: IntArray, as_of: int) -> tuple[IntArray, FloatArray]:
        """Days after ``as_of`` on which lines of purchase orders come, and the share that does: all."""
        placed = self.orders[self.orders["day"] < as_of]["arrives"].to_numpy()
        return placed[row] - as_of, np.ones(len(row))

    def of_orders(self, item: IntArray, as_of: int) -> tuple[IntArray, FloatArray]:
        """The same of what was ordered at the close of ``as_of``."""
        placed = self.orders[self.orders["day"] == as_of].set_index("item")["arrives"]
        return placed.reindex(item).to_numpy(dtype=np.int64) - as_of, np.ones(len(item))


def _open_lines(real: Records, as_of: int, item: IntArray, backlog: FloatArray) -> OrderRecords:
    """The lines of the week after ``as_of``, as ordered on it, behind a line for each item's backlog."""
    orders = real.orders
    row = np.flatnonzero((orders.ordered > as_of) & (orders.ordered <= as_of + WEEK))
    row = row[orders.cancelled[row] == LONG_AGO]
    first = np.zeros(len(item), dtype=np.int64)
    taken = {name: np.concatenate([value[first], value[row]]) for name, value in vars(orders).items()}
    own = len(item)
    taken["order"][:own], taken["line"][:own], taken["item"][:own] = len(real.order_names), -1, item
    taken["quantity"][:own] = backlog
    nothing = {name: np.full(own + len(row), LONG_AGO) for name in ("shipped", "cancelled", "due")}
    days = np.concatenate([np.full(own, as_of - 1), np.full(len(row), as_of)])
    held = {**taken, **nothing, "ordered": days, "time": days * 86_400_000_000}
    held["status"] = np.full(len(days), int(OrderStatus.OPEN))
    held["shipped_units"] = np.full(len(days), np.nan)
    return OrderRecords(**held)


def _purchases(real: Records, placed: pd.DataFrame, as_of: int) -> PurchaseRecords:
    item, day = placed["item"].to_numpy(), placed["day"].to_numpy()
    arrives, quantity = placed["arrives"].to_numpy(), placed["quantity"].to_numpy(dtype=np.float64)
    came = arrives <= as_of
    never = np.full(len(item), LONG_AGO)
    return PurchaseRecords(
        order=np.arange(len(item)),
        item=item,
        supplier=real.supplier[item],
        time=day * 86_400_000_000,
        ordered=day,
        expected=never,
        confirmed=never,
        received=np.where(came, arrives, LONG_AGO),
        quantity=quantity,
        received_units=np.where(came, quantity, np.nan),
        unit_cost=np.full(len(item), np.nan),
        status=np.where(came, int(PurchaseStatus.RECEIVED), int(PurchaseStatus.OPEN)),
    )


def simulated(records: Records) -> Simulated:
    """The year, replayed."""
    request = ReplayRequest(
        day_number(FIRST), day_number(LAST), ["cost_optimal"], "cost_optimal", Extras(trace=True)
    )
    tables = replay(records, load(), request).tables
    number = pd.Series(np.arange(len(records.items)), index=records.items.sku.astype(str))
    orders, stock = tables["trace_orders"], tables["trace_stock"]
    orders = pd.DataFrame(
        {
            "item": number.reindex(orders["sku"].astype(str)).to_numpy(),
            "day": days_of(orders["reviewed_on"]),
            "arrives": days_of(orders["arrives_on"]),
            "quantity": orders["came"],
        }
    )
    stock = stock.assign(item=number.reindex(stock["sku"].astype(str)).to_numpy(), day=days_of(stock["day"]))
    return Simulated(orders.reset_index(drop=True), stock[["item", "day", "on_hand", "backlog"]])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--report", type=Path, help="Write what a shop would send for the last week here.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_dataset(asked.dataset, Path(folder))
        records = read_records(folder)
    year, config = simulated(records), load()

    rows = []
    # The first weeks have taught nothing yet, and of the last ones not all has come.
    days = np.arange(day_number(FIRST) - 1 + 8 * WEEK, day_number(LAST) - 6 * WEEK, WEEK)
    for as_of in days.tolist():
        books = year.records(records, as_of)
        found = gather(books, config, as_of, year.recommended(len(records.items), as_of), Assumptions())
        rows.append(promised_and_happened(found, config, year))
    table = pd.concat(rows, ignore_index=True)
    print(f"{len(days)} weeks, {day_text(days[0])} to {day_text(days[-1])}")
    print(summary(table).to_string(float_format=lambda share: f"{share:.3f}"))

    if asked.report is not None:
        as_of = int(days[-1])
        books = year.records(records, as_of)
        told = promise(books, config, Request(as_of), year.recommended(len(records.items), as_of))
        lines = told.tables["promises"]
        messages = "\n".join(f"{row.order}/{row.line} {row.sku}: {row.message}" for row in lines.itertuples())
        asked.report.write_text(f"{promise_text(told, asked.report)}\n\n{messages}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
