"""Each item's model, given what each candidate may be expected to lose on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.shared.base import Model
from models.shared.history import FloatArray, IntArray
from models.shared.pooled import Trained

MARGIN = 0.05
"""What another model must promise to save before an item leaves the standing one. At the past dates a model
that learns from the panel had less to learn from than it has now, and every choice is partly luck."""


def assigned(expected: FloatArray, candidates: Sequence[Model]) -> IntArray:
    """The model of each of n items: int64, shape (n,).

    The standing model is the first that has learnt from the panel; an item leaves it for one that is
    expected to lose less by ``MARGIN``. Where there is none, each item gets the one expected to lose least.

    Args:
        expected: float64, shape (n, m), as from ``models.shared.expected_losses``.
        candidates: m.

    """
    best = np.argmin(expected, axis=1).astype(np.int64)
    learnt = [number for number, model in enumerate(candidates) if isinstance(model, Trained)]
    if not learnt:
        return best
    standing = learnt[0]
    leaves = expected.min(axis=1) < (1.0 - MARGIN) * expected[:, standing]
    return np.where(leaves, best, standing).astype(np.int64)
