"""Forecasts that people edited: so many times what the model expects, until a day, for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.domain import Calendar, FloatArray, Items
from forecasting.planning.lazy_forecast import LazyForecast
from models.shared.distribution import Distribution


@dataclass(frozen=True)
class Edit:
    """One item's forecast, times ``factor``, up to the close of day ``until``."""

    location: str
    sku: str
    factor: float
    until: int


@dataclass
class EditedForecast(LazyForecast):
    """A forecast with edits: what it expects of the days of an edit is scaled, its whole distribution alike.

    Attributes:
        factor: float64, shape (n,): 1 where nothing was edited.
        buckets: float64, shape (n,): so many buckets from now on the edit holds.

    """

    factor: FloatArray = None  # type: ignore[assignment]  # a field with a default comes before it
    buckets: FloatArray = None  # type: ignore[assignment]  # likewise

    def demands_of(self, item: Any, horizons: FloatArray) -> list[Distribution]:
        """As ``LazyForecast.demands_of``, with the edits in it; demand is spread evenly over a horizon."""
        plain = super().demands_of(item, horizons)
        factor, buckets = self.factor[item], self.buckets[item]
        if not (factor != 1.0).any():
            return plain
        scaled = []
        for demand, horizon in zip(plain, horizons, strict=True):
            ahead = horizon[item]
            share = np.divide(np.minimum(ahead, buckets), ahead, out=np.ones_like(ahead), where=ahead > 0)
            scaled.append(Distribution(demand.values * (1.0 + share * (factor - 1.0))[:, None]))
        return scaled


def edited(
    forecast: LazyForecast, edits: Sequence[Edit], items: Items, as_of: int, calendar: Calendar
) -> LazyForecast:
    """The forecast with the edits that hold after ``as_of``; of several of an item the last one counts."""
    row = {pair: at for at, pair in enumerate(zip(items.location, items.sku, strict=True))}
    holding = [edit for edit in edits if edit.until > as_of and (edit.location, edit.sku) in row]
    if not holding:
        return forecast
    factor, days = np.ones(len(items)), np.zeros(len(items))
    for edit in holding:
        at = row[edit.location, edit.sku]
        factor[at], days[at] = edit.factor, float(edit.until - as_of)
    buckets = calendar.buckets(as_of, days)
    return EditedForecast(forecast.choice, forecast.seen, factor=factor, buckets=buckets)
