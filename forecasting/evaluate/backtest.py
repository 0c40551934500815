"""The use case ``backtest``: every model at every origin, and how good it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forecasting.adapters.stages import Stage, silent
from forecasting.config import Config
from forecasting.domain import day_text
from forecasting.errors import RequestError
from forecasting.evaluate.forecasts import AUTO, forecasts
from forecasting.evaluate.scores import ALL_ORIGINS, OVERALL, scores
from forecasting.evaluate.windows import origin_days, window
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.planning.observing import observer
from forecasting.planning.odd_orders import odd_orders
from forecasting.planning.requests import check_contenders, model_called
from forecasting.run import Clock, Result, describe, run_id
from models.registry import CANDIDATES


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        origins: how many past days to forecast from.
        horizon_days: days after each that demand is summed over.
        apart_days: days between two origins; None = ``horizon_days``: no window overlaps the next.
        as_of: the last day of the last window, and the day as of which demand is known; None = the last
            that the data knows.
        models: names; none = every model and the automatic choice.

    """

    origins: int
    horizon_days: int
    apart_days: int | None = None
    as_of: int | None = None
    models: Sequence[str] = ()


def backtest(
    records: Records,
    config: Config,
    request: Request,
    stage: Stage = silent,
) -> Result:
    """Forecast from past days as they were, with each model, and hold that against what followed.

    Args:
        stage: shows how far it has come.

    Raises RequestError where a date, a number or a name does not fit.

    """
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    assumptions.lack(records.absent, len(records.items))
    names = _models(request.models)
    check_contenders(config)
    as_of, apart = _as_of(records, request), request.apart_days or request.horizon_days
    if min(request.origins, request.horizon_days, apart) < 1:
        raise RequestError("--origins, --horizon-days and --apart-days must each be at least 1")
    days = origin_days(records, config.bucket, as_of, request.origins, request.horizon_days, apart)

    notices.extend(odd_orders(observer(records, config, as_of, Assumptions()), as_of)[1])
    tables, advance = [], stage(len(days) * len(names), f"{len(names)} models from {len(days)} days")
    for origin in days:
        past = window(records, config, origin, as_of, request.horizon_days, assumptions)
        clock.lap("prepare")
        for name in names:
            tables.append(forecasts(past, name, names[name], config))
            clock.lap(f"forecast_{names[name]}")
            advance()

    rows = pd.concat(tables, ignore_index=True)
    if rows["actual"].isna().all():
        raise RequestError(
            "no item could be sold on every day of any window: there is nothing to judge forecasts by; "
            "ask for a shorter --horizon-days"
        )
    scored = scores(rows)
    clock.lap("score")

    asked = {"backtest": [as_of, request.origins, request.horizon_days, apart], "models": list(names)}
    identity = run_id(records, config, asked)
    counts = _counts(rows, scored, len(days))
    assumed = assumptions.frame()
    described: dict[str, Any] = {
        **describe(identity, "backtest", records, config, clock, counts, notices, asked),
        "as_of": day_text(as_of),
        "origins": [day_text(day) for day in days],
        "horizon_days": request.horizon_days,
        "apart_days": apart,
        "models": list(names.values()),
        "assumptions": assumed.to_dict("records"),
    }
    return Result({"scores": scored, "forecasts": rows, "assumptions": assumed}, described)


def _counts(rows: pd.DataFrame, scored: pd.DataFrame, origins: int) -> dict[str, int]:
    """What the backtest looked at: every model the same windows."""
    first = scored[(scored["class"] == OVERALL) & (scored["origin"] == ALL_ORIGINS)].iloc[0]
    return {
        "items": int(rows[["location", "sku"]].drop_duplicates().shape[0]),
        "origins": origins,
        "windows": int(first["windows"]),
        "left_out": int(first["left_out"]),
    }


def _models(wanted: Sequence[str]) -> dict[str, str]:
    """The names asked for, and what the model of each calls itself."""
    names = list(dict.fromkeys(wanted)) or [*CANDIDATES, AUTO]
    try:
        called = {name: name if name == AUTO else model_called(name, AUTO) for name in names}
    except RequestError as error:
        raise RequestError(f"--models: {error}") from error
    if len(set(called.values())) < len(called):
        raise RequestError(f"--models: two of {', '.join(called.values())} have one name; rename one")
    return called


def _as_of(records: Records, request: Request) -> int:
    last = known_until(records).orders
    if request.as_of is None:
        return last
    if request.as_of > last:
        raise RequestError(
            f"--as-of {day_text(request.as_of)} lies after {day_text(last)}, the last day that the data "
            "knows of: nothing is known of the demand since; choose an earlier day"
        )
    if request.as_of < records.first_day:
        first, asked = day_text(records.first_day), day_text(request.as_of)
        raise RequestError(f"--as-of {asked} lies before the first order line, {first}: choose a later day")
    return request.as_of
