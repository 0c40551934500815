"""The automatic choice: each item's model by what it would have cost at past dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from models.base import Forecast, Model
from models.distribution import LEVELS, Distribution
from models.history import FloatArray, History, IntArray
from models.kernels import floors, window_sums
from models.scores import pinball

OWN_WINDOWS = 200.0
"""The losses of an item's class count as this many windows of its own."""

CLASS_WINDOWS = 200.0
"""The losses of the panel count as this many windows of the class."""

ACTIVITY = (1e-9, 0.05, 0.2, 0.5, 0.8)
"""Share of buckets with demand at which the next class of ``activity`` begins."""

SPAN = 0.75
"""Share of a year over which the origins are spread."""


@runtime_checkable
class PartialForecast(Protocol):
    """A forecast that can answer for some of its items at less cost than for all."""

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.spread.LevelForecast.demand_of``."""


@dataclass(frozen=True)
class Choice:
    """Which model each of n items gets, and why.

    Attributes:
        models: the m candidates.
        index: int64, shape (n,): the chosen one.
        loss: float64, shape (n, m): mean pinball loss of the sum over the horizon at the item's
            critical ratio, as a share of what the item sold before; NaN without a window.
        windows: int64, shape (n,): past windows that it was measured on.

    """

    models: tuple[Model, ...]
    index: IntArray
    loss: FloatArray
    windows: IntArray

    @property
    def names(self) -> tuple[str, ...]:
        """The chosen model's name of each item."""
        return tuple(self.models[chosen].name for chosen in self.index)

    def fit(self, history: History) -> ChosenForecast:
        """Every chosen model fitted on ALL items, so that what is pooled does not hang on the choice.

        Raises ValueError where ``history`` has other items than were chosen for.
        """
        if len(history) != len(self.index):
            raise ValueError(
                f"models were chosen for {len(self.index)} items, the history has {len(history)}"
            )
        parts = tuple(
            (np.flatnonzero(self.index == chosen), self.models[chosen].fit(history))
            for chosen in np.unique(self.index)
        )
        return ChosenForecast(len(history), parts)


@dataclass(frozen=True)
class ChosenForecast:
    """One forecast of all items, each by its own model. ``parts``: items, and a forecast of ALL n."""

    items: int
    parts: tuple[tuple[IntArray, Forecast], ...]

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.base.Forecast``."""
        return self.demand_of(np.arange(self.items, dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.spread.LevelForecast.demand_of``."""
        values = np.empty((len(items), len(LEVELS)))
        for mine, forecast in self.parts:
            rows = np.flatnonzero(np.isin(items, mine))
            values[rows] = demand_of(forecast, items[rows], horizon).values
        return Distribution(values)


