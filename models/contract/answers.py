"""Rules of a single answer: what shape it has, what numbers, and whether they can be demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from models.contract.panels import ITEMS, history, steady, wholesale
from models.contract.suite import Fault, Rule
from models.extensions.arrays import no_numbers
from models.shared.base import Forecast, Model
from models.shared.distribution import LEVELS, Distribution
from models.shared.history import FloatArray, History

Make = Callable[[], Model]

SIZE = 3.0
"""By so much the mean of steady demand may be off before it is taken for demand of another time span."""

HORIZONS = (0.3, 1.0, 2.43, 4.0, 26.0, 130.0)
"""Buckets: parts of one, some, and more than the history has."""


def values_of(make: Make, panel: History, horizon: FloatArray) -> FloatArray:
    """The quantiles that a model answers: float64, shape (n, G). Raises Fault where they are none."""
    return asked(fitted(make, panel), panel, horizon)


def fitted(make: Make, panel: History) -> Forecast:
    """What the model learns. Raises Fault where that is no forecast."""
    forecast: Any = make().fit(panel)
    if not callable(getattr(forecast, "demand", None)):
        raise Fault(f"fit returns {type(forecast).__name__}, which has no method demand(horizon)")
    learnt: Forecast = forecast
    return learnt


def asked(forecast: Forecast, panel: History, horizon: FloatArray) -> FloatArray:
    """What a forecast of the panel answers, as ``values_of``."""
    answer: Any = forecast.demand(horizon)
    if not isinstance(answer, Distribution):
        raise Fault(
            f"demand returns {type(answer).__name__}, not a Distribution: return Distribution(quantiles)"
        )
    unfit = no_numbers(answer.values)
    if unfit:
        raise Fault(f"quantiles are {unfit}")
    values = answer.values
    expected = (len(panel), len(LEVELS))
    if values.shape != expected:
        raise Fault(
            f"wrong shape: quantiles of shape {values.shape} for {len(panel)} items, which must be "
            f"{expected}: a row an item, a column for each of the {len(LEVELS)} levels"
        )
    if values.dtype != np.float64:
        raise Fault(f"quantiles are {values.dtype}, which must be float64")
    return values


def sound(values: FloatArray) -> None:
    """Raise Fault where quantiles cannot be those of demand."""
    not_finite(values)
    negative(values)
    crossing(values)


def not_finite(values: FloatArray) -> None:
    """Raise Fault where one is NaN or infinite."""
    for word, bad in (("NaN", np.isnan(values)), ("infinite", np.isinf(values))):
        rows = np.flatnonzero(bad.any(axis=1))
        if len(rows):
            raise Fault(
                f"{word} quantiles of {len(rows)} of {len(values)} items, the first of item {rows[0]}"
            )


def negative(values: FloatArray) -> None:
    """Raise Fault where one is below zero."""
    rows = np.flatnonzero((values < 0).any(axis=1))
    if len(rows):
        raise Fault(
            f"negative demand: quantiles of {len(rows)} of {len(values)} items fall below zero, "
            f"to {np.nanmin(values):.4g}"
        )


def crossing(values: FloatArray) -> None:
    """Raise Fault where a higher level has a lower quantile."""
    row, column = np.nonzero(np.diff(values, axis=1) < 0)
    if len(row):
        low, high = values[row[0], column[0] : column[0] + 2]
        raise Fault(
            f"quantiles cross: of {len(np.unique(row))} of {len(values)} items; the first has {low:.4g} at "
            f"level {LEVELS[column[0]]:g} and {high:.4g} at {LEVELS[column[0] + 1]:g}"
        )


def _everywhere(judge: Callable[[FloatArray], None]) -> Callable[[Make], None]:
    """A rule that judges answers over every one of the ``HORIZONS``."""

    def check(make: Make) -> None:
        for values in _answers(make):
            judge(values)

    return check


@lru_cache(maxsize=1)
def _answers(make: Make) -> list[FloatArray]:
    """What it says of one panel over each of the ``HORIZONS``: several rules look at the same."""
    panel = wholesale()
    forecast = fitted(make, panel)
    return [asked(forecast, panel, np.full(ITEMS, horizon)) for horizon in HORIZONS]


def whole(make: Make) -> None:
    """Of items that sell in whole units every quantile is a whole number."""
    values = values_of(make, wholesale(), np.full(ITEMS, 4.0))
    rows = np.flatnonzero((values != np.floor(values)).any(axis=1))
    if len(rows):
        broken = values[rows[0]][values[rows[0]] != np.floor(values[rows[0]])][0]
        raise Fault(
            f"counts are lost: {len(rows)} of {ITEMS} items sell in whole units, and have quantiles that are "
            f"no whole numbers, such as {broken:.6g}; round them"
        )


def parts(make: Make) -> None:
    """Of items that sell by the quarter, not every quantile is a whole number."""
    rows = 0.25 * np.random.default_rng(9).poisson(3, (20, 60))
    values = values_of(make, history(*rows.tolist()), np.ones(20))
    if np.all(values == np.floor(values)):
        raise Fault(
            "parts of units are lost: of items that sell by the quarter every quantile is a whole number; "
            "round to each item's own unit, models.shared.steps.steps(history)"
        )


def size(make: Make) -> None:
    """Of steady demand the mean grows with the horizon, and is about that of the past."""
    means = {}
    for rate in (0.4, 10.0):
        for weeks in (4.0, 12.0):
            values = values_of(make, steady(rate), np.full(20, weeks))
            means[weeks] = float(Distribution(values).mean.mean())
            if not rate * weeks / SIZE <= means[weeks] <= rate * weeks * SIZE:
                raise Fault(
                    f"of items that sell {rate:g} a bucket the mean over {weeks:g} buckets is "
                    f"{means[weeks]:.3g}: about {rate * weeks:g} is expected, demand SUMMED over the horizon"
                )


def horizons(make: Make) -> None:
    """Each item has its own horizon, and over no time there is no demand."""
    forecast = make().fit(wholesale())
    mixed = np.where(np.arange(ITEMS) % 2 == 0, 0.0, 9.0)
    values, all_nine = forecast.demand(mixed).values, forecast.demand(np.full(ITEMS, 9.0)).values
    if np.any(values[0::2] != 0):
        raise Fault(f"over a horizon of 0 buckets it expects demand, {values[0::2].max():.4g} at most; say 0")
    # What is pooled over the items may depend a little on the others' horizons.
    apart = abs(values[1::2].sum() / max(all_nine[1::2].sum(), 1e-9) - 1)
    if apart > 0.1:
        raise Fault("an item's demand changes with the horizon of OTHER items: use horizon[i] for item i")


DEGENERATE: dict[str, Sequence[float]] = {
    "no buckets": [],
    "one bucket": [3.0],
    "one zero": [0.0],
    "one unknown": [np.nan],
    "all zeros": [0.0] * 80,
    "all unknown": [np.nan] * 80,
    "zeros and unknown": [0.0, np.nan] * 30,
    "one sale long ago": [5.0, *[0.0] * 90],
    "one sale just now": [*[0.0] * 90, 5.0],
    "unknown lately": [2.0] * 40 + [np.nan] * 40,
    "unknown at first": [np.nan] * 40 + [2.0] * 40,
    "constant": [7.0] * 100,
    "huge": [1e9, 2e9, 1.5e9] * 30,
    "huge once": [*[0.0, 1.0] * 40, 1e9, *[0.0] * 30],
    "tiny": [1e-7, 3.3e-7, 0.0] * 30,
}
"""Histories of one item that most often go wrong."""

SHORT = ("no buckets", "one bucket", "one zero", "one unknown")
ZEROS = ("all zeros", "zeros and unknown", "one sale long ago")


def _works_with(names: Sequence[str]) -> Callable[[Make], None]:
    """A rule that tries degenerate histories, alone and among others."""

    def check(make: Make) -> None:
        others = [row.tolist() for row in np.random.default_rng(1).poisson(2, (10, 80)).astype(np.float64)]
        for name in names:
            for panel in (history(DEGENERATE[name]), history(DEGENERATE[name], *others)):
                forecast = fitted(make, panel)
                for horizon in (0.5, 4.0, 60.0):
                    try:
                        sound(asked(forecast, panel, np.full(len(panel), horizon)))
                    except Fault as fault:
                        raise Fault(f"an item with {name}: {fault}") from None

    return check


def one_item(make: Make) -> None:
    """A panel of a single item is a panel."""
    panel = wholesale().take(np.array([1]))
    sound(values_of(make, panel, np.array([4.0])))


def no_items(make: Make) -> None:
    """So is one without items."""
    values_of(make, history(), np.empty(0))


def one_bucket(make: Make) -> None:
    """A company in its first week has one bucket of every item."""
    rows = [[float(units)] for units in np.random.default_rng(2).poisson(2, 20)]
    sound(values_of(make, history(*rows), np.full(20, 4.0)))


BASE = ("shape", "finite", "not_negative", "rising")

ANSWERS: tuple[Rule[Make], ...] = (
    Rule("shape", "a row of quantiles for each item", _everywhere(lambda values: None)),
    Rule("finite", "no NaN, nothing infinite", _everywhere(not_finite), ("shape",)),
    Rule("not_negative", "no negative demand", _everywhere(negative), ("shape",)),
    Rule("rising", "quantiles do not cross", _everywhere(crossing), ("shape",)),
    Rule("whole", "counts stay whole numbers", whole, ("shape", "finite")),
    Rule("parts", "what sells in parts of a unit keeps them", parts, BASE),
    Rule("size", "demand is summed over the horizon", size, BASE),
    Rule("one_item", "one item alone will do", one_item, BASE),
    Rule("no_items", "so will no item at all", no_items, BASE),
    Rule("zeros", "items that sell nothing will do", _works_with(ZEROS), BASE),
    Rule("short", "items with no history, or one bucket, will do", _works_with(SHORT), BASE),
    Rule("one_bucket", "a panel of one bucket will do", one_bucket, BASE),
    Rule(
        "extremes",
        "unknown, constant, huge and tiny demand will do",
        _works_with([name for name in DEGENERATE if name not in (*SHORT, *ZEROS)]),
        BASE,
    ),
)
