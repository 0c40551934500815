"""What may be known on a given day: builds the situation that a policy decides on.

A plan asks once, for today; a replay asks at each review of the past. Both ask here, so that a policy
is judged on what it would really have seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from forecasting.config import Config
from forecasting.dataset.dataset import Dataset
from forecasting.domain import (
    LONG_AGO,
    Calendar,
    DemandLines,
    FloatArray,
    IntArray,
    OrderCrossover,
    Stock,
    target_quantile,
)
from forecasting.domain.calendar import DAYS
from forecasting.inputs import demand as demand_of
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import Catalogue, calendar, catalogue
from forecasting.inputs.demand import Availability, days_of, history, known_at
from forecasting.inputs.drivers import Announced, announced, drivers
from forecasting.inputs.predecessors import inherited
from forecasting.policies.base import Policy, Situation
from forecasting.policies.expected_cost.cost_curve import WEEK
from forecasting.policies.lead_time_demand import LeadTimeDemand
from models.registry import CANDIDATES, model
from models.selection import Choice, ChosenForecast, choose
from models.shared.distribution import Distribution
from models.shared.history import History

FEWEST_LINES = 5
"""An item's own mean line size counts as much as this many lines of the whole range."""


@dataclass
class LazyChoice:
    """The models of all items, chosen when they are first asked for: some rules need no forecast.

    Attributes:
        as_of: the day of the choice.
        choose: makes it; it is called once, if at all.

    """

    as_of: int
    choose: Callable[[], Choice]

    @cached_property
    def made(self) -> Choice:
        """The choice."""
        return self.choose()


@dataclass
class LazyForecast:
    """A forecast of all items that is fitted when it is first asked, and remembers what it answered.

    Several policies ask the same of one forecast.
    """

    choice: LazyChoice
    seen: History
    _answered: dict[tuple[bytes, bytes], Distribution] = field(default_factory=dict, repr=False)

    @cached_property
    def _fitted(self) -> ChosenForecast:
        return self.choice.made.fit(self.seen)

    def demands_of(self, item: IntArray, horizons: FloatArray) -> list[Distribution]:
        """As ``ChosenForecast.demands_of``."""
        which = item.tobytes()
        keys = [(which, horizon.tobytes()) for horizon in horizons]
        new = [place for place, key in enumerate(keys) if key not in self._answered]
        if new:
            for place, demand in zip(new, self._fitted.demands_of(item, horizons[new]), strict=True):
                self._answered[keys[place]] = demand
        return [self._answered[key] for key in keys]


@dataclass(frozen=True)
class ForecastOf:
    """The forecast of some of the items, as if there were no others.

    ``item``: int64, shape (k,), their numbers among the n items of ``forecast``.
    """

    forecast: LazyForecast
    item: IntArray

    def demand(self, horizon: FloatArray) -> Distribution:
        """As ``models.shared.base.Forecast.demand``, of the k items."""
        return self.demands_of(np.arange(len(self.item)), horizon[None, :])[0]

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """See ``models.shared.base.BatchForecast``. ``items``: their numbers among the k."""
        everywhere = np.zeros((len(horizons), len(self.forecast.seen)))
        everywhere[:, self.item] = horizons
        return self.forecast.demands_of(self.item[items], everywhere)


