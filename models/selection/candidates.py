"""Who takes part: the models that can be judged fairly, and those worth judging on all items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.registry import DEFAULT_MODEL
from models.shared.activity import activity_class
from models.shared.base import Model, Trainable
from models.shared.effects import with_effects
from models.shared.expected_losses import expected_losses
from models.shared.history import FloatArray, History, IntArray
from models.shared.rolling_origin import rolling_losses

MOST_ITEMS = 1_000
"""Where there are more items, a sample of this many says which ``FINALISTS`` are worth judging on all."""

FINALISTS = 3

FEWEST_DATES = 4
"""Past dates that say enough for items to leave a default that could not be judged at them."""

ENOUGH_TO_LEARN = 0.5
"""Years of history from which on the default is trusted although there was too little before those dates."""

Candidates = dict[int, Model]
"""The models that are judged, as they are judged, by their number among those given to ``choose``."""


def fair_candidates(
    models: Sequence[Model], history: History, horizon: FloatArray, origins: list[int]
) -> tuple[Candidates, list[int]]:
    """The models that can be judged, and the origins at which all of them can be.

    What a model learns from the panel it must have learnt before the dates that it is judged at: it
    learns from the older half of the time, and all are judged on the later half. Where that is too little
    to learn from there is no evidence for it, and it does not take part. The default does, judged by what
    stands in for it, at fewer than ``FEWEST_DATES`` (no item is to leave it for the luck of a date or two)
    and where it has ``ENOUGH_TO_LEARN`` by now.

    Args:
        models: at least one.
        history: n items.
        horizon: float64, shape (n,), buckets.
        origins: buckets before the end, ascending.

    """
    candidates = dict(enumerate(models))
    untrained = {number: model for number, model in candidates.items() if isinstance(model, Trainable)}
    if not untrained or len(models) == 1:
        return candidates, origins

    learnt = 0
    trusted = (
        len(origins) < FEWEST_DATES or history.lengths.max(initial=0) >= ENOUGH_TO_LEARN * history.season
    )
    past = with_effects(history.until(origins[len(origins) // 2])).adjusted if origins else history
    for number, model in untrained.items():
        trained = model.train(past, horizon) if origins else model
        # With too little to learn from, training hands back another model: the one that stands in.
        has_learnt = bool(origins) and trained.name == model.name
        learnt += has_learnt
        if has_learnt or (trusted and model.name == DEFAULT_MODEL):
            candidates[number] = trained
        else:
            del candidates[number]

    if not candidates:
        return {0: models[0]}, []
    return candidates, origins[: len(origins) // 2] if learnt else origins


def finalists(
    candidates: Candidates,
    history: History,
    horizon: FloatArray,
    critical_ratio: FloatArray,
    origins: list[int],
) -> Candidates:
    """The candidates that do best on a sample of a large panel; all of them on a small one.

    The default stays in any case. Arguments as of ``models.selection.choose``.
    """
    if len(history) <= MOST_ITEMS or len(candidates) <= FINALISTS or not origins:
        return candidates
    sample = _sample(history)
    part = history.take(sample)
    losses, classes = rolling_losses(
        list(candidates.values()), part, horizon[sample], critical_ratio[sample, None], origins
    )
    expected = expected_losses(losses, classes, activity_class(part)).mean(axis=0)
    best = np.array(list(candidates))[np.argsort(expected, kind="stable")[:FINALISTS]]
    return {
        number: candidate
        for number, candidate in candidates.items()
        if number in best or candidate.name == DEFAULT_MODEL
    }


def _sample(history: History) -> IntArray:
    """int64, shape (MOST_ITEMS,): items evenly spread over what they sell, whatever their order."""
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(history.data))])
    by_sales = np.argsort(np.diff(total[history.indptr]), kind="stable")
    return by_sales[np.linspace(0, len(by_sales) - 1, MOST_ITEMS).astype(np.int64)]
