"""From candidates and a history to each item's model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.registry import DEFAULT_MODEL
from models.selection.assignment import assigned
from models.selection.candidates import fair_candidates, finalists
from models.selection.choice import Choice
from models.shared.activity import activity_class
from models.shared.base import Model, Trainable
from models.shared.effects import with_effects
from models.shared.expected_losses import expected_losses
from models.shared.history import FloatArray, History, IntArray
from models.shared.rolling_origin import past_origins, rolling_losses


def choose(
    models: Sequence[Model],
    history: History,
    horizon: FloatArray,
    critical_ratio: FloatArray,
    origins: int = 8,
) -> Choice:
    """Refit every model as of several past dates, and keep for each item what would have cost least.

    The loss at the critical ratio is, up to a factor, the newsvendor's cost. It is measured on sums
    over the item's own horizon, where the whole window is known; few windows are noise, see
    ``models.shared.expected_losses``. Items without any window get the panel's best.

    Also called: model selection by rolling-origin (out-of-sample) validation.

    Args:
        models: m candidates, at least one.
        history: n items.
        horizon: float64, shape (n,), buckets.
        critical_ratio: float64, shape (n,), 0..1: the quantile that the decision will use.
        origins: how many past dates; they cover about three quarters of a year.

    Raises ValueError where there is no model, or an argument has another shape.

    An item that sells as it did a year ago, whose level is always too late for smoothing:

    >>> from models.seasonal_naive import SeasonalNaive
    >>> from models.simple_exponential_smoothing import SimpleExponentialSmoothing
    >>> wave = 50.0 + np.round(40.0 * np.sin(2 * np.pi * np.arange(156) / 52))
    >>> history, month = History(wave, np.array([0, 156])), np.array([4.0])
    >>> candidates = [SimpleExponentialSmoothing(), SeasonalNaive()]
    >>> choice = choose(candidates, history, month, critical_ratio=np.array([0.9]))
    >>> choice.names, choice.windows, bool(choice.loss[0, 1] < choice.loss[0, 0])
    (('seasonal_naive',), array([8]), True)
    >>> choice.fit(history).demand(month).mean.round(), wave[52:56].sum()
    (array([229.]), np.float64(229.0))

    """
    n = len(history)
    horizon = np.asarray(horizon, dtype=np.float64)
    critical_ratio = np.asarray(critical_ratio, dtype=np.float64)
    if not models:
        raise ValueError("there must be at least one model to choose from")
    if horizon.shape != (n,) or critical_ratio.shape != (n,):
        raise ValueError(f"horizon and critical_ratio must have shape ({n},)")

    dates = past_origins(history, horizon, origins) if len(models) > 1 else []
    candidates, dates = fair_candidates(models, history, horizon, dates)
    candidates = finalists(candidates, history, horizon, critical_ratio, dates)
    numbers, judged = list(candidates), list(candidates.values())

    losses, classes = rolling_losses(judged, history, horizon, critical_ratio[:, None], dates)
    expected = expected_losses(losses, classes, activity_class(history))
    default = [place for place, number in enumerate(numbers) if models[number].name == DEFAULT_MODEL]
    index = np.array(numbers, dtype=np.int64)[assigned(expected, default[0] if default else None)]

    loss, windows = np.full((n, len(models)), np.nan), np.sum(~np.isnan(losses[:, :, 0]), axis=0)
    loss[:, numbers] = _mean_losses(losses, windows)
    trained = _trained(models, np.unique(index), history, horizon)
    return Choice(trained, index, loss, windows, history, horizon)


def _mean_losses(losses: FloatArray, windows: IntArray) -> FloatArray:
    """float64, shape (n, m): the mean over the o windows; NaN where none of the item's is known."""
    mean = np.nansum(losses, axis=0) / np.maximum(windows, 1)[:, None]
    return np.where(windows[:, None] > 0, mean, np.nan)


def _trained(
    models: Sequence[Model], chosen: IntArray, history: History, horizon: FloatArray
) -> tuple[Model, ...]:
    """The m models; those of the ``chosen`` numbers, int64, have learnt from all of the history."""
    ready = list(models)
    for number in chosen:
        model = models[number]
        if isinstance(model, Trainable):
            ready[number] = model.train(with_effects(history).adjusted, horizon)
    return tuple(ready)
