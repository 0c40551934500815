"""A replay's notebook in a folder: a file a page, there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.errors import RequestError

OWNER = "replay.txt"
"""The file that says which replay the pages are of."""

Page = Mapping[str, npt.NDArray[Any]]


class FolderNotebook:
    """Pages in ``folder``, of the replay known as ``identity``; pages of any other are thrown away.

    Another version of the code is another replay: it might decide otherwise.

    Attributes:
        pages: how many were there to begin with.

    Raises RequestError where the folder cannot be written.

    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        owner = f"{identity} {_code()}\n"
        try:
            named = folder / OWNER
            if not (named.is_file() and named.read_text(encoding="utf-8") == owner):
                self.discard()
                folder.mkdir(parents=True)
                named.write_text(owner, encoding="utf-8")
        except OSError as error:
            raise RequestError(f"{folder}: cannot be written ({error}); name another folder") from None
        self.pages = len(list(folder.glob("review-*.npz")))

    def read(self, page: str) -> Page | None:
        """The arrays of a page by name; None where it was never written, or cannot be read any more."""
        try:
            with np.load(self._folder / f"{page}.npz", allow_pickle=False) as file:
                return {name: file[name] for name in file.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    def write(self, page: str, content: Page) -> None:
        """Keep the arrays of a page: on the disk before it gets its name."""
        beside = self._folder / f".{page}.writing"
        with beside.open("wb") as file:
            np.savez(file, **dict(content))  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._folder / f"{page}.npz")

    def discard(self) -> None:
        """Throw all pages away: the replay is done."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _code() -> str:
    """The same for the same code of ours, whatever version it calls itself."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for package in (root, root.parent / "models"):
        for file in sorted(package.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
