"""A mapping by which a company's own tables are read: a YAML file with one of ours an entry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from forecasting.dataset.tables import BY_NAME
from forecasting.errors import ConfigError, known_names


def tables_mapped(file: Path, place: str) -> Mapping[str, Mapping[str, Any]]:
    """What the file says of each table: where it is (``place``: ``table`` or ``file``) or a ``query``.

    Raises ConfigError where it cannot be read, or names a table that is none of ours.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{file}: cannot be read; --inspect proposes a mapping") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{file}: is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict) or not content:
        raise ConfigError(f"{file}: names no table; --inspect proposes a mapping")
    for name, given in content.items():
        if name not in BY_NAME:
            raise ConfigError(f"{file}: there is no table {name!r}: {known_names(str(name), BY_NAME)}")
        if not isinstance(given, dict) or (place in given) == ("query" in given):
            raise ConfigError(f"{file}: {name} needs {place}: or query:, one of the two")
    return content
