"""Decisions are kept at the version that was seen, all or nothing, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from forecasting.reviewing.deciding import (
    approve,
    approve_shown,
    reject,
    reopen,
    set_quantity,
    snooze,
    undo,
)
from forecasting.reviewing.quantities import effects
from forecasting.reviewing.refusals import (
    ChangedMeanwhileError,
    ListChangedError,
    NotAllowedError,
    PlanReplacedError,
    RefusedError,
)
from forecasting.store.application.lines import find_line, totals
from forecasting.store.application.plans import latest_plan, register_plans
from forecasting.store.application.selection import Selection
from tests.support.review import ANN, BOB, line, lines, planned, seen, write


def suggested(store, **wanted):
    return lines(store, only="suggested", **wanted)


def shown(store, **wanted):
    """What a buyer sees above a list: the selection, how many lines wait, and their money."""
    with store.reading() as transaction:
        selection = Selection(latest_plan(transaction).run, only="suggested", **wanted)
        counted = totals(transaction, selection)
    return selection, counted.open_lines, counted.open_value


def test_a_typed_quantity_is_snapped_kept_and_its_effects_with_it(store):
    packed = next(each for each in suggested(store) if each.pack_size > 1 and each.largest is None)
    wanted = packed.suggested + 1
    now = set_quantity(store, ANN, seen(packed), wanted)

    assert now.quantity == packed.suggested + packed.pack_size
    assert (now.version, now.changed_by, now.status) == (1, "ann", "open")
    does = effects(packed, now.quantity)
    assert (now.value, now.cost, now.risk) == (does.value, does.cost, does.risk)
    assert now.suggested == packed.suggested
    assert line(store, packed.sku) == now


def test_the_recommended_quantity_says_nothing_that_the_recommendation_does_not(store):
    first = suggested(store)[0]
    changed = set_quantity(store, ANN, seen(first), first.suggested + first.pack_size)
    back = set_quantity(store, ANN, seen(changed), first.suggested)
    assert back == replace(first, version=2, changed_by="ann", changed_at=back.changed_at)


def test_the_second_of_two_people_is_told_and_nothing_is_overwritten(store):
    first = suggested(store)[0]
    by_ann = set_quantity(store, ANN, seen(first), first.suggested * 2)
    with pytest.raises(ChangedMeanwhileError, match="ann changed this line") as refused:
        set_quantity(store, BOB, seen(first), first.suggested * 3)
    assert refused.value.line == by_ann == line(store, first.sku)


def test_who_changed_a_line_in_another_window_is_told_so(store):
    first = suggested(store)[0]
    set_quantity(store, ANN, seen(first), first.suggested * 2)
    with pytest.raises(ChangedMeanwhileError, match="You changed this line in another window"):
        set_quantity(store, ANN, seen(first), first.suggested * 3)


def test_an_edit_that_is_sent_twice_is_no_conflict(store):
    first = suggested(store)[0]
    once = set_quantity(store, ANN, seen(first), first.suggested * 2)
    again = set_quantity(store, ANN, seen(first), first.suggested * 2)
    assert again == once
    approved = approve(store, ANN, seen(once))
    assert approve(store, ANN, seen(once)) == approved


def test_an_approval_does_not_cover_another_quantity(store):
    first = suggested(store)[0]
    approved = approve(store, ANN, seen(first))
    assert approved.status == "approved"
    changed = set_quantity(store, ANN, seen(approved), first.suggested * 2)
    assert changed.status == "open"


def test_a_rejection_says_why(store):
    first = suggested(store)[0]
    with pytest.raises(RefusedError, match="Say why"):
        reject(store, ANN, seen(first), "  ")
    rejected = reject(store, ANN, seen(first), "new supplier from May on")
    assert (rejected.status, rejected.note) == ("rejected", "new supplier from May on")
    assert reopen(store, ANN, seen(rejected)).note == ""


def test_what_is_shown_is_approved_at_once_and_undone_at_once(store):
    first = suggested(store)[0]
    edited = set_quantity(store, ANN, seen(first), first.suggested * 2)
    before = suggested(store)
    selection, count, value = shown(store)
    assert value == sum(each.value for each in before)

    assert approve_shown(store, ANN, selection, count, value) == (len(before), value)
    after = suggested(store)
    assert {each.status for each in after} == {"approved"}
    assert [each.quantity for each in after] == [each.quantity for each in before]
    assert line(store, first.sku).quantity == edited.quantity

    undone = undo(store, ANN, selection.run)
    assert (undone.action, undone.restored, undone.kept) == ("approve", len(before), 0)
    same = {"version": 0, "changed_by": None, "changed_at": None}
    assert [replace(each, **same) for each in suggested(store)] == [replace(each, **same) for each in before]

    # The edit before it is the next to be undone; then there is nothing left.
    assert undo(store, ANN, selection.run).action == "quantity"
    assert line(store, first.sku).quantity == first.suggested
    assert undo(store, ANN, selection.run) is None


def test_a_list_that_has_changed_is_not_approved_at_all(store):
    selection, count, value = shown(store)
    first = suggested(store)[0]
    reject(store, BOB, seen(first), "no")
    with pytest.raises(ListChangedError, match=f"{count - 1:,} lines wait now"):
        approve_shown(store, ANN, selection, count, value)
    assert {each.status for each in suggested(store)} == {"open", "rejected"}
    assert undo(store, ANN, selection.run) is None


def test_as_many_lines_with_other_quantities_are_another_list(store):
    selection, count, value = shown(store)
    first = suggested(store)[0]
    set_quantity(store, BOB, seen(first), first.suggested + first.pack_size)
    with pytest.raises(ListChangedError):
        approve_shown(store, ANN, selection, count, value)
    assert {each.status for each in suggested(store)} == {"open"}


def test_only_the_lines_of_the_filter_are_approved(store):
    supplier = suggested(store)[0].supplier
    selection, count, value = shown(store, supplier=supplier, under=Decimal(200))
    assert 0 < count < len(suggested(store, supplier=supplier))
    approve_shown(store, ANN, selection, count, value)
    for each in suggested(store):
        meant = each.supplier == supplier and each.value < 200
        assert each.status == ("approved" if meant else "open")


def test_an_undo_leaves_what_others_changed_since(store):
    selection, count, value = shown(store)
    approve_shown(store, ANN, selection, count, value)
    first = suggested(store)[0]
    by_bob = set_quantity(store, BOB, seen(line(store, first.sku)), first.suggested * 2)
    undone = undo(store, ANN, selection.run)
    assert (undone.restored, undone.kept) == (count - 1, 1)
    assert line(store, first.sku) == by_bob


def test_a_snooze_holds_in_the_plans_to_come_until_its_date(store, url, sample):
    first = suggested(store)[0]
    with pytest.raises(RefusedError, match="after the plan's day"):
        snooze(store, ANN, seen(first), first.as_of)
    until = first.as_of + timedelta(days=9)
    asleep = snooze(store, ANN, seen(first), until, "waiting for the new price list")
    assert (asleep.status, asleep.snoozed_until) == ("snoozed", until)

    another_plan(url, store, sample)
    next_morning = line(store, first.sku)
    assert next_morning.run != first.run
    assert (next_morning.status, next_morning.note) == ("snoozed", "waiting for the new price list")

    # Approved in the new plan, it sleeps no longer; an undo lets it sleep again.
    approve(store, ANN, seen(next_morning))
    assert line(store, first.sku).status == "approved"
    undo(store, ANN, next_morning.run)
    assert (line(store, first.sku).status, line(store, first.sku).snoozed_until) == ("snoozed", until)


def another_plan(url, store, sample):
    """A plan of the same day with another setting, written later."""
    write(url, planned(sample, "line_cost=0.9"))
    with store.writing() as transaction:
        # Of two of one day the later one counts; this test is faster than a second.
        transaction.exec_driver_sql("update plans set seen_at = '2020-01-01 00:00:00'")
        register_plans(transaction)


def test_decisions_are_not_made_on_a_plan_that_was_replaced(store, url, sample):
    first = suggested(store)[0]
    another_plan(url, store, sample)
    with pytest.raises(PlanReplacedError, match="newer plan"):
        approve(store, ANN, seen(first))
    with store.reading() as transaction:
        assert find_line(transaction, first.run, first.location, first.sku) == first


def test_a_money_limit_is_of_the_supplier_s_order(store):
    first = suggested(store)[0]
    of_supplier = suggested(store, supplier=first.supplier)
    whole = sum(each.value for each in of_supplier)
    limited = replace(ANN, money_limit=whole - Decimal("0.01"))

    for each in of_supplier[:-1]:
        approve(store, limited, seen(each))
    with pytest.raises(NotAllowedError, match=f"{whole:,.2f}"):
        approve(store, limited, seen(of_supplier[-1]))
    assert line(store, of_supplier[-1].sku).status == "open"

    selection, count, value = shown(store)
    with pytest.raises(NotAllowedError):
        approve_shown(store, limited, selection, count, value)
    assert line(store, of_supplier[-1].sku).status == "open"
    approve_shown(store, replace(BOB, money_limit=Decimal(10**9)), selection, count, value)


@pytest.mark.parametrize("role", ["data_scientist", "admin", "unknown"])
def test_only_buyers_and_approvers_decide(store, role):
    first = suggested(store)[0]
    with pytest.raises(NotAllowedError):
        approve(store, replace(ANN, role=role), seen(first))
    selection, count, value = shown(store)
    with pytest.raises(NotAllowedError):
        approve_shown(store, replace(ANN, role=role), selection, count, value)
    with pytest.raises(NotAllowedError):
        undo(store, replace(ANN, role=role), selection.run)
