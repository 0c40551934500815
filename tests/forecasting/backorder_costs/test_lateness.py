"""The effect of a late line on its customer: it finds what was planted, and nothing where nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.backorder_costs.customers import CustomerOrders
from forecasting.backorder_costs.lateness import lateness, of, relative_change
from forecasting.backorder_costs.matching import Window, matched, traits
from forecasting.domain import LONG_AGO
from forecasting.inputs.line_fates import order_lines
from forecasting.inputs.read_records import records_of
from forecasting.sample import Behaviour, make_sample
from tests.support.customers import chosen, company
from tests.support.sample import dataset_of

WINDOW = Window(120, 365)
PLANTED = 0.03


def test_orders_of_a_customer_are_counted_after_a_day_and_until_another():
    lines = company(1, customers=3, days=200)
    orders = CustomerOrders.of(lines)
    own = np.unique(lines.ordered[lines.customer == 1])
    number, value = orders.between(np.array([1, 1]), own[[2, 2]], own[[5, 2]])
    assert number.tolist() == [3, 0]
    within = (lines.customer == 1) & (lines.ordered > own[2]) & (lines.ordered <= own[5])
    assert value == pytest.approx([lines.value[within].sum(), 0])
    assert orders.last_before(np.array([1, 1]), own[[1, 0]]).tolist() == [own[0], LONG_AGO]


def test_late_lines_stand_beside_on_time_ones_of_other_customers_in_the_same_week():
    lines = company(2, customers=80)
    alike = traits(lines, CustomerOrders.of(lines), WINDOW)
    pairs = matched(lines, alike, 1, 10, WINDOW, seed=1)
    assert len(pairs.late) > 1_000
    assert np.all(lines.waited[pairs.late] >= 1) and np.all(lines.waited[pairs.late] <= 10)
    assert np.all(lines.waited[pairs.on_time] == 0)
    assert np.all(lines.customer[pairs.late] != lines.customer[pairs.on_time])
    assert np.all(lines.day[pairs.late] // 7 == lines.day[pairs.on_time] // 7)
    assert np.all(lines.day[pairs.on_time] + lines.waited[pairs.late] + 365 <= lines.as_of)


def test_the_regression_takes_out_what_was_not_alike():
    random = np.random.default_rng(3)
    size = random.normal(0, 1, (2, 4_000))
    size[0] += 0.5
    outcome = random.poisson(20 * np.exp(0.4 * size)) * np.array([[0.9], [1.0]])
    groups = random.integers(0, 100, (2, 4_000))
    raw = outcome[0].mean() / outcome[1].mean() - 1
    found = relative_change(list(outcome), list(size[:, :, None]), list(groups), 4_000)
    assert raw > 0
    assert found.low < -0.1 < found.high and found.half < 0.02


def test_a_share_that_is_never_missed_still_has_an_interval():
    ones = [np.ones(300), np.ones(300)]
    groups = [np.arange(300) % 50, np.arange(300) % 50]
    found = relative_change(ones, [np.zeros((300, 1)), np.zeros((300, 1))], groups, 300)
    assert found.value == pytest.approx(0)
    assert -0.03 < found.low < -0.005


def test_too_few_late_lines_say_nothing():
    lines = company(5, customers=60)
    few = chosen(lines, ~lines.late | (np.cumsum(lines.late) <= 30))
    effects = lateness(few, WINDOW, seed=1)
    assert all(np.isnan(each.change.value) for each in effects)


def test_the_planted_effect_lies_within_its_interval():
    held = 0
    for seed in (1, 2, 3):
        effects = lateness(company(seed, churn=PLANTED), WINDOW, seed=1)
        found = [of(effects, "all", outcome).change for outcome in ("came_back", "orders")]
        held += sum(change.low <= -PLANTED <= change.high for change in found)
        assert found[0].high < 0
    # One of twenty intervals may miss what it is meant to hold.
    assert held >= 5


def test_no_effect_is_found_where_none_was_planted():
    for seed in (1, 2, 3):
        effects = lateness(company(seed), WINDOW, seed=1)
        for outcome in ("came_back", "orders", "value"):
            change = of(effects, "all", outcome).change
            assert change.low <= 0 <= change.high


@pytest.mark.slow
@pytest.mark.parametrize("churn", [0.0, PLANTED])
def test_intervals_hold_what_was_planted_in_18_of_20_companies(churn):
    held = {"came_back": 0, "orders": 0}
    for seed in range(1, 21):
        effects = lateness(company(seed, churn=churn), WINDOW, seed=1)
        for outcome in held:
            change = of(effects, "all", outcome).change
            held[outcome] += change.low <= -churn <= change.high
    assert min(held.values()) >= 18, held


@pytest.mark.slow
@pytest.mark.parametrize("churn", [0.0, 0.02])
def test_the_sample_tells_what_was_planted_in_it_in_18_of_20_seeds(churn):
    held = {"came_back": 0, "orders": 0}
    for seed in range(1, 21):
        made = make_sample(400, 1095, seed, behaviour=Behaviour(churn_per_line=churn))
        known = records_of(dataset_of(made))
        effects = lateness(order_lines(known, known.last_day, 1.0), Window(182, 365), seed=1)
        for outcome in held:
            change = of(effects, "all", outcome).change
            held[outcome] += change.low <= -churn <= change.high
    assert min(held.values()) >= 18, held
