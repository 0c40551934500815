"""The use case ``forecast``: demand summed over the days after a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import FloatArray, Items, day_text
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import Records
from forecasting.planning.figures import whole
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.observer import observer
from forecasting.planning.requests import check_date, check_model
from forecasting.policies.lead_time_demand import LeadTimeDemand
from models.shared.distribution import Distribution
from models.shared.steps import steps


def forecast(
    records: Records,
    config: Config,
    as_of: int,
    horizon_days: int,
    quantiles: Sequence[float],
    *,
    per_period: bool = False,
) -> pd.DataFrame:
    """Demand summed over the ``horizon_days`` days after ``as_of``: one row an item.

    With ``per_period`` also one row an item and bucket, ``period`` counting from 1 (0 is the sum) and
    ``starts_on`` its first day. Raises RequestError where the date or a name does not fit.
    """
    check_model(config)
    check_date(records, as_of, "--as-of")
    if horizon_days < 1:
        raise RequestError(f"--horizon-days {horizon_days}: must be at least 1")

    seeing = observer(records, config, as_of, Assumptions())
    history = seeing.history(as_of)
    choice = seeing.choose_models(as_of, history, float(horizon_days))
    ahead = seeing.demand_ahead(as_of, LazyForecast(LazyChoice(as_of, lambda: choice), history))

    total = ahead.over(np.full(len(history), float(horizon_days)))
    periods = [Period(0, as_of + 1, total.mean, total)]
    if per_period:
        periods += _periods(ahead, horizon_days, total.mean, steps(history))
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


def _periods(ahead: LeadTimeDemand, horizon_days: int, total: FloatArray, step: FloatArray) -> list[Period]:
    """The buckets that the horizon is made of, the last one cut off where it ends.

    Forecasts are of sums from today on. A bucket by itself has the mean by which these grow, so that the
    means of all add up to ``total``, and borrows its shape from one bucket of business.

    Args:
        total: float64, shape (n,): mean demand over the horizon, units.
        step: float64, shape (n,), > 0: the units that demand is counted in.

    """
    as_of, n = ahead.as_of, len(ahead.starts)
    edges = ahead.calendar.periods(as_of, horizon_days)
    last = as_of + 1 + horizon_days
    days = [float(min(end, last) - as_of - 1) for end in edges[1:]]

    # By itself each sum may be expected a hair below a shorter one: the expectation of demand never falls.
    sums = [demand.mean for demand in ahead.over_each([np.full(n, each) for each in days])]
    grown = np.minimum(np.maximum.accumulate(np.stack(sums), axis=0), total)
    grown[-1] = total
    means = np.diff(grown, axis=0, prepend=0.0)

    shape = ahead.of_a_bucket()
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
