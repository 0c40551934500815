"""What should we buy? Datasets, policies, plans and replays; and all of it from a notebook.

>>> import forecasting as reorder
>>> data = reorder.sample(items=20, days=200, seed=1)
>>> table = reorder.forecast(data, as_of="2026-06-28", horizon_days=28, model="ses")
>>> len(table), set(table["model"])
(20, {'ses'})

``docs/notebook.ipynb`` shows the rest. The names below are loaded when first asked for, so that importing one
module of the package costs no more than that module.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecasting.api import backtest, check, compare, forecast, load, plan, replay, sample

__all__ = ["backtest", "check", "compare", "forecast", "load", "plan", "replay", "sample"]

_ROOMS = ("replay", "sample")
"""Two of these are rooms of the house as well: the room is called as the function is."""


class _CallableRoom(ModuleType):
    """A package that does what the function of its name in ``forecasting.api`` does."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        return _function(self.__name__.rpartition(".")[2])(*arguments, **settings)


def make_callable(room: str) -> None:
    """Let the package of that name be called."""
    sys.modules[room].__class__ = _CallableRoom


def _function(name: str) -> Any:
    return getattr(import_module("forecasting.api"), name)


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name in __all__:
        return _function(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
