"""What is left of the supply when every line has its share: available to promise, by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import IntArray
from forecasting.promises.facts import Facts
from forecasting.promises.offers import ended
from forecasting.promises.supply import Source


@dataclass(frozen=True)
class Promisable:
    """What can still be promised, by item, then day: what comes, less what is owed, reserved, pre-ordered.

    ``item``, ``day``: int64; ``parts``: int64, from that day on; each of shape (k,). What is in stock has the
    first day on which it can ship.
    """

    item: IntArray
    day: IntArray
    parts: IntArray


def promisable(found: Facts, left: IntArray, config: Config) -> Promisable:
    """What is left of stock and of purchase orders on dates that are nine in ten sure, of what is still sold.

    ``left``: int64, shape (sources,), parts that nobody has been promised.
    """
    sources, following, as_of = found.sources, found.following, found.as_of
    counts = (sources.kind <= Source.PURCHASE) & sources.dated & (left > 0) & ~ended(found)[sources.item]
    row = np.flatnonzero(counts)
    ready = as_of + following[np.minimum(sources.sure_in[row], len(following) - 1)]
    # What is not on sale yet does not ship before its day.
    day = np.maximum(ready, found.known.available_from[sources.item[row]]) + config.delivery_days
    keys, each = np.unique(np.stack([sources.item[row], day]), axis=1, return_inverse=True)
    parts = np.bincount(each.reshape(-1), left[row], keys.shape[1]).astype(np.int64)
    return Promisable(keys[0], keys[1], parts)
