"""The trees that are grown are scikit-learn's: what they say of every row is the same to the last digit."""

from __future__ import annotations

import numpy as np
import pytest

from models.shared.binned_features import MOST_BINS, UNKNOWN, binned
from models.shared.boosted_trees import BoostedTrees
from models.shared.quantile_trees import drawn, learn
from models.shared.tree_kernels import Growth

LEVELS = np.array([0.1, 0.5, 0.8, 0.98])


def features(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Continuous ones, some of few values, one that says nothing, some not always known, and a target."""
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(rows, 8))
    values[:, 1] = np.round(values[:, 1])
    values[:, 2] = 3.0
    values[draw.random(rows) < 0.3, 3] = np.nan
    values[:, 4] = np.round(values[:, 4] * 20.0) / 20.0
    values[draw.random(rows) < 0.1, 1] = np.nan
    target = np.abs(values[:, 0]) + np.nan_to_num(values[:, 1], nan=2.0) + np.nan_to_num(values[:, 3])
    return values, np.round(target + draw.gamma(1.0, size=rows), 1)


def ours(values: np.ndarray, target: np.ndarray, growth: Growth, share: float, seed: int) -> BoostedTrees:
    looked_at = drawn(values.shape[1], share, growth, seed)
    return BoostedTrees(learn(binned(values), target, LEVELS, growth, looked_at), np.arange(values.shape[1]))


def theirs(values: np.ndarray, target: np.ndarray, growth: Growth, share: float, seed: int) -> list:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return [
        HistGradientBoostingRegressor(
            loss="quantile",
            quantile=level,
            max_iter=growth.iterations,
            learning_rate=growth.learning_rate,
            max_leaf_nodes=growth.leaves,
            min_samples_leaf=growth.fewest_in_leaf,
            max_features=share,
            early_stopping=False,
            random_state=seed,
        ).fit(values, target)
        for level in LEVELS
    ]


@pytest.mark.parametrize(
    ("rows", "growth", "share", "seed"),
    [
        (3_000, Growth(30, 0.14, 15, 100), 0.5, 1),
        (3_000, Growth(10, 0.3, 31, 5), 1.0, 2),
        (700, Growth(12, 0.1, 2, 40), 0.3, 3),
        (260, Growth(5, 1.0, 8, 100), 0.5, 4),
        (150, Growth(3, 0.1, 8, 100), 0.5, 5),
    ],
)
def test_every_row_has_what_scikit_learn_predicts(rows, growth, share, seed):
    values, target = features(rows, seed)
    grown, peers = ours(values, target, growth, share, seed), theirs(values, target, growth, share, seed)
    others, _ = features(500, seed + 100)
    others[::7, 0] = np.nan  # never unknown as they learnt
    for seen in (values, others, others[:1]):
        expected = np.stack([peer.predict(seen) for peer in peers], axis=1)
        assert np.array_equal(grown(seen), expected)
    nodes = sum(len(tree[0].nodes) for peer in peers for tree in peer._predictors)
    assert len(grown.nodes.feature) == nodes
    assert rows < 200 or nodes > len(LEVELS) * growth.iterations


def test_bins_are_those_of_scikit_learn():
    from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper

    values, _ = features(3_000, 6)
    found = binned(values)
    mapper = _BinMapper(n_bins=MOST_BINS + 1).fit(values)
    assert np.array_equal(found.bins, mapper.transform(values))
    assert found.counts.tolist() == mapper.n_bins_non_missing_.tolist()
    for edges, expected in zip(found.edges, mapper.bin_thresholds_, strict=True):
        assert np.array_equal(edges[: len(expected)], expected)
        assert np.isinf(edges[len(expected) :]).all()
    assert found.unknown.tolist() == [False, True, False, True, False, False, False, False]
    assert (found.bins[np.isnan(values)] == UNKNOWN).all()


def test_what_is_learnt_does_not_depend_on_the_threads(monkeypatch):
    values, target = features(3_000, 8)
    growth = Growth(5, 0.2, 15, 50)
    once = ours(values, target, growth, 0.5, 1)
    monkeypatch.setenv("REORDER_THREADS", "1")
    again = ours(values, target, growth, 0.5, 1)
    assert all(np.array_equal(*pair) for pair in zip(once.nodes, again.nodes, strict=True))
