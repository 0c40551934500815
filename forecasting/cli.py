"""The command line. It parses, calls one use case, and writes; everything heavy is imported when used.

Exit codes: 0 done; 1 the data or the request is wrong; 2 usage; 3 a part failed and was reported.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasting.errors import ReorderError, RequestError

if TYPE_CHECKING:
    from forecasting.config import Config

app = typer.Typer(
    name="reorder",
    help="What to buy, when and how much, what it costs and why; proved on past orders.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
import_app = typer.Typer(
    help="Turn a source's data into a dataset.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(import_app, name="import")
user_app = typer.Typer(
    help="Who may sign in to the buyers' pages.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(user_app, name="user")

DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="A folder of tables, or an SQL URL.", show_default=False)
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="A YAML file of settings over configs/default.yaml.", show_default=False),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="One setting; may be repeated.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="End with exit code 1 where there is a notice; all is written.")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Write CSV files beside the Parquet files.")]


def main() -> None:
    """Entry point of ``reorder``: errors that we raise on purpose become a message and an exit code."""
    try:
        app(prog_name="reorder")
    except ReorderError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


def _day(text: str, option: str) -> int:
    from forecasting.domain import day_number

    try:
        return day_number(date.fromisoformat(text))
    except ValueError:
        raise RequestError(f"{option} {text}: is no date; write it as 2011-09-04") from None


def _config(file: Path | None, settings: list[str] | None) -> Config:
    from forecasting.config import load

    return load(file, settings or ())


def _strict(wanted: bool, notices: int, where: str) -> None:
    if wanted and notices:
        said = f"{notices:,} notice{'' if notices == 1 else 's'}, and --strict lets none pass"
        raise RequestError(f"{said}; {where}")


def _print_json(content: Any) -> None:
    print(json.dumps(content, indent=2, ensure_ascii=False, default=str))


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"reorder {version('reorder')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What to buy, when and how much, what it costs and why; proved on past orders."""


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default=False)],
    items: Annotated[int, typer.Option(min=1, help="How many products.")] = 400,
    days: Annotated[int, typer.Option(min=60, help="How many days of history.")] = 730,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another wholesaler.")] = 1,
    csv: Annotated[bool, typer.Option("--csv", help="Write CSV files instead of Parquet.")] = False,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="Plant the faults of real data; DIR/truth/faults names each.")
    ] = False,
    cancel_share: Annotated[
        float | None,
        typer.Option(
            "--cancel-share",
            metavar="SHARE",
            help="Of lines that wait, cancelled sooner or later.",
            show_default=".4",
        ),
    ] = None,
    cancel_after_days: Annotated[
        float | None,
        typer.Option(
            "--cancel-after-days", metavar="DAYS", help="After how many, on average.", show_default="22"
        ),
    ] = None,
    churn_per_line: Annotated[
        float | None,
        typer.Option(
            "--churn-per-line",
            metavar="SHARE",
            help="Customers lost for good by a late line.",
            show_default="0",
        ),
    ] = None,
) -> None:
    """Write a synthetic but realistic wholesaler, with its hidden truth in DIR/truth.

    Example: reorder sample demo/data --items 400 --days 730 --seed 1
    """
    from forecasting.bootstrap import write_sample
    from forecasting.reports.terminal import sample_text

    planted = {
        "cancel_share": cancel_share,
        "cancel_after_days": cancel_after_days,
        "churn_per_line": churn_per_line,
    }
    customers = {name: value for name, value in planted.items() if value is not None}
    kind = "csv" if csv else "parquet"
    made = write_sample(folder, items, days, seed, kind, dirty=dirty, customers=customers)
    print("\n".join(sample_text(made, folder)))


