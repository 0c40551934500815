"""What the synthetic company's books show: the tables of its dataset. What stayed unseen is not in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.dataset.tables import BY_NAME, Kind
from forecasting.domain import MAIN, BoolArray, IntArray
from forecasting.sample.catalogue import Random
from forecasting.sample.daily import CANCELLED, NEVER_ASKED, UNSEEN, Operations, delivered
from forecasting.sample.demand import CLOSES, NO_DATE, OPENS, ORDER, World
from forecasting.sample.selling import event_table, price_table

KINDS = np.array(["order", "preorder", "standing"], dtype=object)
STATUSES = np.array(["open", "shipped", "cancelled", "refused"], dtype=object)

SHIPS, CANCELS, ARRIVES = 17 * 3600 + 1800, 18 * 3600, 7 * 3600
"""Second of the day at which parcels leave, customers cancel and deliveries come."""


def make_tables(
    random: Random, world: World, lines: pd.DataFrame, operations: Operations
) -> dict[str, pd.DataFrame]:
    """Every table of the dataset, typed as ``dataset.tables`` says."""
    catalogue = world.catalogue
    tables = {
        "orders": _orders(random, world, lines, operations),
        "products": catalogue.products,
        "alternatives": catalogue.alternatives,
        "suppliers": catalogue.suppliers,
        "price_breaks": catalogue.price_breaks,
        "stock": _stock(world, operations),
        "availability": _availability(world, operations),
        "purchase_orders": _purchase_orders(random, world, operations),
        "events": event_table(world.selling, catalogue, world.calendar),
        "prices": price_table(world.selling, catalogue, world.calendar),
    }
    return {name: typed(name, frame) for name, frame in tables.items()}


def typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The table ``name`` with all of its columns, in their order and of their types."""
    columns: dict[str, object] = {}
    for column in BY_NAME[name].columns:
        if column.name == "location" and name not in {"events", "prices"} and column.name not in frame:
            values = pd.Series(np.full(len(frame), MAIN, dtype=object))
        elif column.name in frame:
            values = frame[column.name]
        else:
            values = pd.Series(np.full(len(frame), None, dtype=object))
        if column.kind in {Kind.TEXT, Kind.CHOICE}:
            columns[column.name] = values.astype("category")
        elif column.kind is Kind.NUMBER:
            columns[column.name] = values.astype(np.float64)
        else:
            columns[column.name] = values.astype("datetime64[us]")
    return pd.DataFrame(columns)


def moment(world: World, day: IntArray, second: IntArray | int = 0) -> pd.Series:
    """Day indices and seconds of the day as times; null where the day is ``NO_DATE``."""
    day = np.asarray(day)
    seconds = np.where(day == NO_DATE, 0, (world.calendar.first + day) * 86_400 + second)
    times = pd.Series((seconds * 1_000_000).astype("datetime64[us]"))
    return times.where(day != NO_DATE)


def item_columns(world: World, item: IntArray) -> dict[str, Any]:
    """``location`` and ``sku`` of the given items, each a categorical of the shape of ``item``."""
    place, product = item // len(world.catalogue), item % len(world.catalogue)
    return {
        "location": pd.Categorical.from_codes(place, pd.Index(list(world.locations))),
        "sku": pd.Categorical.from_codes(product, pd.Index(world.catalogue.products["sku"])),
    }


def numbered(prefix: str, first: int, number: np.ndarray) -> pd.Categorical:
    """Numbers 0, 1, .. as text: the prefix, then a number counted from ``first``."""
    last = int(number.max()) + 1 if len(number) else 0
    names: Any = pd.Index([f"{prefix}{first + i}" for i in range(last)])
    return pd.Categorical.from_codes(number, names)


def customer_names(number: np.ndarray) -> pd.Categorical:
    """What the customers of these numbers are called."""
    return numbered("C-", 1001, number)


def _line_numbers(group: np.ndarray) -> pd.Categorical:
    """1, 2, .. within each run of equal ``group`` values, as text."""
    place = np.arange(len(group))
    starts = np.concatenate([[True], group[1:] != group[:-1]]) if len(group) else np.zeros(0, dtype=bool)
    return numbered("", 1, place - np.maximum.accumulate(np.where(starts, place, 0)))


