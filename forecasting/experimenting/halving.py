"""Successive halving: many candidates on few items, the best of them on more.

Source: Jamieson, Talwalkar (2016), Non-stochastic best arm identification and hyperparameter optimization,
AISTATS; the resource is the number of items, which are drawn once, so that each round looks at all of the
last one's and more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forecasting.adapters.stages import Stage
from forecasting.experimenting.contenders import Contender
from forecasting.experimenting.store import Store
from forecasting.experimenting.tasks import Task
from forecasting.experimenting.work import settle
from forecasting.scale.engines import Engine

if TYPE_CHECKING:
    from forecasting.experimenting.run import Plan


@dataclass(frozen=True)
class Rounds:
    """``items`` of the first round, and by what ``factor`` items grow and candidates shrink."""

    items: int
    factor: int


def rounds(
    planned: Plan, candidates: Sequence[Contender], asked: Rounds, store: Store, by: Engine, stage: Stage
) -> tuple[list[Contender], list[dict[str, Any]]]:
    """The candidates that are left for all items, and what each round found.

    A candidate that fails is out. The cost decides; of two that cost the same the first one stays.
    """
    left, items, history = list(candidates), asked.items, []
    while len(left) > asked.factor:
        tasks = {each.name: planned.tasks(each, items) for each in left}
        everything = [each for of_one in tasks.values() for each in of_one]
        failed = settle(everything, store, by, stage(len(everything), f"{len(left)} on {items} items"))
        cost = {
            name: _cost(store, of_one)
            for name, of_one in tasks.items()
            if not any(each.key in failed for each in of_one)
        }
        ranked = sorted(cost, key=cost.__getitem__)
        kept = ranked[: max(1, len(left) // asked.factor)]
        history.append(
            {"items": items, "cost": {name: round(cost[name], 4) for name in ranked}, "kept": kept}
        )
        left = [each for each in left if each.name in kept]
        items *= asked.factor
    return left, history


def _cost(store: Store, tasks: Sequence[Task]) -> float:
    return float(sum(store.receipt(each.key)["totals"]["cost_total"] for each in tasks))