@import_app.command("online-retail")
def import_online_retail(
    file: Annotated[Path, typer.Argument(help="online_retail_ii, as Parquet or CSV.", show_default=False)],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """UCI "Online Retail II" as a dataset, with a count per rule applied.

    Example: reorder import online-retail online_retail_ii.parquet data/online-retail
    """
    from forecasting.bootstrap import import_online_retail as run
    from forecasting.reports.terminal import import_text

    imported = run(file, folder)
    if as_json:
        _print_json([vars(rule) for rule in imported.rules])
    else:
        print(import_text(imported))


@app.command()
def check(
    dataset: DatasetArgument,
    suggest_mapping: Annotated[
        bool,
        typer.Option("--suggest-mapping", help="Print a dataset.yaml that would read the folder's files."),
    ] = False,
    as_json: JsonOption = False,
    strict: StrictOption = False,
) -> None:
    """Report every problem of a dataset: table, row, column, value, and what to do.

    Example: reorder check demo/data
    """
    if suggest_mapping:
        from forecasting.bootstrap import suggest_mapping as suggest

        print(suggest(dataset), end="")
        return

    from forecasting.bootstrap import check as run
    from forecasting.errors import DataError

    checked = run(dataset)
    if as_json:
        _print_json(checked.as_json())
    else:
        print(checked.text())
    if checked.problems:
        raise DataError(checked.source, checked.problems)
    _strict(strict, len(checked.notices), "they are listed above")


@app.command()
def forecast(
    dataset: DatasetArgument,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="The close of this day.")],
    horizon_days: Annotated[int, typer.Option("--horizon-days", min=1, help="Days to sum demand over.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A .parquet or .csv file.")],
    quantiles: Annotated[str, typer.Option(help="Probabilities.")] = "0.5,0.8,0.9,0.95,0.98",
    per_period: Annotated[bool, typer.Option("--per-period", help="Also a row per bucket.")] = False,
    config: ConfigOption = None,
    settings: SetOption = None,
    strict: StrictOption = False,
) -> None:
    """Forecast demand summed over the days after a date, with its quantiles: one row an item.

    Example: reorder forecast demo/data --as-of 2026-03-29 --horizon-days 28 --out forecast.parquet
    """
    from forecasting.bootstrap import forecast as run
    from forecasting.reports.terminal import notices_text

    table, notices = run(
        dataset,
        _config(config, settings),
        _day(as_of, "--as-of"),
        horizon_days,
        _quantiles(quantiles),
        per_period=per_period,
        out=out,
    )
    print(f"{len(table):,} rows written to {out}")
    said = {"counts": {"notices": len(notices)}, "notices": notices.texts()}
    for line in notices_text(said, None)[1:]:
        print(line, file=sys.stderr)
    _strict(strict, len(notices), f"reorder check {dataset} lists them")


def _quantiles(text: str) -> tuple[float, ...]:
    try:
        wanted = tuple(float(part) for part in text.split(","))
    except ValueError:
        wanted = ()
    if not wanted or not all(0 < q < 1 for q in wanted):
        raise RequestError(f"--quantiles {text}: write probabilities between 0 and 1, as in 0.5,0.95")
    return wanted


@app.command()
def plan(
    dataset: DatasetArgument,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="Plan at the close of this day.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the tables here.", show_default=False)
    ] = None,
    db: Annotated[
        str | None, typer.Option("--db", metavar="URL", help="And into this database.", show_default=False)
    ] = None,
    csv: CsvOption = False,
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
    from forecasting.reports.terminal import plan_text

    secrets = Secrets(database_url=None if db is None else SecretStr(db))
    day = _day(as_of, "--as-of")
    result = run(dataset, _config(config, settings), day, out=out, csv=csv, secrets=secrets)
    if as_json:
        _print_json({**result.run, "recommendations": result.tables["recommendations"].to_dict("records")})
    else:
        print(plan_text(result, out))
    _strict(strict, result.run["counts"]["notices"], "table notices has them all")


@app.command()
def promise(
    dataset: DatasetArgument,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="Promise at the close of this day.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Write the tables here.")],
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
    db: Annotated[
        str | None, typer.Option("--db", metavar="URL", help="And into this database.", show_default=False)
    ] = None,
    csv: CsvOption = False,
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
    chosen = [*(settings or ()), *([] if rule is None else [f"promise_rule={rule}"])]
    result = run(
        dataset,
        _config(config, chosen),
        _day(as_of, "--as-of"),
        out=out,
        csv=csv,
        applied=apply,
        beside=Beside(previous, pins, answers),
        secrets=secrets,
    )
    if as_json:
        _print_json(promise_json(result))
    else:
        print(promise_text(result, out))
    _strict(strict, result.run["counts"]["notices"], "table notices has them all")