def _orders(random: Random, world: World, lines: pd.DataFrame, operations: Operations) -> pd.DataFrame:
    fate = operations.fate
    rows = lines.assign(
        status=fate.status,
        shipped=fate.shipped,
        shipped_day=fate.shipped_day,
        cancelled_day=fate.cancelled_day,
        cancelled_second=CANCELS + random.integers(0, 4 * 3600, len(lines)),
    )

    mistake = _mistake(random, world, int(lines["order"].max()) + 1 if len(lines) else 0)
    seen = ~rows["status"].isin([UNSEEN, NEVER_ASKED])
    rows = pd.concat([rows[seen], mistake], ignore_index=True)
    rows = rows.sort_values(["ordered_day", "ordered_second", "order"], kind="stable", ignore_index=True)
    # Numbers are given after the unseen lines have gone: a gap would betray them.
    number = pd.factorize(rows["order"])[0].astype(np.int64)

    item, ordered = rows["item"].to_numpy(), rows["ordered_day"].to_numpy()
    return pd.DataFrame(
        {
            "order": numbered("SO-", 100_001, number),
            "line": _line_numbers(number),
            "ordered_at": moment(world, ordered, rows["ordered_second"].to_numpy()),
            **item_columns(world, item),
            "quantity": rows["quantity"],
            "customer": customer_names(rows["customer"].to_numpy()),
            "unit_price": world.selling.cents[item % len(world.catalogue), ordered] / 100,
            "due": moment(world, rows["due"].to_numpy()),
            "kind": KINDS[rows["kind"].to_numpy()],
            "status": STATUSES[rows["status"].to_numpy()],
            "shipped_at": moment(world, rows["shipped_day"].to_numpy(), SHIPS),
            "quantity_shipped": rows["shipped"],
            "cancelled_at": moment(
                world, rows["cancelled_day"].to_numpy(), rows["cancelled_second"].to_numpy()
            ),
        }
    )


def _mistake(random: Random, world: World, order: int) -> pd.DataFrame:
    """An absurd order, cancelled a quarter of an hour later: nobody ever wanted that much."""
    catalogue, calendar = world.catalogue, world.calendar
    day = random.choice(np.flatnonzero(~calendar.closed[: calendar.days]))
    sold = np.flatnonzero((catalogue.available_from <= day) & (catalogue.ends_on >= day))
    second = random.integers(OPENS, CLOSES)
    row = {
        "item": random.choice(sold) if len(sold) else 0,
        "ordered_day": day,
        "ordered_second": second,
        "due": NO_DATE,
        "quantity": float(random.integers(60_000, 90_000)),
        "order": order,
        "customer": random.integers(0, 60),
        "kind": ORDER,
        "status": CANCELLED,
        "shipped": 0.0,
        "shipped_day": NO_DATE,
        "cancelled_day": day,
        "cancelled_second": second + 15 * 60,
    }
    return pd.DataFrame({name: [value] for name, value in row.items()})


def _listed(world: World, day: IntArray) -> BoolArray:
    """bool, shape (items, len(day)): whether each item is on sale on each day."""
    opens = world.per_item(world.catalogue.available_from)[:, None]
    ends = world.per_item(world.catalogue.ends_on)[:, None]
    return np.asarray((opens <= day[None, :]) & (day[None, :] <= ends))


def _stock(world: World, operations: Operations) -> pd.DataFrame:
    """At the close of the day before the first, of every Sunday and of the last day."""
    calendar = world.calendar
    sunday = np.flatnonzero(calendar.weekday[: calendar.days] == 6)
    days = np.concatenate([sunday, [calendar.days - 1]]) if calendar.days - 1 not in sunday else sunday
    on_hand = np.column_stack([operations.shop.opening, operations.fate.on_hand[:, days]])
    days = np.concatenate([[-1], days])
    when, item = np.nonzero(((on_hand > 0) | _listed(world, days)).T)
    date = (calendar.first + days[when]).astype("datetime64[D]").astype("datetime64[us]")
    return pd.DataFrame({"as_of": date, "on_hand": on_hand[item, when], **item_columns(world, item)})


def _availability(world: World, operations: Operations) -> pd.DataFrame:
    """Only items that cannot be sold when they are out of stock, and only days on which they ran out."""
    days = np.arange(world.calendar.days)
    out = (operations.fate.out_from != NO_DATE) & _listed(world, days)
    day, item = np.nonzero((out & ~operations.shop.allowed[:, None]).T)
    share = np.clip((operations.fate.out_from[item, day] - OPENS) / (CLOSES - OPENS), 0, 1)
    return pd.DataFrame(
        {"date": moment(world, day), "share": np.round(share, 4), **item_columns(world, item)}
    )


