"""Reads a problem for ``reorder solve``: a JSON object, with single values replaced for a what-if."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forecasting.errors import RequestError


def read_problem(source: str) -> dict[str, Any]:
    """The object in the file ``source``, or on standard input (``-``).

    Raises RequestError where it is not there, or no JSON object.
    """
    name = "standard input" if source == "-" else source
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RequestError(
            f"{name}: there is no such file; give a JSON file, or - to read it from a pipe"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{name}: cannot be read ({error}); give a JSON file in UTF-8") from None
    try:
        problem = json.loads(text)
    except json.JSONDecodeError as error:
        raise RequestError(
            f"{name}, line {error.lineno}, column {error.colno}: not JSON ({error.msg}); "
            "docs/solve.md has examples"
        ) from None
    if not isinstance(problem, dict):
        raise RequestError(f'{name}: must be one JSON object, as in {{"demand": ..., "holding": 1, ...}}')
    return problem


def replaced(problem: Mapping[str, Any], settings: Sequence[str]) -> dict[str, Any]:
    """A copy with some values replaced: ``name=value`` or ``name.part=value``, the value in JSON or a word.

    Raises RequestError where a name leads into something that has no parts.
    """
    changed = copy.deepcopy(dict(problem))
    for setting in settings:
        path, separator, text = setting.partition("=")
        if not separator or not path:
            raise RequestError(f"--set {setting}: write it as name=value, as in holding=2")
        place: Any = changed
        *parents, last = path.strip().split(".")
        for parent in parents:
            place = place.setdefault(parent, {})
            if not isinstance(place, dict):
                raise RequestError(f"--set {setting}: {parent} is a single value, it has no part {last!r}")
        try:
            place[last] = json.loads(text)
        except json.JSONDecodeError:
            place[last] = text
    return changed


def tidied(answer: Any) -> Any:
    """The answer without what float arithmetic leaves behind: numbers to nine decimals."""
    if isinstance(answer, Mapping):
        return {name: tidied(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [tidied(value) for value in answer]
    return round(answer, 9) + 0.0 if isinstance(answer, float) else answer