@dataclass(frozen=True)
class Observer:
    """Looks at demand as it was known on a day.

    Attributes:
        lines: every line that counts as demand, or did for a time.
        catalogue: the items.
        calendar: buckets and closed days.
        config: settings.
        first_day: the first day that the data covers.
        unavailable: when items could not be sold.
        announced: events and prices; None where the dataset has none.

    """

    lines: DemandLines
    catalogue: Catalogue
    calendar: Calendar
    config: Config
    first_day: int
    unavailable: Availability
    announced: Announced | None = None

    def serving(self, policy: Policy) -> Observer:
        """The same, for a policy that may bring the demand model that it decides on."""
        if policy.model is None or policy.model == self.config.model:
            return self
        return replace(self, config=self.config.model_copy(update={"model": policy.model}))

    def history(
        self, as_of: int, lines: DemandLines | None = None, unavailable: Availability | None = None
    ) -> History:
        """Demand per bucket of all items as known at the close of ``as_of``.

        ``lines`` and ``unavailable`` replace the observer's own where a replayed shop saw others.
        """
        lines, unavailable, launched = inherited(
            self.lines if lines is None else lines,
            self.unavailable if unavailable is None else unavailable,
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
        )
        moved_by = drivers(self.announced, seen, as_of, self.calendar, self.first_day)
        return replace(seen, traits=self.catalogue.traits, drivers=moved_by)

    def line_size(self, as_of: int) -> FloatArray:
        """float64, shape (n,): mean units of a customer's order line, as known at ``as_of``."""
        known = known_at(self.lines, as_of)
        item = self.lines.item[known]
        units = np.bincount(item, self.lines.quantity[known], len(self.catalogue))
        lines = np.bincount(item, minlength=len(self.catalogue))
        overall = units.sum() / lines.sum() if lines.sum() else 1.0
        return (units + FEWEST_LINES * overall) / (lines + FEWEST_LINES)

    def choose_models(self, as_of: int, seen: History) -> Choice:
        """The model of each item: the one that would have cost least, or the one that is configured."""
        config, catalogue = self.config, self.catalogue
        names = CANDIDATES if config.model == "auto" else [config.model]
        horizon = self.calendar.buckets(as_of, catalogue.protection_days)
        return choose(
            [model(name) for name in names],
            seen,
            horizon,
            target_quantile(
                catalogue.costs,
                self.line_size(as_of),
                catalogue.review_days,
                np.minimum(config.excess_holding_share * catalogue.review_days / WEEK, 1.0)
                * config.excess_holding_days
                / 2,
            ),
            origins=config.selection_origins,
        )

    def situation(
        self,
        as_of: int,
        item: IntArray,
        stock: Stock,
        forecast: LazyForecast,
        *,
        on_order_later: FloatArray,
        line_size: FloatArray,
        crossover: OrderCrossover | None = None,
        price_rise: FloatArray | None = None,
    ) -> Situation:
        """What a policy decides on at the close of ``as_of`` for the items under review.

        Args:
            item: int64, shape (n,): their numbers; ``stock``, ``on_order_later``, ``crossover`` and
                ``price_rise`` are of these items.
            forecast, line_size: of all items.

        """
        catalogue = self.catalogue
        lead_times = catalogue.lead_times.take(item)
        review_days = catalogue.review_days[item]
        arrival = as_of + 1 + np.floor(lead_times.mean).astype(np.int64)
        ends_on, starts_on = catalogue.ends_on[item], catalogue.available_from[item]
        # Before the first day, or before it is known that there will be such an item, no demand is expected.
        starts = np.where(
            catalogue.known_from[item] > as_of, np.inf, np.maximum(starts_on - 1 - as_of, 0)
        ).astype(np.float64)
        ended = (ends_on > LONG_AGO) & (ends_on < arrival)
        terms = catalogue.terms.take(item)
        return Situation(
            as_of=as_of,
            item=item,
            stock=stock,
            on_order_later=on_order_later,
            reserved=self._promised(as_of, item, review_days + lead_times.mean),
            history=forecast.seen.take(item),
            bucket_days=DAYS[self.calendar.bucket],
            lead_time_demand=LeadTimeDemand(
                forecast=ForecastOf(forecast, item),
                lead_times=lead_times,
                calendar=self.calendar,
                as_of=as_of,
                starts=starts,
                ends=np.where(ends_on > LONG_AGO, np.maximum(ends_on - as_of, 0), np.inf),
            ),
            review_days=review_days,
            terms=terms,
            costs=catalogue.costs.take(item),
            line_size=line_size[item],
            backorder_allowed=catalogue.backorder_allowed[item],
            orderable=~ended & terms.feasible,
            end_of_life=catalogue.end_of_life.take(item),
            crossover=crossover,
            price_rise=price_rise,
        )

    def _promised(self, as_of: int, item: IntArray, days: FloatArray) -> FloatArray:
        """Units ordered ahead that are due to ship within ``days`` days, as known at ``as_of``."""
        ahead = np.flatnonzero(known_at(self.lines, as_of) & (self.lines.day > as_of))
        if len(ahead) == 0:
            return np.zeros(len(item))
        place = np.full(len(self.catalogue), -1, dtype=np.int64)
        place[item] = np.arange(len(item))
        where = place[np.searchsorted(self.lines.indptr, ahead, side="right") - 1]
        soon = (where >= 0) & (self.lines.day[ahead] <= as_of + days[np.maximum(where, 0)])
        return np.bincount(where[soon], self.lines.quantity[ahead][soon], len(item)).astype(np.float64)


def observer(dataset: Dataset, config: Config, as_of: int, assumptions: Assumptions) -> Observer:
    """Everything of a dataset that decisions look at, with terms and costs as known at ``as_of``."""
    known = catalogue(dataset, config, as_of, assumptions)
    # Constants of the decision itself, whatever the dataset says.
    assumptions.add("excess_holding_share", f"{config.excess_holding_share:g}", len(known))
    assumptions.add("excess_holding_days", f"{config.excess_holding_days:g}", len(known))
    lines = demand_of.demand_lines(dataset, known.items, known.available_from, config.cancelled_after_days)
    return Observer(
        lines=lines,
        catalogue=known,
        calendar=calendar(dataset, config),
        config=config,
        first_day=int(days_of(dataset.orders["ordered_at"]).min()),
        unavailable=demand_of.availability(dataset, known.items, ~known.backorder_allowed),
        announced=announced(dataset, known.items, known.category, config.holidays_country, assumptions),
    )
