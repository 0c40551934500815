"""Orders as files in a folder: each appears whole, once, and is not written again after it was picked up.

Beside the files lies ``.reorder``. A file is first written there (``KEY.staged``), then it is noted that it
is about to be handed over (``KEY.begun``), then it is renamed to its place. Only the rename takes the staged
file away: where one was begun and none is staged, it was handed over, whether it is still there or not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from forecasting.adapters.atomic import put_on_disk, whole_file
from forecasting.connectors.targets.port import (
    EXACTLY_ONCE,
    AlreadyThere,
    Document,
    Held,
    TargetUnavailable,
)
from forecasting.domain.purchase_orders import PurchaseOrder

OURS = ".reorder"


class FolderTarget:
    """Writes what ``render`` makes of an order; ``suffix``: of the file's name."""

    guarantee = EXACTLY_ONCE
    reserves = False

    def __init__(self, folder: Path, suffix: str, render: Callable[[PurchaseOrder], bytes]) -> None:
        self.folder, self.suffix, self.render = folder, suffix, render

    def find(self, key: str) -> Sequence[Document]:
        """The file of the key, also where somebody has taken it away since."""
        try:
            return self._find(key)
        except OSError as error:
            raise TargetUnavailable(f"{self.folder}: cannot be read ({error.strerror})") from None

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Write the file, unless it was handed over before."""
        content = self.render(order)
        name = f"{slug(order.supplier)}_{order.as_of.isoformat()}_{key}{self.suffix}"
        try:
            with self._locked():
                if self._find(key):
                    raise AlreadyThere(f"{key} is there already")
                staged = self._ours(key, "staged")
                with whole_file(staged) as beside:
                    beside.write_bytes(content)
                with whole_file(self._ours(key, "begun")) as beside:
                    beside.write_text(f"{name}\n{order.payload_hash}\n", encoding="utf-8")
                staged.rename(self.folder / name)
                put_on_disk(self.folder)
                put_on_disk(self.folder / OURS)
        except OSError as error:
            raise TargetUnavailable(f"{self.folder}: cannot be written ({error.strerror})") from None
        return name

    def read_back(self, number: str) -> Document | None:
        """The file of that name."""
        key = re.search(r"(reorder-[0-9a-f]+)", number)
        found = self.find(key[1]) if key else []
        return found[0] if found else None

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """Who picks a file up does so elsewhere: nothing can be told."""
        return {}

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Nothing is ever left over."""
        return 0

    def _find(self, key: str) -> Sequence[Document]:
        begun = self._ours(key, "begun")
        if not begun.exists() or self._ours(key, "staged").exists():
            return []
        name, payload_hash = begun.read_text(encoding="utf-8").split("\n")[:2]
        return [Document(name, Held.WHOLE, None, payload_hash)]

    def _ours(self, key: str, what: str) -> Path:
        return self.folder / OURS / f"{key}.{what}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time; the lock goes with its process."""
        (self.folder / OURS).mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / OURS / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if os.name != "nt":
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def slug(name: str) -> str:
    """A supplier's name as part of a file's."""
    return re.sub(r"[^\w.-]+", "-", name).strip(".-")[:60] or "supplier"
