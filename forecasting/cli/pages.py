"""The buyers' pages, and who may sign in to them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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
    datasets: Annotated[
        Path | None,
        typer.Option(
            "--datasets",
            metavar="DIR",
            help="Datasets in this folder may be loaded on the pages by an administrator.",
            show_default=False,
        ),
    ] = None,
    targets: Annotated[
        Path | None,
        typer.Option(
            "--targets",
            metavar="FILE",
            help="Ordering systems that the pages may ask what a send would write.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
) -> None:
    """The buyers' pages and the REST interface, until it is stopped by Ctrl-C.

    Example: reorder serve --db sqlite:///reorder.db --port 8000
    """
    from forecasting.serving import serve as run

    run(db, demo=as_demo, host=host, port=port, workers=workers, datasets=datasets, targets=targets)


def digest(
    db: Annotated[str, typer.Option("--db", metavar="URL", help="The database of the pages.")],
    html: Annotated[bool, typer.Option("--html", help="As HTML, for a mail.")] = False,
    address: Annotated[
        str, typer.Option(metavar="URL", help="Where the pages are, to be linked.", show_default=False)
    ] = "",
) -> None:
    """What wants a buyer this morning: orders due, lines at stake, customers, overdue purchases, data.

    Example: reorder digest --db sqlite:///reorder.db --html | mail -s digest buyer@example.org
    """
    from forecasting.serving import morning_digest

    print(morning_digest(db, html=html, address=address), end="")


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
