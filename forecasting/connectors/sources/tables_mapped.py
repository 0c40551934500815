"""A mapping by which a company's own tables are read: a YAML file with one of ours an entry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forecasting.dataset.tables import BY_NAME
from forecasting.errors import ConfigError, known_names
from forecasting.yaml_files import named_values


def tables_mapped(file: Path, place: str) -> Mapping[str, Mapping[str, Any]]:
    """What the file says of each table: where it is (``place``: ``table`` or ``file``) or a ``query``.

    Raises ConfigError where it cannot be read, or names a table that is none of ours.
    """
    content = named_values(file, "--inspect proposes a mapping")
    if not content:
        raise ConfigError(f"{file}: names no table; --inspect proposes a mapping")
    for name, given in content.items():
        if name not in BY_NAME:
            raise ConfigError(f"{file}: there is no table {name!r}: {known_names(str(name), BY_NAME)}")
        if not isinstance(given, dict) or (place in given) == ("query" in given):
            raise ConfigError(f"{file}: {name} needs {place}: or query:, one of the two")
    return content
