"""The use cases of a review: a quantity, a status, many lines at once, and back again.

Each is one transaction: all of it is kept, or nothing. A line is changed at the version that the buyer saw;
where someone else was faster, the buyer is told and nothing is overwritten.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from forecasting.reviewing.quantities import Effects, effects, snap
from forecasting.reviewing.refusals import (
    AlreadyOrderedError,
    ChangedMeanwhileError,
    ListChangedError,
    NoSuchLineError,
    PlanReplacedError,
    RefusedError,
)
from forecasting.reviewing.roles import DECIDE, require, require_money
from forecasting.store.application import deciding as store
from forecasting.store.application.deciding import Author, State, Undone
from forecasting.store.application.lines import Line, find_line, find_numbered
from forecasting.store.application.opened import Store, Transaction
from forecasting.store.application.people import Person
from forecasting.store.application.plans import latest_plan
from forecasting.store.application.selection import Selection

LONGEST_REASON = 500


@dataclass(frozen=True)
class Seen:
    """What a buyer was looking at: a plan's line by its number, at a version."""

    run: str
    number: int
    version: int


def set_quantity(database: Store, person: Person, seen: Seen, wanted: Decimal) -> Line:
    """Order ``wanted`` of the line, as far as its terms allow; returns it as it is now.

    An approval does not cover another quantity: an approved line waits again.
    """

    def change(line: Line, state: State) -> State:
        quantity = snap(line, wanted)
        return state if quantity == line.quantity else decided_state(line, effects(line, quantity))

    return _change(database, person, seen, "quantity", change)


def decided_state(line: Line, does: Effects) -> State:
    """What is kept of a quantity: nothing that the recommendation says already."""
    if does.quantity == line.suggested:
        return State("open")
    return State("open", does.quantity, does.unit_cost, does.value, does.risk, does.cost)


def approve(database: Store, person: Person, seen: Seen) -> Line:
    """Approve the line as it stands."""
    return _change(database, person, seen, "approve", lambda _, state: _with(state, "approved"))


def reject(database: Store, person: Person, seen: Seen, reason: str) -> Line:
    """Order nothing of the line, for a reason."""
    said = _reason(reason)
    return _change(database, person, seen, "reject", lambda _, state: _with(state, "rejected", said))


def snooze(database: Store, person: Person, seen: Seen, until: date, reason: str = "") -> Line:
    """Put the line off until a date: in this plan, and in those to come before it."""

    def change(line: Line, state: State) -> State:
        if until <= line.as_of:
            raise RefusedError(f"Name a date after the plan's day, {line.as_of}. Nothing was changed.")
        return _with(state, "snoozed", reason.strip()[:LONGEST_REASON], until)

    return _change(database, person, seen, "snooze", change)


def reopen(database: Store, person: Person, seen: Seen) -> Line:
    """Take a decision back: the line waits again, with the quantity that it has."""
    return _change(database, person, seen, "reopen", lambda _, state: _with(state, "open"))


def approve_shown(
    database: Store, person: Person, wanted: Selection, lines: int, value: Decimal
) -> tuple[int, Decimal]:
    """Approve what of a selection waits, if it is what the person agreed to: so many lines, so much money."""
    require(person, DECIDE)
    author = author_of(person, "approve")
    with database.writing() as transaction:
        require_latest(transaction, wanted.run)
        approved, worth = store.approve_all(transaction, wanted, author)
        if approved != lines or abs(worth - value) >= Decimal("0.01"):
            raise ListChangedError(approved, worth, lines)
        if person.money_limit is not None:
            in_all = store.approved_by_supplier(transaction, wanted.run)
            for supplier in store.suppliers_of_batch(transaction, author.batch):
                require_money(person, supplier, in_all[supplier])
    return approved, worth


def undo(database: Store, person: Person, run: str) -> Undone | None:
    """Take back the person's last change of a plan, or batch of changes; None where there is none."""
    require(person, DECIDE)
    with database.writing() as transaction:
        require_latest(transaction, run)
        return store.undo(transaction, run, author_of(person, "undo"))


def _change(
    database: Store, person: Person, seen: Seen, action: str, change: Callable[[Line, State], State]
) -> Line:
    """Change one line at the version that was seen, and return it as it is then."""
    require(person, DECIDE)
    with database.writing() as transaction:
        require_latest(transaction, seen.run)
        line = find_numbered(transaction, seen.run, seen.number)
        if line is None:
            raise NoSuchLineError(f"The plan has no line {seen.number}.")
        state = store.state_of(transaction, line)
        new = change(line, state)
        if new == state:
            return line
        if line.version != seen.version:
            raise ChangedMeanwhileError(line, person.name)
        if line.ordered_in is not None:
            raise AlreadyOrderedError(line.ordered_in)

        author = author_of(person, action)
        if not store.save(transaction, line, new, author):
            raise ChangedMeanwhileError(line, person.name)
        if new.status == "approved":
            approved = store.approved_by_supplier(transaction, line.run)
            require_money(person, line.supplier, approved[line.supplier])
        now = find_line(transaction, line.run, line.location, line.sku)
    if now is None:
        raise NoSuchLineError(f"The plan has no line {seen.number}.")
    return now


def _with(state: State, status: str, reason: str = "", until: date | None = None) -> State:
    return replace(state, status=status, reason=reason, snoozed_until=until)


def _reason(text: str) -> str:
    said = text.strip()
    if not said:
        raise RefusedError("Say why: a reason helps whoever looks at this line next. Nothing was changed.")
    return said[:LONGEST_REASON]


def author_of(person: Person, action: str) -> Author:
    """Who changes something now: a batch of its own."""
    return Author(person.name, action, uuid.uuid4().hex)


def require_latest(transaction: Transaction, run: str) -> None:
    """Raise PlanReplacedError where ``run`` is not the plan that decisions are made on."""
    plan = latest_plan(transaction)
    if plan is None or plan.run != run:
        made = "another plan" if plan is None else f"a newer plan, of {plan.as_of},"
        raise PlanReplacedError(f"There is {made} now: reload the page. Nothing was changed.")
