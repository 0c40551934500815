"""Demand models: arrays in, predictive distributions out. See ``docs/models.md``.

Public names are loaded when first asked for, so that importing one module of the package costs no more
than that module.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.registry import DEFAULT_MODEL, MODELS, model
    from models.selection import Choice, choose
    from models.shared.base import Forecast, Model
    from models.shared.distribution import Distribution
    from models.shared.history import History
    from models.shared.simple import Simple

__all__ = [
    "DEFAULT_MODEL",
    "MODELS",
    "Choice",
    "Distribution",
    "Forecast",
    "History",
    "Model",
    "Simple",
    "choose",
    "model",
]

_MODULE_OF = {
    "Choice": "selection",
    "DEFAULT_MODEL": "registry",
    "Distribution": "shared.distribution",
    "Forecast": "shared.base",
    "History": "shared.history",
    "MODELS": "registry",
    "Model": "shared.base",
    "Simple": "shared.simple",
    "choose": "selection",
    "model": "registry",
}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
