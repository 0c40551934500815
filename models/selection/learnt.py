"""What a sample of a company's items teaches once, for all of its items: which model suits which, and how.

A company of a million items is worked on in parts, and no part may hang on how it was cut. So models learn
from a sample, candidates are judged on it, and an item elsewhere gets the model that is expected to lose
least on items that sell as often as it does. Its own past dates would count for a fiftieth of that
(``models.shared.expected_losses``), and are not walked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.registry import DEFAULT_MODEL
from models.selection.assignment import assigned
from models.selection.candidates import fair_candidates, finalists
from models.selection.choice import Choice
from models.shared.activity import activity_class
from models.shared.base import Model, Trainable
from models.shared.effects import with_effects
from models.shared.expected_losses import losses_by_class
from models.shared.history import FloatArray, History, IntArray
from models.shared.rolling_origin import past_origins, rolling_losses


@dataclass(frozen=True)
class Learnt:
    """What a sample taught.

    Attributes:
        models: the m candidates; those that learn from a panel have learnt, where a class has them.
        by_class: int64, shape (CLASSES,): the model of each class of activity.
        revision: what these models revise within a quarter, on the sample; None: not known.

    """

    models: tuple[Model, ...]
    by_class: IntArray
    revision: float | None

    def choose(self, history: History, horizon: FloatArray) -> Choice:
        """The models of n other items. ``horizon``: float64, shape (n,), buckets."""
        n = len(history)
        index = self.by_class[activity_class(history)]
        nothing = np.full((n, len(self.models)), np.nan)
        return Choice(self.models, index, nothing, np.zeros(n, dtype=np.int64), history, horizon, self)


def learn(
    models: Sequence[Model],
    history: History,
    horizon: FloatArray,
    critical_ratio: FloatArray,
    origins: int = 8,
) -> Learnt:
    """Let models learn from the n items of a sample, and judge them on it. Arguments as of ``choose``."""
    dates = past_origins(history, horizon, origins) if len(models) > 1 else []
    candidates, dates = fair_candidates(models, history, horizon, dates)
    candidates = finalists(candidates, history, horizon, critical_ratio, dates)
    numbers, judged = list(candidates), list(candidates.values())
    losses, classes = rolling_losses(judged, history, horizon, critical_ratio[:, None], dates)
    default = [place for place, number in enumerate(numbers) if models[number].name == DEFAULT_MODEL]
    best = assigned(losses_by_class(losses, classes), default[0] if default else None)
    by_class = np.array(numbers, dtype=np.int64)[best]

    past, ready = with_effects(history).adjusted, list(models)
    for number in np.unique(by_class):
        model = models[number]
        if isinstance(model, Trainable):
            ready[number] = model.train(past, horizon)
    taught = Learnt(tuple(ready), by_class, None)
    return Learnt(tuple(ready), by_class, _revision(taught, history, horizon))


def _revision(learnt: Learnt, history: History, horizon: FloatArray) -> float | None:
    """As ``Choice.revision``, of the sample's items by the models of their classes."""
    index = learnt.by_class[activity_class(history)]
    nothing = np.full((len(history), len(learnt.models)), np.nan)
    windows = np.zeros(len(history), dtype=np.int64)
    return Choice(learnt.models, index, nothing, windows, history, horizon).revision
