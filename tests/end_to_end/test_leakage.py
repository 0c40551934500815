"""Nothing of the future is in a plan or a replay's decisions: every table cut off at a day gives the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.config import load
from forecasting.dataset.dataset import Dataset
from forecasting.dataset.read import read
from forecasting.domain import day_number
from forecasting.inputs.read_records import records_of
from forecasting.planning.plan import plan
from forecasting.promises.promise import Request, promise
from forecasting.promises.recommended import recommended_by
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest

CUT = day_number("2026-04-05")
EARLY = day_number("2025-07-27")
"""A day on which a rule has a hundred days to be fitted on."""


def later(times, cut=CUT):
    """Which of the times lie after the close of the day that the tables are cut at."""
    return (times >= np.datetime64(cut + 1, "D")).to_numpy(dtype=bool)


def kept(table, column, cut=CUT):
    return table[~later(table[column], cut)].reset_index(drop=True)


def as_known(data: Dataset, cut: int = CUT) -> Dataset:
    """Every table as it stood at the close of the day: later rows gone, later outcomes not yet written down.

    ``events`` and ``prices`` are announced ahead, and stay. ``products``, ``suppliers``, ``price_breaks`` and
    ``alternatives`` have no dates.
    """
    orders, purchases = kept(data.orders, "ordered_at", cut), kept(data.purchase_orders, "ordered_at", cut)
    shipped, cancelled = later(orders["shipped_at"], cut), later(orders["cancelled_at"], cut)
    waits = (shipped | cancelled) & (orders["status"] != "refused").to_numpy()
    orders = orders.assign(
        status=orders["status"].mask(waits, "open"),
        shipped_at=orders["shipped_at"].mask(shipped),
        quantity_shipped=orders["quantity_shipped"].mask(shipped),
        cancelled_at=orders["cancelled_at"].mask(cancelled),
    )
    coming = later(purchases["received_at"], cut)
    purchases = purchases.assign(
        status=purchases["status"].mask(coming, "open"),
        received_at=purchases["received_at"].mask(coming),
        quantity_received=purchases["quantity_received"].mask(coming),
    )
    return replace(
        data,
        orders=orders,
        purchase_orders=purchases,
        stock=kept(data.stock, "as_of", cut),
        availability=kept(data.availability, "date", cut),
    )


@pytest.fixture(scope="module")
def company(sample):
    return read(str(sample))


def test_the_cut_takes_something_away_from_every_dated_table(company):
    cut = as_known(company)
    for name in ("orders", "purchase_orders", "stock"):
        assert 0 < len(getattr(cut, name)) < len(getattr(company, name)), name
    waiting = kept(company.orders, "ordered_at")
    assert (cut.orders["status"] == "open").sum() > (waiting["status"] == "open").sum()
    placed = kept(company.purchase_orders, "ordered_at")
    assert cut.purchase_orders["received_at"].isna().sum() > placed["received_at"].isna().sum()


@pytest.mark.parametrize("model", ["auto", "negative_binomial"])
def test_a_plan_of_the_past_sees_nothing_that_came_after(company, model):
    settings = load(None, [f"model={model}"])
    plans = [
        plan(records_of(each), settings, CUT).tables["recommendations"].set_index(["location", "sku"])
        for each in (company, as_known(company))
    ]
    both = plans[0].index.intersection(plans[1].index)
    assert len(both) > 50
    for name in plans[0].columns.drop("run"):
        one, two = (each.loc[both, name] for each in plans)
        assert one.equals(two) or np.array_equal(one, two, equal_nan=True), name


def test_promises_of_the_past_see_nothing_that_came_after(company):
    settings = load(None, ["model=negative_binomial"])
    made = []
    for each in (company, as_known(company)):
        records = records_of(each)
        recommended = recommended_by(plan(records, settings, CUT).tables["recommendations"], CUT)
        made.append(promise(records, settings, Request(CUT), recommended).tables)
    assert len(made[0]["promises"]) > 0
    for name in ("promises", "promise_sources", "actions"):
        one, two = (each[name].drop(columns="run") for each in made)
        assert one.equals(two), name
    one, two = (each["storefront"].set_index(["location", "sku"]).drop(columns="run") for each in made)
    both = one.index.intersection(two.index)
    assert len(both) > 50 and one.loc[both].equals(two.loc[both])


def test_a_replay_decides_on_nothing_that_came_after(company):
    """The same decisions up to the cut, whatever comes later: purchases of each week agree."""
    request = ReplayRequest(EARLY - 34, EARLY, ["min_max", "cost_optimal"], "min_max")
    settings = load(None, ["model=negative_binomial", "interval_draws=20", "warmup=none"])
    bought = []
    for each in (company, as_known(company, EARLY)):
        done = replay(records_of(each), settings, request)
        assert done.run["fitted"]["min_max"]["tried"] > 1
        periods = done.tables["periods"]
        bought.append(periods[["policy", "period_start", "purchased_units", "purchase_orders"]])
    assert bought[0].equals(bought[1])
    assert (bought[0]["purchased_units"] > 0).all()
