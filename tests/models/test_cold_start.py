"""Items without history: they are forecast from items like them, and from how those began."""

from __future__ import annotations

import numpy as np
import pytest

from models.negative_binomial import NegativeBinomial
from models.shared.cold_start import PRICE_BANDS, classes, stand_in
from models.shared.distribution import LEVELS
from models.shared.history import History, Traits
from models.shared.outliers import FAR, without_outliers


def ragged(series, category=None, price=None, season=52):
    lengths = [len(one) for one in series]
    n = len(series)
    traits = None
    if category is not None or price is not None:
        traits = Traits(
            np.array([-1] * n if category is None else category),
            np.array([np.nan] * n if price is None else price, dtype=float),
        )
    data = np.concatenate([np.asarray(one, dtype=float) for one in series])
    return History(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), season, traits=traits)


def old_and_new(seed=0):
    """Two categories: one sells 20 a week and its new items 40, the other 1 and 2. An empty one of each."""
    draw = np.random.default_rng(seed)
    series, category = [], []
    for kind, rate in enumerate((20.0, 1.0)):
        for _ in range(60):
            series.append(draw.poisson(rate, 60))
            category.append(kind)
        for _ in range(60):
            series.append(np.concatenate([draw.poisson(2 * rate, 8), draw.poisson(rate, 22)]))
            category.append(kind)
    return ragged([*series, [], []], [*category, 0, 1])


def test_an_item_without_history_sells_as_its_category_does_and_as_it_began():
    demand = NegativeBinomial().fit(old_and_new()).demand(np.full(242, 4.0))
    dear, cheap = demand.take(np.array([240, 241])).mean

    assert dear == pytest.approx(0.5 * 80 + 0.5 * 160, rel=0.15)
    assert cheap == pytest.approx(0.5 * 4 + 0.5 * 8, rel=0.6)  # shrunk a little to the panel
    values = demand.values[-2:]
    assert np.array_equal(values, np.floor(values)) and np.all(np.diff(values) >= 0)


def test_the_order_of_the_items_does_not_matter():
    panel = old_and_new()
    order = np.random.default_rng(1).permutation(242)
    horizon = np.full(242, 4.0)
    straight = NegativeBinomial().fit(panel).demand(horizon).values
    mixed = NegativeBinomial().fit(panel.take(order)).demand(horizon).values

    assert np.array_equal(mixed, straight[order])


def test_price_bands_are_thirds_of_the_panel_and_unknown_is_one_of_its_own():
    panel = ragged([[1.0]] * 8, category=[0] * 7 + [1], price=[1, 2, 3, 4, 5, 6, np.nan, np.nan])
    category, cell = classes(panel)

    assert category.tolist() == [0] * 7 + [1]
    assert len(np.unique(cell)) == PRICE_BANDS + 2
    assert cell[0] == cell[1] and cell[4] == cell[5] and cell[6] not in cell[:6]
    nothing = classes(ragged([[1.0]] * 3))
    assert nothing[0].tolist() == nothing[1].tolist() == [0, 0, 0]


def test_the_price_alone_tells_items_apart():
    draw = np.random.default_rng(3)
    series = [draw.poisson(30, 60) for _ in range(50)] + [draw.poisson(1, 60) for _ in range(100)]
    panel = ragged([*series, [], []], price=[1.0] * 50 + [9.0] * 50 + [90.0] * 50 + [1.1, 80.0])
    cheap, dear = NegativeBinomial().fit(panel).demand(np.full(152, 2.0)).mean[-2:]

    assert cheap > 6 * dear


def test_few_of_a_kind_lean_on_what_the_model_says():
    otherwise = np.tile(np.linspace(50.0, 150.0, len(LEVELS)), (1, 1))
    alone = stand_in(ragged([[0.0] * 20, []]), np.array([1]), np.array([4.0]), otherwise, 4.0)
    many = stand_in(ragged([*[[0.0] * 20] * 200, []]), np.array([200]), np.array([4.0]), otherwise, 4.0)
    nobody = stand_in(ragged([[], []]), np.array([1]), np.array([4.0]), otherwise, 4.0)

    assert np.median(alone) > 50
    assert np.mean(many == 0) > 0.8
    assert np.array_equal(nobody, otherwise)


def test_what_lay_in_the_first_weeks_of_the_data_is_not_taken_for_new():
    series = [[100.0] * 4 + [0.0] * 56] * 50  # older than the data: they may have sold before it
    many = NegativeBinomial().fit(ragged([*series, []])).demand(np.full(51, 4.0))

    assert many.quantile(0.8)[-1] == 0
    late = [[0.0] * 60] * 50 + [[100.0] * 4 + [0.0] * 20] * 50
    newer = NegativeBinomial().fit(ragged([*late, []])).demand(np.full(101, 4.0))
    assert newer.quantile(0.8)[-1] >= 400


@pytest.mark.parametrize("horizon", [0.0, 0.4, 3.0, 60.0, 200.0])
def test_any_horizon(horizon):
    panel = old_and_new()
    everyone = np.full(242, 4.0)
    everyone[240] = horizon
    values = NegativeBinomial().fit(panel).demand(everyone).values[240:]

    assert np.all(np.isfinite(values) & (values >= 0)) and np.all(np.diff(values) >= 0)
    assert (values[0].max() == 0) == (horizon == 0)


def test_a_project_order_does_not_lift_the_level_but_adds_to_the_variance():
    usual = np.random.default_rng(0).poisson(4.0, 80).astype(float)
    project = usual.copy()
    project[78] = 2_000.0
    history = ragged([usual, project])
    mean = NegativeBinomial().fit(history).demand(np.full(2, 4.0)).mean
    raw = (4 * 0.75 * 2_000 / 8) + mean[0]  # what the order alone would add at its weight, about

    assert mean[1] < 0.1 * raw
    cleaned = without_outliers(history).data[80:]
    assert cleaned[78] == pytest.approx(FAR * np.delete(project, 78)[np.delete(project, 78) > 0].mean())
    assert np.array_equal(np.delete(cleaned, 78), np.delete(project, 78))


def test_lumpy_demand_and_few_orders_are_left_alone():
    draw = np.random.default_rng(1)
    lumpy = np.where(draw.random(100) < 0.2, draw.geometric(0.05, 100), 0).astype(float)
    few = np.zeros(40)
    few[[3, 9, 20]] = [1, 1, 500]
    history = ragged([lumpy, few, [np.nan] * 5, []])

    assert without_outliers(history) is history


def test_one_item_that_sells_by_the_thousand_does_not_lift_the_mean_of_a_new_one_above_its_quantiles():
    pieces, screws = np.ones((20, 30)) * 7, np.full(30, 35_000.0)
    demand = NegativeBinomial().fit(ragged([*pieces, screws, []])).demand(np.full(22, 3.0))
    new = demand.take(np.array([21]))

    assert new.mean <= new.quantile(0.95) + 1e-9
    assert 21 * 0.9 < new.mean < 2 * 21
