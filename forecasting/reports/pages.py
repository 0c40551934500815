"""Pages of reports: templates filled with what a report found. No link leads out of a page.

All HTML and the one stylesheet are in ``templates/``. Everything that is filled in is escaped, but for the
pictures of ``drawing.svg``, which are markup already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        cells: its texts.
        kind: how it looks: ``focus``, ``baseline``, ``bound`` or nothing.

    """

    cells: Sequence[str]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes:
        header: a heading a column.
        rows: its rows.
        words: its first columns that hold words; the others hold figures.
        group: a heading above some of the others, and the first and last of the columns that it is above.

    """

    header: Sequence[str]
    rows: Sequence[Row]
    words: int = 1
    group: tuple[str, int, int] | None = None


def render(template: str, **content: object) -> str:
    """The page of ``template``, a file in ``templates/``; the same content gives the same bytes.

    Raises jinja2.UndefinedError where the template asks for what ``content`` does not hold.
    """
    return _environment().get_template(template).render(**content)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def assumptions(frame: pd.DataFrame) -> Table:
    """What was assumed. ``frame``: the table ``assumptions``."""
    rows = zip(frame["setting"], frame["value"], frame["items"], strict=True)
    cells = [(str(setting), str(value), f"{items:,}") for setting, value, items in rows]
    return Table(("Setting", "Value", "Items"), [Row(each) for each in cells], words=2)
