"""One item's best policy, by theory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forecasting.cli.options import print_json


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
        print_json(answer)
