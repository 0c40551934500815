"""What was worked out once and would be worked out alike again, in a folder that anyone may delete.

The folder is ``REORDER_CACHE``, else ``reorder`` among the user's caches; ``off``: nothing is remembered. A
name is a hash of all that a thing follows from, so that nothing there is ever out of date: what does not
follow from the same is not found. Only what its own user wrote is read.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba import cloudpickle

from forecasting.adapters.atomic import whole_file

VARIABLE, OFF = "REORDER_CACHE", "off"

MOST = 40
"""Things that are kept: the oldest go first."""

DIGEST = 32
"""Bytes that each file begins with: the SHA-256 of the rest."""


class Remembered:
    """Things by name. What cannot be written or read is not remembered: nothing fails for it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = usual_folder() if folder is None else folder

    def find(self, name: str) -> Any:
        """What was kept under that name; None where nothing was, or not all of it is there."""
        if self._folder is None:
            return None
        file = self._folder / f"{name}.pickle"
        try:
            if hasattr(os, "getuid") and file.stat().st_uid != os.getuid():
                return None
            content = file.read_bytes()
            if hashlib.sha256(content[DIGEST:]).digest() != content[:DIGEST]:
                return None
            with suppress(OSError):
                file.touch()
            return pickle.loads(content[DIGEST:])
        except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError):
            return None

    def keep(self, name: str, thing: Any) -> None:
        """Keep a thing under that name, and forget the oldest where there are too many."""
        if self._folder is None:
            return
        content = cloudpickle.dumps(thing)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with whole_file(self._folder / f"{name}.pickle") as beside:
                beside.write_bytes(hashlib.sha256(content).digest() + content)
            every = sorted(self._folder.glob("*.pickle"), key=lambda file: file.stat().st_mtime)
            for file in every[:-MOST]:
                file.unlink(missing_ok=True)


def usual_folder() -> Path | None:
    """Where things are kept; None: nowhere."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return None if named in ("", OFF) else Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "reorder"
    except RuntimeError:
        return None
