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
    typer.Option(
        "--own", metavar="PLACE", help="Own tables, or another source's settings: what this one lacks."
    ),
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
    "erpnext": "ERPNext: sales, deliveries, purchases, receipts, items, stock and reorder levels.",
    "odoo": "Odoo: sales, moves, purchases, suppliers' terms, stock and order points.",
    "tryton": "Tryton: sales, moves, purchases, suppliers' terms, stock and order points.",
    "vendure": "Vendure, a shop: orders and stock.",
}
"""The systems that are imported alike -> what of them."""

SHIPPED = {
    "stocky": "A Shopify shop that bought by Stocky: its exports as a dataset.",
    "inventory-planner": "The CSV files that Inventory Planner is fed with, as a dataset.",
}
"""The mappings that are shipped -> what they read."""


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


MappingOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Their files, columns and words: ours.", show_default=False),
]
FilesArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Where the CSV files are.", show_default=False)
]
InspectOption = Annotated[bool, typer.Option("--inspect", help="Print a mapping that would read the folder.")]
DatasetArgument = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="Where to write the dataset.", show_default=False)
]


def import_csv(
    files: FilesArgument,
    folder: DatasetArgument = None,
    mapping: MappingOption = None,
    as_of: AsOfOption = None,
    inspect: InspectOption = False,
    as_json: JsonOption = False,
) -> None:
    """A folder of a company's own CSV files as a dataset, by a mapping.

    Example: reorder import csv exports data --mapping exports.yaml
    """
    if inspect:
        from forecasting.bootstrap import suggest_mapping

        if not files.is_dir():
            raise RequestError(f"{files}: is no folder of CSV files")
        # The same as for a dataset of one's own files, but that it is named by --mapping.
        proposed = suggest_mapping(str(files)).split("\n", 1)[1]
        print(f"# Proposed for {files.name}: save it, correct it, and name it by --mapping.")
        print(proposed, end="")
        return
    if folder is None or mapping is None:
        raise typer.BadParameter("name DIR and --mapping FILE, or ask for a mapping by --inspect")
    _files(files, folder, str(mapping), as_of, as_json)


def importing_shipped(kind: str, what: str) -> Callable[..., None]:
    """The command that imports CSV files by a mapping that is shipped."""

    def command(
        files: FilesArgument,
        folder: DatasetArgument = None,
        mapping: MappingOption = None,
        as_of: AsOfOption = None,
        inspect: InspectOption = False,
        as_json: JsonOption = False,
    ) -> None:
        name = kind.replace("-", "_")
        if inspect:
            from forecasting.connectors.sources.csv_folder import shipped_text

            print(shipped_text(name), end="")
            return
        if folder is None:
            raise typer.BadParameter("name DIR, or print the mapping by --inspect")
        _files(files, folder, name if mapping is None else str(mapping), as_of, as_json)

    command.__doc__ = f"""{what} --inspect says which.

    Example: reorder import {kind} files data
    """
    return command


def _files(files: Path, folder: Path, mapping: str, as_of: str | None, as_json: bool) -> None:
    from forecasting.bootstrap import import_source
    from forecasting.connectors.sources.registry import Named

    named = Named("csv", {"folder": str(files), "mapping": mapping})
    say(import_source(named, folder, day_of(as_of)), as_json)


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


def publish(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="What promise or plan --out wrote.", show_default=False),
    ],
    settings: Annotated[
        Path, typer.Option("--settings", metavar="FILE", help="The system's settings, as YAML.")
    ],
    location: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of this location alone.", show_default="all, or the only one"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be written.")] = False,
) -> None:
    """Write results back: into vendure what customers read of items and orders, into tryton order points.

    A promise's folder goes into vendure, a plan's into tryton.

    Example: reorder publish promises --settings shop.yaml
    """
    from forecasting.bootstrap import publish as run
    from forecasting.connectors.sources.registry import read_settings

    done = run(read_settings(settings), folder, location, keep=not dry_run)
    counted = " and ".join(f"{count:,} {what}" for what, count in done.written.items())
    print(f"{counted} {'would be' if dry_run else 'were'} written; {done.unchanged:,} say so already")
    if done.unknown:
        print(f"not known there: {len(done.unknown):,}, {', '.join(done.unknown[:5])}")


def receive(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind of system: orderspace.")],
    folder: FolderArgument,
    signature: Annotated[
        str,
        typer.Option(metavar="TEXT", envvar="REORDER_SIGNATURE", help="What X-Orderspace-Signature says."),
    ] = "",
    settings: SettingsOption = None,
    port: Annotated[
        int | None,
        typer.Option("--listen", metavar="PORT", help="Receive over HTTP, until it is stopped."),
    ] = None,
    host: Annotated[str, typer.Option(metavar="NAME", help="Where it listens.")] = "127.0.0.1",
) -> None:
    """Take a webhook's body from standard input, or over HTTP; what it names is read anew by the next import.

    Example: reorder receive orderspace data --settings shop.yaml --listen 8080
    """
    if kind != "orderspace":
        raise RequestError(f"{kind}: only orderspace sends events")
    if port is not None:
        from forecasting.serving.events import listen

        listen(folder, kind, settings, host, port)
        return
    from forecasting.bootstrap import receive_events

    count = receive_events(folder, kind, settings, sys.stdin.buffer.read(), signature)
    print(f"{count:,} {'record is' if count == 1 else 'records are'} read anew by the next import")
