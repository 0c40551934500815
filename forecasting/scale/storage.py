"""Where partitions and their results lie: a local folder, or a URL of any object store that fsspec reads.

A file is written whole or not at all: a local one is renamed into its place, an object appears when its last
byte is there. What is read is held against the size and the hash that its manifest or receipt names: a read
that ends half way is tried again, and never taken for the whole.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from forecasting.adapters.atomic import whole_file
from forecasting.errors import RequestError

ATTEMPTS, PAUSE = 4, 0.2
"""Times that a read or a write of an object is tried, and seconds before the second one; then twice that."""

Answer = TypeVar("Answer")


class HalfAnObject(OSError):
    """What was read is not what was written."""


class Storage:
    """Files below one folder or URL, by their paths. Raises RequestError where fsspec is wanting."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        self.local = "://" not in root
        self._system: Any = None
        if not self.local:
            self._system, self._base = _system(self.root)

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        if self.local:
            return (Path(self.root) / path).is_file()
        self._system.invalidate_cache()
        return bool(_again(lambda: self._system.exists(f"{self._base}/{path}")))

    def read(self, path: str) -> bytes:
        """All of a file. Raises FileNotFoundError where there is none."""
        if self.local:
            return (Path(self.root) / path).read_bytes()
        return _again(lambda: bytes(self._system.cat_file(f"{self._base}/{path}")))

    def write(self, path: str, content: bytes) -> None:
        """Write a file, whole or not at all."""
        if self.local:
            with whole_file(Path(self.root) / path) as beside:
                beside.write_bytes(content)
            return
        _again(lambda: self._system.pipe_file(f"{self._base}/{path}", content))

    def put(self, file: Path, path: str) -> None:
        """Copy a local file to ``path``, whole or not at all."""
        if self.local:
            with whole_file(Path(self.root) / path) as beside:
                shutil.copyfile(file, beside)
            return
        _again(lambda: self._system.put_file(str(file), f"{self._base}/{path}"))

    def fetch(self, path: str, size: int, sha256: str, folder: Path) -> Path:
        """A local file that is, to the byte, what was written to ``path``; an object is copied to ``folder``.

        Raises HalfAnObject where it is not, however often it is read.
        """
        if self.local:
            file = Path(self.root) / path
            _hold(file, size, sha256)
            return file
        file = folder / Path(path).name

        def copied() -> Path:
            self._system.get_file(f"{self._base}/{path}", str(file))
            _hold(file, size, sha256)
            return file

        return _again(copied)

    def names(self, path: str) -> list[str]:
        """The names of the files of a folder, ascending; none where there is no such."""
        if self.local:
            place = Path(self.root) / path
            return sorted(each.name for each in place.iterdir()) if place.is_dir() else []
        self._system.invalidate_cache()
        try:
            found = _again(lambda: self._system.ls(f"{self._base}/{path}", detail=False))
        except FileNotFoundError:
            return []
        return sorted(str(each).rsplit("/", 1)[-1] for each in found)

    def remove(self, path: str) -> None:
        """Take away a file or all below a folder, if it is there."""
        if self.local:
            place = Path(self.root) / path
            shutil.rmtree(place, ignore_errors=True) if place.is_dir() else place.unlink(missing_ok=True)
        elif self.exists(path) or self._system.isdir(f"{self._base}/{path}"):
            self._system.rm(f"{self._base}/{path}", recursive=True)


def scratch(root: str) -> str | None:
    """Where a temporary folder is best made: on the disk of a local ``root``; None: wherever usual."""
    if "://" in root:
        return None
    Path(root).mkdir(parents=True, exist_ok=True)
    return root


def _system(url: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError:
        raise RequestError(
            f"{url}: needs fsspec and the package for its kind: pip install 'reorder[s3]', or gcsfs, or adlfs"
        ) from None
    try:
        system, base = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise RequestError(f"{url}: cannot be opened ({error})") from None
    return system, str(base).rstrip("/")


def _hold(file: Path, size: int, sha256: str) -> None:
    held = file.stat().st_size
    if held != size:
        raise HalfAnObject(f"{file.name}: {held:,} bytes where {size:,} were written")
    with file.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != sha256:
            raise HalfAnObject(f"{file.name}: its content is not what was written")


def _again(work: Callable[[], Answer]) -> Answer:
    """Try until it works: networks fail for a moment. What is not there is not waited for."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return work()
        except (FileNotFoundError, PermissionError):
            raise
        except Exception:  # each store raises errors of its own
            if attempt == ATTEMPTS:
                raise
            time.sleep(PAUSE * 2 ** (attempt - 1))
    raise AssertionError
