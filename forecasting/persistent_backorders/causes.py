"""Why an item ran short: what of it goes away when one thing is made right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.adapters.stages import Stage
from forecasting.domain import FloatArray, IntArray, TextArray
from forecasting.persistent_backorders.past import Past
from forecasting.persistent_backorders.renewed import Renewed, RenewedForecasts
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import policy as policy_named
from forecasting.replay.checkpoints import NoCheckpoints
from forecasting.replay.simulate import simulate_together
from forecasting.simulation.flows import Flows

CAUSES = {
    "lead_time_late": "goods came later than promised",
    "supplier_short": "less came than was ordered",
    "bought_less": "less was bought, or later, than would have been recommended",
    "minimum_or_budget": "a supplier's minimum, or the budget, held orders back",
    "terms": "packs, or the least or most that an order may be of, held orders back",
    "forecast_low": "more was asked for than any forecast said",
}
"""Each by what is made right: arrivals as promised; receipts as ordered; orders as recommended; these without
the supplier's terms and the budget; without the item's; and with all demand known.
"""

SEVERAL, NOT_TOLD = "several", "not_told"
OTHERS = {
    SEVERAL: "no single thing explains most of it",
    NOT_TOLD: "the recorded orders, receipts and counts do not show the shortage",
}

LEAST = 0.3
"""A cause is named that takes away this share of the units short."""

SHOWN = 0.25
"""Of the units short by the records, the replay must show this share: otherwise it says nothing of them."""

SURE = 0.95
"""A cause that takes away so much needs no others beside it."""

WORTH_ASKING = 0.3
"""What orders as recommended leave of the units short, from which on it is asked what holds these back."""


@dataclass(frozen=True)
class Causes:
    """Of k items, each attribute of shape (k,).

    Attributes:
        short: float64, units short in the replay of what was really bought.
        removed: by cause, float64: the share of these that goes away; what was not asked is 0.
        cause: text: one of CAUSES, SEVERAL or NOT_TOLD.

    """

    short: FloatArray
    removed: Mapping[str, FloatArray]
    cause: TextArray

    @property
    def removes(self) -> FloatArray:
        """float64, shape (k,): the share that goes away without the cause that is named."""
        out = np.zeros(len(self.cause))
        for name, share in self.removed.items():
            out = np.where(self.cause == name, share, out)
        return out


def short_units(flows: Flows) -> FloatArray:
    """Units short of each item over all days: float64, shape (n,)."""
    return np.asarray((flows.backordered_units + flows.lost_units).sum(axis=1))


def causes(past: Past, items: IntArray, recorded: FloatArray, stage: Stage) -> Causes:
    """The causes of these items of all, which the past has.

    ``recorded``: float64, shape (k,), units that the records say were short.
    """
    place = past.place(items)
    short = short_units(past.as_bought().flows)[place]
    base = np.maximum(short, 1e-9)
    removed = {name: np.zeros(len(items)) for name in CAUSES}
    on_time, in_full = past.as_bought(on_time=True), past.as_bought(in_full=True)
    for name, better in (("lead_time_late", on_time), ("supplier_short", in_full)):
        removed[name] = _share(short - short_units(better.flows)[place], base)

    told = (short >= SHOWN * recorded) & (short > 0)
    asked = np.flatnonzero(told & (_most(removed) < SURE))
    if len(asked):
        alone, policy = past.of(items[asked]), _policy(past)
        seen = RenewedForecasts(alone.scenario)
        advised, known = _as_recommended(alone, items[asked], policy, seen, stage)
        removed["bought_less"][asked] = _share(short[asked] - advised, base[asked])
        removed["forecast_low"][asked] = _share(advised - known, base[asked])
        # What is explained already is not asked further.
        open_yet = np.where(_most(removed)[asked] < SURE, advised, 0.0)
        worlds = _held_back(alone, items[asked], open_yet, base[asked], (policy, seen), stage)
        for name, share in worlds.items():
            removed[name][asked] = share

    shares = np.stack([removed[name] for name in CAUSES])
    cause = np.array(list(CAUSES), dtype=object)[shares.argmax(axis=0)]
    cause = np.where(shares.max(axis=0) < LEAST, SEVERAL, cause)
    return Causes(short, removed, np.where(told, cause, NOT_TOLD).astype(object))


def _share(part: FloatArray, base: FloatArray) -> FloatArray:
    return np.asarray(np.clip(part / base, 0.0, 1.0))


def _most(removed: Mapping[str, FloatArray]) -> FloatArray:
    """The largest share that any of the causes takes away."""
    return np.asarray(np.stack(list(removed.values())).max(axis=0))


def _policy(past: Past) -> Renewed:
    config = past.scenario.observer.config
    return Renewed(policy_named(config.policy, config), past.scenario.first_day - 1)


def _as_recommended(
    past: Past, items: IntArray, policy: Renewed, seen: RenewedForecasts, stage: Stage
) -> tuple[FloatArray, FloatArray]:
    """Units short with orders as recommended, and as they would be with all demand known."""
    scenario = past.scenario
    foresight = PerfectForesight(scenario.asked_for, scenario.arrivals)
    step = stage(len(scenario.review_days), "as recommended")
    runs = simulate_together([policy, foresight], scenario, NoCheckpoints(), step, seen)
    advised, known = (short_units(run.flows)[past.place(items)] for run in runs)
    return advised, known


def _held_back(
    past: Past,
    items: IntArray,
    advised: FloatArray,
    base: FloatArray,
    decided: tuple[Renewed, RenewedForecasts],
    stage: Stage,
) -> dict[str, FloatArray]:
    """What holds back orders as recommended: of the units short, float64, shape (k,) each, the share that
    goes away without the suppliers' terms and the budget, and without the items' own terms.

    Args:
        past: of the k items, and those beside them.
        items: int64, shape (k,).
        advised: float64, shape (k,), units short with orders as recommended. ``base``: of what was bought.
        decided: what was recommended by, and what that saw.
        stage: told of each step.

    """
    left = advised > WORTH_ASKING * base
    place, removed = past.place(items), {}
    worlds = {
        "minimum_or_budget": (past.has_minimum(), past.without_minimum),
        "terms": (past.has_terms(), past.without_terms),
    }
    for name, (binds, without) in worlds.items():
        some = left & binds[place]
        if not some.any():
            continue
        world = without()
        step = stage(len(world.review_days), f"without {name}")
        policy, seen = decided[0].for_other_terms(), decided[1].for_other_terms(world)
        run = simulate_together([policy], world, NoCheckpoints(), step, seen)[0]
        removed[name] = np.where(some, _share(advised - short_units(run.flows)[place], base), 0.0)
    return removed
