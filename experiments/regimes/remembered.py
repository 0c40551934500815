"""Trainings that are remembered: the same model, asked to learn the same, learns it once.

``auto`` trains the default model to judge it and again to use it, ``quantile_average`` is that model, and no
training looks at costs: one serves every contestant, and every cell of the same items, lead time and review.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from forecasting.domain import FloatArray
from models.registry import MODELS, model
from models.shared.base import Forecast, Model, Trainable
from models.shared.history import History


@dataclass(frozen=True)
class Remembering:
    """A model that looks up what it has learnt before.

    Attributes:
        untrained: the model.
        kept: what was learnt, by what it was learnt from.

    """

    untrained: Model
    kept: dict[bytes, Model]

    @property
    def name(self) -> str:
        """Of the model."""
        return self.untrained.name

    def fit(self, history: History) -> Forecast:
        """As the model does."""
        return self.untrained.fit(history)

    def train(self, history: History, horizon: FloatArray) -> Model:
        """As the model does, once."""
        assert isinstance(self.untrained, Trainable)
        key = _key(self.name, history, horizon)
        if key not in self.kept:
            self.kept[key] = self.untrained.train(history, horizon)
        return self.kept[key]


def _key(name: str, history: History, horizon: FloatArray) -> bytes:
    """What a training is known by: a hash of all that it learns from."""
    digest = hashlib.blake2b(f"{name} {history.season}".encode())
    parts = [history.data, history.indptr, history.orders, horizon]
    if history.traits is not None:
        parts += [history.traits.category, history.traits.price]
    if history.drivers is not None:
        parts.append(history.drivers.values)
    if history.weekdays is not None:
        parts.append(history.weekdays.day[: -history.weekdays.ahead or None])
    for part in parts:
        digest.update(b"none" if part is None else np.ascontiguousarray(part).tobytes())
        digest.update(b"|")
    return digest.digest()


@contextmanager
def remembered_trainings() -> Iterator[None]:
    """Within the block, models of the registry that learn from a panel remember what they learnt."""
    before, kept = dict(MODELS), dict[bytes, Model]()
    learning = [name for name in MODELS if isinstance(model(name), Trainable)]
    for name in learning:
        MODELS[name] = lambda made=before[name]: Remembering(made(), kept)
    try:
        yield
    finally:
        MODELS.update(before)
