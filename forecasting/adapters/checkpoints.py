"""A replay's checkpoints in a folder: a file each, there whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.adapters.atomic import whole_file
from forecasting.errors import RequestError

OWNER = "replay.txt"
"""The file that says which replay the checkpoints are of."""

Checkpoint = Mapping[str, npt.NDArray[Any]]


class FolderCheckpoints:
    """Checkpoints in ``folder``, of the replay known as ``identity``; those of any other are thrown away.

    Another version of the code is another replay: it might decide otherwise.

    Attributes:
        reviews: how many reviews there were checkpoints of to begin with, of whichever policies.

    Raises RequestError where the folder cannot be written.

    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        owner = f"{identity} {code_version()}\n"
        try:
            named = folder / OWNER
            if not (named.is_file() and named.read_text(encoding="utf-8") == owner):
                self.discard()
                with whole_file(named) as beside:
                    beside.write_text(owner, encoding="utf-8")
        except OSError as error:
            raise RequestError(f"{folder}: cannot be written ({error}); name another folder") from None
        kept = folder.glob("*review-*.npz")
        self.reviews = len({file.stem.rpartition("-")[2] for file in kept})

    def read(self, name: str) -> Checkpoint | None:
        """The arrays of a checkpoint by name; None where it was never written, or cannot be read any more."""
        try:
            # Opened here, for numpy does not close a file that it cannot read.
            with (self._folder / f"{name}.npz").open("rb") as file:
                arrays = np.load(file, allow_pickle=False)
                return {label: arrays[label] for label in arrays.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    def write(self, name: str, checkpoint: Checkpoint) -> None:
        """Keep the arrays of a checkpoint."""
        with whole_file(self._folder / f"{name}.npz") as beside, beside.open("wb") as file:
            np.savez(file, **dict(checkpoint))  # type: ignore[arg-type]  # numpy's stub takes no mapping

    def discard(self) -> None:
        """Throw all checkpoints away: the replay is done."""
        shutil.rmtree(self._folder, ignore_errors=True)


@cache
def code_version() -> str:
    """The same for the same code of ours, whatever version it calls itself."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for package in (root, root.parent / "models"):
        for file in sorted(package.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
