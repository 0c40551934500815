"""One item's best policy, by theory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def solve(
    source: str, settings: Sequence[str], *, explained: bool, plot: Path | None
) -> tuple[dict[str, Any], str]:
    """Solve the problem in a JSON file (``-``: standard input), some of its values replaced.

    Returns the answer, and what says it in words where it is to be ``explained``.
    """
    from forecasting.reports.solution import explain
    from forecasting.reports.solution import plot as draw
    from forecasting.solve.problem_file import read_problem, replaced, tidied
    from forecasting.solve.solve import solve as run
    from forecasting.solve.sweep import sweep

    problem = replaced(read_problem(source), settings)
    answer = run(problem)

    words = ""
    if explained or plot is not None:
        about = sweep(problem, answer)
        words = explain(answer, about)
        if plot is not None:
            draw(answer, about, plot)
    return tidied(answer), words
