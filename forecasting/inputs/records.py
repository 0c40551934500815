"""A company's records as arrays: items, suppliers and days are numbers, and everything was read once.

Past this point nothing sees a table of the dataset, or asks which item a row speaks of. Rows are in the
order of their table. What is not known is LONG_AGO for a day, NaN for a number, and empty for a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import TypeVar

import numpy as np

from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray, Items, TextArray
from forecasting.errors import Notice
from forecasting.inputs.kits import KitRecords
from forecasting.inputs.places import PlaceRecords
from forecasting.inputs.supply_records import SupplyRecords


class OrderStatus(IntEnum):
    """What the data says became of a customer's order line. UNSTATED: it says nothing."""

    UNSTATED = 0
    OPEN = 1
    SHIPPED = 2
    CANCELLED = 3
    REFUSED = 4


class PurchaseStatus(IntEnum):
    """What the data says of a line of a purchase order. UNSTATED: it says nothing."""

    UNSTATED = 0
    DRAFT = 1
    OPEN = 2
    RECEIVED = 3
    CANCELLED = 4
    REQUESTED = 5


@dataclass(frozen=True)
class OrderRecords:
    """Customers' order lines, each attribute of shape (m,).

    Attributes:
        order: int64: the number of the customer's order that the line belongs to.
        item: int64.
        customer: int64, the customer's number; -1: not given.
        time: int64: when it was ordered, microseconds since 1970. ``ordered``: int64, that day.
        due: int64, the day of the customer's deadline.
        quantity: float64, units. ``unit_price``: float64, money.
        line, customer, customer_class: int64, their numbers among the names; -1: not given.
        ahead: bool: ordered ahead (a pre-order, a standing order, a project): wanted on ``due``, if that is
            given, not at once.
        preorder: bool: ordered before the item can be had.
        project: bool: a one-off, which is served and never forecast.
        status: int64, an ``OrderStatus``.
        shipped: int64, the day. ``shipped_units``: float64.
        cancelled: int64, the day.
        cancelled_after: int64, microseconds from the order to that; NEVER where it was not cancelled.

    """

    order: IntArray
    line: IntArray
    item: IntArray
    customer: IntArray
    customer_class: IntArray
    time: IntArray
    ordered: IntArray
    due: IntArray
    quantity: FloatArray
    unit_price: FloatArray
    ahead: BoolArray
    preorder: BoolArray
    project: BoolArray
    status: IntArray
    shipped: IntArray
    shipped_units: FloatArray
    cancelled: IntArray
    cancelled_after: IntArray

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True)
class PurchaseRecords:
    """Lines of purchase orders, each attribute of shape (m,).

    Attributes:
        order: int64: the number of the purchase order that the line belongs to.
        item: int64. ``supplier``: int64, the item's where the line names none; -1 where no item has it.
        time: int64: when it was ordered, microseconds since 1970. ``ordered``: int64, that day.
        expected: int64, the day that the supplier promised; ``confirmed``: int64, the day it confirmed.
        received: int64, the day of the receipt.
        quantity, received_units: float64, units. ``unit_cost``: float64, money.
        status: int64, a ``PurchaseStatus``.

    """

    order: IntArray
    item: IntArray
    supplier: IntArray
    time: IntArray
    ordered: IntArray
    expected: IntArray
    confirmed: IntArray
    received: IntArray
    quantity: FloatArray
    received_units: FloatArray
    unit_cost: FloatArray
    status: IntArray

    def __len__(self) -> int:
        return len(self.item)

    @property
    def firm(self) -> BoolArray:
        """bool, shape (m,): really ordered: neither a draft, nor only requested, nor cancelled."""
        no = (PurchaseStatus.DRAFT, PurchaseStatus.REQUESTED, PurchaseStatus.CANCELLED)
        return ~np.isin(self.status, no)

    @property
    def promised(self) -> IntArray:
        """int64, shape (m,): the day that was confirmed, else promised; LONG_AGO where neither was."""
        return np.where(self.confirmed > LONG_AGO, self.confirmed, self.expected)

    @property
    def came_units(self) -> FloatArray:
        """float64, shape (m,): units that came with a receipt: all, where it names none."""
        return np.where(np.isnan(self.received_units), self.quantity, self.received_units)


@dataclass(frozen=True)
class CountRecords:
    """Counts of the stock: ``item``, ``day``, int64; ``on_hand``, float64, units. Shape (m,)."""

    item: IntArray
    day: IntArray
    on_hand: FloatArray


@dataclass(frozen=True)
class LotRecords:
    """Lots of the stock as counted: ``item``, ``day``, ``expires`` (LONG_AGO: not given), int64;
    ``on_hand``, float64, units. Shape (m,).
    """

    item: IntArray
    day: IntArray
    expires: IntArray
    on_hand: FloatArray


@dataclass(frozen=True)
class AvailabilityRecords:
    """The share of a day, or of the hour from ``hour`` on, during which an item could be sold. Shape (m,)."""

    item: IntArray
    day: IntArray
    hour: IntArray
    share: FloatArray


