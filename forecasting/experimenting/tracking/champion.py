"""What an alias of the registry decides by; and, where the registry does not answer, what it last said."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from forecasting.adapters.atomic import whole_file
from forecasting.errors import ConfigError, RequestError
from forecasting.experimenting.facts import DECIDING
from forecasting.experimenting.tracking.client import connected, first_line, shown
from forecasting.experimenting.tracking.models import SETTINGS
from forecasting.experimenting.tracking.places import DATABASE, checked, database_file, missing

URI = re.compile(r"models:/(?P<name>[^/@]+)(?:@(?P<alias>[\w.-]+)|/(?P<version>\d+))$")


@dataclass(frozen=True)
class Champion:
    """What a model of the registry decides by.

    Attributes:
        uri: as the setting ``model`` had it.
        version: of the registered model. ``run``, ``contender``: where it was proven.
        settings: what it decides by.
        stale: why the registry could not be asked, and since when this is known; empty: it was asked.

    """

    uri: str
    version: int
    run: str
    contender: str
    settings: Mapping[str, Any]
    stale: str = ""


def champion(uri: str, tracking: str | None, store: Path) -> Champion:
    """What ``uri`` (``models:/NAME@ALIAS`` or ``models:/NAME/VERSION``) decides by.

    It is kept in ``store``, so that a night without the server still plans. Raises ConfigError where there
    is no such model, or the registry does not answer and never did.
    """
    found = URI.match(uri)
    if found is None:
        raise ConfigError(
            f"setting model: {uri!r} is no model of a registry; write it as models:/NAME@champion"
        )
    url = checked(tracking, store)
    _check_store(store)
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", uri.removeprefix("models:/"))
    kept = store / "champions" / f"{name}-{_hash(_registry(url))}.json"
    try:
        said = _asked(found, uri, url, store)
    except RequestError as error:
        if isinstance(error, ConfigError):
            raise
        return _last_said(uri, url, kept, error)
    try:
        with whole_file(kept) as beside:
            beside.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"setting experiment_store: {store} cannot be written ({error}); name another folder"
        ) from None
    return _champion(uri, said)


def _check_store(store: Path) -> None:
    if store.exists() and not store.is_dir():
        raise ConfigError(f"setting experiment_store: {store} is a file; name a folder")


def _registry(url: str) -> str:
    """What tells a registry from another: where it is, whoever asks it and from whichever folder."""
    file = database_file(url)
    return shown(url) if file is None else file.resolve().as_posix()


def _hash(*said: str) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


def _asked(found: re.Match[str], uri: str, url: str, store: Path) -> dict[str, Any]:
    """What the registry says. Raises ConfigError where it knows no such model, else RequestError."""
    if missing(url):
        raise RequestError(f"{shown(url)}: there is no such database")
    with connected(url) as client:
        from mlflow.exceptions import MlflowException

        try:
            if found["alias"]:
                version = client.get_model_version_by_alias(found["name"], found["alias"])
            else:
                version = client.get_model_version(found["name"], found["version"])
        except MlflowException as error:
            if error.error_code not in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
                raise RequestError(first_line(error)) from error
            raise ConfigError(
                f"setting model: {shown(url)} knows no {uri} ({first_line(error)}). `reorder experiment "
                "promote RUN` makes one"
            ) from None
        try:
            said = _downloaded(version, url, store)
        except ConfigError:
            raise
        except Exception as error:  # a server that went away, a file that is gone: the same to a plan
            raise RequestError(f"{shown(url)}: {first_line(error)}") from error
    return {**said, "version": int(version.version)}


def _downloaded(found: Any, url: str, store: Path) -> dict[str, Any]:
    """What came with a version. Only its settings are read: no code of it is run, no pickle is opened."""
    from forecasting.experimenting.tracking.client import imported

    name, version = str(found.name), str(found.version)
    # Another registry, or this one made anew, has a first version too: its run and its source tell it.
    which = _hash(_registry(url), str(found.run_id), str(found.source), str(found.creation_timestamp))
    target = store / "champions" / f"{name}-{version}-{which}"
    if not (target / SETTINGS).is_file():
        with tempfile.TemporaryDirectory() as folder:
            got = imported().artifacts.download_artifacts(
                artifact_uri=f"models:/{name}/{version}/artifacts", dst_path=folder
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(got, target, dirs_exist_ok=True)
    said = json.loads((target / SETTINGS).read_text(encoding="utf-8"))
    settings = {key: value for key, value in said["settings"].items() if key in DECIDING}
    return {**said, "settings": moved(settings, target.resolve())}


def moved(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with files of a user's own, ``FILE.py:CLASS``, as they lie in ``folder``."""
    return {name: _moved(value, folder) for name, value in settings.items()}


def _moved(value: Any, folder: Path) -> Any:
    if isinstance(value, list | tuple):
        return [_moved(each, folder) for each in value]
    found = re.match(r"(?P<file>.*\.py)(?P<inside>:\w+)?$", value) if isinstance(value, str) else None
    if found is None:
        return value
    return f"{folder / Path(found['file']).name}{found['inside'] or ''}"


def _last_said(uri: str, url: str, kept: Path, error: RequestError) -> Champion:
    if not kept.is_file():
        raise ConfigError(
            f"setting model: {uri}: the registry at {shown(url)} does not answer ({first_line(error)}), and "
            f"it never did before: nothing is kept in {kept.parent}. Start it, or name a model"
        ) from None
    since = datetime.fromtimestamp(kept.stat().st_mtime).astimezone().isoformat(" ", "minutes")
    said = json.loads(kept.read_text(encoding="utf-8"))
    return _champion(
        uri, said, f"the registry does not answer ({first_line(error)}); it last said so on {since}"
    )


def _champion(uri: str, said: Mapping[str, Any], stale: str = "") -> Champion:
    return Champion(uri, int(said["version"]), said["run"], said["contender"], said["settings"], stale)


__all__ = ["DATABASE", "Champion", "champion", "moved"]
