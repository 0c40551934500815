"""The use case ``forecast``: demand summed over the days after a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import Items, day_text
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import Records
from forecasting.planning.figures import whole
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.observer import observer
from forecasting.planning.requests import check_date, check_model
from forecasting.policies.lead_time_demand import LeadTimeDemand
from models.shared.distribution import Distribution


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
    choice = seeing.choose_models(as_of, history)
    ahead = seeing.demand_ahead(as_of, LazyForecast(LazyChoice(as_of, lambda: choice), history))

    periods = [Period(0, as_of + 1, ahead.over(np.full(len(history), float(horizon_days))))]
    if per_period:
        periods += _periods(ahead, horizon_days)
    tables = [_rows(each, seeing.catalogue.items, choice.names, quantiles) for each in periods]
    table = pd.concat(tables, ignore_index=True)
    return table if per_period else table.drop(columns=["period", "starts_on"])


@dataclass(frozen=True)
class Period:
    """Demand summed over a stretch of days: its number, its first day, and the distribution."""

    number: int
    first_day: int
    demand: Distribution


def _periods(ahead: LeadTimeDemand, horizon_days: int) -> list[Period]:
    """The buckets that the horizon is made of, the last one cut off where it ends.

    A bucket further ahead is the first one, as much larger as its expected demand is.
    """
    as_of, n = ahead.as_of, len(ahead.starts)
    edges = ahead.calendar.periods(as_of, horizon_days)
    whole_bucket = ahead.over(np.full(n, float(edges[1] - edges[0])))
    last = as_of + 1 + horizon_days

    periods, before = [], np.zeros(n)
    for number, (begin, end) in enumerate(pairwise(edges), start=1):
        mean = ahead.over(np.full(n, float(min(end, last) - as_of - 1))).mean

        # Forecasts are of sums from today on: a later bucket by itself has a mean, and borrows its shape.
        if number == 1 and end <= last:
            demand = whole_bucket
        else:
            share = np.maximum(mean - before, 0.0) / np.maximum(whole_bucket.mean, 1e-12)
            demand = Distribution(np.floor(whole_bucket.values * share[:, None] + 0.5))

        periods.append(Period(number, int(begin), demand))
        before = mean
    return periods


def _rows(period: Period, items: Items, models: Sequence[str], quantiles: Sequence[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "location": items.location,
            "sku": items.sku,
            "model": list(models),
            "period": period.number,
            "starts_on": day_text(period.first_day),
            "mean": np.round(period.demand.mean, 6),
            **{f"q{q:g}": whole(np.round(period.demand.quantile(q), 6)) for q in quantiles},
        }
    )