@dataclass(frozen=True)
class EventRecords:
    """Days on which something took place, or will.

    Attributes:
        kind: text, shape (m,).
        day: int64, shape (m,).
        location, category: text, shape (m,): where, and for what; an empty category: for everything there.
        of_items: bool, shape (m,): the event is of single items, listed in ``row`` and ``item``.
        row, item: int64, shape (k,): event ``row`` touches ``item``.

    """

    kind: TextArray
    day: IntArray
    location: TextArray
    category: TextArray
    of_items: BoolArray
    row: IntArray
    item: IntArray


@dataclass(frozen=True)
class PriceRecords:
    """From which day an item sells at which price: ``item``, ``day``: int64; ``unit_price``: float64, money;
    ``promoted``: bool, whether it is a promotion's. Shape (m,).
    """

    item: IntArray
    day: IntArray
    unit_price: FloatArray
    promoted: BoolArray


@dataclass(frozen=True)
class BreakRecords:
    """Price breaks of items at suppliers, by item and quantity: ``item``, ``supplier``: int64;
    ``min_quantity``: float64, units; ``unit_cost``: float64, money. Shape (m,).
    """

    item: IntArray
    supplier: IntArray
    min_quantity: FloatArray
    unit_cost: FloatArray


@dataclass(frozen=True)
class AlternativeRecords:
    """What may stand in for what, by item, the first choice first: ``item``, ``alternative``: int64;
    ``ratio``: float64, units of the alternative in the place of one unit. Shape (m,).
    """

    item: IntArray
    alternative: IntArray
    ratio: FloatArray


Rows = TypeVar("Rows", CountRecords, LotRecords, PurchaseRecords)


@dataclass(frozen=True)
class Columns:
    """What a table says of each of n items or suppliers: its columns by name, each of shape (n,)."""

    number: Mapping[str, FloatArray]
    text: Mapping[str, TextArray]
    day: Mapping[str, IntArray]


@dataclass(frozen=True)
class Whole:
    """What the tables of the whole company say, where records hold a part of its items.

    Attributes:
        days, lines: int64, shape (d,): the days with order lines, ascending, and the lines of each.
        shipments, receipts, counts: the last day of each; LONG_AGO where there is none.
        places: the locations that have items; ``order_places``: those that customers order at.
        absent: the tables that lack something, each with what (``dataset.absent``).

    """

    days: IntArray
    lines: IntArray
    shipments: int
    receipts: int
    counts: int
    places: frozenset[str]
    order_places: frozenset[str]
    absent: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Records:
    """All that a dataset says, read once.

    Attributes:
        source, fingerprint: of the dataset.
        items: the n items that it speaks of, ordered by (location, sku).
        products: what ``products`` says of each item.
        supplier: int64, shape (n,): the supplier of each item, among ``supplier_names``.
        supplier_names: text, shape (s,), ascending; the empty name is that of items that name none.
        suppliers: what ``suppliers`` says of each of these.
        order_names: text, shape (customers' orders,): the name of each order that ``orders`` numbers.
        line_names, customer_names, customer_class_names: text: those that ``orders`` numbers.
        order_locations: the locations that customers order at.
        purchase_order_names: text, the name of each purchase order that ``purchases`` numbers.
        supply: offers, closings and rates; None where nothing is said of them.
        notices: what looked odd when the dataset was read.
        absent: the tables that lack something, each with what (``dataset.absent``).
        kits: what kits are put together from.
        places: which places supply others.
        whole: what the whole company's tables say, where these are a part's; None where they are all.

    """

    source: str
    fingerprint: str
    items: Items
    products: Columns
    supplier: IntArray
    supplier_names: TextArray
    suppliers: Columns
    orders: OrderRecords
    order_names: TextArray
    line_names: TextArray
    customer_names: TextArray
    customer_class_names: TextArray
    order_locations: frozenset[str]
    purchases: PurchaseRecords
    purchase_order_names: TextArray
    counts: CountRecords
    lots: LotRecords
    availability: AvailabilityRecords
    events: EventRecords
    prices: PriceRecords
    price_breaks: BreakRecords
    alternatives: AlternativeRecords
    supply: SupplyRecords | None = None
    notices: tuple[Notice, ...] = ()
    absent: tuple[tuple[str, str], ...] = ()
    kits: KitRecords = field(default_factory=KitRecords.none)
    places: PlaceRecords = field(default_factory=PlaceRecords.none)
    whole: Whole | None = None

    @property
    def first_day(self) -> int:
        """The day of the company's first order line."""
        return int(self.orders.ordered.min() if self.whole is None else self.whole.days[0])

    @property
    def last_day(self) -> int:
        """The day of the company's last order line."""
        return int(self.orders.ordered.max() if self.whole is None else self.whole.days[-1])

    @property
    def location_names(self) -> frozenset[str]:
        """The locations of the company."""
        return frozenset(map(str, self.items.location)) if self.whole is None else self.whole.places

    @property
    def last_known_day(self) -> int:
        """The last day that the records know of: of an order line, or of a count of the stock."""
        counted = int(self.counts.day.max(initial=self.last_day)) if self.whole is None else self.whole.counts
        return max(self.last_day, counted)

    def without_stock(self) -> Records:
        """The same, nothing ever counted or purchased."""
        return replace(
            self, counts=_empty(self.counts), lots=_empty(self.lots), purchases=_empty(self.purchases)
        )


def _empty(rows: Rows) -> Rows:
    return type(rows)(**{column.name: getattr(rows, column.name)[:0] for column in fields(rows)})
