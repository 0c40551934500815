"""The past: replayed, forecast again, and its backorders measured in money."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from forecasting.bootstrap.plans import NO_SECRETS
from forecasting.bootstrap.reading import records_for
from forecasting.config import Config, Secrets

if TYPE_CHECKING:
    from forecasting.evaluate.backtest import Request
    from forecasting.replay.request import ReplayRequest
    from forecasting.run import Result


def replay(
    source: str,
    config: Config,
    request: ReplayRequest,
    *,
    out: Path,
    csv: bool,
    secrets: Secrets = NO_SECRETS,
) -> Result:
    """Replay, and write the tables and the report. One that was stopped goes on where it was.

    What the pages show of it goes into the database that ``secrets`` names.
    """
    from forecasting.adapters.checkpoints import FolderCheckpoints
    from forecasting.adapters.progress import progress_bar
    from forecasting.replay.replay import replay as run
    from forecasting.reports.replay.report import report
    from forecasting.store.files import write_run

    opened: list[FolderCheckpoints] = []

    def open_checkpoints(identity: str) -> FolderCheckpoints:
        checkpoints = FolderCheckpoints(out / ".unfinished", identity)
        opened.append(checkpoints)
        if checkpoints.reviews:
            said = f"going on with a replay that was stopped after review {checkpoints.reviews}"
            print(said, file=sys.stderr, flush=True)
        return checkpoints

    records = records_for(source, config)
    with progress_bar("replay") as stage:
        result = run(
            records,
            config,
            request,
            stage,
            open_checkpoints,
        )

    write_run(out, result.tables, result.run, csv=csv, texts={"report.html": report(result)})
    if secrets.database_url is not None:
        from forecasting.replay.for_pages import for_pages
        from forecasting.store.database import write_run as write_database

        write_database(secrets.database_url.get_secret_value(), for_pages(result), result.run)
    for checkpoints in opened:
        checkpoints.discard()
    return result


def backtest(source: str, config: Config, request: Request, *, out: Path | None, csv: bool) -> Result:
    """Backtest, and write the tables and the report to the folder that is named."""
    from forecasting.adapters.progress import progress_bar
    from forecasting.evaluate.backtest import backtest as run
    from forecasting.reports.backtest.report import report
    from forecasting.store.files import write_run

    records = records_for(source, config)
    with progress_bar("backtest") as stage:
        result = run(records, config, request, stage)

    if out is not None:
        write_run(out, result.tables, result.run, csv=csv, texts={"report.html": report(result)})
    return result


def costs(source: str, config: Config, as_of: int | None, *, out: Path | None, csv: bool) -> Result:
    """Measure what backorders cost, and write tables and ``proposed.yaml`` to the folder that is named."""
    from forecasting.backorder_costs.costs import costs as run
    from forecasting.store.files import write_run

    result = run(records_for(source, config), config, as_of)
    if out is not None:
        write_run(out, result.tables, result.run, csv=csv, texts={"proposed.yaml": result.run["proposed"]})
    return result
