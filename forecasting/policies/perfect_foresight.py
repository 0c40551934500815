"""Perfect foresight: orders as one who knew every order to come. What the best policy is held against.

Of all that could be ordered at this and the later reviews, what costs least for the demand that comes: a unit
is held from one arrival on, or served late by the next, whichever costs less; and a later order is left
out where its line costs more than it saves. That is dynamic lot sizing with backorders (Wagner and Whitin,
"Dynamic version of the economic lot size model", 1958; Zangwill 1966), also called a clairvoyant policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from forecasting.domain import DemandLines, FloatArray, IntArray
from forecasting.policies.base import Arrivals, Policy
from forecasting.policies.foresight_kernels import KnownDemand, LotCosts, lot_sizes
from forecasting.policies.situation import Decision, Situation
from models.shared.compile import over_items


@dataclass(frozen=True)
class PerfectForesight(Policy):
    """Knows the future; a replay gives it that, nobody else can.

    Attributes:
        lines: all demand, to the end of the replay.
        arrivals: when orders placed at a review day, and at each later one, arrive.

    Three units will be asked for on day 3 and two on day 9; orders placed now and in a week arrive on days 1
    and 8. What the next order can still bring in time is left to it.

    >>> from forecasting.policies.one_item import one_item
    >>> day, two = np.array([3, 9]), np.arange(2)
    >>> never = np.full(2, DemandLines.NEVER)
    >>> lines = DemandLines(np.array([0, 2]), day, day, np.array([3.0, 2.0]), two, never, day)
    >>> policy = PerfectForesight(lines, lambda review, item: np.array([[1, 8, 15]]))
    >>> policy.decide(one_item([2.0] * 26)).quantity
    array([3.])

    """

    lines: DemandLines
    arrivals: Arrivals = field(repr=False)
    name: str = "perfect_foresight"

    def decide(self, situation: Situation) -> Decision:
        """What the cheapest course of orders from now to the end has ordered now."""
        costs, item = situation.costs, situation.item
        day, units, moments = self._known

        out = np.zeros((2, len(situation)))
        over_items(
            lot_sizes,
            len(situation),
            situation.as_of - self._origin,
            KnownDemand(self.lines.indptr[item], self.lines.indptr[item + 1], day, units, moments),
            situation.stock.position,
            self.arrivals(situation.as_of, item) - self._origin,
            LotCosts(
                lot=costs.line_cost,
                shortage=costs.shortage_per_unit(situation.line_size),
                waiting=np.where(situation.backorder_allowed, costs.waiting_per_unit_day, 0.0),
                holding=costs.holding_per_unit_day,
                waits=situation.backorder_allowed,
            ),
            out,
        )

        # Sums of many quantities, differences of which may miss a whole number by their last digits.
        wanted, level = np.where(situation.orderable, np.round(out[0], 9), 0.0), out[1]
        return Decision(situation.terms.at_least(wanted), level - 1.0, level)

    def foreseeing(self, lines: DemandLines, arrivals: Arrivals) -> PerfectForesight:
        """One who knows another future."""
        return replace(self, lines=lines, arrivals=arrivals)

    @property
    def _origin(self) -> int:
        """Days are counted from here: sums of units x day keep their digits."""
        return int(self.lines.day[0]) if len(self.lines) else 0

    @cached_property
    def _known(self) -> tuple[IntArray, FloatArray, FloatArray]:
        """Day of each line, and running totals of units and of units x day, a 0 in front."""
        day, units = self.lines.day - self._origin, self.lines.quantity
        totals = [np.concatenate([[0.0], np.cumsum(each)]) for each in (units, units * day)]
        return day, totals[0], totals[1]
