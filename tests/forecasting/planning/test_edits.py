"""A forecast that somebody edited: the days of the edit are scaled, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.inputs.known_until import known_until
from forecasting.inputs.read_records import read_records
from forecasting.planning.edits import Edit, EditedForecast
from forecasting.planning.lazy_forecast import LazyForecast
from forecasting.planning.plan import plan
from models.shared.distribution import point


class Flat(LazyForecast):
    """Ten a bucket of everything."""

    def __init__(self):
        pass

    def demands_of(self, item, horizons):
        return [point(10.0 * horizon[item]) for horizon in horizons]


class Edited(EditedForecast, Flat):
    def __init__(self, factor, buckets):
        self.factor, self.buckets = np.array(factor), np.array(buckets)


def test_only_the_days_of_the_edit_are_scaled():
    forecast = Edited([1.5, 1.0], [2.0, 0.0])
    items = np.array([0, 1])
    near, far = forecast.demands_of(items, np.array([[1.0, 1.0], [4.0, 4.0]]))
    # Of four buckets two are half as much again.
    assert near.mean.tolist() == pytest.approx([15.0, 10.0])
    assert far.mean.tolist() == pytest.approx([50.0, 40.0])


@pytest.fixture(scope="module")
def planned(sample):
    records = read_records(str(sample))
    config, as_of = load(None, ("model=seasonal_additive",)), known_until(records).orders
    plain = plan(records, config, as_of)
    table = plain.tables["recommendations"]
    item = table[table["quantity"] > 0].sort_values("demand_mean").iloc[-1]
    return records, config, as_of, plain, item


def test_a_plan_honours_an_edit_of_one_item_and_leaves_the_others(planned):
    records, config, as_of, plain, item = planned
    edit = Edit(item.location, item.sku, 2.0, as_of + 200)
    told = plan(records, config, as_of, edits=[edit])
    before, after = (each.tables["recommendations"].set_index("sku") for each in (plain, told))
    assert after.loc[item.sku, "demand_mean"] == pytest.approx(2 * item.demand_mean, rel=0.01)
    assert after.loc[item.sku, "quantity"] > item.quantity
    others = before.index != item.sku
    assert (before[others]["demand_mean"] == after[others]["demand_mean"]).all()
    assert told.run["run"] != plain.run["run"]
    assumed = told.tables["assumptions"].set_index("setting")
    assert assumed.loc["forecast edits", "items"] == 1


def test_an_edit_that_is_over_or_of_no_item_changes_nothing(planned):
    records, config, as_of, plain, item = planned
    over = [Edit(item.location, item.sku, 2.0, as_of), Edit("main", "no-such", 9.0, as_of + 5)]
    told = plan(records, config, as_of, edits=over)
    assert told.tables["recommendations"]["quantity"].equals(plain.tables["recommendations"]["quantity"])
