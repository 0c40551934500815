"""A page of the documentation that is a story: files that it writes, commands and Python that it runs."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"(?:^`(?P<file>[\w.]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Step:
    """One thing that the page does: ``write`` a file, run a ``command`` or a ``statement``; what it shows."""

    does: str
    what: str
    shown: str
    file: str = ""


def steps(page: str) -> Iterator[Step]:
    """What a page does, in its order."""
    for block in BLOCK.finditer(page):
        text = block["text"].replace("\\\n", "")
        if block["file"]:
            yield Step("write", text, "", block["file"])
        elif block["kind"] == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield Step("command", command, shown)
        elif block["kind"] == "python":
            for example in doctest.DocTestParser().get_examples(text):
                yield Step("statement", example.source, example.want)


def run(step: Step, folder: Path, names: dict[str, object], call: Callable[..., str]) -> str:
    """Do it; returns what it prints. ``call`` runs the command line with these arguments."""
    if step.does == "write":
        (folder / step.file).write_text(step.what, encoding="utf-8")
        return ""
    if step.does == "command":
        return call(*shlex.split(step.what)[1:])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(step.what, "<page>", "single"), names)
    return printed.getvalue()
