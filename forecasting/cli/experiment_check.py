"""``reorder experiment check``: what a user wrote, held to the contract of what it is to be."""

from __future__ import annotations

from typing import Annotated

import typer

from forecasting.cli.options import JsonOption, print_json
from forecasting.errors import RequestError


def check(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE[:NAME]",
            help="A file with a model, a policy or a cost rule, and which of them; or a name.",
            show_default=False,
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Hold a model, a policy or a cost rule of your own to what every shipped one promises.

    Example: reorder experiment check my_model.py
    """
    from forecasting.bootstrap import check_extension
    from forecasting.reports.contract import contract_text

    checked = check_extension(file)
    if as_json:
        print_json([each.described() for each in checked])
    else:
        print(contract_text(checked))
    broken = sum(len(each.faults) for each in checked)
    if broken:
        raise RequestError(f"{file} breaks {broken} rule{'' if broken == 1 else 's'}")
