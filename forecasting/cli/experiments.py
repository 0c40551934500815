"""Experiments: ways of deciding held against each other in money."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from forecasting.cli.options import (
    ConfigOption,
    DatasetArgument,
    JsonOption,
    RayOption,
    SetOption,
    WorkersOption,
    config_of,
    engine_named,
    print_json,
)
from forecasting.errors import PartialFailure

experiment_app = typer.Typer(
    help="Hold ways of deciding against each other, in money, on past orders.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

StoreOption = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="DIR", help="Where results are.", show_default="the setting experiment_store"
    ),
]
TrackingOption = Annotated[
    str | None,
    typer.Option(
        "--tracking",
        metavar="URL",
        help="An MLflow server or database; none: not tracked.",
        show_default="the setting tracking",
    ),
]
RunOption = Annotated[
    str | None,
    typer.Option("--run", metavar="RUN", help="Where the names are looked for.", show_default="the newest"),
]


@experiment_app.command("run")
def run_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A folder of experiments/, or a path to an experiment.yaml.",
            show_default=False,
        ),
    ],
    settings: SetOption = None,
    store: StoreOption = None,
    tracking: TrackingOption = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="NAME", help="Who does the tasks: local or ray.")
    ] = "local",
    workers: WorkersOption = None,
    ray_address: RayOption = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put the tables into the experiment's README and the index.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run every contender in every window, what of it is not done yet, and compare them in money.

    Example: reorder experiment run default_against_rules --store runs
    """
    from forecasting.bootstrap import run_experiment

    run, compared, trouble = run_experiment(
        name,
        settings or (),
        store=store,
        tracking=tracking,
        workers=workers,
        engine=engine_named(engine),
        address=ray_address,
        write=write,
    )
    if as_json:
        _print({**run, "comparisons": compared})
    else:
        print(f"{run['question']}\n")
        print("\n".join(_told(compared)))
        print(f"\nrun {run['run']}: `reorder experiment compare A B --run {run['run']}` for any two of")
        print(f"  {', '.join(run['contenders'])}")
    if trouble:
        raise PartialFailure("\n".join(trouble))


@experiment_app.command("list")
def list_command(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """The runs that were made, the newest first: question, contenders, verdict.

    Example: reorder experiment list --store runs
    """
    from forecasting.bootstrap import list_runs

    found = list_runs(store)
    if as_json:
        print_json(found)
        return
    for each in found:
        print(f"{each['run']}  {each['experiment']}: {each['question']}")
        if each["cheapest"]:
            print(f"  {', '.join(each['contenders'])}; the cheapest is {each['cheapest']}")
        print(f"  {each['verdict'] or _no_verdict(each)}")
    if not found:
        print("No run yet; `reorder experiment run NAME` makes one.")


@experiment_app.command("compare")
def compare_command(
    a: Annotated[str, typer.Argument(metavar="A", help="A contender, RUN/CONTENDER, or a run.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
    run: RunOption = None,
    store: StoreOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write a page, too.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What B saves against A: paired over items and windows, by class of demand, with a verdict.

    Of a run, the cheapest contender is meant.

    Example: reorder experiment compare min_max cost_optimal --store runs
    """
    from forecasting.bootstrap import compare_runs

    found = compare_runs(a, b, run, store, out)
    if as_json:
        _print(found)
        return
    print("\n".join(_told([found])))
    for which in "ab":
        print(f"{which.upper()}: {found[which]['name']} of run {found[which]['run']}")
    print(f"\n{'':24}{'A':>14}{'B':>14}")
    for name in ("cost", "short_lines", "line_fill_rate", "average_on_hand_value"):
        print(f"{name:24}{found['a'][name]:>14,}{found['b'][name]:>14,}")
    for name in ("pinball", "below_q0.9", "at_or_below_q0.9", "bias", "rmsse"):
        scored = [found["forecasts"].get(which, {}).get("overall", {}).get(name) for which in "ab"]
        print(f"{name:24}" + "".join(f"{'-' if each is None else round(each, 4):>14}" for each in scored))
    for name, (one, other) in found["settings_that_differ"].items():
        print(f"  {name}: {one} | {other}")


@experiment_app.command("promote")
def promote_command(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run.", show_default=False)],
    contender: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which of its contenders.", show_default="the cheapest"),
    ] = None,
    alias: Annotated[str, typer.Option(metavar="NAME", help="The alias that it gets.")] = "champion",
    store: StoreOption = None,
    tracking: TrackingOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a contender the champion: plans with `model: models:/NAME@champion` decide as it does.

    Example: reorder experiment promote 3f2a --contender cost_optimal --store runs
    """
    from forecasting.bootstrap import promote_run

    told = promote_run(run, contender, alias, store=store, tracking=tracking)
    if as_json:
        print_json(told)
        return
    print(f"{told['model']} is now version {told['version']}: {told['contender']} of run {told['run']}")
    print(f"  {', '.join(f'{name}={value}' for name, value in told['settings'].items())}")
    print(f"  {told['verdict']}")
    print(f"A plan uses it by --set model={told['model']}")


@experiment_app.command("monitor")
def monitor_command(
    dataset: DatasetArgument,
    nights: Annotated[
        Path | None,
        typer.Option(
            "--nights", metavar="DIR", help="Where they are.", show_default="the setting run_folder"
        ),
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(
            "--db",
            metavar="URL",
            help="Where buyers decide: tells what their edits were worth.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the nightly job forecast, against what came: do quantiles hold, is it as good as it was?

    Says when to look, to refit, or to roll back to a challenger that forecasts better.

    Example: reorder experiment monitor demo/data --nights nightly
    """
    from forecasting.bootstrap import monitor

    chosen = config_of(config, settings)
    found = monitor(dataset, chosen, nights or Path(chosen.run_folder), db)
    if as_json:
        _print(found)
        return
    print(f"{found['advice']}\n")
    for each in found["alarms"]:
        print(f"  {each['kind']}, {each['group']} items: {each['what']}")
    print(f"{'':22}{'forecasts':>10}{'bias':>9}{'loss':>8}   shares below - at or below q0.9")
    for each in found["figures"]:
        below, within = each["coverage"]["q0.9"]
        name = f"{each['who']} {each['class']}"
        figures = f"{each['forecasts']:>10,}{each['bias']:>+9.1%}{each['loss']:>8.3f}"
        print(f"{name:22}{figures}   {below:.3f}-{within:.3f}")
    for what, worth in (found["decided"] or {}).items():
        was = "saved" if worth["saved"] >= 0 else "cost"
        print(
            f"buyers' {what.replace('_', ' ')}: {worth['number']:,}, of which {worth['better']:,} did better "
            f"than the suggestion; they {was} {abs(worth['saved']):,.2f} in all"
        )


def _no_verdict(run: dict[str, Any]) -> str:
    """Why a run of the list has none."""
    if run["failed"] and not run["contenders"]:
        return f"Every contender failed: {', '.join(run['failed'])}."
    if run["cheapest"]:
        return f"Nothing was compared; failed: {', '.join(run['failed']) or 'none'}."
    return f"It was cut short; `reorder experiment run {run['experiment']}` goes on with it."


def _told(compared: list[dict[str, Any]]) -> list[str]:
    """Verdicts and warnings, each once."""
    lines = [each["verdict"] for each in compared]
    lines += [f"warning: {warning}" for each in compared for warning in each["warnings"]]
    return list(dict.fromkeys(lines)) or ["No contender but the baseline was done."]


def _print(content: dict[str, Any]) -> None:
    """As JSON that every program reads: what is not known is null."""
    from forecasting.experimenting.store import as_json

    print(as_json(content), end="")
