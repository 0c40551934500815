"""All contestants of a cell through each of its windows, on the same demand: what each cost by item."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.regimes.cells import Cell
from experiments.regimes.contestants import AVERAGE, OURS, RULES, Upon, ours
from experiments.regimes.fitting import Rules, cost_of, rehearsals_of, tried_at_limit
from experiments.regimes.market import first_day, observer_of
from experiments.regimes.panels.base import Panel
from experiments.regimes.sharing import SharedObservations, Trained
from experiments.regimes.windows import Window, windows_of
from forecasting.domain import FloatArray
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observer import Observer
from forecasting.policies.base import Policy
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.perfect_foresight import PerfectForesight
from forecasting.policies.registry import policy
from forecasting.replay.measures import costs_of
from forecasting.replay.policy_run import PolicyRun
from forecasting.replay.scenario import scenario
from forecasting.replay.simulate import simulate_together

SINGLE = "packs of 1"
"""Added to the name of ours where it may order by the piece, in a cell with packs."""


@dataclass(frozen=True)
class Walked:
    """What came of one contestant in one window.

    Attributes:
        window: its number.
        contestant: the name.
        cost: float64, shape (n,), money, by item.
        holding: money of it for holding.
        short_units, units: short when due to ship, and asked for.
        parameters: in words.
        at_limit: fitted parameters whose best value is the outermost that is ever tried.

    """

    window: int
    contestant: str
    cost: FloatArray
    holding: float
    short_units: float
    units: float
    parameters: str
    at_limit: tuple[str, ...] = ()


@dataclass
class Trainings:
    """Trained models of one panel, by what they were trained for; shared from cell to cell."""

    every: int
    kept: dict[object, Trained]

    def of(self, cell: Cell, model: str, window: int, anchor: int) -> Trained:
        """Of a full history all windows share them; of a short one each has its own."""
        key: tuple[object, ...] = (cell.panel, cell.items, cell.lead_days, cell.review_days, anchor)
        if cell.history_days is not None:
            key += (cell.history_days, window)
        if model != AVERAGE:
            key += (cell.name,)
        return self.kept.setdefault(key, Trained(self.every, anchor))


def walk(
    cell: Cell,
    panel: Panel,
    trainings: Trainings,
    progress: Callable[[str], None] = lambda step: None,
) -> list[Walked]:
    """Every contestant in every window."""
    windows = windows_of(cell, panel)
    progress("fitting the rules")
    rules = Rules(cell, panel, rehearsals_of(cell, panel, windows))
    observed = _observers(cell, panel, windows)
    named = [policy(name, observed[0].config) for name in RULES]
    fitted = rules.fitted(named)

    walked: list[Walked] = []
    for number in range(len(windows)):
        progress(f"window {number + 1} of {len(windows)}")
        chosen = [of_rule[number] for of_rule in fitted]
        limits = {
            rule.name: tuple(tried_at_limit(rule, values))
            for rule, (_, values) in zip(named, chosen, strict=True)
        }
        policies = [rule for rule, _ in chosen]
        policies += ours(observed[number].config, known=panel.truth is not None)
        runs = _simulate(cell, panel, observed[number], windows, number, policies, trainings)
        walked += [_walked(number, run, observed[number], limits.get(run.policy, ())) for run in runs]
        if cell.pack_size > 1:
            walked += _by_the_piece(cell, panel, windows, number, trainings)
    return walked


def _observers(cell: Cell, panel: Panel, windows: Sequence[Window]) -> list[Observer]:
    """What is known in each window: all of the past, or so much of it as the cell has."""
    start = first_day(panel)
    if cell.history_days is None:
        return [observer_of(cell, panel, start, start + panel.days - 1)] * len(windows)
    return [
        observer_of(cell, panel, max(start, window.first - cell.history_days), window.last)
        for window in windows
    ]


def _simulate(
    cell: Cell,
    panel: Panel,
    observed: Observer,
    windows: Sequence[Window],
    number: int,
    policies: Sequence[Policy],
    trainings: Trainings,
) -> list[PolicyRun]:
    window = windows[number]
    past = scenario(observed, window.first, window.last, Assumptions())
    anchor = window.first - 1 if cell.history_days is not None else windows[0].first - 1
    trained = {model: trainings.of(cell, model, number, anchor) for model in OURS}
    shared = SharedObservations(past, trained, panel.truth, first_day(panel), panel.bucket_days)
    foresight = PerfectForesight(past.lines, past.arrivals)
    return simulate_together([*policies, foresight], past, observations=shared)


def _by_the_piece(
    cell: Cell, panel: Panel, windows: Sequence[Window], number: int, trainings: Trainings
) -> list[Walked]:
    """Ours, and foresight, where packs are of one unit: what packs cost."""
    single = replace(cell, pack_size=1)
    observed = _observers(single, panel, windows)[number]
    config = observed.config
    default = CostOptimal(config.excess_holding_share, config.excess_holding_days)
    runs = _simulate(single, panel, observed, windows, number, [Upon(default, AVERAGE)], trainings)
    return [replace(_walked(number, run, observed, ()), contestant=f"{run.policy}, {SINGLE}") for run in runs]


def _walked(number: int, run: PolicyRun, observed: Observer, at_limit: tuple[str, ...]) -> Walked:
    parts: Mapping[str, FloatArray] = costs_of(run.flows, observed.catalogue.costs)
    flows = run.flows
    return Walked(
        window=number,
        contestant=run.policy,
        cost=cost_of(run, observed).sum(axis=1),
        holding=float(parts["cost_holding"].sum()),
        short_units=float(np.sum(flows.backordered_units + flows.lost_units)),
        units=float(flows.units.sum()),
        parameters=run.parameters,
        at_limit=at_limit,
    )
