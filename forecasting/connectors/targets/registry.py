"""The ordering systems there are, and how one is made from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forecasting.connectors.targets.port import Target
from forecasting.connectors.targets.settings import wrong_settings
from forecasting.errors import ConfigError, known_names
from forecasting.yaml_files import named_values

KINDS: Mapping[str, str] = {
    "files": "supplier_files",
    "sql": "sql_table",
    "ubl": "ubl_order",
    "webhook": "webhook",
    "email": "email_files",
    "tryton": "tryton",
    "odoo": "odoo",
    "erpnext": "erpnext",
    "inventree": "inventree",
}
"""A kind of target -> its file in this folder."""


BESIDE = ("currency", "currencies", "items")


@dataclass(frozen=True)
class Named:
    """A target, what it is called, and what kind it is.

    ``beside``: what its entry says of all orders: ``currency``, ``currencies`` (supplier -> code) and
    ``items`` (a CSV file: supplier, sku, supplier_sku, purchase_unit, units_per_purchase_unit).
    """

    name: str
    kind: str
    target: Target
    beside: Mapping[str, Any] = field(default_factory=dict)


def target_named(name: str, file: Path | None) -> Named:
    """The target ``name`` of a file of targets; or ``files:FOLDER``, which needs no file.

    Raises ConfigError where it is not there, or its settings are wrong.
    """
    kind, separator, place = name.partition(":")
    if separator and kind == "files":
        if not place:
            raise ConfigError(f"--to {name}: name the folder that orders go to, as in files:orders")
        return Named(name, kind, made(name, {"kind": kind, "folder": place}))
    if file is None:
        raise ConfigError(f"--to {name}: name a file of targets by --targets, or write files:FOLDER")
    settings = _targets(file)
    if name not in settings:
        raise ConfigError(f"{file}: there is no target {name!r}: {known_names(name, settings)}")
    given = dict(settings[name])
    beside = {key: given.pop(key) for key in BESIDE if key in given}
    return Named(name, str(given.get("kind")), made(name, given), beside)


def kinds_in(file: Path) -> Mapping[str, str]:
    """The targets of a file, and the kind of each. Raises ConfigError where it cannot be read."""
    return {name: str(given.get("kind")) for name, given in _targets(file).items()}


def made(name: str, given: Mapping[str, Any], **options: Any) -> Target:
    """A target from its settings, ``kind`` among them. No message repeats a value: it could be a secret."""
    rest = {key: value for key, value in given.items() if key != "kind"}
    kind = str(given.get("kind"))
    if kind not in KINDS:
        raise ConfigError(f"target {name}: there is no kind {kind!r}: {known_names(kind, KINDS)}")
    module = import_module(f"forecasting.connectors.targets.{KINDS[kind]}")
    try:
        settings = module.Settings(**rest)
    except ValidationError as error:
        wrong = wrong_settings(error, module.Settings)
        raise ConfigError(f"target {name} ({kind}): {wrong}") from None
    return module.build(settings, **options)


def _targets(file: Path) -> Mapping[str, Mapping[str, Any]]:
    content = named_values(file, "name a file of targets by --targets")
    if not all(isinstance(each, dict) for each in content.values()):
        raise ConfigError(f"{file}: must hold names of targets, each with its kind and settings")
    return content
