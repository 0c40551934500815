"""The choice of models, remembered between plans: nearly all of a small company's time goes into it.

It follows from the data, the settings, the day, and the code; with any of them another, it is made anew. A
plan by a remembered choice has the bytes of the plan that made it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from typing import Any, Protocol

import numpy as np

from forecasting.adapters.checkpoints import code_version
from forecasting.config import Config
from forecasting.inputs.records import Records
from forecasting.run import LIBRARIES, extensions
from models.selection import Choice
from models.shared.history import History


class Memory(Protocol):
    """Things by name (``adapters/remembered.py``)."""

    def find(self, name: str) -> Any:
        """What was kept under that name; None where nothing was."""

    def keep(self, name: str, thing: Any) -> None:
        """Keep a thing under that name."""


def remembered_choice(
    memory: Memory | None,
    asked: tuple[Records, Config, int],
    history: History,
    make: Callable[[], Choice],
) -> Choice:
    """The choice that ``make`` makes, or made for the same.

    Args:
        memory: where it is kept; None: it is made anew.
        asked: the records as they were read, the settings that it follows, and the day.
        history: that the choice is for.
        make: makes it.

    """
    records, config, as_of = asked
    # What a user's own file does is not ours to say.
    if memory is None or extensions(config):
        return make()
    name = _name(records, config, as_of)
    found = memory.find(name)
    if isinstance(found, Choice) and len(found.index) == len(history):
        return replace(found, history=history)
    choice = make()
    # The history follows from the records, and is larger than all the rest.
    memory.keep(name, replace(choice, history=history.take(np.zeros(0, dtype=np.int64))))
    return choice


def _name(records: Records, config: Config, as_of: int) -> str:
    libraries = (*LIBRARIES, "scikit-learn", "statsmodels")
    versions = [metadata.version(name) for name in libraries]
    said = ["choice", records.fingerprint, config.model_dump(mode="json"), as_of, code_version(), versions]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]
