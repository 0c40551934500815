"""A wholesaler that lives on, day by day: the synthetic sample up to a day, and its customers afterwards.

Whoever buys for it decides what comes; what customers want, and how late a supplier is on which day, is the
same for all who buy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zlib import crc32

import numpy as np
import pandas as pd

from forecasting.sample import make_sample

QUICK = ("Alder and Sons", "Brightwick", "Fenland Goods", "Ivory Hill")
"""Suppliers of seven to ten days: what is bought of the others comes after the nights are over."""

END = date(2025, 12, 14)
"""The weeks before Christmas, in which the sample's own rule runs short most."""

ABSURD = 60_000
WINDOW = 91
DAY = timedelta(days=1)


@dataclass
class Item:
    """A product, and the sample buyer's own rule for it: order at so many days' demand, for so many more."""

    sku: str
    supplier: str
    lead_days: int
    cost: float
    price: float
    least: float
    waits: bool
    reach_days: float
    cover_days: float
    never_below: float


@dataclass
class Line:
    """What a customer wants. ``ready``: from which day on it is to ship."""

    number: int
    sku: str
    quantity: float
    price: float
    customer: str
    at: datetime
    ready: date
    standing: bool
    status: str = "open"
    ended: datetime | None = None
    short: bool = False


@dataclass
class Purchase:
    """What comes on ``due``. ``name``: as whoever bought it calls it."""

    name: str
    supplier: str
    lines: Mapping[str, float]
    ordered: date
    due: date
    received: bool = False


@dataclass
class Wholesaler:
    """What it has, owes and has ordered.

    Attributes:
        begins: the last day of its past. past: lines until then. future: those that are yet to come.
        held: money in stock at the close of each day.

    """

    items: dict[str, Item]
    begins: date
    on_hand: dict[str, float]
    past: list[Line]
    future: list[Line]
    purchases: list[Purchase]
    seed: int
    late: Mapping[str, tuple[float, float]]
    held: list[float] = field(default_factory=list)

    def live(self, day: date) -> Iterator[tuple[str, Purchase | Line]]:
        """One day: goods come, who waits is served, customers order. What happens, one after another."""
        for purchase in self.purchases:
            if purchase.due == day and not purchase.received:
                purchase.received = True
                for sku, units in purchase.lines.items():
                    self.on_hand[sku] += units
                yield "receive", purchase
        morning = datetime.combine(day, datetime.min.time()) + timedelta(hours=7)
        for line in self.waiting():
            if line.ready <= day and self._ships(line, morning):
                yield "ship", line
        while self.future and self.future[0].at.date() == day:
            line = self.future.pop(0)
            self.past.append(line)
            ready = line.ready <= day
            if ready and not self.items[line.sku].waits and self.on_hand[line.sku] < line.quantity:
                # The shop does not let it be ordered: nobody but the test knows of it.
                line.status, line.short = "refused", True
                continue
            yield "order", line
            if ready and self._ships(line, line.at):
                yield "ship", line
        self.held.append(sum(units * self.items[sku].cost for sku, units in self.on_hand.items()))

    def waiting(self) -> list[Line]:
        return [line for line in self.past if line.status == "open"]

    def short(self) -> list[Line]:
        """Lines of the days lived that could not ship when they were to."""
        return [line for line in self.past if line.short]

    def buy(self, name: str, supplier: str, lines: Mapping[str, float], day: date) -> Purchase:
        """An order at the close of a day; some come late."""
        lead = max(self.items[sku].lead_days for sku in lines)
        likely, mean = self.late[supplier]
        draw = np.random.default_rng([self.seed, day.toordinal(), crc32(supplier.encode())])
        late = int(np.ceil(draw.gamma(2.0, mean / 2.0))) if draw.random() < likely else 0
        made = Purchase(name, supplier, dict(lines), day, day + DAY + timedelta(days=lead + late))
        self.purchases.append(made)
        return made

    def buy_by_its_own_rule(self, day: date) -> None:
        """The sample's min/max over 13 weeks of demand, at every close of a day."""
        since = day - timedelta(days=WINDOW)
        demand, position = dict.fromkeys(self.items, 0.0), dict(self.on_hand)
        for line in self.past:
            if line.at.date() > since and line.status != "refused":
                demand[line.sku] += line.quantity / WINDOW
            if line.status == "open":
                position[line.sku] -= line.quantity
        for purchase in self.purchases:
            for sku, units in {} if purchase.received else purchase.lines.items():
                position[sku] += units
        wanted: dict[str, dict[str, float]] = {}
        for sku, item in self.items.items():
            low = max(item.reach_days * demand[sku], item.never_below)
            if position[sku] <= low:
                units = np.ceil(low + item.cover_days * demand[sku] - position[sku])
                wanted.setdefault(item.supplier, {})[sku] = float(max(units, item.least, 1.0))
        for supplier, lines in wanted.items():
            self.buy(f"{day} {supplier}", supplier, lines, day)

    def _ships(self, line: Line, at: datetime) -> bool:
        if self.on_hand[line.sku] < line.quantity:
            line.short = True
            return False
        self.on_hand[line.sku] -= line.quantity
        line.status, line.ended = "shipped", at
        return True


