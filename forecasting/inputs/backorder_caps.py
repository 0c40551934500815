"""The most units of each item that customers may have on backorder at once."""

from __future__ import annotations

import numpy as np

from forecasting.config import Config
from forecasting.domain import FloatArray
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.records import Records


def backorder_caps(
    records: Records, known: Catalogue, config: Config, daily_demand: FloatArray
) -> FloatArray:
    """float64, shape (n,), units; inf where there is no limit, 0 where backorders are refused.

    The smaller of what ``products`` says, else the setting ``max_backorder_quantity``, and of so many days of
    demand (``max_backorder_days``).

    ``daily_demand``: float64, shape (n,), units that are asked for a day; NaN where that is not known.
    """
    own = records.products.number["max_backorder_quantity"]
    limit = np.inf if config.max_backorder_quantity is None else config.max_backorder_quantity
    units = np.where(np.isnan(own), limit, own)
    if config.max_backorder_days is not None:
        days = np.where(np.isnan(daily_demand), np.inf, np.floor(daily_demand * config.max_backorder_days))
        units = np.minimum(units, days)
    return np.where(known.backorder_allowed, units, 0.0)
