"""A model of a registry as the setting ``model``: the settings that it decides by, in its place."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.config import Config, load, with_settings
from forecasting.errors import ConfigError, Notice

if TYPE_CHECKING:
    from forecasting.experimenting.experiment import Experiment
    from forecasting.experimenting.tracking.champion import Champion

REGISTERED = "models:/"
PLACES = ("tracking", "experiment_store")
"""The settings that say where the registry is."""


def settled(config: Config) -> Config:
    """The same, with what the named model of a registry decides by; any other stays as it is.

    Where the registry does not answer, what it last said holds, and every run says so.
    """
    if not config.model.startswith(REGISTERED):
        return config
    found = _champion(config.model, config)
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


def _champion(uri: str, config: Config) -> Champion:
    """What the registry says of a model, told on standard error."""
    from importlib.util import find_spec

    if find_spec("mlflow") is None:
        raise ConfigError(f"setting model: {uri} needs MLflow; pip install 'reorder[mlflow]'")
    from forecasting.experimenting.tracking.champion import champion

    found = champion(uri, config.tracking, Path(config.experiment_store))
    decides = ", ".join(f"{name}={value}" for name, value in found.settings.items())
    print(f"{found.uri}: version {found.version}, {found.contender} ({decides})", file=sys.stderr)
    return found


def contending(experiment: Experiment) -> Experiment:
    """The same, with what each contender's model of a registry decides by in that model's place."""
    from forecasting.experimenting.contenders import with_known_settings

    config = with_known_settings(
        load(), {name: value for name, value in experiment.settings.items() if name in PLACES}, "settings"
    )
    return experiment.model_copy(
        update={
            "settings": _in_place(experiment.settings, config),
            "contenders": {name: _in_place(own, config) for name, own in experiment.contenders.items()},
        }
    )


def _in_place(own: Mapping[str, Any], config: Config) -> Mapping[str, Any]:
    """``own`` settings over those that the model among them decides by."""
    named = own.get("model")
    if not isinstance(named, str) or not named.startswith(REGISTERED):
        return own
    decides = _champion(named, config).settings
    return {**decides, **{name: value for name, value in own.items() if name != "model"}}
