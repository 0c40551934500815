"""Quantities chosen together: always feasible, bounded from above, and near the proven optimum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.domain import SupplierTerms
from forecasting.joint_orders.allocate import allocate
from forecasting.joint_orders.terms import Bound, Options
from tests.support.joint_orders import brute_force, objective_of, problem, proven_optimum

SEEDS = st.integers(0, 10_000)


def ample(orders, options, terms, budget):
    """What must hold of every answer."""
    reached = objective_of(options, terms, orders.option, budget)
    assert reached == pytest.approx(orders.objective, rel=1e-9, abs=1e-9)
    assert orders.upper_bound >= orders.objective - 1e-9 * abs(orders.objective)
    assert orders.objective >= 0
    assert 0 <= orders.gap <= 1
    assert len(orders.bound_by) == terms.suppliers


@settings(deadline=None, derandomize=True, max_examples=30)
@given(SEEDS, st.integers(1, 25), st.integers(1, 5), st.floats(0.0, 1.3))
def test_every_term_is_kept_and_the_bound_lies_above(seed, items, suppliers, share):
    options, terms, wanted = problem(items, suppliers, seed)
    for budget in (np.inf, share * wanted):
        ample(allocate(options, terms, budget), options, terms, budget)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(SEEDS, st.integers(2, 25), st.integers(1, 4))
def test_more_budget_never_costs_more(seed, items, suppliers):
    options, terms, wanted = problem(items, suppliers, seed)
    budgets = [*np.linspace(0, 1.4, 15) * wanted, np.inf]
    found = [allocate(options, terms, budget).objective for budget in budgets]
    assert np.all(np.diff(found) >= -1e-9 * np.abs(found[1:]))
    assert found[0] == 0.0


@settings(deadline=None, derandomize=True, max_examples=25)
@given(SEEDS, st.integers(1, 40), st.integers(1, 6))
def test_without_terms_each_item_gets_its_best(seed, items, suppliers):
    options, _, _ = problem(items, suppliers, seed)
    orders = allocate(options, SupplierTerms.none(suppliers))
    assert orders.option.tolist() == options.value.reshape(items, -1).argmax(axis=1).tolist()
    assert orders.gap == pytest.approx(0.0, abs=1e-12)
    assert set(orders.bound_by) <= {Bound.FREE, Bound.NOTHING_WANTED}


@settings(deadline=None, derandomize=True, max_examples=40)
@given(SEEDS, st.integers(1, 5), st.integers(1, 2), st.floats(0.3, 1.2))
def test_small_problems_come_to_what_trying_all_does(seed, items, suppliers, share):
    options, terms, wanted = problem(items, suppliers, seed, options=4)
    best = brute_force(options, terms, np.inf)
    orders = allocate(options, terms)
    assert best <= orders.upper_bound + 1e-9
    assert orders.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
    # With so few items a budget may leave no fine change: the bound must hold, and hold nearly.
    best = brute_force(options, terms, share * wanted)
    bound = allocate(options, terms, share * wanted)
    assert bound.objective - 1e-9 <= best <= bound.upper_bound + 1e-9


@pytest.mark.parametrize("share", [np.inf, 0.6])
def test_a_middling_problem_comes_near_the_proven_optimum(share):
    options, terms, wanted = problem(60, 4, 5)
    budget = share * wanted
    orders, best = allocate(options, terms, budget), proven_optimum(options, terms, budget, 3e-4)
    assert orders.objective >= best * (1 - 3e-3)
    assert orders.upper_bound >= best * (1 - 1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("share", "gap"), [(np.inf, 1e-3), (0.6, 2e-3)])
def test_two_thousand_items_come_near_the_proven_optimum(share, gap):
    """With a budget, that more of it never buys less costs .14 % among these 30 suppliers."""
    options, terms, wanted = problem(2_000, 30, 3)
    budget = share * wanted
    orders, best = allocate(options, terms, budget), proven_optimum(options, terms, budget, 3e-4)
    assert orders.objective >= best * (1 - gap)
    assert orders.upper_bound >= best * (1 - 1e-6)


def two_items(**more):
    """Two items of one supplier: 10 units of either for 100, saving 30 and 20; or 20 units for 5 less."""
    nothing = {"min_order_value": 0, "free_freight_value": 0, "freight_cost": 0, "order_cost": 0}
    terms = {name: np.array([float(more.get(name, value))]) for name, value in nothing.items()}
    options = Options(
        np.array([0, 3, 6]),
        np.array([0, 30, 25, 0, 20, 15], dtype=float),
        np.array([0, 100, 200, 0, 100, 200], dtype=float),
        np.array([0, 10, 20, 0, 10, 20], dtype=float),
        np.zeros(2, dtype=np.int64),
    )
    return options, SupplierTerms(**terms, max_volume=np.array([float(more.get("max_volume", np.inf))]))


@pytest.mark.parametrize(
    ("terms", "budget", "option", "saved", "why"),
    [
        ({}, np.inf, [1, 1], 50, Bound.FREE),
        ({"min_order_value": 250}, np.inf, [1, 2], 45, Bound.MINIMUM),
        ({"min_order_value": 401}, np.inf, [0, 0], 0, Bound.MINIMUM_TOO_HIGH),
        ({"order_cost": 49}, np.inf, [1, 1], 1, Bound.FREE),
        ({"order_cost": 51}, np.inf, [0, 0], 0, Bound.NOT_WORTH),
        ({"free_freight_value": 300, "freight_cost": 6}, np.inf, [1, 2], 45, Bound.FREIGHT),
        ({"free_freight_value": 300, "freight_cost": 4}, np.inf, [1, 1], 46, Bound.FREE),
        ({"max_volume": 15}, np.inf, [1, 0], 30, Bound.VOLUME),
        ({"max_volume": 5}, np.inf, [0, 0], 0, Bound.VOLUME),
        ({}, 150, [1, 0], 30, Bound.BUDGET),
        ({}, 50, [0, 0], 0, Bound.BUDGET),
    ],
)
def test_each_term_decides_as_it_should(terms, budget, option, saved, why):
    options, asked = two_items(**terms)
    orders = allocate(options, asked, budget)
    assert orders.option.tolist() in (
        option,
        option[::-1] if why in {Bound.MINIMUM, Bound.FREIGHT} else option,
    )
    assert orders.objective == pytest.approx(saved)
    assert orders.bound_by == (why,)


def test_the_price_of_the_budget_is_what_a_little_more_would_save():
    options, terms, wanted = problem(300, 6, 11)
    less, more = (allocate(options, terms, share * wanted) for share in (0.5, 0.55))
    saved = (more.objective - less.objective) / (0.05 * wanted)
    assert less.budget_price == pytest.approx(saved, rel=0.35)
    assert allocate(options, terms).budget_price == 0.0


def test_items_and_suppliers_may_be_absent():
    options = Options(
        np.zeros(1, dtype=np.int64), *(np.zeros(0) for _ in range(3)), np.zeros(0, dtype=np.int64)
    )
    orders = allocate(options, SupplierTerms.none(2), 10.0)
    assert (orders.objective, len(orders.option)) == (0.0, 0)
    alone, _ = two_items()
    assert allocate(alone, SupplierTerms.none(3)).money.tolist() == [200.0, 0.0, 0.0]


@pytest.mark.parametrize("budget", [-1.0, np.nan])
def test_a_budget_that_is_none_is_refused(budget):
    with pytest.raises(ValueError, match="budget must be 0 or more"):
        allocate(*two_items(), budget)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"indptr": np.array([1, 6])}, "indptr must start at 0"),
        ({"value": np.ones(6)}, "must be 0"),
        ({"money": np.array([0, -1, 2, 0, 1, 2.0])}, "must not be negative"),
        ({"volume": np.array([0, np.nan, 2, 0, 1, 2.0])}, "NaN or infinity at option 1"),
        ({"supplier": np.zeros(3, dtype=np.int64)}, "one number for each of 2 items"),
    ],
)
def test_wrong_options_are_refused(changed, said):
    options, _ = two_items()
    names = ("indptr", "value", "money", "volume", "supplier")
    with pytest.raises(ValueError, match=said):
        Options(**{name: changed.get(name, getattr(options, name)) for name in names})


def test_wrong_terms_are_refused():
    with pytest.raises(ValueError, match="order_cost must not be NaN or negative"):
        two_items(order_cost=-1)
    with pytest.raises(ValueError, match="freight_cost must be finite"):
        two_items(freight_cost=np.inf)
    options, _ = two_items()
    with pytest.raises(ValueError, match="supplier numbers must lie in"):
        allocate(options, SupplierTerms.none(0))
