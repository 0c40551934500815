"""The past as a replay runs it: the same demand, opening stock and lead times for every policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import BoolArray, Costs, DemandLines, FloatArray, IntArray, Receipts, weekday
from forecasting.domain.calendar import DAYS
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.stock import counted, on_the_way, owed_units
from forecasting.planning.observer import Observer
from forecasting.replay.parts import demand_in_one_piece
from forecasting.replay.supply import Shortfalls, recorded_lead_days, recorded_shortfalls
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.stretch import Stretch
from forecasting.simulation.substitution import Alternatives

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
        owed: float64, shape (m,): units of each line that are owed at the opening. None: none.
        cancels_on: int64, shape (m,): the day on which each line's customer cancels what still waits.
            None: nobody does.
        alternatives: what customers take where an item is short. None: nothing.
        shortfalls: how much comes of orders. None: all.

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
    owed: FloatArray | None = None
    cancels_on: IntArray | None = None
    alternatives: Alternatives | None = None
    shortfalls: Shortfalls | None = None

    def ledger(self) -> Ledger:
        """The stock as the stretch begins; ``pipeline`` is yet to be scheduled."""
        return Ledger(
            self.lines,
            self.opening,
            self.observer.catalogue.backorder_allowed,
            Stretch(self.first_day, self.last_day, self.count_from, self.period_edges),
            owed=self.owed,
            cancels_on=self.cancels_on,
            alternatives=self.alternatives,
        )

    def received(self, day: int, item: IntArray, quantity: FloatArray) -> FloatArray:
        """What comes of orders placed at the close of ``day``: float64, shape of ``item``, units.

        Whole units where whole units were ordered.
        """
        if self.shortfalls is None:
            return quantity
        supplier = self.observer.catalogue.supplier[item]
        came = quantity * self.shortfalls.of(supplier, day - self.first_day + 1, item)
        return np.where(quantity == np.floor(quantity), np.rint(came), came)

    @property
    def review_days(self) -> list[int]:
        """The days at whose close some supplier takes orders, ascending."""
        days = range(self.first_day - 1, self.last_day)
        return [day for day in days if self.reviewed(day).any()]

    def reviewed(self, day: int) -> BoolArray:
        """bool, shape (suppliers,): whether each takes an order at the close of ``day``."""
        return self.next_review(day) == day

    def next_review(self, day: int | IntArray) -> IntArray:
        """int64, shape (suppliers,): the first day from ``day`` on at whose close each takes orders."""
        suppliers = self.observer.catalogue.suppliers
        every = suppliers.review_days.astype(np.int64)
        first = np.full(len(every), self.first_day - 1, dtype=np.int64)
        on_weekday = suppliers.weekday >= 0
        first = np.where(on_weekday, first + (suppliers.weekday - weekday(first)) % 7, first)
        return first + np.maximum(-(-(day - first) // every), 0) * every

    def arrives(self, day: int, item: IntArray) -> IntArray:
        """The days from whose start orders placed at the close of ``day`` can be used: shape of ``item``."""
        return day + 1 + self.lead_days[self.observer.catalogue.supplier[item], day - self.first_day + 1]

    def arrivals(self, day: int, item: IntArray) -> IntArray:
        """The same of those orders and of one at each of the item's later reviews: int64, shape (n, k).

        Rows rise: an order that a later one overtakes counts as coming with it. What comes too late, and the
        last column, is the day after the end.
        """
        suppliers, never = np.arange(len(self.lead_days)), self.last_day + 1
        review, columns = np.full(len(suppliers), day, dtype=np.int64), []
        while np.any(review < self.last_day):
            lead_days = self.lead_days[suppliers, np.minimum(review, self.last_day) - self.first_day + 1]
            columns.append(np.where(review < self.last_day, review + 1 + lead_days, never))
            review = self.next_review(review + 1)
        columns.append(np.full(len(suppliers), never))
        # Backwards: what an earlier order overtakes does not matter, but a later one that comes sooner does.
        rising = np.minimum.accumulate(np.stack(columns, axis=1)[:, ::-1], axis=1)[:, ::-1]
        return rising[self.observer.catalogue.supplier[item]]


def scenario(observer: Observer, first_day: int, last_day: int, assumptions: Assumptions) -> Scenario:
    """The stretch from ``first_day`` to ``last_day`` (day numbers) of the past that the observer looks at.

    Opening stock, goods on their way and what is owed to customers are as recorded, where they are. An item
    that was never counted opens with ``opening_cover`` protection intervals of its mean demand in the 13
    weeks before; what is on its way for it, and owed, is as recorded all the same.
    """
    catalogue, config, records = observer.catalogue, observer.config, observer.records
    happened, _, part_of = demand_in_one_piece(observer)
    opening, made_up = _opening(observer, first_day - 1)
    assumptions.add("opening_cover", f"{config.opening_cover:g}", int(made_up.sum()))
    for_good = observer.lines.known_until == DemandLines.NEVER
    owed = np.bincount(part_of, _owed(observer, first_day - 1)[for_good], len(happened))

    suppliers, days = len(catalogue.suppliers.name), last_day - first_day + 2
    shortfalls = None
    if config.receipts == "recorded":
        shortfalls = recorded_shortfalls(records.purchases, suppliers, days, config.seed)

    return Scenario(
        observer=observer,
        lines=happened,
        first_day=first_day,
        last_day=last_day,
        opening=opening,
        pipeline=on_the_way(records.purchases, catalogue.lead_times, first_day - 1, in_hindsight=True),
        lead_days=_lead_days(observer, first_day - 1, days),
        count_from=_count_from(observer, first_day),
        period_edges=np.append(np.arange(first_day, last_day + 1, 7), last_day + 1).astype(np.int64),
        owed=owed.astype(np.float64) if owed.any() else None,
        cancels_on=_cancels_on(happened, catalogue.costs, catalogue.backorder_allowed, first_day, config),
        alternatives=_alternatives(observer, happened),
        shortfalls=shortfalls,
    )


def _count_from(observer: Observer, first_day: int) -> IntArray:
    """The day from which an item's flows are counted: int64, shape (n,)."""
    catalogue = observer.catalogue
    count_from = np.full(len(catalogue), first_day, dtype=np.int64)
    if observer.config.warmup == "protection":
        # What no order can have brought, because the item was not yet known, no policy is charged for.
        count_from = np.maximum(count_from, catalogue.known_from)
        count_from += np.ceil(catalogue.protection_days).astype(np.int64)
    return count_from


