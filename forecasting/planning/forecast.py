"""The use case ``forecast``: demand summed over the days after a date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.dataset.dataset import Dataset
from forecasting.domain import Stock, day_text
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observer import LazyChoice, LazyForecast, observer
from forecasting.planning.recommendations import whole
from forecasting.planning.requests import check_date, check_model
from models.shared.distribution import Distribution


def forecast(
    dataset: Dataset,
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
    assumptions = Assumptions()
    check_model(config)
    check_date(dataset, as_of, "--as-of")
    if horizon_days < 1:
        raise RequestError(f"--horizon-days {horizon_days}: must be at least 1")
    seeing = observer(dataset, config, as_of, assumptions)
    seen = seeing.history(as_of)
    choice = seeing.choose_models(as_of, seen)
    n = len(seeing.catalogue)
    nothing = np.zeros(n)
    lead_time_demand = seeing.situation(
        as_of,
        np.arange(n),
        Stock(nothing, nothing, nothing),
        LazyForecast(LazyChoice(as_of, lambda: choice), seen),
        on_order_later=nothing,
        line_size=seeing.line_size(as_of),
    ).lead_time_demand

    def rows(demand: Distribution, period: int, starts_on: int) -> pd.DataFrame:
        columns: dict[str, Any] = {
            "location": seeing.catalogue.items.location,
            "sku": seeing.catalogue.items.sku,
            "model": list(choice.names),
        }
        if per_period:
            columns |= {"period": period, "starts_on": day_text(starts_on)}
        columns["mean"] = np.round(demand.mean, 6)
        columns |= {f"q{q:g}": whole(np.round(demand.quantile(q), 6)) for q in quantiles}
        return pd.DataFrame(columns)

    total = lead_time_demand.over(np.full(n, float(horizon_days)))
    tables = [rows(total, 0, as_of + 1)]
    if per_period:
        step = {"day": 1, "week": 7, "month": 30}[config.bucket]
        one = lead_time_demand.over(np.full(n, float(step)))
        before = np.zeros(n)
        for period, end in enumerate(range(step, horizon_days + step, step), start=1):
            until = min(end, horizon_days)
            mean = lead_time_demand.over(np.full(n, float(until))).mean
            # A bucket further ahead is the first one, as much larger as its expected demand is.
            part = np.maximum(mean - before, 0.0) / np.maximum(one.mean, 1e-12)
            later = Distribution(np.floor(one.values * part[:, None] + 0.5))
            tables.append(
                rows(one if period == 1 and until == step else later, period, as_of + 1 + end - step)
            )
            before = mean
    return pd.concat(tables, ignore_index=True)
