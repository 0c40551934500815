"""Files that are there whole or not at all: written beside their place, put onto the disk, then renamed.

A reader sees the old file or the new one, also after a process was killed or the power failed. What is
written when an error comes is taken away; only a killed process leaves something behind, whose name begins
with ``.writing-``.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".writing-"


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Yields the path to write to; at the end of the block it takes the place of ``file``.

    Folders above it are made where they are missing. Raises OSError where it cannot be written.
    """
    beside = _beside(file.parent)
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield beside
        put_on_disk(beside)
        beside.replace(file)
        put_on_disk(file.parent)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


@contextmanager
def whole_files(folder: Path, *, last: str | None = None) -> Iterator[Path]:
    """Yields an empty folder to write files to; at the end of the block they move into ``folder``.

    A folder that was not there appears with all of its files at once. In one that was there each file takes
    the place of the one of its name, and others stay. ``last`` names a file that says of all others that
    they belong together: the old one is taken away before the first is moved, the new one is moved last.

    Raises OSError where it cannot be written.
    """
    target = folder.resolve()
    new = not target.exists()
    # On the same file system: inside a folder that may be the root of one, else next to where it will be.
    place = target.parent if new else target
    place.mkdir(parents=True, exist_ok=True)
    beside = _beside(place)
    beside.mkdir()
    try:
        yield beside
        for file in beside.iterdir():
            put_on_disk(file)
        if new:
            put_on_disk(beside)
            beside.rename(target)
        else:
            _move(beside, target, last)
        put_on_disk(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _move(beside: Path, folder: Path, last: str | None) -> None:
    if last is not None:
        (folder / last).unlink(missing_ok=True)
    for file in sorted(beside.iterdir(), key=lambda file: (file.name == last, file.name)):
        file.replace(folder / file.name)


def _beside(folder: Path) -> Path:
    """A path of its own in the folder, whoever else writes there."""
    return folder / f"{PREFIX}{secrets.token_hex(4)}"


def put_on_disk(path: Path) -> None:
    """Have the system write down what it may still hold in memory: of a folder, the names in it."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders, and writes their names by itself.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
