"""Products that nobody listed, and that look alike: suggestions, which a person has to look at.

Two items look alike where they are of one category, cost about the same, and are described in much the same
words (the cosine of their term frequencies, weighted by how rare each word is: tf-idf).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import BoolArray, FloatArray, IntArray
from forecasting.inputs.catalogue import Catalogue

MOST = 3
"""Suggestions an item."""

ROWS_AT_ONCE = 500
"""Items whose likeness to all others is held in memory at a time."""


@dataclass(frozen=True)
class LookAlikes:
    """Suggestions by item, the likest first; each of shape (k,).

    ``item``, ``alternative``: int64; ``likeness``: float64, 0..1.
    """

    item: IntArray
    alternative: IntArray
    likeness: FloatArray


def look_alikes(known: Catalogue, wanted: BoolArray, available: BoolArray, config: Config) -> LookAlikes:
    """What looks like the ``wanted`` items, among the ``available`` ones at the same location.

    Args:
        known: the n items; without a description an item is like no other.
        wanted, available: bool, shape (n,).
        config: ``alternative_price_band`` and ``alternative_likeness``.

    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    described = np.array([bool(str(text).strip()) for text in known.description])
    asked, others = np.flatnonzero(wanted & described), np.flatnonzero(available & described)
    if len(asked) == 0 or len(others) == 0:
        return _none()
    words = TfidfVectorizer(analyzer="word", token_pattern=r"(?u)[^\W_]+", sublinear_tf=True)
    try:
        vectors = words.fit_transform([str(text) for text in known.description])
    except ValueError:
        # Descriptions without a single word.
        return _none()

    place = _place(known)
    price = known.unit_price
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for group in np.unique(place[asked]):
        of_group = others[place[others] == group]
        mine = asked[place[asked] == group]
        for start in range(0, len(mine), ROWS_AT_ONCE):
            some = mine[start : start + ROWS_AT_ONCE]
            alike = (vectors[some] @ vectors[of_group].T).toarray()
            near = np.abs(price[of_group][None, :] - price[some][:, None])
            near = near <= config.alternative_price_band * price[some][:, None] + 1e-9
            alike[~near | (of_group[None, :] == some[:, None])] = 0.0
            found.append(_best(some, of_group, alike, config.alternative_likeness))
    return LookAlikes(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _best(
    some: IntArray, others: IntArray, alike: FloatArray, least: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """The likest of each row, at least so alike; of equals the first."""
    order = np.argsort(-alike, axis=1, kind="stable")[:, :MOST]
    likeness = np.take_along_axis(alike, order, axis=1)
    row, column = np.nonzero((likeness >= least) & (likeness > 0))
    return some[row], others[order[row, column]], np.minimum(likeness[row, column], 1.0)


def _place(known: Catalogue) -> IntArray:
    """The number of each item's location and category: int64, shape (n,)."""
    names = np.char.add(known.items.location.astype(str), "\x1f")
    return np.unique(np.char.add(names, known.category.astype(str)), return_inverse=True)[1].astype(np.int64)


def _none() -> LookAlikes:
    nothing = np.zeros(0, dtype=np.int64)
    return LookAlikes(nothing, nothing, np.zeros(0))
