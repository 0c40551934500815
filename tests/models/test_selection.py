"""The automatic choice."""

from dataclasses import dataclass

import numpy as np
import pytest

from models.registry import CANDIDATES, DEFAULT_MODEL, MODELS, model
from models.selection import Choice, choose
from models.shared.activity import CLASSES, activity_class
from models.shared.base import demand_of
from models.shared.distribution import Distribution, negative_binomial
from models.shared.expected_losses import expected_losses
from models.shared.history import FloatArray, History
from models.shared.rolling_origin import past_origins
from models.shared.smoothing import best_on_grid, per_bucket, shrunk_losses


def panel(items: int = 40, length: int = 120, seed: int = 0) -> History:
    generator = np.random.default_rng(seed)
    rate = generator.lognormal(1, 1, items)
    data = generator.poisson(rate[:, None], (items, length)).astype(float)
    return History(data.ravel(), np.arange(0, items * length + 1, length, dtype=np.int64))


@dataclass(frozen=True)
class Constant:
    """Says the same of every item, and remembers which histories it was fitted on."""

    name: str
    rate: float

    def fit(self, history: History) -> "ConstantForecast":
        return ConstantForecast(len(history), self.rate)


@dataclass(frozen=True)
class ConstantForecast:
    items: int
    rate: float

    def demand(self, horizon: FloatArray) -> Distribution:
        mean = self.rate * horizon
        return negative_binomial(mean, mean)


def chosen(history: History, *candidates, q: float = 0.9, horizon: float = 4.0) -> Choice:
    n = len(history)
    return choose(candidates, history, np.full(n, horizon), np.full(n, q))


def test_the_better_model_is_chosen() -> None:
    generator = np.random.default_rng(0)
    slow = generator.poisson(0.15, (30, 120)).astype(float)
    fast = generator.poisson(20.0, (30, 120)).astype(float)
    data = np.concatenate([slow, fast]).ravel()
    history = History(data, np.arange(0, 60 * 120 + 1, 120, dtype=np.int64))
    choice = chosen(history, Constant("slow", 0.15), Constant("fast", 20.0))

    assert choice.names == ("slow",) * 30 + ("fast",) * 30
    demand = choice.fit(history).demand(np.full(60, 2.0))
    np.testing.assert_allclose(demand.mean[:30], 0.3, rtol=0.1)
    np.testing.assert_allclose(demand.mean[30:], 40.0, rtol=0.02)


def test_loss_and_windows_by_hand() -> None:
    history = History(np.full(60, 3.0), np.array([0, 60]))
    always, never = Constant("always", 3.0), Constant("never", 0.0)
    choice = chosen(history, always, never, q=0.8, horizon=2.5)

    assert choice.windows[0] == 8
    # Demand is 7.5 of a scale of 7.5; ordering nothing is .8 short of each unit.
    assert choice.loss[0, 1] == pytest.approx(0.8)
    order = negative_binomial(np.array([7.5]), np.array([7.5])).quantile(0.8)[0]
    assert choice.loss[0, 0] == pytest.approx(0.2 * (order - 7.5) / 7.5)
    assert choice.index[0] == 0


def test_windows_with_unknown_buckets_are_left_out() -> None:
    data = np.tile([1.0, np.nan, 2.0], 40)
    history = History(np.concatenate([data, np.full(120, 2.0)]), np.array([0, 120, 240]))
    choice = chosen(history, Constant("a", 1.0), Constant("b", 2.0))

    assert list(choice.windows) == [0, 8]
    assert np.isnan(choice.loss[0]).all()
    assert np.isfinite(choice.loss[1]).all()


def test_items_without_a_window_take_the_panels_best() -> None:
    generator = np.random.default_rng(1)
    long = generator.poisson(5, (20, 100)).astype(float).ravel()
    data = np.concatenate([long, [5.0, 4.0]])
    indptr = np.concatenate([np.arange(0, 2001, 100), [2002, 2002]]).astype(np.int64)
    choice = chosen(History(data, indptr), Constant("wrong", 90.0), Constant("right", 5.0))

    assert list(choice.windows[-2:]) == [0, 0]
    assert choice.names[-2:] == ("right", "right")


def test_nothing_to_measure_on() -> None:
    for lengths in ([], [0, 0], [1, 1]):
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        history = History(np.ones(int(indptr[-1])), indptr)
        choice = chosen(history, *(model(name) for name in MODELS))
        assert len(choice.index) == len(lengths)
        assert np.isfinite(choice.fit(history).demand(np.full(len(lengths), 3.0)).values).all()


def test_one_candidate_needs_no_measuring() -> None:
    choice = chosen(panel(3), Constant("only", 1.0))
    assert choice.names == ("only",) * 3
    assert np.all(choice.windows == 0)


def test_at_a_date_or_two_no_item_leaves_the_default() -> None:
    # Four weeks leave one date to judge at, at which the default has learnt nothing.
    generator = np.random.default_rng(3)
    history = History(generator.poisson(4.0, 4 * 50).astype(float), np.arange(0, 201, 4))
    candidates = [model(name) for name in CANDIDATES]
    choice = choose(candidates, history, np.full(50, 3.0), np.full(50, 0.9))
    default = CANDIDATES.index(DEFAULT_MODEL)
    assert (choice.index == default).mean() > 0.9


