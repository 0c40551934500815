"""Each item's model, given what each candidate may be expected to lose on it."""

from __future__ import annotations

import numpy as np

from models.shared.history import FloatArray, IntArray

MARGIN = 0.12
"""What another model must promise to save before an item leaves the default. At the past dates a model that
learns from the panel had less to learn from than it has now, of seasons above all, and every choice is
partly luck."""


def assigned(expected: FloatArray, default: int | None) -> IntArray:
    """The model of each of n items: int64, shape (n,), 0..m - 1.

    An item stays with the default unless the best of the others is expected to lose less by ``MARGIN``. Where
    the default takes no part, each item gets the model that is expected to lose least.

    Args:
        expected: float64, shape (n, m), as from ``models.shared.expected_losses``.
        default: its number among the m models; None: it takes no part.

    >>> expected = np.array([[1.00, 0.92], [1.00, 0.85]])
    >>> assigned(expected, default=0)
    array([0, 1])
    >>> assigned(expected, default=None)
    array([1, 1])

    """
    best = np.argmin(expected, axis=1).astype(np.int64)
    if default is None:
        return best
    leaves = expected.min(axis=1) < (1.0 - MARGIN) * expected[:, default]
    return np.where(leaves, best, default).astype(np.int64)
