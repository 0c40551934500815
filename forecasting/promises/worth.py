"""What lateness costs a line, and what of that an earlier day saves: money, by the cost model.

By the day after its deadline, and, once, with those who cancel and those who never come back, as far as that
can still be helped.
"""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, IntArray
from forecasting.promises.facts import Facts
from forecasting.promises.verdicts import Promised, Verdict


def at_stake(found: Facts, promised: Promised) -> FloatArray:
    """What the lateness of each line is expected to cost from now on: money, float64, shape (m,)."""
    lines, costs, item = found.lines, found.known.costs, found.lines.item
    daily = daily_cost(found)
    passed = promised.verdict == Verdict.DEADLINE_PASSED
    # Once the deadline has passed, who cancels over it has: the days are what can be helped. Who has neither
    # a deadline nor a day waits for ever.
    risk = np.where(lines.has_deadline, 1.0 - np.nan_to_num(promised.on_time), ~promised.dated)
    risk = np.where(passed, 0.0, risk)
    once = costs.cancellation_rate[item] * costs.lost_margin[item] * lines.quantity
    once = once + costs.word_of_mouth_per_line[item]
    return np.asarray(risk * once + daily * promised.late)


def daily_cost(found: Facts) -> FloatArray:
    """What a day of waiting costs each line: money, float64, shape (m,)."""
    costs, item = found.known.costs, found.lines.item
    rate = costs.goodwill_per_late_unit_day[item] + costs.backlog_per_unit_day[item]
    return np.asarray(rate * found.lines.quantity)


def saved(
    found: Facts, promised: Promised, line: IntArray, sooner: FloatArray, new: IntArray
) -> tuple[FloatArray, FloatArray]:
    """What is at stake of lines, and what is saved of it where they come sooner: money, float64, shape (k,).

    What makes the deadline, or gives a day to a line that has none, saves all of it; else the days.

    Args:
        found, promised: of the m lines.
        line: int64, shape (k,): which of them.
        sooner: float64, shape (k,): days. ``new``: int64, shape (k,), the day at the customer's door.

    """
    stake = at_stake(found, promised)[line]
    helped = found.lines.has_deadline[line] & (new <= found.lines.deadline[line])
    helped |= ~promised.dated[line] & ~found.lines.has_deadline[line]
    return stake, np.where(helped, stake, np.minimum(daily_cost(found)[line] * sooner, stake))
