"""Features as numbers of bins: a tree looks for its splits among at most 255 of each, whatever the rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.shared.history import BoolArray, FloatArray, IntArray

MOST_BINS = 255
UNKNOWN = 255
"""The bin of what is not known."""


class BinnedFeatures(NamedTuple):
    """f features of r rows.

    Attributes:
        bins: uint8, shape (r, f): the bin that each value lies in; ``UNKNOWN``: the value is not known.
        edges: float64, shape (f, 255): the highest value of each bin; inf of the last one, and beyond.
        counts: int64, shape (f,): how many bins a feature has, without the unknown one.
        unknown: bool, shape (f,): whether any value is not known.

    """

    bins: NDArray[np.uint8]
    edges: FloatArray
    counts: IntArray
    unknown: BoolArray


def binned(values: FloatArray) -> BinnedFeatures:
    """Features in bins of about as many rows each; a feature of few values has a bin for each of them.

    Args:
        values: float64, shape (r, f); NaN: not known.

    >>> found = binned(np.array([[0.0], [1.0], [1.0], [np.nan]]))
    >>> found.bins, found.edges[0, :2], found.counts, found.unknown
    (array([[  0],
           [  1],
           [  1],
           [255]], dtype=uint8), array([0.5, inf]), array([2]), array([ True]))

    """
    rows, features = values.shape
    bins = np.full((rows, features), UNKNOWN, dtype=np.uint8)
    edges = np.full((features, MOST_BINS), np.inf)
    counts, unknown = np.empty(features, dtype=np.int64), np.empty(features, dtype=np.bool_)
    for feature in range(features):
        column = np.ascontiguousarray(values[:, feature])
        known = ~np.isnan(column)
        inner = _inner_edges(column[known])
        edges[feature, : len(inner)] = inner
        counts[feature] = len(inner) + 1
        unknown[feature] = not known.all()
        bins[known, feature] = np.searchsorted(inner, column[known])
    return BinnedFeatures(bins, edges, counts, unknown)


def _inner_edges(known: FloatArray) -> FloatArray:
    """Half way between values where these are few, else quantiles: float64, shape (b,), b < 255, sorted."""
    ordered = np.sort(known)
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.bool_)
    distinct = ordered[first]
    if len(distinct) <= MOST_BINS:
        return (distinct[:-1] + distinct[1:]) / 2.0
    shares = np.linspace(0.0, 100.0, MOST_BINS + 1)[1:-1]
    return np.unique(np.percentile(ordered, shares, method="averaged_inverted_cdf"))
