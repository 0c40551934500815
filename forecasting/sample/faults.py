"""Faults of a real company's data, planted in a clean sample: one function each, in the order of ``FAULTS``.

Each breaks no rule of ``dataset.rules``: the tables can still be read, and would be believed. No two faults
share an item, so that each must be found for itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.dataset.tables import BY_NAME, Kind
from forecasting.sample.customers import Behaviour
from forecasting.sample.damage import Damage
from forecasting.sample.make import Sample, make_sample
from forecasting.sample.records import typed

STALE_DAYS = 16
"""How long before the last count the orders end."""

NEAR_NAME = {"alternatives": "alternative"}
"""A table's name, and the name that its file bears instead."""


def make_dirty_sample(
    items: int = 400,
    days: int = 730,
    seed: int = 1,
    behaviour: Behaviour | None = None,
    facts: tuple[str, ...] = (),
) -> Sample:
    """``make_sample`` of the same arguments with every fault planted in it.

    Raises RequestError where an argument leaves nothing to make.
    """
    return plant(make_sample(items, days, seed, behaviour=behaviour, facts=facts), seed)


def plant(sample: Sample, seed: int) -> Sample:
    """The sample with every fault, and what was done in the table ``faults`` of its truth.

    ``faults``: kind, table, row (from 1), location, sku, purchase_order, column, was, now (as text; null
    where there was or is nothing). A sample too small for a fault goes without it.
    """
    random = np.random.default_rng([seed, 1_000])
    words = {
        name: [column.name for column in BY_NAME[name].columns if column.kind in {Kind.TEXT, Kind.CHOICE}]
        for name in sample.tables
    }
    tables = {name: frame.astype(dict.fromkeys(words[name], object)) for name, frame in sample.tables.items()}
    skus = tables["products"]["sku"].to_numpy(dtype=object)
    damage = Damage(random, tables, list(random.permutation(skus)))
    for fault in FAULTS:
        fault(damage)
    faults = damage.told()
    spoilt = {name: typed(name, frame.reset_index(drop=True)) for name, frame in damage.tables.items()}
    return Sample(
        {NEAR_NAME.get(name, name): frame for name, frame in spoilt.items()},
        {**sample.truth, "faults": faults},
    )


def stale_extract(damage: Damage) -> None:
    """The orders were exported some days before the stock was counted."""
    orders, last = damage.tables["orders"], damage.tables["stock"]["as_of"].max()
    cut = last - pd.Timedelta(days=STALE_DAYS) + pd.Timedelta(hours=23)
    was = orders["ordered_at"].max()
    damage.drop("orders", orders["ordered_at"] > cut)
    orders = damage.tables["orders"]
    # What happened after the export is not in it: those lines were still open.
    later = (orders["shipped_at"] > cut) | (orders["cancelled_at"] > cut)
    orders.loc[later, "status"], orders.loc[later, "quantity_shipped"] = "open", 0.0
    for column in ("shipped_at", "cancelled_at"):
        orders[column] = orders[column].where(~later)
    damage.say("stale_extract", "orders", None, "ordered_at", was, orders["ordered_at"].max())


def purchases_in_packs(damage: Damage) -> None:
    """The purchases of some products are written in packs, and cost what a pack costs."""
    for sku, pack in _packed(damage, 2):
        rows = damage.tables["purchase_orders"]
        mine = rows.index[rows["sku"] == sku]
        for label in mine:
            now = float(np.ceil(damage.value("purchase_orders", label, "quantity") / pack))
            damage.put("purchases_in_packs", "purchase_orders", int(label), "quantity", now)
        rows.loc[mine, "quantity_received"] = np.ceil(rows.loc[mine, "quantity_received"] / pack)
        rows.loc[mine, "unit_cost"] *= pack


def counts_in_packs(damage: Damage) -> None:
    """The stock of some products is counted in packs."""
    for sku, pack in _packed(damage, 2):
        rows = damage.tables["stock"]
        for label in rows.index[rows["sku"] == sku]:
            now = float(np.rint(damage.value("stock", label, "on_hand") / pack))
            damage.put("counts_in_packs", "stock", int(label), "on_hand", now)


