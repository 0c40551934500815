"""Learns quantiles by gradient boosting: trees grown leaf by leaf on binned features.

The trees are those that ``HistGradientBoostingRegressor`` of ``scikit-learn`` grows by the same settings, to
the last digit (a test holds them to that), in a quarter of the time. By the pinball loss a row lies either
above the quantile or not, so that the sums by which a split is judged are two counts, kept in one whole
number; features are binned once for all quantiles; from one tree to the next few rows change sides; and no
step of it goes through Python.

Source: Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of Statistics 29,
section 4; for histograms, Ke et al. (2017), LightGBM: a highly efficient gradient boosting decision tree.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from models.shared.binned_features import UNKNOWN, BinnedFeatures
from models.shared.boosted_trees import Nodes
from models.shared.compile import threads
from models.shared.history import BoolArray, FloatArray, IntArray
from models.shared.tree_kernels import CANDIDATE, LEAF_THAT_GROWS, NODE, ROW, Growth, Task, Work, boost


def learn(
    features: BinnedFeatures, target: FloatArray, levels: FloatArray, growth: Growth, looked_at: BoolArray
) -> Nodes:
    """An ensemble of trees for each of q quantiles.

    Args:
        features: f features of r rows.
        target: float64, shape (r,).
        levels: float64, shape (q,), between 0 and 1.
        growth: how trees grow.
        looked_at: bool, shape (m, f): see ``drawn``.

    """
    bases = np.percentile(target, 100.0 * levels)

    def ensemble(level: float, base: float) -> tuple[np.ndarray, IntArray]:
        # Slopes are of single precision, so that their sums are exact in double.
        slopes = float(np.float32(-level)), float(np.float32(1.0 - level))
        work, roots = _room(features, base, growth), np.empty(growth.iterations, dtype=np.int64)
        boost(Task(features, target, level, *slopes, growth, looked_at), work, roots)
        return work.nodes[: work.used[0]], roots

    with ThreadPoolExecutor(threads()) as pool:
        return _together(list(pool.map(ensemble, levels, bases)), bases)


def drawn(features: int, share: float, growth: Growth, seed: int) -> BoolArray:
    """Among which features each split that an ensemble may need is looked for: bool, shape (m, features)."""
    looked_at = np.zeros((growth.iterations * _most_nodes(growth), features), dtype=np.bool_)
    looked_at[:, : max(1, int(np.ceil(share * features)))] = True
    if share < 1.0:
        # As scikit-learn draws: the second number of its older generator is the seed of the newer one.
        older = np.random.RandomState(seed)
        seeds = [older.randint(np.iinfo(np.uint32).max, dtype="u8") for _ in range(2)]
        generator = np.random.default_rng(seeds[1])
        for each in looked_at:
            generator.shuffle(each)
    return looked_at


def _most_nodes(growth: Growth) -> int:
    """Of one tree."""
    return 2 * growth.leaves - 1


def _room(features: BinnedFeatures, base: float, growth: Growth) -> Work:
    """Room for an ensemble that says ``base`` of all rows before it has grown a tree."""
    rows, many = features.bins.shape
    leaves = np.zeros(growth.leaves, dtype=LEAF_THAT_GROWS)
    leaves["histogram"] = np.arange(growth.leaves)
    return Work(
        said=np.full(rows, base),
        counted=np.full(rows, ROW),
        rows=np.arange(rows),
        spare=np.empty(rows, dtype=np.int64),
        residual=np.empty(rows),
        whole=np.empty((many, UNKNOWN + 1), dtype=np.int64),
        histograms=np.empty((growth.leaves, many, UNKNOWN + 1), dtype=np.int64),
        leaves=leaves,
        candidates=np.empty(UNKNOWN, dtype=CANDIDATE),
        nodes=np.zeros(growth.iterations * _most_nodes(growth), dtype=NODE),
        used=np.zeros(2, dtype=np.int64),
    )


def _together(ensembles: list[tuple[np.ndarray, IntArray]], bases: FloatArray) -> Nodes:
    """The trees of all ensembles, each its nodes and where its trees begin, one after another."""
    nodes = np.concatenate([its for its, _ in ensembles])
    sizes = np.array([len(its) for its, _ in ensembles])
    begins = np.cumsum(sizes) - sizes
    shift = np.repeat(begins, sizes)
    return Nodes(
        feature=np.ascontiguousarray(nodes["feature"]),
        threshold=np.ascontiguousarray(nodes["threshold"]),
        left=nodes["left"] + shift,
        right=nodes["right"] + shift,
        unknown_left=np.ascontiguousarray(nodes["unknown_left"]),
        root=np.concatenate([roots + begin for (_, roots), begin in zip(ensembles, begins, strict=True)]),
        indptr=np.cumsum([0, *(len(roots) for _, roots in ensembles)]),
        base=bases,
    )