def _lead_days(observer: Observer, first_day: int, days: int) -> IntArray:
    """Lead times drawn once from the seed, or as recorded: the same for every policy."""
    lead_times = observer.catalogue.suppliers.lead_times
    generator = np.random.default_rng(observer.config.seed)
    drawn = generator.random((len(lead_times.days), days))
    part = (drawn[:, :, None] > np.cumsum(lead_times.weight, axis=1)[:, None, :]).sum(axis=2)
    part = np.minimum(part, lead_times.days.shape[1] - 1)
    drawn_days = np.round(np.take_along_axis(lead_times.days, part, axis=1)).astype(np.int64)
    if observer.config.lead_times == "drawn":
        return drawn_days

    recorded = recorded_lead_days(observer.records.purchases, len(drawn_days), first_day, days)
    return np.where(recorded >= 0, recorded, drawn_days)


def _owed(observer: Observer, day: int) -> FloatArray:
    """Units of each of the observer's lines that are owed at the close of ``day``: float64."""
    return owed_units(observer.records.orders, day, observer.due_to_ship)[observer.record]


def _cancels_on(
    lines: DemandLines, costs: Costs, backorder_allowed: BoolArray, first_day: int, config: Config
) -> IntArray | None:
    """The day on which each line's customer cancels what still waits, drawn once from the seed.

    So many of a hundred customers have a patience; it is geometric, so that one who already waits at
    the opening has as much of it left as one who begins to.
    """
    if config.cancel_after_days is None:
        return None
    drawn = np.random.default_rng([config.seed, 1]).random((2, len(lines)))
    item = lines.item
    goes = backorder_allowed[item] & (drawn[0] < costs.cancellation_rate[item])
    stays = 1.0 - 1.0 / max(config.cancel_after_days, 1.0)
    patience = 1.0 + (np.floor(np.log1p(-drawn[1]) / np.log(stays)) if stays > 0 else 0.0)
    begins = np.maximum(lines.day, first_day - 1)
    return np.where(goes, begins + np.asarray(patience).astype(np.int64), DemandLines.NEVER)


def _alternatives(observer: Observer, lines: DemandLines) -> Alternatives | None:
    """What customers take, and who would take it, drawn once from the seed."""
    catalogue, offered = observer.catalogue, observer.records.alternatives
    taken = (catalogue.costs.leaving_simulated & ~catalogue.backorder_allowed)[offered.item]
    if not taken.any():
        return None
    drawn = np.random.default_rng([observer.config.seed, 2]).random(len(lines))
    accepts = drawn >= catalogue.costs.cancellation_rate[lines.item]
    return Alternatives(offered.item[taken], offered.alternative[taken], offered.ratio[taken], accepts)


def _opening(observer: Observer, day: int) -> tuple[FloatArray, BoolArray]:
    """Stock on hand at the close of ``day``, and for which items it is made up."""
    opening = counted(observer.records, day)
    missing = np.isnan(opening)
    if missing.any():
        bucket_days = DAYS[observer.calendar.bucket]
        recent = observer.history(day).recent_mean(max(1, round(COVER_WEEKS * 7 / bucket_days)))
        days = observer.catalogue.protection_days * observer.config.opening_cover
        opening = np.where(missing, np.ceil(recent / bucket_days * days), opening)
    return opening, missing
