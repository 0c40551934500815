"""A model of a registry as the setting ``model``: the settings that it decides by, in its place."""

from __future__ import annotations

import sys
from pathlib import Path

from forecasting.config import Config, with_settings
from forecasting.errors import ConfigError, Notice

REGISTERED = "models:/"


def settled(config: Config) -> Config:
    """The same, with what the named model of a registry decides by; any other stays as it is.

    Where the registry does not answer, what it last said holds, and every run says so.
    """
    if not config.model.startswith(REGISTERED):
        return config
    from importlib.util import find_spec

    if find_spec("mlflow") is None:
        raise ConfigError(f"setting model: {config.model} needs MLflow; pip install 'reorder[mlflow]'")
    from forecasting.experimenting.tracking.champion import champion

    found = champion(config.model, config.tracking, Path(config.experiment_store))
    decides = ", ".join(f"{name}={value}" for name, value in found.settings.items())
    print(f"{found.uri}: version {found.version}, {found.contender} ({decides})", file=sys.stderr)
    if not found.stale:
        return with_settings(config, found.settings)
    said = Notice(
        "settings",
        None,
        "model",
        found.uri,
        f"version {found.version} decides, unasked: {found.stale}",
        "look whether MLflow runs; a promotion since then is not known here",
    )
    return with_settings(config, found.settings).with_notices(said)
