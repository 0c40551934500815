"""From a name to the object that a user wrote, or to what is wrong with it, in words."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from models.extensions.files import PREFIX, Loaded, load_file, sha256_of
from models.extensions.names import SUFFIX, is_file_name, split

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""What an extension may be called: its name becomes part of columns and of file names."""


class ExtensionError(ValueError):
    """An extension cannot be had: the message says which, why, and what to do."""


@dataclass(frozen=True)
class Kind:
    """What may be written by a user.

    Attributes:
        what: the word for it, as in "model".
        group: entry points of installed packages that hold such.
        fits: whether a class, or an object of a module, is meant to be one.
        wrong: what a finished object lacks to be one, in words; None: nothing.
        taken: names that shipped ones have.

    """

    what: str
    group: str
    fits: Callable[[Any], bool]
    wrong: Callable[[Any], str | None]
    taken: Collection[str] = ()


@dataclass(frozen=True)
class Extension:
    """What was found under a name.

    Attributes:
        made: the object.
        name: what it calls itself: outputs use it.
        file: the name of its file, without folders.
        inside: the class or object in it.
        sha256: of the file, in hexadecimal.

    """

    made: Any
    name: str
    file: str
    inside: str
    sha256: str

    def described(self) -> dict[str, str]:
        """What ``run.json`` says of it: nothing of where the file lies."""
        return {"name": self.name, "file": self.file, "class": self.inside, "sha256": self.sha256}


def load(name: str, kind: Kind) -> Extension | None:
    """The extension of that name; None where it is neither a file nor an entry point.

    Raises ExtensionError where there is none such, or it is no such thing.
    """
    if is_file_name(name):
        return _from_file(name, kind)
    return _from_entry_point(name, kind)


def installed(kind: Kind) -> list[str]:
    """The names of the entry points of that kind."""
    return sorted(point.name for point in metadata.entry_points(group=kind.group))


def meant(file: str, kind: Kind) -> list[str]:
    """What in a file is meant to be of that kind. Raises ExtensionError where it cannot be loaded."""
    return _fitting(_loaded(file, kind).module, kind)


def _loaded(name: str, kind: Kind) -> Loaded:
    path = Path(split(name)[0]).expanduser()
    if not path.is_file():
        raise ExtensionError(f"{kind.what} {name}: there is no file {path}; name one that exists")
    try:
        return load_file(path)
    except (Exception, SystemExit) as error:
        raise ExtensionError(
            f"{kind.what} {name}: the file cannot be loaded: {_said(error, path)}; mend it"
        ) from error


def _from_file(name: str, kind: Kind) -> Extension:
    (module, sha256), (file, inside) = _loaded(name, kind), split(name)
    path = Path(file).expanduser()
    if inside is None:
        inside = _only_one(module, path, kind)
    if not hasattr(module, inside):
        there = _fitting(module, kind)
        has = f"it has {', '.join(there)}" if there else f"no {kind.what} is in it"
        raise ExtensionError(f"{kind.what} {name}: there is no {inside} in {path.name}; {has}")
    return _finished(getattr(module, inside), name, kind, (path.name, inside, sha256))


def _from_entry_point(name: str, kind: Kind) -> Extension | None:
    points = list(metadata.entry_points(group=kind.group, name=name))
    if not points:
        _refuse_other_files(name, kind)
        return None
    point = points[0]
    if len({each.value for each in points}) > 1:
        raise ExtensionError(
            f"{kind.what} {name}: several packages call theirs so ({', '.join(p.value for p in points)}); "
            "name the file instead"
        )
    try:
        found = point.load()
        of_type = found if inspect.isroutine(found) or inspect.isclass(found) else type(found)
        file = Path(inspect.getfile(of_type))
    except (Exception, SystemExit) as error:
        raise ExtensionError(f"{kind.what} {name}: {point.value} cannot be loaded: {_said(error)}") from error
    made = _finished(found, name, kind, (file.name, point.value.rpartition(":")[2], sha256_of(file)))
    if made.name != name:
        raise ExtensionError(f"{kind.what} {name}: it calls itself {made.name!r}; name the entry point so")
    return made


def _refuse_other_files(name: str, kind: Kind) -> None:
    """Raise ExtensionError where a name is that of a file of another kind than Python's."""
    path = Path(name.partition(":")[0]).expanduser()
    if path.suffix and path.is_file():
        raise ExtensionError(
            f"{kind.what} {name}: {path.name} does not end in {SUFFIX}; write it in a file that does"
        )


def _only_one(module: ModuleType, path: Path, kind: Kind) -> str:
    there = _fitting(module, kind)
    if len(there) == 1:
        return there[0]
    if not there:
        raise ExtensionError(f"{kind.what} {path}: no {kind.what} is in it; see docs/extending.md")
    raise ExtensionError(
        f"{kind.what} {path}: it has {', '.join(there)}; say which, as in {path.name}:{there[0]}"
    )


def _fitting(module: ModuleType, kind: Kind) -> list[str]:
    """What the file itself defines that is meant to be one."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__module__", None) == module.__name__
        and kind.fits(value)
    ]


def _finished(found: Any, name: str, kind: Kind, source: tuple[str, str, str]) -> Extension:
    """The object itself: of a class one is made, without arguments."""
    if inspect.isclass(found):
        try:
            inspect.signature(found).bind()
        except TypeError as error:
            raise ExtensionError(
                f"{kind.what} {name}: {source[1]} cannot be made without arguments ({error}); "
                "give each a default"
            ) from error
        except ValueError:
            pass  # No signature to be had: making it will tell.
        try:
            found = found()
        except (Exception, SystemExit) as error:
            raise ExtensionError(f"{kind.what} {name}: {source[1]}() fails: {_said(error)}") from error
    lacks = kind.wrong(found)
    if lacks:
        raise ExtensionError(f"{kind.what} {name}: {source[1]} {lacks}")
    called = getattr(found, "name", None) or getattr(found, "__name__", None)
    if not isinstance(called, str) or not NAME.fullmatch(called):
        raise ExtensionError(
            f"{kind.what} {name}: {source[1]} has the name {called!r}; give it an attribute `name` of "
            "letters, digits and _"
        )
    if called in kind.taken:
        raise ExtensionError(
            f"{kind.what} {name}: {source[1]} calls itself {called!r}, as a shipped {kind.what} does; "
            "give it a name of its own"
        )
    return Extension(found, called, *source)


def takes(method: Any, *arguments: str) -> str | None:
    """What is wrong with a method that is to be called with so many arguments; None: nothing."""
    try:
        inspect.signature(method).bind(*arguments)
    except TypeError:
        return f"must take ({', '.join(arguments)}), not {inspect.signature(method)}"
    except ValueError:
        return None
    return None


def place_of(error: BaseException) -> str:
    """Where in a user's file an error comes from, in words; empty where it comes from none."""
    frames = [
        (str(frame.f_globals.get("__file__", "")), line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__", "")).startswith(PREFIX)
    ]
    return f" ({Path(frames[-1][0]).name}, line {frames[-1][1]})" if frames else ""


def _said(error: BaseException, path: Path | None = None) -> str:
    """An error as one line, with the line of the user's file where it was raised."""
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {kind}: {error.msg}"
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if path and f.filename == str(path.resolve())
    ]
    where = f"line {frames[-1].lineno}: " if frames else ""
    return f"{where}{kind}: {' '.join(str(error).split())}"
