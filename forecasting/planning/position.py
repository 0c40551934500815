"""Where each item stands at the close of a day, as the records tell it."""

from __future__ import annotations

import numpy as np

from forecasting.domain import BoolArray, Stock, StockPosition
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.notices import Notices
from forecasting.inputs.stock import after_protection, counted, on_the_way, overtaken, owed_units
from forecasting.planning.observer import Observer


def stock_position(
    observer: Observer, as_of: int, assumptions: Assumptions, notices: Notices
) -> tuple[StockPosition, BoolArray]:
    """The position of every item at the close of ``as_of``, and where on hand rests on a count.

    What was never counted is as the setting ``on_hand`` says. ``notices`` is for what the records say that
    cannot be.
    """
    records, known = observer.records, observer.catalogue
    on_hand = counted(records, as_of)
    coming = on_the_way(records.purchases, known.lead_times, as_of, in_hindsight=False)
    owed = owed_units(records.orders, as_of, observer.due_to_ship, observer.config.open_line_days)

    stock = Stock(
        on_hand=assumptions.fill("on_hand", on_hand, observer.config.on_hand),
        on_order=np.bincount(coming.item, coming.quantity, len(known)).astype(np.float64),
        backlog=np.bincount(records.orders.item, owed, len(known)).astype(np.float64),
    )
    position = StockPosition(
        stock=stock,
        on_order_later=after_protection(coming, as_of, known.protection_days),
        crossover=overtaken(coming, as_of, known.lead_times, known.review_days),
    )
    return position, ~np.isnan(on_hand)
