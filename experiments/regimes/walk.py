"""All contestants of a cell through each of its windows, on the same demand: what each cost by item."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.regimes.cells import Cell
from experiments.regimes.contestants import AVERAGE, OURS, RULES, InTurn, Upon, ours
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

    if cell.history_days is None:
        # In one go: what a contestant bought too much of in one window, it still holds in the next.
        stretches, turns = [Stretch(windows, windows[0].first - 1)], [range(len(windows))]
    else:
        # With so little history each window is a past of its own.
        stretches = [Stretch([window], window.first - 1) for window in windows]
        turns = [range(number, number + 1) for number in range(len(windows))]

    walked: list[Walked] = []
    for stretch, turn in zip(stretches, turns, strict=True):
        progress(f"window {turn[0] + 1} to {turn[-1] + 1} of {len(windows)}")
        rules = [
            InTurn(rule.name, tuple(of_rule[number][0] for number in turn), stretch.since)
            for rule, of_rule in zip(named, fitted, strict=True)
        ]
        market = Market(cell, panel, observed[turn[0]], stretch, turn[0], trainings)
        policies = [*rules, *ours(market.observed.config, known=panel.truth is not None)]
        said = {
            (rule.name, number): (of_rule[number][0].describe(), tried_at_limit(rule, of_rule[number][1]))
            for rule, of_rule in zip(named, fitted, strict=True)
            for number in turn
        }
        for run in market.simulate(policies):
            walked += market.cut(run, run.policy, said)
        if cell.pack_size > 1:
            walked += _by_the_piece(market)
    return sorted(walked, key=lambda each: each.window)


@dataclass(frozen=True)
class Stretch:
    """Windows that follow each other and are simulated in one go; models are chosen from ``anchor`` on."""

    windows: Sequence[Window]
    anchor: int

    @property
    def since(self) -> tuple[int, ...]:
        """The reviews from which the second, third, .. window's parameters decide."""
        return tuple(window.counted - 1 for window in self.windows[1:])


@dataclass(frozen=True)
class Market:
    """What all contestants of a stretch meet.

    Attributes:
        cell, panel: of it.
        observed: the company's records.
        stretch: its windows.
        number: of the first of them.
        trainings: what has been trained.

    """

    cell: Cell
    panel: Panel
    observed: Observer
    stretch: Stretch
    number: int
    trainings: Trainings

    def simulate(self, policies: Sequence[Policy]) -> list[PolicyRun]:
        """What comes of the policies, and of perfect foresight."""
        first, last = self.stretch.windows[0].first, self.stretch.windows[-1].last
        past = scenario(self.observed, first, last, Assumptions())
        trained = {
            model: self.trainings.of(self.cell, model, self.number, self.stretch.anchor) for model in OURS
        }
        begin = first_day(self.panel)
        shared = SharedObservations(past, trained, self.panel.truth, begin, self.panel.bucket_days)
        foresight = PerfectForesight(past.lines, past.arrivals)
        return simulate_together([*policies, foresight], past, observations=shared)

    def cut(
        self, run: PolicyRun, name: str, said: Mapping[tuple[str, int], tuple[str, list[str]]]
    ) -> list[Walked]:
        """What came of a run in each window; ``said``: parameters and limits, by rule and window."""
        costs = self.observed.catalogue.costs
        cost = cost_of(run, self.observed)
        holding = costs_of(run.flows, costs)["cost_holding"]
        short = run.flows.backordered_units + run.flows.lost_units
        # A week is of the window in which it ends; what came before the first is not counted anyway.
        windows = self.stretch.windows
        ends = windows[0].first + 7 * np.arange(cost.shape[1]) + 6
        owner = np.searchsorted([window.last for window in windows], np.minimum(ends, windows[-1].last))
        walked = []
        for place in range(len(windows)):
            weeks, number = owner == place, self.number + place
            parameters, limits = said.get((name, number), (run.parameters, []))
            walked.append(
                Walked(
                    window=number,
                    contestant=name,
                    cost=cost[:, weeks].sum(axis=1),
                    holding=float(holding[:, weeks].sum()),
                    short_units=float(short[:, weeks].sum()),
                    units=float(run.flows.units[:, weeks].sum()),
                    parameters=parameters,
                    at_limit=tuple(limits),
                )
            )
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


def _by_the_piece(market: Market) -> list[Walked]:
    """Ours, and foresight, where packs are of one unit: what packs cost."""
    single = replace(market.cell, pack_size=1)
    until = market.stretch.windows[-1].last
    first = first_day(market.panel)
    known = market.cell.history_days
    since = first if known is None else max(first, market.stretch.windows[0].first - known)
    end = first + market.panel.days - 1 if known is None else until
    loose = replace(market, cell=single, observed=observer_of(single, market.panel, since, end))
    config = loose.observed.config
    default = CostOptimal(config.excess_holding_share, config.excess_holding_days)
    runs = loose.simulate([Upon(default, AVERAGE)])
    return [each for run in runs for each in loose.cut(run, f"{run.policy}, {SINGLE}", {})]
