"""The past: replayed, forecast again, and its backorders measured and explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from forecasting.cli.options import (
    AsOfOption,
    ConfigOption,
    CsvOption,
    DatasetArgument,
    EngineOption,
    JsonOption,
    OutOption,
    RayOption,
    SetOption,
    StrictOption,
    WorkersOption,
    config_of,
    day_of,
    engine_of,
    print_json,
    refuse_notices,
)
from forecasting.errors import RequestError


def replay(
    dataset: DatasetArgument,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First day simulated.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day simulated.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Write tables and report.html here.")],
    policies: Annotated[str, typer.Option(help="Names, by commas.")] = "min_max,cost_optimal",
    baseline: Annotated[str, typer.Option(help="The policy to compare with.")] = "min_max",
    windows: Annotated[
        int | None,
        typer.Option(
            "--windows",
            metavar="N",
            min=1,
            help="Windows to cut the result into.",
            show_default="one for every eight weeks",
        ),
    ] = None,
    frontier: Annotated[
        bool,
        typer.Option("--frontier", help="Also each policy as it dares more or less."),
    ] = False,
    equal: Annotated[
        bool,
        typer.Option(
            "--equal/--no-equal", help="Also cost_optimal at the stock, cost, service of the others."
        ),
    ] = True,
    trace: Annotated[
        bool, typer.Option("--trace", help="Also every simulated order, and the stock of every day.")
    ] = False,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Also with other costs, lead times, shuffled demand.")
    ] = False,
    tally: Annotated[
        list[str] | None,
        typer.Option(
            "--tally",
            metavar="NAME=VALUE",
            help="Charge this cost, while policies go on believing the settings; may be repeated.",
            show_default=False,
        ),
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(
            "--db", metavar="URL", help="Show it on the pages of this database.", show_default=False
        ),
    ] = None,
    csv: CsvOption = False,
    config: ConfigOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Replay past orders: how many backorders each policy would have avoided, and at what cost.

    Example: reorder replay demo/data --from 2025-12-29 --to 2026-06-28 --policies min_max,cost_optimal
    --baseline min_max --out demo/replay
    """
    from pydantic import SecretStr

    from forecasting.bootstrap import replay as run
    from forecasting.config import Secrets, overrides
    from forecasting.replay.request import Extras, ReplayRequest
    from forecasting.reports.terminal import replay_text

    request = ReplayRequest(
        day_of(first, "--from"),
        day_of(last, "--to"),
        [name.strip() for name in policies.split(",") if name.strip()],
        baseline.strip(),
        Extras(frontier, sensitivity, overrides(tally or (), "--tally"), equal, trace),
        windows,
    )
    secrets = Secrets(database_url=None if db is None else SecretStr(db))
    result = run(dataset, config_of(config, settings), request, out=out, csv=csv, secrets=secrets)
    if as_json:
        print_json({**result.run, "summary": result.tables["summary"].to_dict("records")})
    else:
        print(replay_text(result, out))
    refuse_notices(strict, result.run["counts"]["notices"], f"{out / 'notices.parquet'} has them all")


def backtest(
    dataset: DatasetArgument,
    origins: Annotated[int, typer.Option(min=1, help="How many past days to forecast from.")] = 6,
    horizon_days: Annotated[int, typer.Option(min=1, help="Days after each to sum demand over.")] = 28,
    apart_days: Annotated[
        int | None, typer.Option(min=1, help="Days between two of them.", show_default="the horizon")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Last day of the last window.", show_default="the data's last"),
    ] = None,
    models: Annotated[
        str | None, typer.Option(help="Names, by commas.", show_default="all of them, and auto")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write tables and report.html here.", show_default=False),
    ] = None,
    csv: CsvOption = False,
    engine: EngineOption = None,
    workers: WorkersOption = None,
    ray_address: RayOption = None,
    config: ConfigOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """How good the forecasts would have been on past days: loss, coverage, bias, and cost in money.

    Example: reorder backtest demo/data --origins 6 --horizon-days 28 --out demo/backtest
    """
    from forecasting.bootstrap import backtest as run
    from forecasting.evaluate.backtest import Request
    from forecasting.reports.terminal import backtest_json, backtest_text

    names = [name.strip() for name in (models or "").split(",") if name.strip()]
    last = None if as_of is None else day_of(as_of, "--as-of")
    by = engine_of(dataset, engine, workers, ray_address)
    if by is not None:
        if out is None:
            raise RequestError("--out DIR: partitions are written to a folder; name one")
        from forecasting.bootstrap.scale import backtest_partitions
        from forecasting.reports.partitions import partitions_text

        asked: dict[str, Any] = {"origins": origins, "horizon_days": horizon_days, "apart_days": apart_days}
        asked |= {"as_of": last, "models": names}
        told = backtest_partitions(
            dataset, config_of(config, settings), asked, out=str(out), csv=csv, engine=by
        )
        if as_json:
            print_json(told)
        else:
            print(partitions_text(told, str(out)))
        return
    request = Request(origins, horizon_days, apart_days, last, names)
    result = run(dataset, config_of(config, settings), request, out=out, csv=csv)
    if as_json:
        print_json(backtest_json(result))
    else:
        print(backtest_text(result, out))


def costs(
    dataset: DatasetArgument,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", help="The close of this day.", show_default="the data's last"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write tables and proposed.yaml here.", show_default=False),
    ] = None,
    csv: CsvOption = False,
    config: ConfigOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """What a backorder really cost, from the company's own orders, as proposed settings with intervals.

    Example: reorder costs demo/data --out demo/costs
    """
    from forecasting.bootstrap import costs as run
    from forecasting.reports.backorders import costs_json, costs_text

    day = None if as_of is None else day_of(as_of, "--as-of")
    result = run(dataset, config_of(config, settings), day, out=out, csv=csv)
    if as_json:
        print_json(costs_json(result))
    else:
        print(costs_text(result, out))
    refuse_notices(strict, result.run["counts"]["notices"], "table notices has them all")


def backorders(
    dataset: DatasetArgument,
    as_of: AsOfOption,
    items: Annotated[
        int, typer.Option(min=0, help="How many, the dearest first, to find the cause of.")
    ] = 10,
    out: OutOption = None,
    db: Annotated[
        str | None,
        typer.Option(
            "--db", metavar="URL", help="Show it on the pages of this database.", show_default=False
        ),
    ] = None,
    csv: CsvOption = False,
    config: ConfigOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Items that are on backorder again and again: why, and what more stock would cost and avoid.

    Example: reorder backorders demo/data --as-of 2026-06-28 --out demo/backorders
    """
    from pydantic import SecretStr

    from forecasting.bootstrap import backorders as run
    from forecasting.config import Secrets
    from forecasting.reports.backorders import backorders_json, backorders_text

    secrets = Secrets(database_url=None if db is None else SecretStr(db))
    day = day_of(as_of, "--as-of")
    result = run(dataset, config_of(config, settings), day, items, out=out, csv=csv, secrets=secrets)
    if as_json:
        print_json(backorders_json(result))
    else:
        print(backorders_text(result, out))
    refuse_notices(strict, result.run["counts"]["notices"], "table notices has them all")
