"""Rules of conduct: what a model must not do to get at its answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.contract.answers import BASE, Make, horizons, values_of
from models.contract.panels import ITEMS, copied, wholesale, with_future
from models.contract.suite import Fault, Rule
from models.contract.trying import SLOWEST, not_slow, pickled, repeated, seconds
from models.contract.yardstick import REFERENCE, Yardstick
from models.shared.base import Model, Trainable
from models.shared.history import FloatArray

SPEED_ITEMS = 300


def future(make: Make) -> None:
    """What it says as of a day stays, whatever comes later and is shown to it."""
    past = wholesale(seed=6, weeks=90)
    horizon = np.full(ITEMS, 4.0)
    said = {}
    for factor in (0.0, 50.0):
        earlier, later = with_future(past, 60, factor)
        model = make()
        forecast = model.fit(earlier)
        before = forecast.demand(horizon).values.copy()
        model.fit(later).demand(horizon)
        again = forecast.demand(horizon).values
        anew = model.fit(earlier).demand(horizon).values
        if not (_same(before, again) and _same(before, anew)):
            changed = _share_changed(before, anew if _same(before, again) else again)
            raise Fault(
                "peeks at the future: once it has seen later demand, its forecast as of the earlier day is "
                f"another, of {changed:.0%} of the items; keep nothing between two calls of fit"
            )
        said[factor] = before
    if not _same(said[0.0], said[50.0]):
        raise Fault(
            "peeks at the future: its forecast as of a day changes with the demand that followed it, of "
            f"{_share_changed(said[0.0], said[50.0]):.0%} of the items"
        )


def _same(first: FloatArray, second: FloatArray) -> bool:
    return first.shape == second.shape and bool(
        np.all((first == second) | (np.isnan(first) & np.isnan(second)))
    )


def _share_changed(first: FloatArray, second: FloatArray) -> float:
    return float(np.mean((first != second).any(axis=1))) if first.shape == second.shape else 1.0


def untouched(make: Make) -> None:
    """The arrays it is given are as they were."""
    panel, horizon = copied(wholesale()), np.full(ITEMS, 4.0)
    given = {"history.data": panel.data, "history.indptr": panel.indptr, "horizon": horizon}
    before = {name: array.copy() for name, array in given.items()}
    make().fit(panel).demand(horizon)
    changed = [
        name for name, array in given.items() if not np.array_equal(before[name], array, equal_nan=True)
    ]
    if changed:
        raise Fault(f"mutates its input: {', '.join(changed)} is changed; work on a copy")


def order(make: Make) -> None:
    """Each item has the same forecast wherever it stands."""
    panel, horizon = wholesale(), np.linspace(0.5, 8, ITEMS)
    shuffled = np.random.default_rng(3).permutation(ITEMS).astype(np.int64)
    straight = values_of(make, panel, horizon)[shuffled]
    other = values_of(make, panel.take(shuffled), horizon[shuffled])
    # Sums over the panel are rounded in another order: a quantile on the edge may move by one.
    apart = np.abs(straight.mean(axis=1) - other.mean(axis=1)) > 1e-3 * np.maximum(
        straight.mean(axis=1), 1e-9
    )
    if np.mean(straight != other) >= 1e-3 or apart.any():
        raise Fault(
            "depends on the order of items: in another order "
            f"{_share_changed(straight, other):.0%} of the items have another forecast"
        )


def repeats(make: Make) -> None:
    """The same input gives the same answer, whatever random numbers were drawn before."""
    horizon = np.full(ITEMS, 4.3)
    repeated(lambda: values_of(make, wholesale(), horizon), _same)


def speed(make: Make) -> None:
    """It takes at most ``SLOWEST`` times as long as the yardstick. What is learnt once is not counted."""
    panel, horizon = wholesale(items=SPEED_ITEMS), np.full(SPEED_ITEMS, 4.3)
    model: Model = make()
    if isinstance(model, Trainable):
        model = model.train(panel, horizon)
    ours = seconds(lambda: Yardstick().fit(panel).demand(horizon))
    theirs = seconds(lambda: model.fit(panel).demand(horizon))
    not_slow(ours, theirs, REFERENCE, SPEED_ITEMS)


def pickles(make: Make) -> None:
    """Another process can have it."""
    model, horizon = make(), np.full(ITEMS, 4.0)
    other = pickled(model)
    first, second = (values_of(_always(each), wholesale(), horizon) for each in (model, other))
    if not _same(first, second):
        raise Fault("does not pickle: what comes back answers otherwise")


def _always(model: Model) -> Callable[[], Model]:
    return lambda: model


CONDUCT: tuple[Rule[Make], ...] = (
    Rule("repeats", "the same input gives the same answer", repeats, ("shape",)),
    Rule("future", "nothing later than its day is looked at", future, ("shape", "repeats")),
    Rule("untouched", "its input stays as it was", untouched, ("shape",)),
    Rule("order", "the order of items does not matter", order, ("shape", "finite", "repeats", "future")),
    Rule(
        "horizons",
        "each item has its own horizon; over none there is no demand",
        horizons,
        (*BASE, "repeats", "future", "order"),
    ),
    Rule("pickles", "another process can have it", pickles, ("shape", "repeats")),
    Rule("speed", f"at most {SLOWEST:g} times as slow as {REFERENCE}", speed, ("shape",)),
)
