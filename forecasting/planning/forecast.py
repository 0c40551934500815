"""The use case ``forecast``: demand summed over the days after a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import FloatArray, Items, day_text
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.planning.choosing import SharedLearning
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.observing import observer
from forecasting.planning.odd_orders import odd_orders
from forecasting.planning.requests import check_date, check_model
from forecasting.policies.lead_time_demand import LeadTimeDemand
from forecasting.store.figures import whole
from models.shared.distribution import Distribution
from models.shared.steps import steps

FAR = 1.5
"""Horizons of more than so many protection intervals are beyond what is learnt at one."""


def forecast(
    records: Records,
    config: Config,
    as_of: int,
    horizon_days: int,
    quantiles: Sequence[float],
    *,
    per_period: bool = False,
    notices: Notices | None = None,
    pooled: SharedLearning | None = None,
) -> pd.DataFrame:
    """Demand summed over the ``horizon_days`` days after ``as_of``: one row an item.

    With ``per_period`` also one row an item and bucket, ``period`` counting from 1 (0 is the sum) and
    ``starts_on`` its first day. ``notices`` grows by what looked odd on the way. ``pooled``: what a sample
    taught, where the records are of a part of the company's items; over this horizon, and with
    ``per_period`` over the protection interval.

    Raises RequestError where the date or a name does not fit.
    """
    check_model(config)
    check_date(records, config, as_of, "--as-of")
    if horizon_days < 1:
        raise RequestError(f"--horizon-days {horizon_days}: must be at least 1")

    seeing = observer(records, config, as_of, Assumptions(), pooled)
    if notices is not None:
        notices.extend(seeing.known_until.notices(as_of))
        notices.extend(odd_orders(seeing, as_of)[1])
    history = seeing.history(as_of)
    choice = seeing.choose_models(as_of, history, float(horizon_days))
    ahead = seeing.demand_ahead(as_of, LazyForecast(LazyChoice(as_of, lambda: choice), history))

    total = ahead.over(np.full(len(history), float(horizon_days)))
    periods = [Period(0, as_of + 1, total.mean, total)]
    if per_period:
        # What is learnt over a long horizon knows little of its first weeks: those are as a plan sees them.
        near, near_days = ahead, min(float(horizon_days), float(np.median(seeing.catalogue.protection_days)))
        if horizon_days > FAR * near_days:
            soon = seeing.choose_models(as_of, history)
            near = seeing.demand_ahead(as_of, LazyForecast(LazyChoice(as_of, lambda: soon), history))
        periods += _periods(Parts(near, near_days, ahead, horizon_days, total.mean), steps(history))
    tables = [_rows(each, seeing.catalogue.items, choice.names, quantiles) for each in periods]
    table = pd.concat(tables, ignore_index=True)
    return table if per_period else table.drop(columns=["period", "starts_on"])


@dataclass(frozen=True)
class Period:
    """Demand summed over a stretch of days: its number and first day, its expectation and distribution.

    ``mean``: float64, shape (n,): that of ``demand`` before its outcomes were rounded to whole units.
    """

    number: int
    first_day: int
    mean: FloatArray
    demand: Distribution


class Parts(NamedTuple):
    """What the buckets of a horizon are made of: ``near``, demand as a plan sees it, for ``near_days``; from
    there on as it grows in ``far``, which has learnt at the horizon; ``total``: float64, shape (n,), mean
    demand over all of it, units.
    """

    near: LeadTimeDemand
    near_days: float
    far: LeadTimeDemand
    horizon_days: int
    total: FloatArray

    def grown(self, days: Sequence[float]) -> FloatArray:
        """Mean demand of the next so many days, ascending, the last the horizon: float64, shape (p, n)."""
        n, near_days = len(self.total), self.near_days
        soon = [np.full(n, min(each, near_days)) for each in days]
        late = [np.full(n, max(each, near_days)) for each in days]
        near = np.stack([demand.mean for demand in self.near.over_each(soon)])
        # The first of these is where the near part ends, which a first bucket may already be beyond.
        far = np.stack([demand.mean for demand in self.far.over_each([np.full(n, near_days), *late])])

        # By itself a sum may be expected a hair below a shorter one: the expectation of demand never falls.
        near = np.minimum(np.maximum.accumulate(near, axis=0), np.minimum(near[-1], self.total))
        far = np.minimum(np.maximum.accumulate(far, axis=0), far[-1])
        begin, end, far = far[0], far[-1], far[1:]
        late_share = np.divide(far - begin, end - begin, out=np.zeros_like(far), where=end > begin)
        grown = near + late_share * (self.total - near[-1])
        grown[-1] = self.total
        return grown


def _periods(parts: Parts, step: FloatArray) -> list[Period]:
    """The buckets that the horizon is made of, the last one cut off where it ends.

    Forecasts are of sums from today on. A bucket by itself has the mean by which these grow, so that the
    means of all add up to the total, and borrows its shape from one bucket of business.

    ``step``: float64, shape (n,), > 0: the units that demand is counted in.
    """
    as_of, n = parts.far.as_of, len(step)
    edges = parts.far.calendar.periods(as_of, parts.horizon_days)
    last = as_of + 1 + parts.horizon_days
    grown = parts.grown([float(min(end, last) - as_of - 1) for end in edges[1:]])
    means = np.diff(grown, axis=0, prepend=0.0)

    shape = parts.near.of_a_bucket()
    usual = shape.mean
    periods = []
    for number, (begin, mean) in enumerate(zip(edges[:-1], means, strict=True), start=1):
        share = np.divide(mean, usual, out=np.zeros(n), where=usual > 0)
        units = np.floor(shape.values * (share / step)[:, None] + 0.5) * step[:, None]
        periods.append(Period(number, int(begin), mean, Distribution(units)))
    return periods


def _rows(period: Period, items: Items, models: Sequence[str], quantiles: Sequence[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "location": items.location,
            "sku": items.sku,
            "model": list(models),
            "period": period.number,
            "starts_on": day_text(period.first_day),
            "mean": np.round(period.mean, 6),
            **{f"q{q:g}": whole(np.round(period.demand.quantile(q), 6)) for q in quantiles},
        }
    )
