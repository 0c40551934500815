"""What may be known on a given day: builds the situation that a policy decides on.

A plan asks once, for today; a replay asks at each review of the past. Both ask here, so that a policy
is judged on what it would really have seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from forecasting.calendar import DAYS, Calendar
from forecasting.catalogue import Catalogue
from forecasting.config import Config
from forecasting.costs import Costs
from forecasting.demand import LONG_AGO, Availability, history, known_at
from forecasting.domain import DemandLines, FloatArray, IntArray, Stock
from forecasting.drivers import Announced, drivers
from forecasting.lead_time import Outlook
from forecasting.policies.base import Late, Policy, Situation
from forecasting.policies.cost_curve import WEEK
from forecasting.predecessors import inherited
from models.distribution import Distribution
from models.history import History
from models.registry import CANDIDATES, model
from models.selection import Choice, ChosenForecast, choose

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
        """As ``models.base.Forecast.demand``, of the k items."""
        return self.demands_of(np.arange(len(self.item)), horizon[None, :])[0]

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """See ``models.base.BatchForecast``. ``items``: their numbers among the k."""
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
        brought: str | None = getattr(policy, "model", None)
        if brought is None or brought == self.config.model:
            return self
        return replace(self, config=self.config.model_copy(update={"model": brought}))

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
            critical_ratio(
                catalogue.costs,
                self.line_size(as_of),
                catalogue.review_days,
                np.minimum(config.unsold_weight * catalogue.review_days / WEEK, 1.0) * config.unsold_days / 2,
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
        beyond: FloatArray,
        line_size: FloatArray,
        late: Late | None = None,
        price_rise: FloatArray | None = None,
    ) -> Situation:
        """What a policy decides on at the close of ``as_of`` for the items under review.

        Args:
            item: int64, shape (n,): their numbers; ``stock``, ``beyond``, ``late`` and ``price_rise``
                are of these items.
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
            beyond=beyond,
            promised=self._promised(as_of, item, review_days + lead_times.mean),
            history=forecast.seen.take(item),
            bucket_days=DAYS[self.calendar.bucket],
            outlook=Outlook(
                forecast=ForecastOf(forecast, item),
                lead_times=lead_times,
                calendar=self.calendar,
                as_of=as_of,
                starts=starts,
                ends=np.where(ends_on > LONG_AGO, np.maximum(ends_on - as_of, 0), np.inf),
            ),
            review_days=review_days,
            terms=terms,
            costs=_of(catalogue.costs, item),
            line_size=line_size[item],
            backorder_allowed=catalogue.backorder_allowed[item],
            orderable=~ended & terms.feasible,
            endings=catalogue.endings.take(item),
            late=late,
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


def critical_ratio(
    costs: Costs, line_size: FloatArray, review_days: FloatArray, unsold_days: FloatArray | float
) -> FloatArray:
    """What being short costs against that and what being over costs: float64, shape (n,), .5 to .99.

    The newsvendor's ratio: models are judged at the quantile that a decision looks at. A unit too many
    costs one review of holding, and ``unsold_days`` days of it (the share of its holding that is charged
    until it is sold, over half of the time that is looked ahead).
    """
    under = costs.shortage_per_unit(line_size) + costs.waiting_per_unit_day * review_days / 2
    over = costs.holding_per_unit_day * (review_days + unsold_days)
    return np.clip(under / np.maximum(under + over, 1e-12), 0.5, 0.99)


def _of(costs: Costs, item: IntArray) -> Costs:
    return Costs(**{name: rate[item] for name, rate in vars(costs).items()})