def _packed(damage: Damage, number: int) -> list[tuple[str, float]]:
    """Products that are bought in packs of several units and sell many of them, with their packs."""
    products, orders = damage.tables["products"].set_index("sku"), damage.tables["orders"]
    bought = damage.tables["purchase_orders"]["sku"].value_counts().reindex(products.index).fillna(0)
    pack = products["pack_size"].fillna(1.0)
    shipped = orders.groupby("sku")["quantity_shipped"].sum().reindex(products.index).fillna(0.0) / pack
    suitable = shipped[(pack >= 4) & (bought >= 3) & shipped.index.isin(damage.free)]
    best = suitable.sort_values(ascending=False, kind="stable").index[: 2 * number]
    return [(sku, float(pack[sku])) for sku in damage.take(number, list(best))]


def contradicting_counts(damage: Damage) -> None:
    """More was shipped since the last count of some items than can have been there."""
    stock, orders, bought = (damage.tables[name] for name in ("stock", "orders", "purchase_orders"))
    last = stock["as_of"].max()
    begin = stock["as_of"][stock["as_of"] <= last - pd.Timedelta(days=STALE_DAYS + 35)].max()
    left = orders[orders["shipped_at"] > begin].groupby("sku")["quantity_shipped"].sum()
    came = bought[bought["received_at"] > begin].groupby("sku")["quantity_received"].sum()
    short = left.sub(came, fill_value=0.0)
    counted = stock[(stock["as_of"] == begin) & (stock["on_hand"] > 0)]["sku"]
    for sku in damage.take(2, set(short.index[short >= 5]) & set(counted)):
        mine = stock["sku"] == sku
        label = int(stock.index[mine & (stock["as_of"] == begin)][0])
        damage.drop("stock", mine & (stock["as_of"] > begin))
        damage.put("contradicting_counts", "stock", label, "on_hand", 0.0)
        stock = damage.tables["stock"]


def missing_counts(damage: Damage) -> None:
    """Some items that sell were never counted."""
    for sku in damage.take(3, _selling(damage)):
        stock = damage.tables["stock"]
        mine = stock["sku"] == sku
        damage.say("missing_counts", "stock", int(stock.index[mine][-1]), "on_hand", int(mine.sum()), None)
        damage.account[-1]["row"] = None
        damage.drop("stock", mine)


def stock_below_zero(damage: Damage) -> None:
    """The last count of some items is below zero."""
    for sku in damage.take(2, _selling(damage)):
        label = _last_count(damage, sku)
        damage.put("stock_below_zero", "stock", label, "on_hand", -float(damage.random.integers(2, 10)))


def wrong_location_case(damage: Damage) -> None:
    """The last counts of some items are booked at another spelling of their location."""
    for sku in damage.take(3, _selling(damage)):
        label = _last_count(damage, sku)
        location = str(damage.value("stock", label, "location"))
        damage.put("wrong_location_case", "stock", label, "location", location.capitalize())


def undated_receipts(damage: Damage) -> None:
    """Goods that came, in whole or in part, without the day on which they did."""
    rows = damage.tables["purchase_orders"]
    for status, number in (("received", 4), ("open", 2)):
        for sku in damage.take(number, set(rows["sku"][rows["status"] == status])):
            label = int(rows.index[(rows["sku"] == sku) & (rows["status"] == status)][-1])
            if status == "received":
                damage.put("undated_receipts", "purchase_orders", label, "received_at", pd.NaT)
            else:
                part = float(np.ceil(damage.value("purchase_orders", label, "quantity") / 2))
                damage.put("undated_receipts", "purchase_orders", label, "quantity_received", part)


def overdue_purchases(damage: Damage) -> None:
    """Purchase orders that are open and were promised long ago."""
    rows = damage.tables["purchase_orders"]
    last = damage.tables["stock"]["as_of"].max()
    for number, sku in enumerate(damage.take(2, set(rows["sku"][rows["status"] == "received"]))):
        rows = damage.tables["purchase_orders"]
        copy = rows[(rows["sku"] == sku) & (rows["status"] == "received")].tail(1)
        again = copy.assign(
            purchase_order=f"PO-{90_001 + number}",
            line="1",
            ordered_at=last - pd.Timedelta(days=150),
            expected_at=last - pd.Timedelta(days=110),
            received_at=np.datetime64("NaT", "us"),
            quantity_received=0.0,
            status="open",
        )
        (label,) = damage.add("purchase_orders", again)
        damage.say(
            "overdue_purchases", "purchase_orders", label, "expected_at", None, again["expected_at"].iloc[0]
        )


def mistyped_quantities(damage: Damage) -> None:
    """One line of some items is a thousand times what was ordered."""
    for sku in damage.take(2, _selling(damage)):
        label = _a_line(damage, sku)
        quantity = float(damage.value("orders", label, "quantity"))
        damage.put("mistyped_quantities", "orders", label, "quantity", quantity * 1_000)


