"""What buyers decided otherwise than suggested, and what came of it, as the store of a company tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecasting.reviewing.rates import rate
from forecasting.reviewing.trust import Accuracy, Outcome, accuracy, edit_outcomes, outcomes
from forecasting.store.application.edits import edits_before
from forecasting.store.application.opened import Transaction
from forecasting.store.application.past import (
    asked_until,
    earlier_plans,
    edited_lines,
    forecasts_of,
    shortage_rates,
    with_costs,
)
from forecasting.store.application.plans import Plan


@dataclass(frozen=True)
class Hindsight:
    """Earlier plans, as the newest one's orders show them.

    ``forecasts``: of each earlier plan whose days are over; ``lines``: those that were not ordered as
    suggested; ``edits``: of the forecast. What is not over yet is left out.
    """

    forecasts: Sequence[Accuracy]
    lines: Sequence[Outcome]
    edits: Sequence[Outcome]


def hindsight(transaction: Transaction, plan: Plan) -> Hindsight:
    """Everything that was decided before ``plan``, against what its data says was asked for since."""
    before = earlier_plans(transaction, plan)
    edited = edited_lines(transaction, plan)
    edits = with_costs(transaction, plan.run, edits_before(transaction, plan.as_of))
    asked = asked_until(transaction, plan.run) if before or edits else None
    if asked is None:
        return Hindsight([], [], [])

    made = [accuracy(forecasts_of(transaction, each.run), each.as_of, asked, plan.as_of) for each in before]
    holding = rate(plan, "holding_rate")
    rates = shortage_rates(transaction, sorted({plan.run, *(row["run"] for row in edited)}))
    return Hindsight(
        [each for each in made if each is not None],
        outcomes(edited, asked, plan.as_of, holding, rates),
        edit_outcomes(edits, asked, plan.as_of, holding, rates.get(plan.run, 0.0)),
    )
