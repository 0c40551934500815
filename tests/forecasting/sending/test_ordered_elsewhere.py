"""What another plan has ordered is shown so, not approved and not ordered again; on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from forecasting.reviewing.deciding import approve, reopen
from forecasting.reviewing.refusals import AlreadyOrderedError
from forecasting.sending.freezing import freeze
from forecasting.store.application import outbox
from tests.forecasting.sending.test_outbox import ERP, NIGHT, approve_some, replace_plan
from tests.support.review import ANN, line, opened, seen


def test_a_plan_that_does_not_know_of_an_order_does_not_order_it_again(another_plan, url, store):
    first, second = approve_some(store, 2)
    replace_plan(url, another_plan)
    again = opened(url)
    try:
        # One is approved there before the older plan's order is made, the other one is not.
        approve(again, ANN, seen(line(again, first.sku)))
        orders = freeze(again, ERP, NIGHT, run=first.run).orders
        key_of = {item.sku: order.key for order in orders for item in order.lines}
        for sku in (first.sku, second.sku):
            newer = line(again, sku)
            told = (newer.status, newer.ordered_in, newer.ordered_run, newer.ordered_by)
            assert newer.run != first.run and told == ("ordered", key_of[sku], first.run, "ann")
            with pytest.raises(AlreadyOrderedError, match=key_of[sku]):
                (reopen if sku == first.sku else approve)(again, ANN, seen(newer))
        frozen = freeze(again, ERP, NIGHT)
        give_up_all(again, orders)
        assert [line(again, each.sku).status for each in (first, second)] == ["approved", "open"]
    finally:
        again.close()
    assert not frozen.orders
    assert [(each.sku, key_of[first.sku] in each.why) for each in frozen.skipped] == [(first.sku, True)]


def give_up_all(store, orders):
    """As if they had been refused, and a person had given them up."""
    with store.writing() as transaction:
        for each in orders:
            parked = sa.update(outbox.o).where(outbox.o.c.key == each.key).values(status="parked")
            transaction.execute(parked)
            outbox.give_up(transaction, each.key, "a test", NIGHT)
