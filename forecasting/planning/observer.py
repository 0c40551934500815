"""What may be known on a given day: builds the situation that a policy decides on.

A plan asks once, for today; a replay asks at each review of the past. Both ask here, so that a policy
is judged on what it would really have seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecasting.config import Config
from forecasting.domain import (
    LONG_AGO,
    BoolArray,
    Calendar,
    CompanyLevels,
    DemandLines,
    FloatArray,
    IntArray,
    LeadTimes,
    StockPosition,
)
from forecasting.domain.calendar import DAYS
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.demand import history, known_at
from forecasting.inputs.dependent import never_ordered
from forecasting.inputs.documents import shipments
from forecasting.inputs.drivers import Announced, drivers
from forecasting.inputs.known_until import KnownUntil, known_until
from forecasting.inputs.launches import launch_demand
from forecasting.inputs.odd_orders import believed
from forecasting.inputs.orders_ahead import known_demand
from forecasting.inputs.predecessors import inherited
from forecasting.inputs.records import Records
from forecasting.inputs.stock import stocked_from
from forecasting.inputs.unconstrained_demand import Availability
from forecasting.planning.choosing import SharedLearning, candidates, decided_at
from forecasting.planning.lazy_forecast import ForecastOf, LazyForecast
from forecasting.planning.line_sizes import LineSizes
from forecasting.policies.base import Policy, Situation
from forecasting.policies.known_demand import KnownDemand
from forecasting.policies.lead_time_demand import LeadTimeDemand
from models.selection import Choice, Learnt, choose, learn
from models.shared.history import History
from models.shared.steps import steps


@dataclass(frozen=True)
class Observer:
    """Looks at demand as it was known on a day.

    Attributes:
        records: what the company wrote down.
        lines: every line that counts as demand, or did for a time.
        record: int64, shape (m,): the order record that each line is made of.
        catalogue: the items.
        calendar: buckets and closed days.
        config: settings.
        unavailable: when items could not be sold.
        announced: events and prices; None where the dataset has none.
        gone: float64, shape (m,), units of each line that had left by the day of a plan, before they
            were due; None in a replay, where a line leaves when it is due.
        asked: bool, shape (m,): what customers asked for, not what follows of it for others; None: all.
        further: float64, shape (n,), days that goods go on from an item's place to those that it supplies;
            None: places supply nobody.
        pooled: what a sample of the company taught, where these are a part of its items; None: all are here,
            and teach it themselves.

    """

    records: Records
    lines: DemandLines
    record: IntArray
    catalogue: Catalogue
    calendar: Calendar
    config: Config
    unavailable: Availability
    announced: Announced | None = None
    gone: FloatArray | None = None
    asked: BoolArray | None = None
    further: FloatArray | None = None
    pooled: SharedLearning | None = None

    @property
    def for_good(self) -> BoolArray:
        """bool, shape (m,): the lines that customers asked for, and that are demand in the end."""
        asked = np.True_ if self.asked is None else self.asked
        return (self.lines.known_until == DemandLines.NEVER) & asked

    @property
    def lead_times(self) -> LeadTimes:
        """Until goods that are ordered now can be sold: at the places that an item's own supplies, where it
        supplies some.
        """
        own, further = self.catalogue.lead_times, self.further
        return own if further is None else LeadTimes(own.days + further[:, None], own.weight)

    @property
    def first_day(self) -> int:
        """The first day that the records cover."""
        return self.records.first_day

    @property
    def due_to_ship(self) -> IntArray:
        """int64, shape (order records,): the day on which each is due to ship from stock."""
        day = np.empty(len(self.records.orders), dtype=np.int64)
        day[self.record] = self.lines.day
        return day

    def serving(self, policy: Policy) -> Observer:
        """The same, for a policy that may bring the demand model that it decides on."""
        if policy.model is None or policy.model == self.config.model:
            return self
        return replace(self, config=self.config.model_copy(update={"model": policy.model}))

    def after_shipments(self, as_of: int) -> Observer:
        """The same for a plan at the close of ``as_of``: what has left by then is not still to be served."""
        left = shipments(self.records)
        gone = np.where(left.day <= as_of, left.units, 0.0)
        return replace(self, gone=gone[self.record])

    def on(self, day: int) -> Observer:
        """The same for a plan at the close of ``day``: lead times as they are for an order placed then."""
        return replace(self, catalogue=self.catalogue.on(day))

    def history(
        self, as_of: int, lines: DemandLines | None = None, unavailable: Availability | None = None
    ) -> History:
        """Demand per bucket of all items as known at the close of ``as_of``.

        ``lines`` and ``unavailable`` replace the observer's own where a replayed shop saw others.
        """
        lines, unavailable, launched = inherited(
            self.believed_lines(as_of, self.lines if lines is None else lines),
            self._unknown(as_of, self.unavailable if unavailable is None else unavailable),
            self.catalogue.available_from,
            self.catalogue.predecessor,
            as_of,
        )

        seen = history(
            lines,
            as_of,
            self.calendar,
            first_day=self.first_day,
            launched=launched,
            unavailable=unavailable,
            available_share=self.config.available_share,
            stocked=self._stocked_from,
        )

        # Drivers go on beyond the history, and so need the buckets that it came out with.
        moved_by = drivers(self.announced, seen, as_of, self.calendar, self.first_day)
        # Neither announced, nor ever counted, bought or asked for: nothing but a row of the catalogue.
        catalogue = self.catalogue
        unoffered = (catalogue.known_from == LONG_AGO) & (catalogue.available_from == LONG_AGO)
        unoffered &= (catalogue.predecessor < 0) & (seen.lengths == 0)
        return replace(seen, traits=catalogue.traits, drivers=moved_by, unoffered=unoffered)

    @property
    def never_ordered(self) -> BoolArray:
        """bool, shape (n,): kits, and what lies where goods come back to."""
        return never_ordered(self.records)

    @cached_property
    def known_until(self) -> KnownUntil:
        """Until when the tables are known."""
        return known_until(self.records)

    def _unknown(self, as_of: int, unavailable: Availability) -> Availability:
        """The same, as far as the settings believe it, and that nothing is known of the days between the last
        one of the tables and ``as_of``.
        """
        if self.config.hidden_demand == "ignored":
            unavailable = unavailable.take(np.zeros(0, dtype=np.int64))
        days = np.arange(self.known_until.orders + 1, as_of + 1)
        return unavailable.without_days(days, len(self.catalogue)) if len(days) else unavailable

    def odd_orders(self, as_of: int, lines: DemandLines | None = None) -> tuple[IntArray, FloatArray]:
        """The lines that models do not believe, by the rule of ``inputs/odd_orders.py``.

        Returns:
            int64, shape (k,), their rows among the lines; float64, shape (k,), units: what each is taken as.
            As of the close of ``as_of``: nothing that came later is looked at.

        """
        lines = self.lines if lines is None else lines
        seen = known_at(lines, as_of) & (lines.day <= as_of) & lines.usual
        row, ascending = np.flatnonzero(seen), None
        if lines is self.lines:
            # To sort takes longer than all else, and one order serves every date.
            ascending = (np.cumsum(seen) - 1)[self._ascending[seen[self._ascending]]]
        item = lines.item[row]
        begins = np.full(len(self.catalogue), as_of)
        np.minimum.at(begins, item, lines.day[row])

        buckets = (as_of - begins + 1) / DAYS[self.calendar.bucket]
        taken, odd = believed(item, lines.quantity[row], buckets, self.config.odd_order_factor, ascending)
        return row[odd], taken[odd]

    @cached_property
    def _ascending(self) -> IntArray:
        """int64, shape (m,): the lines by item and quantity."""
        return np.lexsort((self.lines.quantity, self.lines.item))

    def believed_lines(self, as_of: int, lines: DemandLines) -> DemandLines:
        """The lines as models see them at the close of ``as_of``: odd ones are taken as usual ones."""
        row, taken = self.odd_orders(as_of, lines)
        if len(row) == 0:
            return lines
        quantity = lines.quantity.copy()
        quantity[row] = taken
        return replace(lines, quantity=quantity)

    @cached_property
    def _stocked_from(self) -> IntArray:
        return stocked_from(self.records, self.catalogue.backorder_allowed)

    def line_size(self, as_of: int) -> FloatArray:
        """float64, shape (n,): mean units of a customer's order line, as known at ``as_of``."""
        sizes = self._line_sizes(as_of)
        return sizes.of_each if self.pooled is None else sizes.pooled_to(self.pooled.line_size)

    def mean_line_size(self, as_of: int) -> float:
        """The mean units of a customer's order line of all items, as known at ``as_of``."""
        return self._line_sizes(as_of).mean

    def _line_sizes(self, as_of: int) -> LineSizes:
        return LineSizes.known(self.believed_lines(as_of, self.lines), as_of, len(self.catalogue))

    def choose_models(self, as_of: int, seen: History, days: float | None = None) -> Choice:
        """The model of each item: the one that would have cost least, or the one that is configured.

        ``days``: how far ahead it will be asked; None: over the protection interval. A model learns AT that
        horizon: stretched from a shorter one, what comes seldom would be missing.
        """
        horizon = self._horizon(as_of, days)
        if self.pooled is not None:
            return self.pooled.learnt[days].choose(seen, horizon)
        ratio = decided_at(self.config, self.catalogue.on(as_of), self.line_size(as_of))
        return choose(candidates(self.config), seen, horizon, ratio, origins=self.config.selection_origins)

    def learn_models(self, as_of: int, seen: History, days: float | None = None) -> Learnt:
        """What these items teach for others: arguments as of ``choose_models``."""
        ratio = decided_at(self.config, self.catalogue.on(as_of), self.line_size(as_of))
        horizon, origins = self._horizon(as_of, days), self.config.selection_origins
        return learn(candidates(self.config), seen, horizon, ratio, origins=origins)

    def _horizon(self, as_of: int, days: float | None) -> FloatArray:
        known = self.on(as_of)
        protection = known.catalogue.cover_days + known.lead_times.mean
        return self.calendar.buckets(as_of, protection if days is None else np.full(len(protection), days))

    def demand_ahead(
        self,
        as_of: int,
        forecast: LazyForecast,
        item: IntArray | None = None,
        reserved_days: FloatArray | None = None,
    ) -> LeadTimeDemand:
        """Demand of the days after ``as_of``, of some items: int64, shape (k,), their numbers; None: all.

        ``reserved_days``: see ``LeadTimeDemand``.
        """
        catalogue = self.catalogue.on(as_of)
        item = np.arange(len(catalogue)) if item is None else item
        starts_on, ends_on = catalogue.available_from[item], catalogue.ends_on[item]

        # Before the first day, or before it is known that there will be such an item, no demand is expected.
        unknown = catalogue.known_from[item] > as_of
        starts = np.where(unknown, np.inf, np.maximum(starts_on - 1 - as_of, 0)).astype(np.float64)
        return LeadTimeDemand(
            forecast=ForecastOf(forecast, item),
            lead_times=self.lead_times.take(item).spread(self.config.lead_time_spread),
            calendar=self.calendar,
            as_of=as_of,
            starts=starts,
            ends=np.where(ends_on > LONG_AGO, np.maximum(ends_on - as_of, 0), np.inf),
            known=self._known_demand(as_of, forecast.seen, item),
            reserved_days=reserved_days,
            launches=launch_demand(self.lines, catalogue, item, self.first_day, as_of),
        )

    def _known_demand(self, as_of: int, seen: History, item: IntArray) -> KnownDemand | None:
        """What customers have ordered ahead of the items of these numbers, int64, shape (k,)."""
        lines, in_advance = self.lines, self.records.orders.ahead[self.record]
        known = known_demand(lines, in_advance, self.catalogue.available_from, as_of, self.gone)
        if known is None:
            return None
        ordered_ahead = np.flatnonzero(known.row >= 0)
        return replace(known, step=steps(seen.take(ordered_ahead))).take(item)

    def situation(
        self,
        as_of: int,
        item: IntArray,
        position: StockPosition,
        forecast: LazyForecast,
        *,
        line_size: FloatArray,
        price_rise: FloatArray | None = None,
    ) -> Situation:
        """What a policy decides on at the close of ``as_of`` for the items under review.

        Args:
            item: int64, shape (n,): their numbers; ``position`` and ``price_rise`` are of these items.
            forecast, line_size: of all items.

        """
        catalogue = self.catalogue.on(as_of)
        terms, review_days = catalogue.terms.take(item), catalogue.cover_days[item]
        number = self.records.products.number
        protection_days = review_days + self.lead_times.take(item).mean
        ahead = self.demand_ahead(as_of, forecast, item, protection_days)
        reserved = np.zeros(len(item))
        if ahead.known is not None:
            reserved = ahead.known.on_the_books(np.zeros(len(item)), protection_days)

        # Goods that come after the item's end are not worth ordering, whatever it sells until then.
        ends_on = catalogue.ends_on[item]
        arrival = as_of + 1 + np.floor(ahead.lead_times.mean).astype(np.int64)
        ended = (ends_on > LONG_AGO) & (ends_on < arrival)

        return Situation(
            as_of=as_of,
            item=item,
            stock=position.stock,
            on_order_later=position.on_order_later,
            reserved=reserved,
            history=forecast.seen.take(item),
            bucket_days=DAYS[self.calendar.bucket],
            lead_time_demand=ahead,
            review_days=review_days,
            terms=terms,
            costs=catalogue.costs.take(item),
            line_size=line_size[item],
            backorder_allowed=catalogue.backorder_allowed[item],
            orderable=~ended & terms.feasible & ~self.never_ordered[item],
            end_of_life=catalogue.end_of_life.take(item),
            crossover=position.crossover,
            price_rise=price_rise,
            own_levels=CompanyLevels(number["reorder_point"], number["order_up_to"]).take(item),
        )
