"""The order lines that customers still wait for at the close of a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray
from forecasting.domain.columns import Columns
from forecasting.inputs.demand import due_to_ship
from forecasting.inputs.documents import open_units
from forecasting.inputs.records import Records


@dataclass(frozen=True)
class OpenLines(Columns):
    """Lines that something is still to ship of, by item; each of shape (m,).

    Attributes:
        row: int64: the line among the records' orders.
        item: int64.
        quantity: float64, units that are still to ship.
        ordered: int64, the day of the order.
        due_to_ship: int64, the day on which it is due to ship from stock.
        not_before: int64, the day before which it must not ship; LONG_AGO: at once. Only lines that were
            ordered ahead, and lines of an item that is not on sale yet, have one.
        deadline: int64, the day by which the customer needs it; LONG_AGO where none was given.
        preorder: bool: ordered before the item can be had.

    """

    row: IntArray
    item: IntArray
    quantity: FloatArray
    ordered: IntArray
    due_to_ship: IntArray
    not_before: IntArray
    deadline: IntArray
    preorder: BoolArray

    @property
    def has_deadline(self) -> BoolArray:
        """bool, shape (m,)."""
        return np.asarray(self.deadline > LONG_AGO)


def open_lines(records: Records, config: Config, available_from: IntArray, as_of: int) -> OpenLines:
    """The open lines at the close of ``as_of``, by item, then in the order of their table.

    ``available_from``: int64, shape (n,): the first day on which each item can be had, LONG_AGO: always.
    """
    orders = records.orders
    due = due_to_ship(orders, available_from)
    units = open_units(records, as_of, due, config.open_line_days)
    row = np.flatnonzero(units > 0)
    row = row[np.argsort(orders.item[row], kind="stable")]
    ordered, due, deadline = orders.ordered[row], due[row], orders.due[row]

    if config.promise_deadline_days is not None:
        wanted = due + int(config.promise_deadline_days)
        deadline = np.where(deadline > LONG_AGO, deadline, wanted)
    return OpenLines(
        row=row,
        item=orders.item[row],
        quantity=units[row],
        ordered=ordered,
        due_to_ship=due,
        not_before=np.where(due > ordered, due, LONG_AGO),
        deadline=deadline,
        preorder=orders.preorder[row],
    )
