"""What a replay keeps of its work, so that one that was stopped goes on from there.

The simulated stock follows from the orders alone, and running it again takes seconds; deciding takes
minutes. So a checkpoint is a review with what each policy ordered, or a rule with the parameters that were
fitted: nothing else needs to be kept, and a replay that goes on ends with the same bytes as one that was
never stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy.typing as npt

Checkpoint = Mapping[str, npt.NDArray[Any]]
"""Arrays by name."""


class Checkpoints(Protocol):
    """Checkpoints by name. One is there whole or not at all."""

    def read(self, name: str) -> Checkpoint | None:
        """The checkpoint of that name; None where it was never written."""

    def write(self, name: str, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint under that name."""


class NoCheckpoints:
    """Keeps nothing."""

    def read(self, name: str) -> Checkpoint | None:
        """Nothing."""
        return None

    def write(self, name: str, checkpoint: Checkpoint) -> None:
        """Nothing is kept."""


class CheckpointGroup:
    """Some of the checkpoints, whose names begin alike."""

    def __init__(self, checkpoints: Checkpoints, prefix: str) -> None:
        self._checkpoints, self._prefix = checkpoints, prefix

    def read(self, name: str) -> Checkpoint | None:
        """As ``Checkpoints.read``."""
        return self._checkpoints.read(f"{self._prefix}-{name}")

    def write(self, name: str, checkpoint: Checkpoint) -> None:
        """As ``Checkpoints.write``."""
        self._checkpoints.write(f"{self._prefix}-{name}", checkpoint)
