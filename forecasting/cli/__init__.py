"""The command line. It parses, calls one use case, and writes; everything heavy is imported when used.

Exit codes: 0 done; 1 the data or the request is wrong; 2 usage; 3 a part failed and was reported.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from forecasting.cli.data import check, import_online_retail, import_sql, partition, sample
from forecasting.cli.demo import demo
from forecasting.cli.experiment_check import check as check_extension
from forecasting.cli.experiments import experiment_app
from forecasting.cli.ordering import run, send, status
from forecasting.cli.pages import add_user, digest, serve
from forecasting.cli.past import backorders, backtest, costs, replay
from forecasting.cli.plans import forecast, plan, promise
from forecasting.cli.sources import (
    SHIPPED,
    SYSTEMS,
    import_csv,
    importing,
    importing_shipped,
    publish,
    receive,
)
from forecasting.cli.theory import solve
from forecasting.errors import ReorderError

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
app.add_typer(experiment_app, name="experiment")

COMMANDS = (
    sample,
    check,
    partition,
    forecast,
    plan,
    promise,
    replay,
    backtest,
    costs,
    backorders,
    solve,
    demo,
    serve,
    send,
    status,
    receive,
    publish,
    run,
    digest,
)
"""In the order in which the help lists them; each is named as its function is."""

for command in COMMANDS:
    app.command()(command)
import_app.command("online-retail")(import_online_retail)
import_app.command("sql")(import_sql)
import_app.command("csv")(import_csv)
for kind, what in SHIPPED.items():
    import_app.command(kind)(importing_shipped(kind, what))
for kind, what in SYSTEMS.items():
    import_app.command(kind)(importing(kind, what))
user_app.command("add")(add_user)
experiment_app.command("check")(check_extension)


def main() -> None:
    """Entry point of ``reorder``: errors that we raise on purpose become a message and an exit code."""
    try:
        app(prog_name="reorder")
    except ReorderError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except ValueError as error:
        from models.extensions import ExtensionError

        # A model of a user's own: it knows nothing of us, nor of our errors.
        if not isinstance(error, ExtensionError):
            raise
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


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