def demand_of(forecast: Forecast, items: IntArray, horizon: FloatArray) -> Distribution:
    """The demand of some items of any forecast. ``horizon``: float64, shape (n,), that of every item."""
    if isinstance(forecast, PartialForecast):
        return forecast.demand_of(items, horizon)
    return forecast.demand(horizon).take(items)


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
    ``expected_losses``. Items without any window get the panel's best.

    Args:
        models: m candidates, at least one.
        history: n items.
        horizon: float64, shape (n,), buckets.
        critical_ratio: float64, shape (n,), 0..1: the quantile that the decision will use.
        origins: how many past dates; they cover about three quarters of a year.

    Raises ValueError where there is no model, or an argument has another shape.

    """
    n = len(history)
    horizon = np.asarray(horizon, dtype=np.float64)
    critical_ratio = np.asarray(critical_ratio, dtype=np.float64)
    if not models:
        raise ValueError("there must be at least one model to choose from")
    if horizon.shape != (n,) or critical_ratio.shape != (n,):
        raise ValueError(f"horizon and critical_ratio must have shape ({n},)")
    dates = past_dates(history, horizon, origins) if len(models) > 1 else []
    losses = np.full((len(dates), n, len(models)), np.nan)
    classes = np.zeros((len(dates), n), dtype=np.int64)
    following = window_sums(history, horizon, 1.0)
    for row, back in enumerate(dates):
        past = history.until(back)
        classes[row] = activity(past)
        origin = history.indptr[1:] - 1 - back
        items = np.flatnonzero((past.lengths > 0) & (horizon > 0))
        items = items[~np.isnan(following[origin[items]])]
        if len(items):
            actual = following[origin[items]]
            ratio = critical_ratio[items]
            scale = _sold_before(past)[items] * horizon[items]
            for column, model in enumerate(models):
                order = demand_of(model.fit(past), items, horizon).quantile(ratio)
                losses[row, items, column] = pinball(actual, order, ratio) / scale
    windows = np.sum(~np.isnan(losses[:, :, 0]), axis=0)
    loss = np.where(windows[:, None] > 0, np.nansum(losses, axis=0) / np.maximum(windows, 1)[:, None], np.nan)
    index = np.argmin(expected_losses(losses, classes, activity(history)), axis=1).astype(np.int64)
    return Choice(tuple(models), index, loss, windows)


def expected_losses(losses: FloatArray, classes: IntArray, now: IntArray) -> FloatArray:
    """What each model may be expected to lose on each item, past luck taken off.

    Eight windows of one item are mostly noise at a high critical ratio; thousands of windows of items
    in a like state are not. So the losses are pooled over the class that an item was in AT THE
    ORIGIN, and the item's own only lean on them. Classed by its state now instead, an item that has
    gone quiet would be judged on the very windows in which it went quiet, and the model that
    expects the least would win (measured on daily retail series at a critical ratio of .9: 7 % worse
    than the best single model, instead of 4 % better).

    Args:
        losses: float64, shape (o, n, m): of o windows, as a share of what the item sells; NaN = not
            measured.
        classes: int64, shape (o, n): the item's class at each origin, 0..c - 1.
        now: int64, shape (n,): its class now.

    Returns:
        float64, shape (n, m): less is better, 1 is average. Items without a window have their class's.

    """
    measured = ~np.isnan(losses[:, :, 0])
    seen = losses[measured]
    if not len(seen):
        return np.ones(losses.shape[1:])
    pooled = np.zeros((len(ACTIVITY) + 1, losses.shape[2]))
    np.add.at(pooled, classes[measured], seen)
    count = np.bincount(classes[measured], minlength=len(pooled))[:, None]
    panel = _relative(seen.mean(axis=0, keepdims=True))
    pooled = (count * _relative(pooled) + CLASS_WINDOWS * panel) / (count + CLASS_WINDOWS)
    own = np.where(measured[:, :, None], losses, 0.0).sum(axis=0)
    windows = measured.sum(axis=0)[:, None]
    expected: FloatArray = windows * _relative(own) + OWN_WINDOWS * pooled[now]
    expected /= windows + OWN_WINDOWS
    return expected


def _relative(loss: FloatArray) -> FloatArray:
    mean = loss.mean(axis=1, keepdims=True)
    relative: FloatArray = np.divide(loss, mean, out=np.ones_like(loss), where=mean > 0)
    return relative


def activity(history: History) -> IntArray:
    """int64, shape (n,): the class of each item by how often it sold in the last quarter of a year."""
    age = np.repeat(history.indptr[1:], history.lengths) - np.arange(len(history.data))
    counted = (age <= max(1, history.season // 4)) & ~np.isnan(history.data)
    item = history.item[counted]
    known = np.bincount(item, minlength=len(history))
    sold = np.bincount(item, history.data[counted] > 0, minlength=len(history))
    return np.digitize(sold / np.maximum(known, 1), ACTIVITY).astype(np.int64)


def past_dates(history: History, horizon: FloatArray, origins: int) -> list[int]:
    """How many buckets before the end each origin lies, ascending: the first window ends just now."""
    if not len(history) or origins < 1:
        return []
    first = max(1, int(np.ceil(np.median(horizon))))
    room = max(int(history.lengths.max()) - 1 - first, 0)
    apart = max(1, round(min(SPAN * history.season, room) / origins))
    return [first + apart * step for step in range(origins) if step == 0 or apart * step <= room]


def _sold_before(history: History) -> FloatArray:
    known = ~np.isnan(history.data)
    count = np.bincount(history.item[known], minlength=len(history)).astype(np.float64)
    sold = np.bincount(history.item[known], history.data[known], minlength=len(history))
    return np.maximum(sold / np.maximum(count, 1.0), floors(count, np.ones(len(history))))
