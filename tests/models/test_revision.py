"""By how much forecasts change their mind within a quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from models.quantile_average import QuantileAverage
from models.quantile_boosting import QuantileBoosting
from models.selection import choose
from models.shared.distribution import Distribution, point
from models.shared.history import History

MONTH = 4.0


@dataclass(frozen=True)
class AsLastQuarter:
    """Demand goes on, exactly, as in the last 13 weeks."""

    name: ClassVar[str] = "as_last_quarter"
    weekly: np.ndarray | None = None

    def fit(self, history: History) -> AsLastQuarter:
        return AsLastQuarter(np.nan_to_num(history.recent_mean(13)))

    def demand(self, horizon: np.ndarray) -> Distribution:
        assert self.weekly is not None
        return point(self.weekly * horizon)


def revised(history: History) -> float | None:
    """What a forecast of the next four weeks is revised by that takes demand as the last quarter's."""
    n = len(history)
    return choose([AsLastQuarter()], history, np.full(n, MONTH), np.full(n, 0.9)).revision


def weeks_of(*items: Sequence[tuple[float, int]]) -> History:
    """A hundred items of each kind, whose weekly demand is so much for so many weeks, and so on."""
    data = [np.concatenate([np.full(weeks, units) for units, weeks in item]) for item in items * 100]
    return History(np.concatenate(data), np.cumsum([0, *map(len, data)]))


def test_demand_that_stays_as_it_was_is_forecast_as_it_was() -> None:
    assert revised(weeks_of([(10.0, 60)], [(7.0, 60)])) == pytest.approx(0.0)


def test_it_is_the_share_of_what_was_forecast_of_all_items_a_quarter_ago() -> None:
    # 10 were added to 10 + 30 a week.
    assert revised(weeks_of([(10.0, 47), (20.0, 13)], [(30.0, 60)])) == pytest.approx(0.25)


def test_what_went_up_and_what_went_down_do_not_cancel() -> None:
    up, down = [(10.0, 47), (15.0, 13)], [(10.0, 47), (5.0, 13)]
    assert revised(weeks_of(up, down)) == pytest.approx(0.5)


def test_nothing_is_known_of_it_before_items_are_half_a_year_old_or_where_none_has_sold() -> None:
    assert revised(weeks_of([(10.0, 25)])) is None
    assert revised(weeks_of([(10.0, 26)])) == pytest.approx(0.0)
    assert revised(weeks_of([(0.0, 60)])) is None


def test_a_few_items_tell_nothing_of_it() -> None:
    assert revised(weeks_of([(10.0, 60)]).take(np.arange(99))) is None
    assert revised(weeks_of([(10.0, 60)]).take(np.arange(100))) == pytest.approx(0.0)


def test_items_too_young_to_tell_are_left_out() -> None:
    assert revised(weeks_of([(10.0, 60)], [(1.0, 5), (90.0, 15)])) == pytest.approx(0.0)


def test_the_default_learns_that_it_seldom_changes_its_mind_where_demand_never_moves() -> None:
    rng = np.random.default_rng(5)
    rates = rng.uniform(2, 20, (120, 1))
    steady = rng.poisson(np.repeat(rates, 104, axis=1)).astype(float)
    moving = rng.poisson(rates * np.exp(np.cumsum(rng.normal(0, 0.15, (120, 104)), axis=1))).astype(float)

    quick = QuantileAverage(QuantileBoosting(iterations=10))

    def revision(data: np.ndarray) -> float:
        history = History(data.ravel(), np.arange(0, data.size + 1, 104))
        chosen = choose([quick], history, np.full(120, MONTH), np.full(120, 0.9))
        assert chosen.revision is not None
        return chosen.revision

    assert revision(steady) < 0.1
    assert revision(moving) > 0.4
