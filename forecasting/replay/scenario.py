"""The past as a replay runs it: the same demand, opening stock and lead times for every policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.assumptions import Assumptions
from forecasting.calendar import DAYS, weekday
from forecasting.dataset.dataset import Dataset
from forecasting.domain import BoolArray, DemandLines, FloatArray, IntArray
from forecasting.observer import Observer
from forecasting.replay.parts import demand_in_one_piece
from forecasting.stock_position import Receipts, counted, on_the_way

COVER_WEEKS = 13
"""Weeks whose mean demand the opening stock is made of where the dataset has none."""


@dataclass(frozen=True)
class Scenario:
    """One stretch of the past.

    Attributes:
        observer: what a policy gets to see, day by day.
        lines: the demand that happens: what counted as demand in the end, each line in one piece.
        first_day, last_day: the days simulated.
        opening: float64, shape (n,): on hand at the close of the day before ``first_day``.
        pipeline: goods on their way then.
        lead_days: int64, shape (suppliers, days + 1): lead time of an order placed at the close of
            day ``first_day - 1 + column``.
        count_from: int64, shape (n,): the day from which an item's flows are counted.
        period_edges: int64, shape (p + 1,): the first days of the periods, and the day after the last.

    """

    observer: Observer
    lines: DemandLines
    first_day: int
    last_day: int
    opening: FloatArray
    pipeline: Receipts
    lead_days: IntArray
    count_from: IntArray
    period_edges: IntArray

    @property
    def review_days(self) -> list[int]:
        """The days at whose close some supplier takes orders, ascending."""
        days = range(self.first_day - 1, self.last_day)
        return [day for day in days if self.reviewed(day).any()]

    def reviewed(self, day: int) -> BoolArray:
        """bool, shape (suppliers,): whether each takes an order at the close of ``day``."""
        return self.next_review(day) == day

    def next_review(self, day: int) -> IntArray:
        """int64, shape (suppliers,): the first day from ``day`` on at whose close each takes orders."""
        suppliers = self.observer.catalogue.suppliers
        every = suppliers.review_days.astype(np.int64)
        first = np.full(len(every), self.first_day - 1, dtype=np.int64)
        on_weekday = suppliers.weekday >= 0
        first = np.where(on_weekday, first + (suppliers.weekday - weekday(first)) % 7, first)
        return first + np.maximum(-(-(day - first) // every), 0) * every

    def arrivals(self, day: int, item: IntArray) -> tuple[IntArray, IntArray]:
        """The days from whose start an order placed at the close of ``day``, and one placed at the
        item's next review, can be used: int64, shape of ``item``. One past the end never comes.
        """
        supplier = self.observer.catalogue.supplier[item]
        following = self.next_review(day + 1)[supplier]
        now = day + 1 + self.lead_days[supplier, day - self.first_day + 1]
        column = np.minimum(following - self.first_day + 1, self.lead_days.shape[1] - 1)
        then = following + 1 + self.lead_days[supplier, column]
        then = np.where(following >= self.last_day, self.last_day + 1, then)
        return now, np.minimum(np.maximum(then, now), self.last_day + 1)


def scenario(
    dataset: Dataset, observer: Observer, first_day: int, last_day: int, assumptions: Assumptions
) -> Scenario:
    """The stretch from ``first_day`` to ``last_day`` (day numbers) of the dataset's past.

    Opening stock and goods on their way are the dataset's where it has them. An item that it gives no
    stock for opens with ``opening_cover`` protection intervals of its mean demand in the 13 weeks before.
    """
    catalogue, config = observer.catalogue, observer.config
    happened, _, _ = demand_in_one_piece(dataset, observer)
    opening, covered = _opening(dataset, observer, first_day - 1)
    assumptions.add("opening_cover", f"{config.opening_cover:g}", covered)
    warm = np.ceil(catalogue.protection_days).astype(np.int64) if config.warmup == "protection" else 0
    return Scenario(
        observer=observer,
        lines=happened,
        first_day=first_day,
        last_day=last_day,
        opening=opening,
        pipeline=on_the_way(dataset, catalogue, first_day - 1, in_hindsight=True),
        lead_days=_lead_days(observer, last_day - first_day + 2),
        count_from=np.full(len(catalogue), first_day, dtype=np.int64) + warm,
        period_edges=np.append(np.arange(first_day, last_day + 1, 7), last_day + 1).astype(np.int64),
    )


def _lead_days(observer: Observer, days: int) -> IntArray:
    """Lead times drawn once from the seed: the same for every policy."""
    lead_times = observer.catalogue.suppliers.lead_times
    generator = np.random.default_rng(observer.config.seed)
    drawn = generator.random((len(lead_times.days), days))
    part = (drawn[:, :, None] > np.cumsum(lead_times.weight, axis=1)[:, None, :]).sum(axis=2)
    part = np.minimum(part, lead_times.days.shape[1] - 1)
    return np.round(np.take_along_axis(lead_times.days, part, axis=1)).astype(np.int64)


def _opening(dataset: Dataset, observer: Observer, day: int) -> tuple[FloatArray, int]:
    """Stock on hand at the close of ``day``, and for how many items it is made up."""
    opening = counted(dataset, observer.catalogue, day)
    missing = np.isnan(opening)
    if missing.any():
        bucket_days = DAYS[observer.calendar.bucket]
        recent = observer.history(day).recent_mean(max(1, round(COVER_WEEKS * 7 / bucket_days)))
        days = observer.catalogue.protection_days * observer.config.opening_cover
        opening = np.where(missing, np.ceil(recent / bucket_days * days), opening)
    return opening, int(missing.sum())
