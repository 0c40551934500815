"""Writes ``docs/cli.md`` from the help of every command. Run it by ``make docs``.

The help is laid out for 100 columns without colours, whatever terminal this runs on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from forecasting.cli import app

FILE = Path(__file__).with_name("cli.md")
WIDTH = 100
HEAD = """# The command line

Written by `make docs` from `reorder --help`; do not edit it by hand.

Exit codes: 0 done; 1 the data or the request is wrong (a message on stderr says what, where and what to do);
2 usage; 3 a part failed and was reported, the rest is done. Results go to stdout.
"""


def commands() -> Iterator[tuple[str, Any, Any]]:
    """Every command with its whole name and its context: groups before their members."""
    yield from _walk(typer.main.get_command(app), "reorder", None)


def _walk(command: Any, name: str, parent: Any) -> Iterator[tuple[str, Any, Any]]:
    context = command.make_context(
        name.rsplit(" ", 1)[-1],
        [],
        parent=parent,
        resilient_parsing=True,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        color=False,
    )
    yield name, command, context
    for short, member in getattr(command, "commands", {}).items():
        yield from _walk(member, f"{name} {short}", context)


def text() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, command, context in commands():
        lines = [line.rstrip() for line in command.get_help(context).splitlines()]
        parts.append("\n".join([f"## {name}", "", "```text", *lines, "```", ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
