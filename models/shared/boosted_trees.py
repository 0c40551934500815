"""Ensembles of boosted trees as flat arrays, asked all at once.

The trees' values are added in the order in which they were learnt, as ``scikit-learn`` adds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.shared.compile import compiled, over_items
from models.shared.history import BoolArray, FloatArray, IntArray

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
