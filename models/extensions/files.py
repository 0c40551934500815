"""A user's file as a module, loaded once for each content it has.

The module's name tells the file's path, and a finder leads from that name back to the file. So what the file
defines can be pickled, and unpickled in a process that has never heard of it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

PREFIX = "models.extensions.file_"
"""Names of modules begin so; the path follows, in hexadecimal."""


class Loaded(NamedTuple):
    """A file as a module, and the SHA-256 of the bytes that it was loaded from."""

    module: ModuleType
    sha256: str


def load_file(path: Path) -> Loaded:
    """The file as a module; loaded anew where its content has changed since.

    Raises whatever the file raises, and OSError where it cannot be read.
    """
    path = path.resolve()
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    name = PREFIX + str(path).encode().hex()
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__sha256__", None) == sha256:
        return Loaded(known, sha256)

    module = ModuleType(name)
    module.__file__, module.__dict__["__sha256__"] = str(path), sha256
    sys.modules[name] = module
    try:
        exec(compile(content, str(path), "exec", dont_inherit=True), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return Loaded(module, sha256)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _Finder:
    """Finds the modules that are named after a user's file."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See ``importlib.abc.MetaPathFinder``."""
        if not name.startswith(PREFIX):
            return None
        file = Path(bytes.fromhex(name.removeprefix(PREFIX)).decode())
        return importlib.util.spec_from_loader(name, _Loader(file), origin=str(file))


class _Loader(Loader):
    """Loads such a module when an import asks for it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """See ``importlib.abc.Loader``."""
        return load_file(self.file).module

    def exec_module(self, module: ModuleType) -> None:
        """It was executed when it was created."""


if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.append(_Finder())
