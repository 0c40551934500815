"""Systems that data comes from: ``reorder import KIND DIR`` and ``reorder receive``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecasting.cli.options import JsonOption, date_of, print_json
from forecasting.errors import RequestError

if TYPE_CHECKING:
    from forecasting.connectors.sources.port import Changes

FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="Where the dataset is, or is to be.", show_default=False)
]
SettingsOption = Annotated[
    Path | None,
    typer.Option(
        "--settings", metavar="FILE", help="The source's settings, as YAML.", show_default="from variables"
    ),
]
OwnOption = Annotated[
    Path | None,
    typer.Option("--own", metavar="FOLDER", help="Own tables: what the source does not hold."),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="The day at whose close the stock counts.", show_default="yesterday"
    ),
]
WholeOption = Annotated[
    bool, typer.Option("--whole", help="Read everything anew, so that all deletions are found.")
]

SYSTEMS = {
    "orderspace": "Orderspace, a wholesale shop: orders, products, stock, dispatches and customers.",
}
"""The systems that are imported alike -> what of them."""


def importing(kind: str, what: str) -> Callable[..., None]:
    """The command that imports one kind of system."""

    def command(
        folder: FolderArgument,
        settings: SettingsOption = None,
        own: OwnOption = None,
        as_of: AsOfOption = None,
        whole: WholeOption = False,
        as_json: JsonOption = False,
    ) -> None:
        from dataclasses import replace

        from forecasting.bootstrap import import_source
        from forecasting.connectors.sources.registry import Named, read_settings

        named = Named(kind, {}) if settings is None else read_settings(settings, kind)
        named = named if own is None else replace(named, own=own)
        say(import_source(named, folder, day_of(as_of), whole=whole), as_json)

    command.__doc__ = f"""{what}

    What was read is kept in DIR/.source: run again, it reads what is new, and goes on where it was killed.
    Run daily it keeps each day's stock.

    Example: reorder import {kind} data --settings {kind}.yaml
    """
    return command


def say(changes: Changes, as_json: bool) -> None:
    """Print what was imported."""
    if as_json:
        rows: dict[str, Any] = {name: len(table) for name, table in changes.tables.items()}
        print_json({"read": dict(changes.rows), "rows": rows, "notices": list(changes.notices)})
        return
    for name, count in changes.rows.items():
        print(f"{name}: {count:,} records")
    for name, table in changes.tables.items():
        print(f"table {name}: {len(table):,} rows")
    for notice in changes.notices:
        print(notice)


def day_of(as_of: str | None) -> date:
    """The day that was named, or yesterday."""
    return date.today() - timedelta(days=1) if as_of is None else date_of(as_of, "--as-of")


def receive(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind of system: orderspace.")],
    folder: FolderArgument,
    signature: Annotated[
        str,
        typer.Option(metavar="TEXT", envvar="REORDER_SIGNATURE", help="What X-Orderspace-Signature says."),
    ],
    settings: SettingsOption = None,
) -> None:
    """Take a webhook's body from standard input; what it names is read anew by the next import.

    Example: reorder receive orderspace data --settings shop.yaml --signature "$SIGNATURE" < body.json
    """
    from forecasting.bootstrap import receive_events

    if kind != "orderspace":
        raise RequestError(f"{kind}: only orderspace sends events")
    count = receive_events(folder, kind, settings, sys.stdin.buffer.read(), signature)
    print(f"{count:,} records are read anew by the next import")
