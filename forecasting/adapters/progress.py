"""A progress bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str, *, silent: bool = False) -> Iterator[Callable[[int, str], Callable[[], None]]]:
    """Yields a function that begins a stage of so many steps and returns what to call after each."""
    if silent or not sys.stderr.isatty():
        yield lambda steps, stage: lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:

        def begin(steps: int, stage: str) -> Callable[[], None]:
            task = bar.add_task(f"{what}: {stage}", total=steps)
            return lambda: bar.advance(task)

        yield begin
