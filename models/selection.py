"""The automatic choice: each item's model by what it would have cost at past dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.shared.base import Forecast, Model, Trainable, demand_of, demands_of
from models.shared.distribution import LEVELS, Distribution
from models.shared.effects import Effects, with_effects
from models.shared.history import FloatArray, History, IntArray
from models.shared.kernels import floors, window_sums
from models.shared.pooled import Trained
from models.shared.scores import pinball

OWN_WINDOWS = 200.0
"""The losses of an item's class count as this many windows of its own."""

CLASS_WINDOWS = 200.0
"""The losses of the panel count as this many windows of the class."""

ACTIVITY = (1e-9, 0.05, 0.2, 0.5, 0.8)
"""Share of buckets with demand at which the next class of ``activity`` begins."""

SPAN = 0.75
"""Share of a year over which the origins are spread."""


MARGIN = 0.05
"""What another model must promise to save before an item leaves the standing one. At the past dates a model
that learns from the panel had less to learn from than it has now, and every choice is partly luck."""

MOST_ITEMS = 1_000
"""Where there are more items, a sample of this many says which ``FINALISTS`` are worth judging on all."""

FINALISTS = 3


@dataclass(frozen=True)
class Choice:
    """Which model each of n items gets, and why.

    Attributes:
        models: the m candidates; those that learn from the panel have learnt, where they are chosen.
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
        effects = with_effects(history)
        parts = tuple(
            (np.flatnonzero(self.index == chosen), self.models[chosen].fit(effects.adjusted))
            for chosen in np.unique(self.index)
        )
        return ChosenForecast(len(history), parts, effects)


@dataclass(frozen=True)
class ChosenForecast:
    """One forecast of all items, each by its own model.

    Attributes:
        items: how many.
        parts: items, and a forecast of ALL n without what drives demand.
        effects: what drives demand.

    """

    items: int
    parts: tuple[tuple[IntArray, Forecast], ...]
    effects: Effects

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        return self.demand_of(np.arange(self.items, dtype=np.int64), horizon)

    def demand_of(self, items: IntArray, horizon: FloatArray) -> Distribution:
        """See ``models.shared.error_variance.LevelForecast.demand_of``."""
        return self.demands_of(items, np.asarray(horizon)[None, :])[0]

    def demands_of(self, items: IntArray, horizons: FloatArray) -> list[Distribution]:
        """See ``models.shared.base.BatchForecast``."""
        values = np.empty((len(horizons), len(items), len(LEVELS)))
        for mine, forecast in self.parts:
            rows = np.flatnonzero(np.isin(items, mine))
            for place, demand in enumerate(demands_of(forecast, items[rows], horizons)):
                values[place, rows] = demand.values
        return [
            self.effects.apply(Distribution(each), items, horizon)
            for each, horizon in zip(values, horizons, strict=True)
        ]


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
    rivals, dates = _rivals(models, history, horizon, dates)
    rivals = _finalists(rivals, history, horizon, critical_ratio, dates)
    losses, classes = rolling_losses(list(rivals.values()), history, horizon, critical_ratio[:, None], dates)
    windows = np.sum(~np.isnan(losses[:, :, 0]), axis=0)
    loss = np.where(windows[:, None] > 0, np.nansum(losses, axis=0) / np.maximum(windows, 1)[:, None], np.nan)
    expected = expected_losses(losses, classes, activity(history))
    index = np.array(list(rivals), dtype=np.int64)[_winners(expected, list(rivals.values()))]
    everything = np.full((n, len(models)), np.nan)
    everything[:, list(rivals)] = loss
    ready = list(models)
    for chosen in np.unique(index):
        candidate = models[chosen]
        if isinstance(candidate, Trainable):
            ready[chosen] = candidate.train(with_effects(history).adjusted, horizon)
    return Choice(tuple(ready), index, everything, windows)


def _rivals(
    models: Sequence[Model], history: History, horizon: FloatArray, dates: list[int]
) -> tuple[dict[int, Model], list[int]]:
    """The candidates by number as they will be judged, and the dates that all of them can be judged at.

    What a model learns from the panel it must have learnt before the dates that it is judged at: it
    learns from the older half of the time, and all are judged on the later half. Where that is too little
    to learn from there is no evidence for it, and it is no rival.
    """
    rivals = dict(enumerate(models))
    learning = {number: model for number, model in rivals.items() if isinstance(model, Trainable)}
    if not learning or len(models) == 1:
        return rivals, dates
    before = with_effects(history.until(dates[len(dates) // 2])).adjusted if len(dates) > 1 else None
    for number, model in learning.items():
        learnt = None if before is None else model.train(before, horizon)
        if learnt is not None and learnt.name == model.name:
            rivals[number] = learnt
        else:
            del rivals[number]
    if not rivals:
        return {0: models[0]}, []
    return rivals, dates[: len(dates) // 2] if len(rivals) > len(models) - len(learning) else dates


def _winners(expected: FloatArray, rivals: Sequence[Model]) -> IntArray:
    """The winner of each item: int64, shape (n,), from expected losses, float64, shape (n, m).

    The standing model is the first that learns from the panel, and the panel's best where there is none.
    """
    learnt = [number for number, model in enumerate(rivals) if isinstance(model, Trained)]
    if not learnt:
        return np.argmin(expected, axis=1).astype(np.int64)
    standing = learnt[0]
    leaves = expected.min(axis=1) < (1.0 - MARGIN) * expected[:, standing]
    return np.where(leaves, np.argmin(expected, axis=1), standing).astype(np.int64)


def _finalists(
    rivals: dict[int, Model],
    history: History,
    horizon: FloatArray,
    critical_ratio: FloatArray,
    dates: list[int],
) -> dict[int, Model]:
    """The rivals that do best on a sample of a large panel; all of them on a small one."""
    if len(history) <= MOST_ITEMS or len(rivals) <= FINALISTS or not dates:
        return rivals
    known = np.concatenate([[0.0], np.cumsum(np.nan_to_num(history.data))])
    # In the order of what they sell, so that the order of the items does not matter.
    order = np.argsort(np.diff(known[history.indptr]), kind="stable")
    sample = order[np.linspace(0, len(order) - 1, MOST_ITEMS).astype(np.int64)]
    some = history.take(sample)
    losses, classes = rolling_losses(
        list(rivals.values()), some, horizon[sample], critical_ratio[sample, None], dates
    )
    expected = expected_losses(losses, classes, activity(some)).mean(axis=0)
    best = np.array(list(rivals))[np.argsort(expected, kind="stable")[:FINALISTS]]
    return {number: rival for number, rival in rivals.items() if number in best or isinstance(rival, Trained)}


def rolling_losses(
    models: Sequence[Model],
    history: History,
    horizon: FloatArray,
    levels: FloatArray,
    dates: Sequence[int],
) -> tuple[FloatArray, IntArray]:
    """What each model would have lost on each item from each past date on.

    Args:
        models, history, horizon: as in ``choose``.
        levels: float64, shape (n, k): where the pinball loss is taken; it is averaged over the k.
        dates: o numbers of buckets before the end.

    Returns:
        losses, float64, shape (o, n, m): the pinball loss of the sum over the horizon, as a share of what
        the item sold before; NaN where the window is not known. Classes, int64, shape (o, n): the
        item's ``activity`` at the date.

    """
    n = len(history)
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
            scale = _sold_before(past)[items] * horizon[items]
            effects = with_effects(past)
            for column, model in enumerate(models):
                demand = demand_of(model.fit(effects.adjusted), items, horizon)
                demand = effects.apply(demand, items, horizon)
                each = [pinball(actual, demand.quantile(q), q) for q in levels[items].T]
                losses[row, items, column] = np.mean(each, axis=0) / scale
    return losses, classes


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
