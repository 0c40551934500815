"""Setting goods aside for a customer's order line by hand, and trying out who then gains and who loses."""

from __future__ import annotations

from decimal import Decimal

from forecasting.reviewing.deciding import LONGEST_REASON
from forecasting.reviewing.jobs import GIVE, PROMISE
from forecasting.reviewing.quantities import typed_quantity
from forecasting.reviewing.refusals import RefusedError
from forecasting.reviewing.roles import DECIDE, require
from forecasting.store.application.jobs import ask_for, last_job
from forecasting.store.application.notes import record
from forecasting.store.application.opened import Store
from forecasting.store.application.people import Person
from forecasting.store.application.pins import add_pin, drop_pin, sources_of_item
from forecasting.store.application.plans import latest_plan, latest_run
from forecasting.store.application.promised import promise_of


def pin(database: Store, person: Person, number: int, source: str, quantity: str, reason: str) -> None:
    """Set aside goods of a source for a line, by its number in the last promises; no quantity: all of it."""
    require(person, DECIDE)
    said = reason.strip()[:LONGEST_REASON]
    if not said:
        raise RefusedError("Say why: whoever promises next will want to know. Nothing was set aside.")
    wanted: Decimal | None = typed_quantity(quantity) if quantity.strip() else None
    with database.writing() as transaction:
        plan, promised = latest_plan(transaction), latest_run(transaction, "promise")
        row = None if promised is None else promise_of(transaction, promised.run, number)
        if plan is None or row is None:
            raise RefusedError("There is no such open line any more.")
        if source not in sources_of_item(transaction, plan.run, row["location"], row["sku"]):
            raise RefusedError(f"Nothing of {row['sku']} comes from {source[:60]!r}.")
        if wanted is not None and not 0 < wanted <= row["quantity"]:
            raise RefusedError(f"Give a quantity up to the {row['quantity']:f} that are still to ship.")
        add_pin(transaction, row, source, wanted, said, person.name)
        line = f"{row['order']}/{row['line']}" if row["line"] else row["order"]
        record(transaction, person.name, "pin", line, f"{source}: {said}")


def unpin(database: Store, person: Person, number: int) -> None:
    """Take a pin out."""
    require(person, DECIDE)
    with database.writing() as transaction:
        if not drop_pin(transaction, number):
            raise RefusedError("There is no such pin any more.")
        record(transaction, person.name, "unpin", str(number))


def try_pins(database: Store, person: Person) -> str:
    """Have the promises tried out with the pins, unless that is being done; returns the name of the work."""
    require(person, DECIDE)
    with database.writing() as transaction:
        last = last_job(transaction, PROMISE)
        if last is not None and not last.over:
            return last.job
        return ask_for(transaction, PROMISE, person.name, {})


def give_promises(database: Store, person: Person, run: str) -> str:
    """Have the promises that were tried out last given; returns the name of the work.

    ``run``: those that the person saw. Where they have become others since, nothing is given: who gains and
    who loses may have changed.
    """
    require(person, DECIDE)
    with database.writing() as transaction:
        plan, tried, last = (
            latest_plan(transaction),
            latest_run(transaction, "promise"),
            last_job(transaction, PROMISE),
        )
        if last is not None and not last.over:
            raise RefusedError("Promises are being made just now. Look again when that is done.")
        if tried is None or tried.run != run:
            raise RefusedError("Others have been tried out since. Look at those first: nothing was given.")
        if plan is None or tried.as_of != plan.as_of:
            raise RefusedError("These promises are of another day than the plan. Try them out anew.")
        if tried.described.get("applied"):
            raise RefusedError("These promises are given already.")
        record(transaction, person.name, "give promises", run)
        return ask_for(transaction, PROMISE, person.name, {GIVE: run})
