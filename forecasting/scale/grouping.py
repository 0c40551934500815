"""Which SKUs belong together, and which partition each group is in.

What a plan weighs together must lie together: an item and what may stand in for it, a successor and its
predecessor, a kit and its components, and one SKU at all its places. A group is in the partition that the
hash of its first SKU says, so that an item stays where it is while others come and go.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from forecasting.domain import IntArray, TextArray
from forecasting.scale.streams import Vocabulary

HASH_KEY = "reorder-scale-16"

RELATIONS = (
    ("alternatives", "sku", "alternative"),
    ("products", "sku", "predecessor"),
    ("kits", "sku", "component"),
)
"""Tables, and two of their columns that name SKUs which belong together."""


class Groups:
    """The groups of SKUs.

    Attributes:
        skus: text, shape (k,), ascending.
        group: int64, shape (k,): the number of the first SKU of each one's group.
        order: uint64, shape (k,): the hash of that SKU.

    """

    def __init__(self, skus: TextArray, pairs: Iterable[tuple[TextArray, TextArray]]) -> None:
        self.skus = skus
        self._known = Vocabulary(skus)
        left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for one, other in pairs:
            a, b = self.numbers(one), self.numbers(other)
            both = (a >= 0) & (b >= 0)
            left.append(a[both])
            right.append(b[both])
        a, b = np.concatenate(left), np.concatenate(right)
        _, label = connected_components(
            coo_matrix((np.ones(len(a)), (a, b)), shape=(len(skus), len(skus))), False
        )
        # Labels are given in the order of their first SKU.
        first = np.full(int(label.max(initial=-1)) + 1, len(skus), dtype=np.int64)
        np.minimum.at(first, label, np.arange(len(skus)))
        self.group: IntArray = first[label]
        self.order = _hashes(skus)[self.group] if len(skus) else np.zeros(0, dtype=np.uint64)

    def numbers(self, skus: TextArray) -> IntArray:
        """The number of each SKU; -1 where there is no such."""
        return self._known.find(skus)

    def partition(self, partitions: int) -> IntArray:
        """The partition of each SKU: int64, shape (k,), 0..partitions - 1."""
        return (self.order % np.uint64(partitions)).astype(np.int64)

    def sample(self, items: IntArray, most: int) -> npt.NDArray[np.bool_]:
        """The SKUs of the groups of lowest hash that have about ``most`` items together: bool, shape (k,).

        ``items``: int64, shape (k,): how many items each SKU is. Which groups these are does not hang on how
        the dataset is cut.
        """
        by_hash = np.lexsort((self.group, self.order))
        taken = np.cumsum(items[by_hash]) <= max(most, 1)
        last = self.group[by_hash[taken]][-1:]
        chosen = np.zeros(len(self.skus), dtype=np.bool_)
        chosen[by_hash[taken]] = True
        # A group is in the sample with all of its SKUs.
        chosen |= np.isin(self.group, last)
        return chosen


def _hashes(words: TextArray) -> npt.NDArray[np.uint64]:
    # A key of 16 bytes: a hash is the same on every machine and in every year.
    return pd.util.hash_array(words.astype(object), hash_key=HASH_KEY, categorize=False)
