"""How customers of the sample take it when they have to wait: as asked for, and written into the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.errors import RequestError
from forecasting.sample import Behaviour, make_sample


@pytest.fixture(scope="module")
def usual():
    return make_sample(60, 300, 4)


@pytest.fixture(scope="module")
def leaving():
    return make_sample(60, 300, 4, behaviour=Behaviour(churn_per_line=0.2))


def test_customers_as_usual_change_nothing_but_the_truth(usual):
    same = make_sample(60, 300, 4, behaviour=Behaviour())
    for name, table in usual.tables.items():
        pd.testing.assert_frame_equal(same.tables[name], table)
    assert set(same.truth) - set(usual.truth) == {"behaviour", "customers"}
    assert same.truth["customers"]["left_on"].isna().all()


def test_who_left_never_orders_again(leaving):
    left = leaving.truth["customers"].set_index("customer")["left_on"].dropna()
    assert len(left) > 10
    # The absurd order was nobody's.
    orders = leaving.tables["orders"]
    orders = orders[orders["quantity"] < 60_000]
    last = orders.groupby("customer", observed=True)["ordered_at"].max().dt.normalize()
    both = pd.concat([left, last], axis=1, join="inner")
    assert (both["ordered_at"] <= both["left_on"]).all()


def test_customers_leave_on_a_day_on_which_a_line_that_waited_was_settled(leaving):
    orders = leaving.tables["orders"]
    settled = orders["shipped_at"].fillna(orders["cancelled_at"]).dt.normalize()
    late = settled > orders["ordered_at"].dt.normalize()
    pairs = set(zip(orders["customer"][late].astype(str), settled[late], strict=True))
    left = leaving.truth["customers"].dropna()
    assert all((str(row.customer), row.left_on) in pairs for row in left.itertuples())


def test_nothing_that_was_never_asked_for_is_demand(usual, leaving):
    asked = leaving.truth["demand"]["demanded"].sum()
    assert asked < usual.truth["demand"]["demanded"].sum()
    flows = leaving.truth["demand"][["demanded", "shipped", "lost"]].sum()
    assert flows["demanded"] >= flows["shipped"] + flows["lost"]


def test_cancellations_follow_the_share_and_the_days_asked_for():
    all_at_once = make_sample(60, 300, 4, behaviour=Behaviour(cancel_share=1.0, cancel_after_days=2.0))
    orders = all_at_once.tables["orders"]
    waited = (orders["cancelled_at"].dt.normalize() - orders["ordered_at"].dt.normalize()).dt.days
    gone = orders["status"].eq("cancelled") & (orders["quantity"] < 60_000) & orders["kind"].eq("order")
    assert gone.sum() > 20
    assert np.all(waited[gone] == 2)
    none = make_sample(60, 300, 4, behaviour=Behaviour(cancel_share=0.0))
    orders = none.tables["orders"]
    assert not (orders["status"].eq("cancelled") & (orders["quantity"] < 60_000)).any()


def test_a_share_beyond_one_is_refused():
    with pytest.raises(RequestError, match="churn_per_line"):
        Behaviour(churn_per_line=1.5)
    with pytest.raises(RequestError, match="cancel_after_days"):
        Behaviour(cancel_after_days=1.0)
