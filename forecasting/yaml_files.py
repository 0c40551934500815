"""Files of names and values in YAML: read in one way, and what is wrong with one said in one way.

No message repeats what a file holds, as the reader's own do: it could be a secret.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from forecasting.errors import ConfigError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The reader in C, where there is one: ten times faster, at the start of every command."""


def parsed(text: str) -> Any:
    """What a text stands for. Raises yaml.YAMLError where it is none."""
    return yaml.load(text, LOADER)


def named_values(file: Path, todo: str) -> dict[Any, Any]:
    """The names of a file, each with its value; none where the file is empty.

    ``todo``: what to do, where it is not such a file. Raises ConfigError, which says so.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "target.yaml"
    ...     _ = file.write_text("bucket: week", encoding="utf-8")
    ...     named_values(file, "give a file of settings")
    {'bucket': 'week'}

    """
    try:
        content = parsed(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{file}: there is no such file; {todo}") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); {todo}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: cannot be read: it is not UTF-8; {todo}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{file}: is not YAML{where(error)}; {todo}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{file}: must hold lines such as `name: value`; {todo}")
    return content


def where(error: yaml.YAMLError) -> str:
    """In which line a text is wrong, in words, where that is known."""
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f" in line {mark.line + 1}"
