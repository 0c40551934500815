"""Rolling-origin evaluation: what models would have lost, had they been asked at past dates.

Also called: backtesting, time series cross-validation, walk-forward validation.

Source: Tashman (2000), Out-of-sample tests of forecasting accuracy: an analysis and review, International
Journal of Forecasting 16.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.shared.activity import activity_class
from models.shared.base import Model, demand_of
from models.shared.effects import with_effects
from models.shared.history import FloatArray, History, IntArray
from models.shared.scores import pinball
from models.shared.steps import floors
from models.shared.window_sums import window_sums

SPAN = 0.75
"""Share of a year over which the origins are spread."""


def past_origins(history: History, horizon: FloatArray, count: int) -> list[int]:
    """The past dates to judge at, ascending, as buckets before the end of the history.

    The first is the latest one whose window is over: a median horizon back. The others lie evenly over
    ``SPAN`` years before it, as far as the longest history reaches.

    Args:
        history: n items.
        horizon: float64, shape (n,), buckets.
        count: at most so many.

    >>> import numpy as np
    >>> past_origins(History(np.ones(200), np.array([0, 200])), np.array([4.0]), 8)
    [4, 9, 14, 19, 24, 29, 34, 39]

    """
    if not len(history) or count < 1:
        return []
    first = max(1, int(np.ceil(np.median(horizon))))
    reach = max(int(history.lengths.max()) - 1 - first, 0)
    apart = max(1, round(min(SPAN * history.season, reach) / count))
    return [first + apart * step for step in range(count) if step == 0 or apart * step <= reach]


def rolling_losses(
    models: Sequence[Model],
    history: History,
    horizon: FloatArray,
    levels: FloatArray,
    origins: Sequence[int],
) -> tuple[FloatArray, IntArray]:
    """What each of m models would have lost on each of n items from each of o past dates on.

    Every model is fitted anew on what was known at the origin, what drives demand taken out.

    Args:
        models: m models; what one has learnt from the panel, it must have learnt before the origins.
        history: n items.
        horizon: float64, shape (n,), buckets.
        levels: float64, shape (n, k), 0..1: where the pinball loss is taken; it is averaged over the k.
        origins: buckets before the end, as from ``past_origins``.

    Returns:
        losses, float64, shape (o, n, m): the pinball loss of the sum over the horizon, as a share of what
        the item sold before; NaN where the window is not wholly known. Classes, int64, shape (o, n): the
        item's ``activity_class`` at the origin.

    """
    n = len(history)
    losses = np.full((len(origins), n, len(models)), np.nan)
    classes = np.zeros((len(origins), n), dtype=np.int64)
    following = window_sums(history, horizon, 1.0)

    for row, back in enumerate(origins):
        past = history.until(back)
        classes[row] = activity_class(past)

        # An item that began since has no bucket at the origin: its index is then another item's.
        at_origin = history.indptr[1:] - 1 - back
        items = np.flatnonzero((past.lengths > 0) & (horizon > 0))
        items = items[~np.isnan(following[at_origin[items]])]
        if len(items):
            actual = following[at_origin[items]]
            losses[row, items] = _losses_at(models, past, items, horizon, levels, actual)
    return losses, classes


def _losses_at(
    models: Sequence[Model],
    past: History,
    items: IntArray,
    horizon: FloatArray,
    levels: FloatArray,
    actual: FloatArray,
) -> FloatArray:
    """float64, shape (k, m): the scaled losses at one origin of k ``items``, which then sold ``actual``."""
    scale = _mean_sold(past)[items] * horizon[items]
    effects = with_effects(past)

    losses = np.empty((len(items), len(models)))
    for column, model in enumerate(models):
        demand = demand_of(model.fit(effects.adjusted), items, horizon)
        demand = effects.apply(demand, items, horizon)
        by_level = [pinball(actual, demand.quantile(level), level) for level in levels[items].T]
        losses[:, column] = np.mean(by_level, axis=0) / scale
    return losses


def _mean_sold(history: History) -> FloatArray:
    """float64, shape (n,), > 0, units per known bucket; what zeros cannot rule out at least."""
    known = ~np.isnan(history.data)
    count = np.bincount(history.item[known], minlength=len(history)).astype(np.float64)
    sold = np.bincount(history.item[known], history.data[known], minlength=len(history))
    return np.maximum(sold / np.maximum(count, 1.0), floors(count, np.ones(len(history))))
