"""Filling a supplier's order to an amount: its minimum, or the value from which on freight is free.

Units are added where they save most for their money, or cost least: the same choices that the plan weighed,
one step of one line at a time. What a plan did with the whole order in view is not done again; this is for an
order that a buyer changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forecasting.reviewing.deciding import author_of, decided_state, require_latest
from forecasting.reviewing.quantities import Effects, curve, effects, snap
from forecasting.reviewing.refusals import ChangedMeanwhileError, ListChangedError, RefusedError
from forecasting.reviewing.roles import DECIDE, require
from forecasting.store.application import deciding as store
from forecasting.store.application.lines import Line, find_lines
from forecasting.store.application.opened import Store, Transaction
from forecasting.store.application.people import Person
from forecasting.store.application.selection import Selection

MOST_LINES = 10_000
MOST_STEPS = 5_000


@dataclass(frozen=True)
class Fill:
    """A line that gets more: what it has, and what it would have."""

    line: Line
    before: Effects
    after: Effects

    @property
    def value(self) -> Decimal:
        """Money that it adds."""
        return self.after.value - self.before.value

    @property
    def cost(self) -> Decimal:
        """By how much its expected cost rises; below zero it falls."""
        return self.after.cost - self.before.cost


@dataclass(frozen=True)
class Filling:
    """What would bring an order to an amount. ``reached``: whether it gets there."""

    fills: Sequence[Fill]
    missing: Decimal
    reached: bool

    @property
    def value(self) -> Decimal:
        """Money that is added in all."""
        return sum((fill.value for fill in self.fills), Decimal(0))

    @property
    def cost(self) -> Decimal:
        """By how much the expected cost rises in all."""
        return sum((fill.cost for fill in self.fills), Decimal(0))


def filling(lines: Sequence[Line], missing: Decimal) -> Filling:
    """What to add to the lines that wait, so that their order is worth ``missing`` more.

    Greedy by cost a unit of money; where a step would do, the cheapest of those that get there ends it.
    """
    waiting = [line for line in lines if line.status == "open"]
    at = {line.number: effects(line, line.quantity) for line in waiting}
    now = dict(at)
    steps = {line.number: step for line in waiting if (step := _next(line, now[line.number])) is not None}
    by_number = {line.number: line for line in waiting}
    added = Decimal(0)
    for _ in range(MOST_STEPS):
        if added >= missing or not steps:
            break
        ending = [each for each, step in steps.items() if added + _gain(now[each], step) >= missing]
        if ending:
            best = min(ending, key=lambda each: steps[each].cost - now[each].cost)
        else:
            best = min(steps, key=lambda each: _rate(now[each], steps[each]))
        step = steps.pop(best)
        added += _gain(now[best], step)
        now[best] = step
        further = _next(by_number[best], step)
        if further is not None:
            steps[best] = further

    fills = [
        Fill(line, at[line.number], now[line.number])
        for line in waiting
        if now[line.number].quantity != at[line.number].quantity
    ]
    return Filling(sorted(fills, key=lambda fill: fill.cost), missing, added >= missing)


def _next(line: Line, now: Effects) -> Effects | None:
    """The next larger quantity that the plan weighed, if it costs more money."""
    for units in curve(line)[0]:
        quantity = snap(line, Decimal(str(units)))
        if quantity > now.quantity:
            step = effects(line, quantity)
            if step.value > now.value:
                return step
    return None


def _gain(now: Effects, step: Effects) -> Decimal:
    return step.value - now.value


def _rate(now: Effects, step: Effects) -> Decimal:
    return (step.cost - now.cost) / _gain(now, step)


def lines_of_order(transaction: Transaction, run: str, supplier: str) -> Sequence[Line]:
    """Every line of a supplier, those that nothing is suggested of among them."""
    return find_lines(transaction, Selection(run, supplier=supplier, size=MOST_LINES))


def fill_order(
    database: Store, person: Person, run: str, supplier: str, missing: Decimal, agreed: Decimal
) -> Filling:
    """Add to a supplier's order what ``filling`` proposes, if that is the money that was agreed to."""
    require(person, DECIDE)
    author = author_of(person, "fill")
    with database.writing() as transaction:
        require_latest(transaction, run)
        found = filling(lines_of_order(transaction, run, supplier), missing)
        if not found.fills:
            raise RefusedError("There is nothing that could be added to this order.")
        if abs(found.value - agreed) >= Decimal("0.01"):
            raise ListChangedError(len(found.fills), found.value, len(found.fills))
        for fill in found.fills:
            if not store.save(transaction, fill.line, decided_state(fill.line, fill.after), author):
                raise ChangedMeanwhileError(fill.line, person.name)
    return found
