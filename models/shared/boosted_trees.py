"""Ensembles of boosted trees as flat arrays, asked all at once.

Learnt by ``scikit-learn``; its own ``predict`` is called tree by tree, which for few rows takes many times as
long as the answer does. Each row's answer here is the same to the last digit: the trees' values are added in
the order in which they were learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

LEAF = -1
"""In place of a feature, where a branch ends."""


class Nodes(NamedTuple):
    """The nodes of all trees of q ensembles, tree after tree.

    Attributes:
        feature: int64, shape (m,): the column that is looked at; ``LEAF``: none.
        threshold: float64, shape (m,): up to it the left branch is taken; of a leaf, its value.
        left, right: int64, shape (m,): the nodes that follow.
        unknown_left: bool, shape (m,): whether the left branch is taken where the feature is not known.
        root: int64, shape (t,): where each tree begins.
        indptr: int64, shape (q + 1,): ensemble e has the trees ``indptr[e]`` to before ``indptr[e + 1]``.
        base: float64, shape (q,): what each ensemble says before any tree.

    """

    feature: IntArray
    threshold: FloatArray
    left: IntArray
    right: IntArray
    unknown_left: BoolArray
    root: IntArray
    indptr: IntArray
    base: FloatArray


@dataclass(frozen=True)
class BoostedTrees:
    """What was learnt: an ensemble a quantile, and the features that they know. It can be kept in a file.

    Attributes:
        nodes: of all trees.
        known: int64, shape (f,): the columns that the trees were given.

    """

    nodes: Nodes
    known: IntArray

    @classmethod
    def of(cls, ensembles: Sequence[HistGradientBoostingRegressor], known: IntArray) -> BoostedTrees:
        """The trees of ensembles that have learnt; ``known``: the columns that they learnt from."""
        trees = [[each[0].nodes for each in ensemble._predictors] for ensemble in ensembles]
        parts = [nodes for ensemble in trees for nodes in ensemble]
        sizes = np.array([len(nodes) for nodes in parts], dtype=np.int64)
        root = np.cumsum(sizes) - sizes
        nodes, begins = np.concatenate(parts), np.repeat(root, sizes)
        leaf = nodes["is_leaf"].astype(np.bool_)
        counts = np.array([len(ensemble) for ensemble in trees], dtype=np.int64)
        return cls(
            Nodes(
                feature=np.where(leaf, LEAF, nodes["feature_idx"]).astype(np.int64),
                threshold=np.where(leaf, nodes["value"], nodes["num_threshold"]),
                left=nodes["left"].astype(np.int64) + begins,
                right=nodes["right"].astype(np.int64) + begins,
                unknown_left=nodes["missing_go_to_left"].astype(np.bool_),
                root=root,
                indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
                base=np.array([float(ensemble._baseline_prediction.item()) for ensemble in ensembles]),
            ),
            known,
        )

    def __call__(self, seen: FloatArray) -> FloatArray:
        """What each ensemble says of r rows of all features, float64, shape (r, f'): float64, (r, q)."""
        rows = np.ascontiguousarray(seen[:, self.known])
        out = np.empty((len(rows), len(self.nodes.base)))
        over_items(_predicted, len(rows), self.nodes, rows, out)
        return out


@compiled
def _predicted(start: int, stop: int, nodes: Nodes, rows: FloatArray, out: FloatArray) -> None:
    """Walk each row down every tree. ``rows``: float64, shape (r, f), NaN = not known; ``out``: written."""
    for row in range(start, stop):
        for ensemble in range(len(nodes.base)):
            total = nodes.base[ensemble]
            for tree in range(nodes.indptr[ensemble], nodes.indptr[ensemble + 1]):
                node = nodes.root[tree]
                while nodes.feature[node] != LEAF:
                    value = rows[row, nodes.feature[node]]
                    left = nodes.unknown_left[node] if np.isnan(value) else value <= nodes.threshold[node]
                    node = nodes.left[node] if left else nodes.right[node]
                total += nodes.threshold[node]
            out[row, ensemble] = total
