"""Whether the levels of a panel move beyond chance."""

from __future__ import annotations

import numpy as np
import pytest

from models.shared.history import History
from models.shared.level_moves import PAIRS, level_moves

ITEMS, WEEKS = 200, 156


def panel(demand: np.ndarray) -> History:
    items, weeks = demand.shape
    return History(demand.astype(float).ravel(), np.arange(0, items * weeks + 1, weeks, dtype=np.int64))


def levels(generator: np.random.Generator) -> np.ndarray:
    return np.exp(generator.uniform(np.log(0.05), np.log(30.0), ITEMS))[:, None]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("size", "most"), [(0.3, 0.5), (1e6, 0.2)], ids=["lumpy", "poisson"])
def test_levels_that_stay_are_found_to_stay(seed: int, size: float, most: float) -> None:
    generator = np.random.default_rng(seed)
    mean = levels(generator)
    demand = generator.negative_binomial(size, size / (size + mean), (ITEMS, WEEKS))
    assert level_moves(panel(demand)) < most


@pytest.mark.parametrize("seed", range(5))
def test_levels_that_wander_are_found_to_move(seed: int) -> None:
    generator = np.random.default_rng(seed)
    walk = np.exp(np.cumsum(generator.normal(0.0, 0.08, (ITEMS, WEEKS)), axis=1))
    assert level_moves(panel(generator.poisson(levels(generator) * walk))) > 0.9


def test_with_little_to_go_by_they_are_taken_to_move() -> None:
    generator = np.random.default_rng(1)
    assert level_moves(panel(generator.poisson(5.0, (ITEMS, 20)))) == 1.0
    # Ten items of three quarters are twenty pairs, and say no more than that.
    assert level_moves(panel(generator.poisson(5.0, (10, 39)))) > PAIRS / (20 + PAIRS) - 1e-9


def test_what_is_unknown_and_what_sells_nothing_say_nothing() -> None:
    demand = np.random.default_rng(1).poisson(5.0, (ITEMS, WEEKS)).astype(float)
    told = level_moves(panel(demand))
    empty = np.concatenate([demand, np.full((ITEMS, WEEKS), np.nan), np.zeros((ITEMS, WEEKS))])
    assert level_moves(panel(empty)) == pytest.approx(told)
