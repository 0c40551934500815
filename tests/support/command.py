"""The command line for tests: in this process, as its entry point is called, or in one of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from forecasting import cli
from tests.support.paths import ROOT

AS_OF = "2026-06-28"

QUICK = ("--set", "model=negative_binomial")
"""One model instead of six, where the forecast does not matter."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def commands(command: Any = None, name: str = "") -> list[str]:
    """The name of every command, groups among them; the whole program is the empty name."""
    command = command or typer.main.get_command(cli.app)
    found = [name]
    for short, member in getattr(command, "commands", {}).items():
        found += commands(member, f"{name} {short}".strip())
    return found


def reorder(*arguments: object) -> Ended:
    """Call the entry point in this process, as the installed command does."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    given, sys.argv = sys.argv, ["reorder", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.main()
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        sys.argv = given
    return Ended(code, out.getvalue(), err.getvalue())


class Process(subprocess.Popen):
    """One that ends with the block that it is used in, whatever fails there."""

    def __exit__(self, kind, *rest):
        if kind is not None:
            self.kill()
        super().__exit__(kind, *rest)


def process(*arguments: object, code: str | None = None) -> Process:
    """Start it in a process of its own; ``code`` is run there instead of the module."""
    start = ["-m", "forecasting.cli"] if code is None else ["-c", code]
    return Process(
        [sys.executable, *start, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, without those of folders in it."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())
