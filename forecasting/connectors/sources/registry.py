"""The sources there are, and how one is made from a file of its settings.

::

    kind: orderspace
    client_id: {env: ORDERSPACE_CLIENT_ID}     # secrets are named, never written
    client_secret: {file: secrets/orderspace}
    own: own-tables                            # of any kind: what the source does not hold (own.py);
                                               # or erp.yaml, the settings of the system that does
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forecasting.connectors.sources.csv_folder import shipped
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Source
from forecasting.connectors.targets.settings import wrong_settings
from forecasting.errors import ConfigError, known_names
from forecasting.yaml_files import named_values

KINDS: Mapping[str, str] = {
    "csv": "csv_folder",
    "erpnext": "erpnext.source",
    "odoo": "odoo.source",
    "orderspace": "orderspace.source",
    "sql": "sql",
    "tryton": "tryton.source",
    "vendure": "vendure.source",
}
"""A kind of source -> its module in this folder."""


@dataclass(frozen=True)
class Named:
    """A source's kind and its settings.

    ``own``: a folder of the company's own tables beside it, or the settings of another source that has them.
    ``file``: where the settings stand.
    """

    kind: str
    given: Mapping[str, Any]
    own: Path | None = None
    file: Path | None = None


def read_settings(file: Path, kind: str | None = None) -> Named:
    """The settings of a source in a file. ``kind``: where the file need not say it.

    Paths in it are seen from the file's folder.
    """
    content = named_values(file, "it must hold the settings of one source, kind: among them")
    given = {str(key): value for key, value in content.items()}
    said = given.pop("kind", kind)
    if kind is not None and said != kind:
        raise ConfigError(f"{file}: is of kind {said!r}, not {kind!r}")
    own = given.pop("own", None)
    for name in ("folder", "mapping"):
        # The name of a mapping that is shipped is no path.
        if isinstance(given.get(name), str) and given[name] not in shipped():
            given[name] = str(file.parent / given[name])
    return Named(str(said), given, None if own is None else file.parent / str(own), file)


def is_settings(file: Path) -> bool:
    """Whether a file holds the settings of a source, and no mapping of tables."""
    try:
        return "kind" in named_values(file, "")
    except ConfigError:
        return False


def settings_of(named: Named) -> Any:
    """The checked settings. No message repeats a value: it could be a secret."""
    module = _module(named.kind)
    try:
        return module.Settings(**named.given)
    except ValidationError as error:
        place = f"source {named.kind}" if named.file is None else str(named.file)
        raise ConfigError(f"{place}: {wrong_settings(error, module.Settings)}") from None


def made(named: Named, kept: Kept, as_of: date, **options: Any) -> Source:
    """A source. ``as_of``: the day at whose close its stock of now counts."""
    return _module(named.kind).build(settings_of(named), kept, as_of, **options)


def _module(kind: str) -> Any:
    if kind not in KINDS:
        raise ConfigError(f"there is no kind {kind!r} of source: {known_names(kind, KINDS)}")
    return import_module(f"forecasting.connectors.sources.{KINDS[kind]}")
