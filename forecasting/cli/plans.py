"""What to buy, what will be asked for, and what customers are promised."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from forecasting.cli.options import (
    AsOfOption,
    ConfigOption,
    CsvOption,
    DatasetArgument,
    DbOption,
    EngineOption,
    JsonOption,
    OutUrlOption,
    RayOption,
    SetOption,
    StrictOption,
    WorkersOption,
    config_of,
    day_of,
    engine_of,
    print_json,
    promoted,
    refuse_notices,
)
from forecasting.errors import RequestError


def forecast(
    dataset: DatasetArgument,
    as_of: AsOfOption,
    horizon_days: Annotated[int, typer.Option("--horizon-days", min=1, help="Days to sum demand over.")],
    out: Annotated[
        str,
        typer.Option(
            "--out", metavar="FILE", help="A .parquet or .csv file; of an engine a folder or a URL."
        ),
    ],
    quantiles: Annotated[str, typer.Option(help="Probabilities.")] = "0.5,0.8,0.9,0.95,0.98",
    per_period: Annotated[bool, typer.Option("--per-period", help="Also a row per bucket.")] = False,
    engine: EngineOption = None,
    workers: WorkersOption = None,
    ray_address: RayOption = None,
    config: ConfigOption = None,
    settings: SetOption = None,
    strict: StrictOption = False,
) -> None:
    """Forecast demand summed over the days after a date, with its quantiles: one row an item.

    Example: reorder forecast demo/data --as-of 2026-03-29 --horizon-days 28 --out forecast.parquet
    """
    from forecasting.bootstrap import forecast as run
    from forecasting.reports.partitions import partitions_text
    from forecasting.reports.terminal import notices_text

    day, by = day_of(as_of, "--as-of"), engine_of(dataset, engine, workers, ray_address)
    if by is not None:
        asked = {"horizon_days": horizon_days, "quantiles": _quantiles(quantiles), "per_period": per_period}
        from forecasting.bootstrap.scale import forecast_partitions

        told = forecast_partitions(
            dataset, config_of(config, settings), day, asked, out=str(out), csv=False, engine=by
        )
        print(partitions_text(told, out))
        refuse_notices(strict, told["counts"]["notices"], "table notices has them all")
        return
    table, notices = run(
        dataset,
        config_of(config, settings),
        day,
        horizon_days,
        _quantiles(quantiles),
        per_period=per_period,
        out=Path(out),
    )
    print(f"{len(table):,} rows written to {out}")
    said = {"counts": {"notices": len(notices)}, "notices": notices.texts()}
    for line in notices_text(said, None)[1:]:
        print(line, file=sys.stderr)
    refuse_notices(strict, len(notices), f"reorder check {dataset} lists them")


def _quantiles(text: str) -> tuple[float, ...]:
    try:
        wanted = tuple(float(part) for part in text.split(","))
    except ValueError:
        wanted = ()
    if not wanted or not all(0 < q < 1 for q in wanted):
        raise RequestError(f"--quantiles {text}: write probabilities between 0 and 1, as in 0.5,0.95")
    return wanted


def plan(
    dataset: DatasetArgument,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="Plan at the close of this day.")],
    out: OutUrlOption = None,
    db: DbOption = None,
    csv: CsvOption = False,
    engine: EngineOption = None,
    workers: WorkersOption = None,
    ray_address: RayOption = None,
    config: ConfigOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """What to order, when and how much, what that costs, and why. The main job.

    Example: reorder plan demo/data --as-of 2026-06-28 --out demo/plan --csv
    """
    from pydantic import SecretStr

    from forecasting.bootstrap import plan as run
    from forecasting.config import Secrets
    from forecasting.reports.partitions import partitions_text
    from forecasting.reports.terminal import plan_text

    secrets = Secrets(database_url=None if db is None else SecretStr(db))
    day = day_of(as_of, "--as-of")
    chosen = [*promoted(db), *(settings or ())]
    by = engine_of(dataset, engine, workers, ray_address)
    if by is not None:
        from forecasting.bootstrap.scale import plan_partitions

        place = _folder_alone(out, db)
        told = plan_partitions(dataset, config_of(config, chosen), day, out=place, csv=csv, engine=by)
        if as_json:
            print_json(told)
        else:
            print(partitions_text(told, place))
        refuse_notices(strict, told["counts"]["notices"], "table notices has them all")
        return
    folder = None if out is None else Path(out)
    result = run(dataset, config_of(config, chosen), day, out=folder, csv=csv, secrets=secrets)
    if as_json:
        print_json({**result.run, "recommendations": result.tables["recommendations"].to_dict("records")})
    else:
        print(plan_text(result, folder))
    refuse_notices(strict, result.run["counts"]["notices"], "table notices has them all")


def _folder_alone(out: str | None, db: str | None) -> str:
    """Where the outputs of an engine go. Raises RequestError where that is not said, or a database is."""
    if db is not None:
        raise RequestError("--db: the pages hold one plan in memory; partitions are written to --out alone")
    if out is None:
        raise RequestError("--out DIR: partitions are written to a folder or a URL; name one")
    return str(out)


def promise(
    dataset: DatasetArgument,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="Promise at the close of this day.")],
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="Write the tables here; an engine also to a URL.")
    ],
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="NAME",
            help="win, gain, improve, redistribute, fill, lose or skip, where no entry of the setting "
            "promise_rules decides.",
            show_default="the setting promise_rule",
        ),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous",
            metavar="DIR",
            help="The last run that was applied: what was promised, and who gains or loses now.",
            show_default=False,
        ),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="These promises are given; without it they are only tried out.")
    ] = False,
    pins: Annotated[
        Path | None,
        typer.Option(
            "--pins",
            metavar="FILE",
            help="Goods set aside by hand: order, line, source, quantity, released.",
            show_default=False,
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            metavar="FILE",
            help="What customers answered to delays: order, line, answer (yes or no).",
            show_default=False,
        ),
    ] = None,
    db: DbOption = None,
    csv: CsvOption = False,
    engine: EngineOption = None,
    workers: WorkersOption = None,
    ray_address: RayOption = None,
    config: ConfigOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """By when each open order line can ship, whether it makes its deadline, and what can still be sold.

    Example: reorder promise demo/data --as-of 2026-06-28 --out demo/promise
    """
    from pydantic import SecretStr

    from forecasting.bootstrap import Beside
    from forecasting.bootstrap import promise as run
    from forecasting.config import Secrets
    from forecasting.reports.promises import promise_json, promise_text

    secrets = Secrets(database_url=None if db is None else SecretStr(db))
    chosen = [*promoted(db), *(settings or ()), *([] if rule is None else [f"promise_rule={rule}"])]
    by = engine_of(dataset, engine, workers, ray_address)
    if by is not None:
        if previous is not None or pins is not None or answers is not None:
            raise RequestError("--previous, --pins, --answers: not with an engine, which promises anew")
        from forecasting.bootstrap.scale import promise_partitions
        from forecasting.reports.partitions import partitions_text

        place, day = _folder_alone(out, db), day_of(as_of, "--as-of")
        told = promise_partitions(
            dataset, config_of(config, chosen), day, applied=apply, out=place, csv=csv, engine=by
        )
        if as_json:
            print_json(told)
        else:
            print(partitions_text(told, place))
        refuse_notices(strict, told["counts"]["notices"], "table notices has them all")
        return
    result = run(
        dataset,
        config_of(config, chosen),
        day_of(as_of, "--as-of"),
        out=Path(out),
        csv=csv,
        applied=apply,
        beside=Beside(previous, pins, answers),
        secrets=secrets,
    )
    if as_json:
        print_json(promise_json(result))
    else:
        print(promise_text(result, Path(out)))
    refuse_notices(strict, result.run["counts"]["notices"], "table notices has them all")