def dates_far_ahead(damage: Damage) -> None:
    """A year was mistyped: a shipment and a receipt ten years from now."""
    for sku in damage.take(1, _selling(damage)):
        label = _a_line(damage, sku)
        now = damage.value("orders", label, "shipped_at") + pd.DateOffset(years=10)
        damage.put("dates_far_ahead", "orders", label, "shipped_at", now)
    rows = damage.tables["purchase_orders"]
    for sku in damage.take(1, set(rows["sku"][rows["status"] == "received"])):
        label = int(rows.index[(rows["sku"] == sku) & (rows["status"] == "received")][-1])
        now = damage.value("purchase_orders", label, "received_at") + pd.DateOffset(years=10)
        damage.put("dates_far_ahead", "purchase_orders", label, "received_at", now)


def cost_above_price(damage: Damage) -> None:
    """Some products cost more than they sell for."""
    products = damage.tables["products"]
    for sku in damage.take(2, _selling(damage)):
        label = int(products.index[products["sku"] == sku][0])
        now = round(1.4 * float(damage.value("products", label, "unit_price")), 2)
        damage.put("cost_above_price", "products", label, "unit_cost", now)


def leading_zero_lost(damage: Damage) -> None:
    """A spreadsheet took the zero in front of one SKU, in half of its order lines."""
    for sku in damage.take(1, _selling(damage)):
        coded = f"0{damage.random.integers(10_000, 99_999)}"
        for frame in damage.tables.values():
            for column in {"sku", "alternative", "predecessor"} & set(frame.columns):
                frame.loc[frame[column] == sku, column] = coded
        orders = damage.tables["orders"]
        for label in orders.index[orders["sku"] == coded][::2]:
            damage.put("leading_zero_lost", "orders", int(label), "sku", coded.lstrip("0"))


def orders_twice(damage: Damage) -> None:
    """Whole orders that came a second time under another number."""
    orders = damage.tables["orders"]
    whole = orders[(orders["status"] == "shipped").groupby(orders["order"]).transform("all")]
    # An order of a spoilt item would be found for that.
    clean = whole[whole["sku"].isin(damage.free).groupby(whole["order"]).transform("all")]
    names = pd.unique(clean["order"])
    for number, name in enumerate(damage.random.choice(list(names), min(3, len(names)), replace=False)):
        copied = orders[orders["order"] == name]
        labels = damage.add("orders", copied.assign(order=f"WEB-{7_001 + number}"))
        damage.say("orders_twice", "orders", labels[0], "order", name, f"WEB-{7_001 + number}")


def lines_twice(damage: Damage) -> None:
    """Lines without a number that are there twice."""
    for sku in damage.take(2, _selling(damage)):
        label = _a_line(damage, sku)
        damage.tables["orders"].loc[label, "line"] = None
        (again,) = damage.add("orders", damage.tables["orders"].loc[[label]])
        damage.say("lines_twice", "orders", again, "line", None, None)


def unread_file(damage: Damage) -> None:
    """A file has nearly the name of a table."""
    for name, near in NEAR_NAME.items():
        damage.say("unread_file", name, None, None, name, near)


def _selling(damage: Damage) -> set[str]:
    """SKUs with enough lines to know their usual size, of which there is a count on the last day."""
    stock, orders = damage.tables["stock"], damage.tables["orders"]
    counted = stock["sku"][stock["as_of"] == stock["as_of"].max()]
    shipped = orders["sku"][orders["status"] == "shipped"].value_counts()
    return set(counted) & set(shipped.index[shipped >= 12])


def _last_count(damage: Damage, sku: str) -> int:
    stock = damage.tables["stock"]
    mine = stock[stock["sku"] == sku]
    return int(mine.sort_values("as_of", kind="stable").index[-1])


def _a_line(damage: Damage, sku: str) -> int:
    """One shipped line of the SKU, as a label."""
    orders = damage.tables["orders"]
    mine = orders.index[(orders["sku"] == sku) & (orders["status"] == "shipped")]
    return int(damage.random.choice(mine))


FAULTS = (
    stale_extract,
    counts_in_packs,
    purchases_in_packs,
    contradicting_counts,
    missing_counts,
    stock_below_zero,
    wrong_location_case,
    undated_receipts,
    overdue_purchases,
    mistyped_quantities,
    dates_far_ahead,
    cost_above_price,
    leading_zero_lost,
    orders_twice,
    lines_twice,
    unread_file,
)
"""What is planted, the choosiest first."""