def test_each_item_answers_by_its_own_model() -> None:
    history = panel()
    candidates = [model(name) for name in ("ses", "history_sums", "negative_binomial")]
    index = np.arange(40, dtype=np.int64) % 3
    horizon = np.linspace(0.5, 9, 40)
    choice = Choice(
        tuple(candidates), index, np.full((40, 3), np.nan), np.zeros(40, dtype=np.int64), history, horizon
    )
    forecast = choice.fit(history)
    got = forecast.demand(horizon).values
    for column, candidate in enumerate(candidates):
        whole = candidate.fit(history).demand(horizon).values
        np.testing.assert_array_equal(got[index == column], whole[index == column])
    some = np.array([31, 4, 17])

    np.testing.assert_array_equal(demand_of(forecast, some, horizon).values, got[some])


def test_choice_over_all_models_is_repeatable() -> None:
    history = panel(24)
    candidates = [model(name) for name in MODELS]
    first, second = chosen(history, *candidates), chosen(history, *candidates)

    np.testing.assert_array_equal(first.index, second.index)
    np.testing.assert_array_equal(first.loss, second.loss)
    assert first.loss.shape == (24, len(MODELS))
    # Models that learn from the panel did so before the later half of the 8 dates.
    assert first.windows.max() == 4


def test_the_future_is_not_seen() -> None:
    """Losses come from forecasts made before the demand that they are held against."""
    history = panel(30)
    data = history.data.copy()
    ends = np.concatenate([np.arange(end - 4, end) for end in history.indptr[1:]])
    data[ends] += 1000.0
    shocked = chosen(History(data, history.indptr), model("ses"), model("tsb"))

    assert np.all(shocked.loss > 5), "a shock in the last window cannot have been expected"


def test_wrong_requests_are_refused() -> None:
    history = panel(3)
    with pytest.raises(ValueError, match="at least one model"):
        choose([], history, np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match=r"must have shape \(3,\)"):
        choose([model("ses")], history, np.ones(2), np.full(3, 0.9))
    with pytest.raises(ValueError, match="chosen for 3 items, the history has 4"):
        chosen(history, model("ses")).fit(panel(4))


def test_few_windows_lean_on_the_class() -> None:
    generator = np.random.default_rng(0)
    losses = generator.gamma(2, 0.5, (8, 500, 2))
    losses[:, :, 1] += 0.2
    classes = np.zeros((8, 500), dtype=np.int64)
    expected = expected_losses(losses, classes, classes[0])
    raw = losses.mean(axis=0)

    assert np.mean(raw[:, 1] < raw[:, 0]) > 0.1
    assert np.all(expected[:, 0] < expected[:, 1])


def test_losses_count_for_the_class_at_the_origin() -> None:
    """Model 0 is right for class 0 and model 1 for class 1, wherever the items are now."""
    classes = np.repeat([[0, 1]], 400, axis=0)
    losses = np.where(classes[:, :, None] == np.array([0, 1]), 0.1, 1.0)
    now = np.array([1, 0])
    pooled = expected_losses(losses[:4], classes[:4], now)

    assert pooled.shape == (2, 2)
    far_more_windows = expected_losses(np.tile(losses, (3, 1, 1)), np.tile(classes, (3, 1)), now)
    assert list(np.argmin(far_more_windows, axis=1)) == [0, 1], "its own windows win in the end"
    others = np.concatenate([losses, np.full((400, 2, 2), np.nan)], axis=1)
    where = np.concatenate([classes, classes], axis=1)
    new = expected_losses(others, where, np.array([0, 1, 0, 1]))
    assert list(np.argmin(new[2:], axis=1)) == [0, 1]


def test_activity_classes() -> None:
    rows = [np.zeros(52), np.r_[np.zeros(51), 1.0], np.ones(52), np.r_[np.ones(39), np.zeros(13)]]
    history = History(np.concatenate(rows), np.arange(0, 209, 52, dtype=np.int64))
    assert list(activity_class(history)) == [0, 2, CLASSES - 1, 0]
    assert list(activity_class(History(np.empty(0), np.zeros(3, dtype=np.int64)))) == [0, 0]


def test_past_origins_cover_most_of_a_year() -> None:
    history = panel(2, length=200)
    dates = past_origins(history, np.full(2, 4.0), 8)

    assert dates[0] == 4
    assert len(dates) == 8
    assert 26 <= dates[-1] <= 52
    assert past_origins(panel(2, length=3), np.full(2, 1.0), 8) == [1, 2]
    assert past_origins(history, np.full(2, 2.4), 0) == []


def test_shrunk_losses() -> None:
    loss = np.array([[1.0, 2.0], [3.0, 1.0], [np.nan, np.nan], [0.0, 0.0]])
    got = shrunk_losses(loss, np.array([100.0, 1.0, 0.0, 5.0]), 10.0)

    assert np.isfinite(got).all()
    assert np.all(got[:, 0] < got[:, 1]), "one window against the panel's hundred is noise"
    np.testing.assert_allclose(got[2], got[3])
    np.testing.assert_allclose(shrunk_losses(loss[2:], np.zeros(2), 1.0), 1.0)


def test_grid_finds_the_right_parameter() -> None:
    history = panel(30)
    truth = np.repeat(history.data.reshape(30, -1).mean(axis=1), 120)

    def levels(parameters: FloatArray) -> FloatArray:
        return truth * np.repeat(parameters[:, 0], 120)

    parameters, level = best_on_grid(history, np.array([[0.5], [1.0], [2.0]]), levels)
    np.testing.assert_array_equal(parameters, np.ones((30, 1)))
    np.testing.assert_array_equal(level, truth)


def test_parameters_fade_alike_whatever_the_bucket() -> None:
    daily, weekly = per_bucket([0.2], 364), per_bucket([0.2], 52)
    assert weekly[0] == pytest.approx(0.2)
    assert (1 - daily[0]) ** 7 == pytest.approx(0.8)
