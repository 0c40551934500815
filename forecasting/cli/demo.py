"""The main job on a synthetic wholesaler."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it all.")] = Path("demo"),
) -> None:
    """Sample, plan and replay in one go, ending with what to buy first and backorders avoided.

    Example: reorder demo demo
    """
    from forecasting.bootstrap import demo as run

    for line in run(folder):
        print(line, flush=True)
