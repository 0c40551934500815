"""The past as a replay runs it: the same demand, opening stock and lead times for every policy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.config import Config
from forecasting.domain import (
    LONG_AGO,
    BoolArray,
    Costs,
    DemandLines,
    FloatArray,
    IntArray,
    Receipts,
    Stock,
    weekday,
)
from forecasting.domain.calendar import DAYS
from forecasting.domain.supply_calendar import SupplyCalendar
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.backorder_caps import backorder_caps
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.dependent import all_demand
from forecasting.inputs.documents import owed_units
from forecasting.inputs.stock import on_hand, really_coming
from forecasting.planning.observer import Observer
from forecasting.planning.sources import Sources
from forecasting.replay.parts import demand_in_one_piece
from forecasting.replay.supply import Shortfalls, recorded_lead_days, recorded_shortfalls
from forecasting.simulation.kits import Kits
from forecasting.simulation.ledger import Ledger
from forecasting.simulation.lots import KEEPS, Lots
from forecasting.simulation.stretch import Stretch
from forecasting.simulation.substitution import Alternatives

COVER_WEEKS = 13
"""Weeks whose mean demand the opening stock is made of where the dataset has none; and the days of demand
that may wait at most."""


@dataclass(frozen=True)
class Scenario:
    """One stretch of the past.

    Attributes:
        observer: what a policy gets to see, day by day.
        lines: the demand that happens: what counted as demand in the end, each line in one piece.
        first_day, last_day: the days simulated.
        opening: float64, shape (n,): on hand at the close of the day before ``first_day``.
        pipeline: goods on their way then.
        lead_draws: float64, shape (suppliers, days + 1), 0..1: where among its possible lengths the lead time
            of an order falls that is placed at the close of day ``first_day - 1 + column``.
        recorded_lead_days: int64, of the same shape: its lead time as recorded; -1: as drawn.
        count_from: int64, shape (n,): the day from which an item's flows are counted.
        period_edges: int64, shape (p + 1,): the first days of the periods, and the day after the last.
        owed: float64, shape (m,): units of each line that are owed at the opening. None: none.
        cancels_on: int64, shape (m,): the day on which each line's customer cancels what still waits.
            None: nobody does.
        alternatives: what customers take where an item is short. None: nothing.
        shortfalls: how much comes of orders. None: all.
        caps: float64, shape (n,): the most units of each item that may wait. None: there is no limit.
        calendar: on which days goods arrive, whatever a policy knows of it. None: on all.
        sources: where a policy that weighs costs buys items of several suppliers; None: where all do.
        usual: the items at their usual suppliers, whose prices are the yardstick; None: ``observer``.
        lots: on which days goods expire. None: the dataset knows of no lots, and they keep.

    """

    observer: Observer
    lines: DemandLines
    first_day: int
    last_day: int
    opening: FloatArray
    pipeline: Receipts
    lead_draws: FloatArray
    recorded_lead_days: IntArray
    count_from: IntArray
    period_edges: IntArray
    owed: FloatArray | None = None
    cancels_on: IntArray | None = None
    alternatives: Alternatives | None = None
    shortfalls: Shortfalls | None = None
    caps: FloatArray | None = None
    calendar: SupplyCalendar | None = None
    sources: Sources | None = None
    usual: Catalogue | None = None
    lots: Lots | None = None

    def ledger(self) -> Ledger:
        """The stock as the stretch begins; ``pipeline`` is yet to be scheduled."""
        kits = self.observer.records.kits
        return Ledger(
            self.lines,
            self.opening,
            self.observer.catalogue.backorder_allowed,
            Stretch(self.first_day, self.last_day, self.count_from, self.period_edges),
            owed=self.owed,
            cancels_on=self.cancels_on,
            alternatives=self.alternatives,
            caps=self.caps,
            kits=Kits(kits.item, kits.component, kits.quantity) if len(kits) else None,
            lots=self.lots,
        )

    @property
    def asked_for(self) -> DemandLines:
        """The demand that happens, and what follows from it for components of kits and supplying places."""
        return all_demand(self.lines, self.observer.records)

    def stock_of(self, ledger: Ledger) -> Stock:
        """The stock that a policy decides on: units that kits owe are owed of their components too."""
        stock, kits = ledger.stock, self.observer.records.kits
        if len(kits) == 0:
            return stock
        owed = np.bincount(kits.component, stock.backlog[kits.item] * kits.quantity, len(stock.backlog))
        return replace(stock, backlog=stock.backlog + owed)

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
        return day + 1 + self._lead_days(item, np.full(len(item), day - self.first_day + 1))

    def _lead_days(self, item: IntArray, column: IntArray) -> IntArray:
        """Lead times of orders placed at the close of the days of these columns: int64, shape of ``item``."""
        supplier = self.observer.catalogue.supplier[item]
        possible = self.observer.catalogue.lead_times.take(item)
        average = self.observer.config.lead_times == "mean"
        drawn = possible.mean if average else possible.at(self.lead_draws[supplier, column])
        recorded = self.recorded_lead_days[supplier, column]
        days, placed = np.round(drawn).astype(np.int64), self.first_day - 1 + column
        if self.calendar is not None:
            days = self.calendar.arrival(self.calendar.of_items(supplier, item), placed, days) - placed - 1
        return np.where(recorded >= 0, recorded, days)

    def arrivals(self, day: int, item: IntArray) -> IntArray:
        """The same of those orders and of one at each of the item's later reviews: int64, shape (n, k).

        Rows rise: an order that a later one overtakes counts as coming with it. What comes too late, and the
        last column, is the day after the end.
        """
        never, supplier = self.last_day + 1, self.observer.catalogue.supplier[item]
        review, columns = np.full(len(self.lead_draws), day, dtype=np.int64), []
        while np.any(review < self.last_day):
            on = review[supplier]
            lead_days = self._lead_days(item, np.minimum(on, self.last_day) - self.first_day + 1)
            columns.append(np.where(on < self.last_day, on + 1 + lead_days, never))
            review = self.next_review(review + 1)
        columns.append(np.full(len(item), never))
        # Backwards: what an earlier order overtakes does not matter, but a later one that comes sooner does.
        return np.minimum.accumulate(np.stack(columns, axis=1)[:, ::-1], axis=1)[:, ::-1]


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
    owed = np.bincount(part_of, _owed(observer, first_day - 1)[observer.for_good], len(happened))

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
        pipeline=really_coming(records, catalogue.lead_times.mean, first_day - 1),
        lead_draws=_lead_draws(observer, days),
        recorded_lead_days=_recorded_lead_days(observer, first_day - 1, days),
        count_from=_count_from(observer, first_day),
        period_edges=np.append(np.arange(first_day, last_day + 1, 7), last_day + 1).astype(np.int64),
        owed=owed.astype(np.float64) if owed.any() else None,
        cancels_on=_cancels_on(happened, catalogue.costs, catalogue.backorder_allowed, first_day, config),
        alternatives=_alternatives(observer, happened),
        shortfalls=shortfalls,
        caps=_caps(observer, first_day - 1),
        calendar=catalogue.calendar,
        lots=_lots(observer, first_day - 1) if len(records.lots.item) else None,
    )


def _lots(observer: Observer, day: int) -> Lots:
    """What expires on which day, as the last lots up to the close of a day have it."""
    lots, known, n = observer.records.lots, observer.catalogue, len(observer.catalogue)
    last = np.full(n, LONG_AGO)
    seen = lots.day <= day
    np.maximum.at(last, lots.item[seen], lots.day[seen])
    row = np.flatnonzero(
        seen & (lots.day == last[lots.item]) & ((lots.expires > day) | (lots.expires == LONG_AGO))
    )
    expires = np.where(lots.expires[row] == LONG_AGO, KEEPS, lots.expires[row])
    return Lots(lots.item[row], expires, lots.on_hand[row], np.maximum(known.end_of_life.shelf_days, 1.0))


def _caps(observer: Observer, day: int) -> FloatArray | None:
    """The most units of each item that may wait, float64, shape (n,), by demand up to the close of a day."""
    config, allowed = observer.config, observer.catalogue.backorder_allowed
    daily = np.full(len(allowed), np.nan)
    if config.max_backorder_days is not None:
        bucket_days = DAYS[observer.calendar.bucket]
        seen = observer.history(day)
        daily = seen.recent_mean(max(1, round(COVER_WEEKS * 7 / bucket_days))) / bucket_days
        daily[seen.lengths == 0] = np.nan
    caps = backorder_caps(observer.records, observer.catalogue, config, daily)
    return caps if np.isfinite(caps[allowed]).any() else None


def _count_from(observer: Observer, first_day: int) -> IntArray:
    """The day from which an item's flows are counted: int64, shape (n,)."""
    catalogue = observer.catalogue
    count_from = np.full(len(catalogue), first_day, dtype=np.int64)
    if observer.config.warmup == "protection":
        # What no order can have brought, because the item was not yet known, no policy is charged for.
        count_from = np.maximum(count_from, catalogue.known_from)
        count_from += np.ceil(catalogue.protection_days).astype(np.int64)
    return count_from


