"""Trees as flat arrays say what scikit-learn says of them, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest

from models.shared.binned_features import binned
from models.shared.boosted_trees import BoostedTrees
from models.shared.quantile_trees import drawn, learn
from models.shared.tree_kernels import Growth


@pytest.mark.parametrize("rows", [1, 700])
def test_every_row_has_what_scikit_learn_predicts(rows):
    from sklearn.ensemble import HistGradientBoostingRegressor

    draw = np.random.default_rng(3)
    seen = draw.normal(size=(700, 6))
    seen[draw.random(seen.shape) < 0.1] = np.nan
    target = np.nan_to_num(seen[:, 1]) + draw.normal(size=700)
    known, levels, growth = np.array([1, 2, 4]), np.array([0.2, 0.9]), Growth(7, 0.1, 9, 20)
    learnt = [
        HistGradientBoostingRegressor(
            loss="quantile", quantile=level, max_iter=7, max_leaf_nodes=9, early_stopping=False
        ).fit(seen[:, known], target)
        for level in levels
    ]
    nodes = learn(binned(seen[:, known]), target, levels, growth, drawn(len(known), 1.0, growth, 1))
    predicted = BoostedTrees(nodes, known)(seen[:rows])
    assert np.array_equal(predicted, np.stack([each.predict(seen[:rows, known]) for each in learnt], axis=1))
    assert rows == 1 or len(np.unique(predicted[:, 0])) > 9