def wholesaler(items: int, nights: int, seed: int = 1) -> Wholesaler:
    """The quick suppliers' goods of a sample of so many ``items``, as of a Sunday before its last days."""
    sample = make_sample(items=items, days=400, seed=seed, end=END)
    begins = END - timedelta(days=-(-nights // 7) * 7)
    goods = _items(sample)
    mine = {name: table[table["sku"].isin(goods)] for name, table in sample.tables.items() if "sku" in table}
    on_hand = dict.fromkeys(goods, 0.0)
    counted = mine["stock"][mine["stock"]["as_of"] == pd.Timestamp(begins)]
    on_hand |= dict(zip(counted["sku"], counted["on_hand"], strict=True))
    lines = _lines(mine["orders"], begins)
    known = sample.truth["suppliers"].set_index("supplier")
    late = {name: (known["late_probability"][name], known["late_mean_days"][name]) for name in QUICK}
    purchases = list(_purchases(mine["purchase_orders"], begins))
    past = [line for line in lines if line.at.date() <= begins]
    future = [line for line in lines if line.at.date() > begins]
    return Wholesaler(goods, begins, on_hand, past, future, purchases, seed, late)


def _items(sample) -> dict[str, Item]:
    products = sample.tables["products"]
    chosen = products["supplier"].isin(QUICK) & products["available_from"].isna() & products["ends_on"].isna()
    rule = sample.truth["parameters"].set_index("sku")
    lead = sample.truth["suppliers"].set_index("supplier")["lead_time_days"]
    return {
        row.sku: Item(
            row.sku,
            row.supplier,
            int(lead[row.supplier]),
            row.unit_cost,
            row.unit_price,
            float(row.min_order_quantity) if row.min_order_quantity > 0 else 0.0,
            row.backorder == "allowed",
            rule["buyer_reach_days"][row.sku],
            rule["buyer_cover_days"][row.sku],
            float(np.ceil(1.5 * rule["line_size_median"][row.sku])),
        )
        for row in products[chosen].itertuples()
    }


def _lines(orders: pd.DataFrame, begins: date) -> list[Line]:
    """Every line by the time of its order; what became of it until ``begins``."""
    until = pd.Timestamp(begins) + pd.Timedelta(days=1)
    past = orders["ordered_at"] < until
    kept = (orders["quantity"] < ABSURD) & ~(past & (orders["status"] == "refused"))
    orders = orders[kept].sort_values("ordered_at", kind="stable")
    # Each line is an order of its own, as a shop cancels orders, not lines: a second after the one before.
    apart = pd.to_timedelta(orders.groupby("order", observed=True).cumcount(), unit="s")
    orders = orders.assign(ordered_at=orders["ordered_at"] + apart)
    orders = orders.sort_values("ordered_at", kind="stable")
    lines = []
    for number, row in enumerate(orders.itertuples(), start=1):
        standing = row.kind == "standing"
        at = row.ordered_at.to_pydatetime()
        ready = row.due.date() if standing and not pd.isna(row.due) else at.date()
        ready = max(ready, at.date())
        customer = str(row.customer)
        made = Line(number, row.sku, row.quantity, row.unit_price, customer, at, ready, standing)
        for status, ended in (("shipped", row.shipped_at), ("cancelled", row.cancelled_at)):
            if not pd.isna(ended) and ended < until:
                made.status, made.ended = status, ended.to_pydatetime()
        lines.append(made)
    return lines


def _purchases(rows: pd.DataFrame, begins: date) -> Iterator[Purchase]:
    """Each line of what was ordered by then as a purchase of its own; what is on its way comes as it did."""
    rows = rows[(rows["status"].isin(["received", "open"])) & (rows["ordered_at"].dt.date <= begins)]
    for at, row in enumerate(rows.itertuples()):
        if row.quantity_received > 0:
            due, units = row.received_at.date(), row.quantity_received
        else:
            due, units = row.expected_at.date(), row.quantity
        name = f"{row.purchase_order}-{at}"
        yield Purchase(name, row.supplier, {row.sku: units}, row.ordered_at.date(), due, due <= begins)