def _lead_draws(observer: Observer, days: int) -> FloatArray:
    """How long each supplier takes on each day, among its possible lengths: drawn once from the seed."""
    generator = np.random.default_rng(observer.config.seed)
    return generator.random((len(observer.catalogue.suppliers.name), days))


def _recorded_lead_days(observer: Observer, first_day: int, days: int) -> IntArray:
    """Lead times as recorded, where that is asked for and there are some; -1 elsewhere."""
    suppliers = len(observer.catalogue.suppliers.name)
    if observer.config.lead_times != "recorded":
        return np.full((suppliers, days), -1, dtype=np.int64)
    return recorded_lead_days(observer.records.purchases, suppliers, first_day, days)


def _owed(observer: Observer, day: int) -> FloatArray:
    """Units of each of the observer's lines that are owed at the close of ``day``: float64."""
    return owed_units(observer.records.orders, day, observer.due_to_ship, observer.config.open_line_days)[
        observer.record
    ]


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
    usual_days, config = observer.catalogue.lead_times.mean, observer.config
    opening = on_hand(observer.records, usual_days, day, config.negative_stock).units
    opening = np.where(observer.records.kits.marks(len(opening)), 0.0, opening)
    missing = np.isnan(opening)
    if missing.any():
        bucket_days = DAYS[observer.calendar.bucket]
        recent = observer.history(day).recent_mean(max(1, round(COVER_WEEKS * 7 / bucket_days)))
        days = observer.catalogue.protection_days * observer.config.opening_cover
        opening = np.where(missing, np.ceil(recent / bucket_days * days), opening)
    return opening, missing