@app.command()
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
    from forecasting.bootstrap import replay as run
    from forecasting.config import overrides
    from forecasting.replay.request import Extras, ReplayRequest
    from forecasting.reports.terminal import replay_text

    request = ReplayRequest(
        _day(first, "--from"),
        _day(last, "--to"),
        [name.strip() for name in policies.split(",") if name.strip()],
        baseline.strip(),
        Extras(frontier, sensitivity, overrides(tally or (), "--tally"), equal, trace),
        windows,
    )
    result = run(dataset, _config(config, settings), request, out=out, csv=csv)
    if as_json:
        _print_json({**result.run, "summary": result.tables["summary"].to_dict("records")})
    else:
        print(replay_text(result, out))
    _strict(strict, result.run["counts"]["notices"], f"{out / 'notices.parquet'} has them all")


@app.command()
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
    last = None if as_of is None else _day(as_of, "--as-of")
    request = Request(origins, horizon_days, apart_days, last, names)
    result = run(dataset, _config(config, settings), request, out=out, csv=csv)
    if as_json:
        _print_json(backtest_json(result))
    else:
        print(backtest_text(result, out))


@app.command()
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

    day = None if as_of is None else _day(as_of, "--as-of")
    result = run(dataset, _config(config, settings), day, out=out, csv=csv)
    if as_json:
        _print_json(costs_json(result))
    else:
        print(costs_text(result, out))
    _strict(strict, result.run["counts"]["notices"], "table notices has them all")


@app.command()
def backorders(
    dataset: DatasetArgument,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="The close of this day.")],
    items: Annotated[
        int, typer.Option(min=0, help="How many, the dearest first, to find the cause of.")
    ] = 10,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the tables here.", show_default=False)
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
    from forecasting.bootstrap import backorders as run
    from forecasting.reports.backorders import backorders_json, backorders_text

    result = run(dataset, _config(config, settings), _day(as_of, "--as-of"), items, out=out, csv=csv)
    if as_json:
        _print_json(backorders_json(result))
    else:
        print(backorders_text(result, out))
    _strict(strict, result.run["counts"]["notices"], "table notices has them all")


@app.command()
def solve(
    problem: Annotated[
        str,
        typer.Argument(metavar="PROBLEM", help="A JSON file, or - for standard input.", show_default=False),
    ],
    explained: Annotated[
        bool, typer.Option("--explain", help="Say it in words, with the cost curve.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the cost curve.", show_default=False)
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="What if: another value, as in shortage.per_unit_period=9; may be repeated.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """One item's best policy, with its cost and service: exact where that can be. Answers in JSON.

    Example: reorder solve problem.json --explain --set shortage.per_unit_period=9
    """
    from forecasting.bootstrap import solve as run

    answer, words = run(problem, settings or (), explained=explained, plot=plot)
    if explained:
        print(words)
    else:
        _print_json(answer)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it all.")] = Path("demo"),
) -> None:
    """Sample, plan and replay in one go, ending with what to buy first and backorders avoided.

    Example: reorder demo demo
    """
    from forecasting.bootstrap import demo as run

    for line in run(folder):
        print(line, flush=True)


@app.command()
def serve(
    db: Annotated[
        str | None,
        typer.Option("--db", metavar="URL", help="Where plans and decisions are.", show_default="reorder.db"),
    ] = None,
    as_demo: Annotated[
        bool, typer.Option("--demo", help="A synthetic wholesaler, planned, with a buyer to sign in as.")
    ] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
) -> None:
    """The buyers' pages and the REST interface, until it is stopped by Ctrl-C.

    Example: reorder serve --db sqlite:///reorder.db --port 8000
    """
    from forecasting.serving import serve as run

    run(db, demo=as_demo, host=host, port=port, workers=workers)


@user_app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Who signs in so.", show_default=False)],
    db: Annotated[str, typer.Option("--db", metavar="URL", help="The database of the pages.")],
    role: Annotated[str, typer.Option(help="buyer, approver, data_scientist or admin.")] = "buyer",
    limit: Annotated[
        float | None,
        typer.Option(
            min=0, help="The most that a supplier's approved lines may come to.", show_default="none"
        ),
    ] = None,
) -> None:
    """Let someone into the buyers' pages; prints a password, once.

    Example: reorder user add ann --role buyer --db sqlite:///reorder.db
    """
    from forecasting.serving import add_user as run

    print(f"{name} may sign in with the password {run(db, name, role, limit)}")


if __name__ == "__main__":
    main()
