"""The names of extensions: which are files, and where these are."""

from __future__ import annotations

from pathlib import Path

SUFFIX = ".py"


def is_file_name(name: str) -> bool:
    """Whether a name means a file, as in ``my_model.py`` or ``my_model.py:MyModel``.

    >>> is_file_name("ideas/my_model.py:MyModel"), is_file_name("my_model.py"), is_file_name("theta")
    (True, True, False)

    """
    return split(name)[0].endswith(SUFFIX)


def split(name: str) -> tuple[str, str | None]:
    """The file, and what in it is meant; None: the one that there is.

    >>> split("my_model.py:MyModel"), split("my_model.py")
    (('my_model.py', 'MyModel'), ('my_model.py', None))

    """
    file, colon, inside = name.rpartition(":")
    return (file, inside) if colon and file.endswith(SUFFIX) else (name, None)


def located(name: str, folder: Path | None) -> str:
    """The name with its whole path, so that it means the same in any process; others as they are.

    A relative path starts at ``folder`` where the file is there, else at the working directory.

    >>> located("theta", None)
    'theta'

    """
    if not is_file_name(name):
        return name
    file, inside = split(name)
    path = Path(file).expanduser()
    beside = None if folder is None or path.is_absolute() else folder / path
    whole = str((beside if beside is not None and beside.is_file() else path).resolve())
    return whole if inside is None else f"{whole}:{inside}"