def _purchase_orders(random: Random, world: World, operations: Operations) -> pd.DataFrame:
    supply, fate = operations.supply, operations.fate
    stream_of = np.empty(world.items, dtype=np.int64)
    stream_of[supply.members] = np.repeat(np.arange(len(supply.first) - 1), np.diff(supply.first))

    item, review = np.nonzero(fate.ordered)
    stream = stream_of[item]
    # The k-th review of a stream: the k-th true of its row.
    review_day = np.argsort(~supply.review, axis=1, kind="stable")
    day = review_day[stream, review]
    quantity = fate.ordered[item, review]

    arrival = supply.arrival[stream, day]
    came = arrival < world.calendar.days
    rows = pd.DataFrame(
        {
            "item": item,
            "stream": stream,
            "day": day,
            "copy": 0,
            "quantity": quantity,
            "expected": supply.expected[stream, day],
            "received": np.where(came, arrival, NO_DATE),
            "quantity_received": np.where(came, delivered(quantity, supply.part[item, review]), 0.0),
            "status": np.where(came, "received", "open").astype(object),
        }
    )

    rows = pd.concat([rows, _twice(random, rows), _drafts(random, world, operations)], ignore_index=True)
    rows = rows.sort_values(["day", "stream", "copy", "item"], kind="stable", ignore_index=True)
    number = rows.groupby(["day", "stream", "copy"], sort=True).ngroup().to_numpy(dtype=np.int64)
    columns = item_columns(world, rows["item"].to_numpy())
    supplier = world.catalogue.products["supplier"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "purchase_order": numbered("PO-", 20_001, number),
            "line": _line_numbers(number),
            **columns,
            "quantity": rows["quantity"],
            "ordered_at": moment(
                world, rows["day"].to_numpy(), 18 * 3600 + 300 * rows["copy"].to_numpy(dtype=np.int64)
            ),
            "supplier": supplier[rows["item"].to_numpy() % len(world.catalogue)],
            "expected_at": moment(world, rows["expected"].to_numpy()),
            "received_at": moment(world, rows["received"].to_numpy(), ARRIVES),
            "quantity_received": rows["quantity_received"],
            "unit_cost": _paid(world, columns["sku"], rows["quantity"].to_numpy()),
            "status": rows["status"],
        }
    )


def _twice(random: Random, rows: pd.DataFrame) -> pd.DataFrame:
    """One purchase order was entered twice; the copy was cancelled at once."""
    if rows.empty:
        return rows
    one = rows.iloc[int(random.integers(0, len(rows)))]
    copy = rows[(rows["day"] == one["day"]) & (rows["stream"] == one["stream"])]
    void = {"copy": 1, "received": NO_DATE, "quantity_received": 0.0, "status": "cancelled"}
    return pd.DataFrame(copy.assign(**void))


def _drafts(random: Random, world: World, operations: Operations) -> pd.DataFrame:
    """Two purchase orders that the buyer has begun on the last day, and not yet sent."""
    supply, shop = operations.supply, operations.shop
    last = world.calendar.days - 1
    buying = (shop.buy_from <= last) & (shop.buy_until >= last)
    parts: list[pd.DataFrame] = []
    for stream in random.permutation(len(supply.first) - 1):
        members = supply.members[supply.first[stream] : supply.first[stream + 1]]
        members = members[buying[members]][:4]
        if len(members) and len(parts) < 2:
            quantity = np.maximum(2 * shop.pack[members], shop.least_order[members])
            drafted = {"item": members, "stream": stream, "day": last, "copy": 2, "quantity": quantity}
            parts.append(pd.DataFrame(drafted))
    drafts = pd.concat(parts) if parts else pd.DataFrame({"item": []}, dtype=np.int64)
    return drafts.assign(expected=NO_DATE, received=NO_DATE, quantity_received=0.0, status="draft")


def _paid(world: World, sku: pd.Categorical, quantity: np.ndarray) -> np.ndarray:
    """The unit cost of each order line: the cheapest price break that it reaches."""
    product = np.asarray(sku.codes)
    cost = world.catalogue.products["unit_cost"].to_numpy()[product]
    breaks = world.catalogue.price_breaks
    step = breaks.groupby("sku").cumcount()
    for number in (0, 1):
        terms = breaks[step == number].set_index("sku").reindex(world.catalogue.products["sku"])
        least = terms["min_quantity"].fillna(np.inf).to_numpy()[product]
        cost = np.where(quantity >= least, terms["unit_cost"].to_numpy()[product], cost)
    return np.asarray(cost)
