"""An order is filled to an amount by what costs least for its money, as one change."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from forecasting.reviewing.deciding import approve, undo
from forecasting.reviewing.filling import fill_order, filling, lines_of_order
from forecasting.reviewing.refusals import ListChangedError, NotAllowedError
from forecasting.store.application.people import Person
from tests.forecasting.reviewing.test_quantities import a_line
from tests.support.review import ANN, line, lines, seen

D = Decimal


def two_lines():
    """A unit of each is 1; the second costs less to have more of."""
    plain = {"status": "open", "pack_size": D(1), "smallest": D(1), "largest": None, "list_cost": D(1)}
    plain |= {"break_quantity": "", "break_cost": "", "curve_quantity": "0;10;20;40", "curve_risk": "0;0;0;0"}
    return (
        a_line(**plain, number=1, quantity=D(10), curve_cost="50;20;26;60"),
        a_line(**plain, number=2, quantity=D(10), curve_cost="50;20;22;30"),
    )


def test_what_costs_least_for_its_money_is_added_first():
    found = filling(two_lines(), D(10))
    assert [(fill.line.number, fill.after.quantity) for fill in found.fills] == [(2, 20)]
    assert (found.value, found.cost, found.reached) == (10, 2, True)
    further = filling(two_lines(), D(20))
    # Ten more of the first cost 6, twenty more of the second 8, which are more than are missing.
    assert {fill.line.number: fill.after.quantity for fill in further.fills} == {1: 20, 2: 20}
    assert (further.value, further.cost) == (20, 8)


def test_what_is_decided_is_not_touched_and_what_cannot_be_reached_is_said():
    first, second = two_lines()
    found = filling((first, replace(second, status="approved")), D(1000))
    assert {fill.line.number: fill.after.quantity for fill in found.fills} == {1: 40}
    assert not found.reached
    assert filling((replace(first, status="snoozed"),), D(5)).fills == []
    assert filling((first,), D(0)).fills == []


def test_a_filled_order_is_one_change_that_one_undo_takes_back(store):
    supplier = lines(store, only="suggested")[0].supplier
    with store.reading() as transaction:
        before = lines_of_order(transaction, lines(store)[0].run, supplier)
    run = before[0].run
    approved = approve(store, ANN, seen(next(each for each in before if each.quantity > 0)))
    missing = D(500)
    with store.reading() as transaction:
        proposed = filling(lines_of_order(transaction, run, supplier), missing)
    assert proposed.reached and proposed.value >= missing

    with pytest.raises(ListChangedError):
        fill_order(store, ANN, run, supplier, missing, proposed.value - 1)
    with pytest.raises(NotAllowedError):
        fill_order(store, Person("lea", "data_scientist", None, True), run, supplier, missing, proposed.value)
    assert undo_count(store) == 1

    fill_order(store, ANN, run, supplier, missing, proposed.value)
    for fill in proposed.fills:
        now = line(store, fill.line.sku)
        assert (now.quantity, now.value, now.status) == (fill.after.quantity, fill.after.value, "open")
    assert line(store, approved.sku) == approved
    undone = undo(store, ANN, run)
    assert (undone.action, undone.restored) == ("fill", len(proposed.fills))
    assert all(line(store, fill.line.sku).quantity == fill.before.quantity for fill in proposed.fills)


def undo_count(store) -> int:
    with store.reading() as transaction:
        return transaction.exec_driver_sql("select count(*) from changes").scalar()
