"""Plans: what to order, what will be asked for, and what runs short again and again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from forecasting.bootstrap.reading import records_for
from forecasting.bootstrap.writing import write_tables
from forecasting.config import Config, Secrets
from forecasting.inputs.notices import Notices

if TYPE_CHECKING:
    import pandas as pd

    from forecasting.inputs.records import Records
    from forecasting.planning.edits import Edit
    from forecasting.run import Result

NO_SECRETS = Secrets()


def forecast(
    source: str,
    config: Config,
    as_of: int,
    horizon_days: int,
    quantiles: Sequence[float],
    *,
    per_period: bool,
    out: Path,
) -> tuple[pd.DataFrame, Notices]:
    """Forecast and write the table to ``out``. Returns it, and what looked odd on the way."""
    from forecasting.planning.forecast import forecast as run
    from forecasting.store.files import check_name, write_file

    check_name(out)
    records = records_for(source, config)
    notices = Notices(records.notices)
    table = run(records, config, as_of, horizon_days, quantiles, per_period=per_period, notices=notices)
    write_file("forecast", table, out)
    return table, notices


def plan(
    source: str, config: Config, as_of: int, *, out: Path | None, csv: bool, secrets: Secrets = NO_SECRETS
) -> Result:
    """Plan, and write the tables to the folder, and to the database that ``secrets`` names."""
    from forecasting.adapters.remembered import Remembered
    from forecasting.planning.plan import plan as run

    records = records_for(source, config)
    pages = secrets.database_url is not None
    result = run(records, config, as_of, for_pages=pages, edits=edits_in(secrets), memory=Remembered())
    result = explained(records, config, as_of, result)
    write_tables(result, out, csv, secrets, source)
    return result


def edits_in(secrets: Secrets) -> Sequence[Edit]:
    """Forecasts that were edited on the pages of the database that ``secrets`` names."""
    if secrets.database_url is None:
        return ()
    from forecasting.domain import day_number
    from forecasting.planning.edits import Edit
    from forecasting.store.application.kept import edits_for_plans

    kept = edits_for_plans(secrets.database_url.get_secret_value())
    return [Edit(location, sku, factor, day_number(until)) for location, sku, factor, until in kept]


def explained(records: Records, config: Config, as_of: int, planned: Result) -> Result:
    """The plan with the causes of persistent backorders, where a setting asks for them."""
    if not config.persistent_replays or not len(planned.tables["persistent_backorders"]):
        return planned
    from forecasting.adapters.progress import progress_bar
    from forecasting.inputs.assumptions import Assumptions
    from forecasting.inputs.catalogue import catalogue
    from forecasting.persistent_backorders.explain import explain, with_causes, with_reasons
    from forecasting.planning.persistent import evidence
    from forecasting.run import Result

    found = evidence(records, catalogue(records, config, as_of, Assumptions()), config, as_of)
    with progress_bar("persistent backorders") as stage:
        why = explain(records, config, as_of, found, config.persistent_replays, stage)
    tables = {
        **planned.tables,
        "recommendations": with_reasons(planned.tables["recommendations"], why),
        "persistent_backorders": with_causes(planned.tables["persistent_backorders"], why),
    }
    return Result(tables, planned.run)


def backorders(
    source: str,
    config: Config,
    as_of: int,
    most: int,
    *,
    out: Path | None,
    csv: bool,
    secrets: Secrets = NO_SECRETS,
) -> Result:
    """Which items run short again and again, and why; the tables go to the folder that is named. The items go
    to the database that ``secrets`` names too, whose pages show them.
    """
    from forecasting.adapters.progress import progress_bar
    from forecasting.persistent_backorders.explain import backorders as run
    from forecasting.run import Result
    from forecasting.store.files import write_run

    records = records_for(source, config)
    with progress_bar("backorders") as stage:
        result = run(records, config, as_of, most, stage)
    if out is not None:
        write_run(out, result.tables, result.run, csv=csv)
    if secrets.database_url is not None:
        shown = {"persistent_backorders": result.tables["persistent_backorders"]}
        write_tables(Result(shown, result.run), None, False, secrets)
    return result
