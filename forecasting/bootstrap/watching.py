"""Forecasts of the night, and of a challenger in its shadow: kept, and held against what came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.bootstrap.champions import REGISTERED, settled
from forecasting.bootstrap.ordering import opened
from forecasting.bootstrap.reading import records_for
from forecasting.config import Config, file_settings, with_settings
from forecasting.domain import day_text
from forecasting.errors import RequestError
from forecasting.inputs.known_until import known_until

FILE = "kept_forecasts.parquet"


def challenger_of(config: Config) -> Config | None:
    """The settings of the challenger: those of the job, with its own over them; None: there is none."""
    named = config.run_challenger
    if named is None:
        return None
    if named.startswith(REGISTERED):
        return settled(with_settings(config, {"model": named}))
    return with_settings(config, file_settings(Path(named)))


def keep_forecasts(source: str, config: Config, as_of: int, folder: Path) -> list[str]:
    """Forecast the days after ``as_of``, and keep that in ``folder`` until it is known what came.

    Returns why a challenger could not forecast, where it could not: the night goes on without it.
    """
    from forecasting.errors import ReorderError
    from forecasting.evaluate.monitor import CHALLENGER, CHAMPION, LEVELS
    from forecasting.planning.forecast import forecast
    from forecasting.store.files import write_file

    days = config.run_forecast_days
    if days is None:
        return []
    records, parts, failed = records_for(source, config), [], []
    for who in (CHAMPION, CHALLENGER):
        try:
            chosen = config if who == CHAMPION else challenger_of(config)
            if chosen is None:
                continue
            table = forecast(records, chosen, as_of, days, LEVELS)
        except ReorderError as error:
            if who == CHAMPION:
                raise
            failed.append(f"{who}: {error}")
            continue
        table.insert(0, "who", who)
        table.insert(1, "as_of", day_text(as_of))
        table.insert(2, "horizon_days", days)
        parts.append(table)
    write_file("kept_forecasts", pd.concat(parts, ignore_index=True), folder / FILE)
    return failed


def monitor(
    source: str, config: Config, folder: Path, url: str | None = None, nights: int | None = None
) -> dict[str, Any]:
    """What was forecast on the nights of ``folder``, against what came: figures, alarms, advice.

    Args:
        source: the dataset that says what came.
        config: settings.
        folder: of the nightly job.
        url: the database in which buyers decide: what their edits were worth is told, too.
        nights: look at so many of the last ones that are over; None: at all.

    Raises RequestError where no night kept a forecast, or none whose days are over.

    """
    from forecasting.evaluate.monitor import advice, alarms, figures, held

    files = sorted(folder.glob(f"*/{FILE}"))
    if not files:
        raise RequestError(
            f"{folder}: no night kept a forecast; `reorder run` does, where run_forecast_days is set"
        )
    records = records_for(source, config)
    kept = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    if nights is not None:
        over = pd.to_datetime(kept["as_of"]) + pd.to_timedelta(kept["horizon_days"], "D")
        known = pd.Timestamp(day_text(known_until(records).orders))
        kept = kept[kept["as_of"].isin(sorted(kept.loc[over <= known, "as_of"].unique())[-nights:])]
    rows = held(records, config, kept)
    if not rows["actual"].notna().any():
        raise RequestError(f"{folder}: no forecast is over yet: ask again when its days have passed")
    found = alarms(rows, config.seed)
    return {
        "nights": sorted(rows["as_of"].unique().tolist()),
        "advice": advice(found),
        "alarms": [vars(each) for each in found],
        "figures": figures(rows),
        "decided": None if url is None else _decided(url),
    }


def _decided(url: str) -> dict[str, Any] | None:
    """What buyers' quantities and forecast edits were worth, until the last plan; None: there is no plan."""
    from forecasting.reviewing.hindsight import hindsight
    from forecasting.reviewing.trust import worth
    from forecasting.store.application.plans import latest_plan, register_plans

    with opened(url) as store:
        with store.writing() as transaction:
            register_plans(transaction)
        with store.reading() as transaction:
            plan = latest_plan(transaction)
            if plan is None:
                return None
            found = hindsight(transaction, plan)
    return {"quantities": worth(found.lines), "forecast_edits": worth(found.edits)}
