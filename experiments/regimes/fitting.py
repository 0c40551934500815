"""Simple rules at their best: every point of a grid is walked through the time before, once for all windows.

What a candidate cost is kept by week. The rule's parameters for a window are those that would have cost
least in the year before it, as ``forecasting.replay.fit`` has it; where the best lies on the edge of the
grid, the grid is widened, until it lies inside for every window or the limit is reached. Around the best it
is made finer than a replay makes it: no rule is to lose by the steps of its grid.

The candidates that differ in their degree of safety alone are walked side by side in one market, in
which the items stand as many times as there are degrees: the policy objects are the project's own, with an
array for a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from experiments.regimes.cells import Cell
from experiments.regimes.market import first_day, observer_of
from experiments.regimes.panels.base import Panel
from experiments.regimes.side_by_side import Seen, side_by_side, tiled_observer, tiled_panel
from experiments.regimes.windows import FEWEST_DAYS_BEFORE, Window
from forecasting.domain import BoolArray, FloatArray
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observer import Observer
from forecasting.policies.base import Policy
from forecasting.replay.fit import LONGEST_DAYS, SHORTEST_DAYS
from forecasting.replay.measures import costs_of
from forecasting.replay.policy_run import PolicyRun
from forecasting.replay.scenario import Scenario, scenario
from forecasting.replay.simulate import simulate_together

LINES_AT_ONCE = 5_000_000
"""Order lines that are walked at the same time."""

FINER = 2
"""So many times the best degree of safety is looked for halfway to its neighbours."""

Point = tuple[float, float]
"""The averaging window, and the degree of safety."""


@dataclass(frozen=True)
class Rehearsal:
    """A stretch of the past that rules are walked through, and what counts of it for each window.

    Attributes:
        first, last: its days.
        counts: bool, shape (windows, weeks): which weeks of it a window's parameters are judged on.
        from_day, until_day: the days whose order lines are known.

    """

    first: int
    last: int
    counts: BoolArray
    from_day: int
    until_day: int


def rehearsals_of(cell: Cell, panel: Panel, windows: Sequence[Window]) -> list[Rehearsal]:
    """What the rules of a cell are fitted on, in one of three ways.

    Where all of the past is known it is walked once. Where only so many days are, each window has its own
    past. Where those are too few to fit anything on, the rules are fitted on all the OTHER windows, with
    as little history: more than a company could, and so no weaker a rival.
    """
    start = first_day(panel)
    known = panel.days if cell.history_days is None else cell.history_days
    begins = [max(start, window.first - known) + FEWEST_DAYS_BEFORE for window in windows]
    if any(window.first - begin < SHORTEST_DAYS for begin, window in zip(begins, windows, strict=True)):
        return [_other_window(panel, windows, number, known) for number in range(len(windows))]
    if cell.history_days is None:
        return [_time_before_all(panel, windows, begins[0])]
    return [_time_before(windows, number, begin, known) for number, begin in enumerate(begins)]


def _time_before_all(panel: Panel, windows: Sequence[Window], begin: int) -> Rehearsal:
    # In step with the reviews of the windows, so that a week of it is a week of theirs.
    first = _in_step(windows[0].first, max(begin, windows[0].first - LONGEST_DAYS))
    week = np.arange(first, windows[-1].first, 7)
    counts = [(week >= each.first - LONGEST_DAYS) & (week + 6 < each.first) for each in windows]
    start = first_day(panel)
    return Rehearsal(first, windows[-1].first - 1, np.array(counts), start, start + panel.days - 1)


def _time_before(windows: Sequence[Window], number: int, begin: int, known: int) -> Rehearsal:
    window = windows[number]
    first = _in_step(window.first, max(begin, window.first - LONGEST_DAYS))
    counts = np.zeros((len(windows), len(range(first, window.first, 7))), dtype=bool)
    counts[number] = True
    return Rehearsal(first, window.first - 1, counts, window.first - known, window.last)


def _other_window(panel: Panel, windows: Sequence[Window], number: int, known: int) -> Rehearsal:
    window = windows[number]
    counts = np.ones((len(windows), len(range(window.first, window.last + 1, 7))), dtype=bool)
    counts[number] = False
    start = max(first_day(panel), window.first - known)
    return Rehearsal(window.first, window.last, counts, start, window.last)


def _in_step(day: int, earliest: int) -> int:
    """The first day from ``earliest`` on that lies whole weeks before ``day``."""
    return day - (day - earliest) // 7 * 7


@dataclass
class Rules:
    """What every point of a rule's grid that was tried would have cost before each window.

    Attributes:
        cell, panel: the market.
        rehearsals: the stretches; what a point cost is summed over them.

    """

    cell: Cell
    panel: Panel
    rehearsals: Sequence[Rehearsal]
    _markets: dict[tuple[int, int], Scenario] = field(default_factory=dict, repr=False)
    _seen: dict[int, Seen] = field(default_factory=dict, repr=False)

    def fitted(self, rules: Sequence[Policy]) -> list[list[tuple[Policy, dict[str, float]]]]:
        """For each rule, its policy at its best before each window, with the parameters."""
        return [self._fitted(rule) for rule in rules]

    def _fitted(self, rule: Policy) -> list[tuple[Policy, dict[str, float]]]:
        span, safety = rule.axes()
        # A wide grid at once: one walk of many costs less than several of few.
        safety = safety.wider(safety.values[0]).wider(safety.values[-1])
        totals: dict[Point, FloatArray] = {}
        while True:
            self._try(rule, product(span.values, safety.values), totals)
            best = _best(totals)
            wider = span, safety
            for point in best:
                wider = wider[0].wider(point[0]), wider[1].wider(point[1])
            if wider == (span, safety):
                break
            span, safety = wider
        for _ in range(FINER):
            self._try(rule, [point for each in best for point in _between(each, totals)], totals)
            best = _best(totals)
        names = [axis.name for axis in rule.axes()]
        values = [dict(zip(names, point, strict=True)) for point in best]
        return [(rule.at(value), value) for value in values]

    def _try(self, rule: Policy, points: Iterable[Point], totals: dict[Point, FloatArray]) -> None:
        """Walk what has not been yet: windows that miss the same degrees of safety together."""
        missing: dict[float, list[float]] = {}
        for days, degree in sorted(set(points) - set(totals)):
            missing.setdefault(days, []).append(degree)
        alike: dict[tuple[float, ...], list[float]] = {}
        for days, degrees in missing.items():
            alike.setdefault(tuple(degrees), []).append(days)
        for together, spans in alike.items():
            costs = np.sum(
                [self._walk(rule, spans, together, at) for at in range(len(self.rehearsals))], axis=0
            )
            totals |= {
                (days, degree): costs[row, column]
                for row, days in enumerate(spans)
                for column, degree in enumerate(together)
            }

    def _walk(self, rule: Policy, spans: Sequence[float], safeties: Sequence[float], at: int) -> FloatArray:
        """What each would have cost before each window: float64, shape (spans, safeties, windows), money."""
        past = self._market(at, len(safeties))
        n = len(self.panel)
        span, safety = rule.axes()
        degree = np.repeat(np.array(safeties), n)
        candidates = [side_by_side(rule, {span.name: days, safety.name: degree}) for days in spans]
        size = max(1, LINES_AT_ONCE // max(len(past.lines), 1))
        runs: list[PolicyRun] = []
        for start in range(0, len(candidates), size):
            runs += simulate_together(candidates[start : start + size], past)
        cost = np.array([cost_of(run, past.observer).reshape(len(safeties), n, -1) for run in runs])
        return cost.sum(axis=2) @ self.rehearsals[at].counts.T

    def _market(self, at: int, times: int) -> Scenario:
        if (at, times) not in self._markets:
            stretch = self.rehearsals[at]
            days = stretch.from_day, stretch.until_day
            if at not in self._seen:
                self._seen[at] = Seen(observer_of(self.cell, self.panel, *days))
            observed = observer_of(self.cell, tiled_panel(self.panel, times), *days)
            lots = tiled_observer(observed, self._seen[at], times)
            self._markets[at, times] = scenario(lots, stretch.first, stretch.last, Assumptions())
        return self._markets[at, times]


def _best(totals: dict[Point, FloatArray]) -> list[Point]:
    """Of each window, the point that would have cost least; of equal ones that tried first."""
    tried = list(totals)
    return [tried[row] for row in np.array(list(totals.values())).argmin(axis=0)]


def _between(point: Point, totals: dict[Point, FloatArray]) -> list[Point]:
    """Halfway to the nearest degrees of safety that were tried on either side, with the same window."""
    days, degree = point
    tried = sorted(other for span, other in totals if span == days)
    place = tried.index(degree)
    near = tried[max(place - 1, 0) : place] + tried[place + 1 : place + 2]
    return [(days, (degree + other) / 2) for other in near]


def cost_of(run: PolicyRun, observer: Observer) -> FloatArray:
    """What a run cost: float64, shape (n, weeks), money."""
    parts = costs_of(run.flows, observer.catalogue.costs)
    return np.asarray(sum(parts.values()) + run.cost_ordering + run.cost_waste)


def tried_at_limit(rule: Policy, values: dict[str, float]) -> list[str]:
    """The parameters whose best value is the outermost that is ever tried."""
    found = []
    for axis in rule.axes():
        ends = (*axis.below, *axis.values, *axis.above)
        if values[axis.name] in (min(ends), max(ends)):
            found.append(axis.name)
    return found
