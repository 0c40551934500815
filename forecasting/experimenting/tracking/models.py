"""A contender as a model: code, settings and signature in a folder that MLflow loads."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from forecasting.experimenting.facts import DECIDING
from forecasting.experimenting.tasks import own_paths
from forecasting.experimenting.tracking.client import imported

CODE = Path(__file__).with_name("quantile_model.py")
SETTINGS = "champion.json"
FILES = "files"
QUANTILES = (0.5, 0.8, 0.9, 0.95, 0.98)


def promoted_settings(run: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a contender decides by: the model, the policy, and what else it or its experiment states."""
    contender = run["contenders"][name]
    stated = {"model", "policy", *run["settings"], *contender["settings"]} & DECIDING
    return {each: contender["config"][each] for each in sorted(stated)}


def save(run: Mapping[str, Any], name: str, folder: Path) -> Path:
    """Write the model of a contender into ``folder``, which is not there yet. Returns it."""
    mlflow = imported()
    from mlflow.models import ModelSignature
    from mlflow.types.schema import ColSpec, ParamSchema, ParamSpec, Schema

    made = folder.parent / f"{folder.name}-parts"
    made.mkdir(parents=True)
    artifacts = {"settings": str(_settings_file(run, name, made))}
    for number, file in enumerate(own_paths(run["contenders"][name]["config"])):
        artifacts[f"file{number}"] = str(file)
    history: list[Any] = [
        ColSpec("string", "sku"),
        ColSpec("datetime", "date"),
        ColSpec("double", "quantity"),
    ]
    forecast: list[Any] = [ColSpec("string", "sku"), ColSpec("double", "mean")]
    forecast += [ColSpec("double", f"q{level:g}") for level in QUANTILES]
    asked = ParamSchema([ParamSpec("horizon_days", "long", 28), ParamSpec("as_of", "string", "")])
    with warnings.catch_warnings():
        # Its input has a schema of columns; an example of it would be checked by running the model once.
        warnings.filterwarnings("ignore", message=".*(type hint|input example)", category=UserWarning)
        mlflow.pyfunc.save_model(
            str(folder),
            python_model=str(CODE),
            artifacts=artifacts,
            signature=ModelSignature(Schema(history), Schema(forecast), asked),
            pip_requirements=[f"reorder=={metadata.version('reorder')}"],
        )
    shutil.rmtree(made)
    return folder


def _settings_file(run: Mapping[str, Any], name: str, folder: Path) -> Path:
    said = {
        "run": run["run"],
        "experiment": run["experiment"],
        "contender": name,
        "settings": promoted_settings(run, name),
        "config": run["contenders"][name]["config"],
    }
    file = folder / SETTINGS
    file.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file
