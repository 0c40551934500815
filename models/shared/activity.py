"""How often an item sells: the classes within which losses, and the worth of slow models, are compared."""

from __future__ import annotations

import numpy as np

from models.shared.history import History, IntArray

CLASS_EDGES = (1e-9, 0.05, 0.2, 0.5, 0.8)
"""Share of buckets with demand at which the next class begins; class 0 has not sold at all."""

CLASSES = len(CLASS_EDGES) + 1


def activity_class(history: History) -> IntArray:
    """The class of each item by the share of the last quarter's known buckets that had demand.

    Also called: demand frequency class; 1 / share is the average demand interval (ADI) of Syntetos, Boylan
    and Croston (2005), On the categorization of demand patterns, Journal of the Operational Research
    Society 56.

    Args:
        history: n items.

    Returns:
        int64, shape (n,), 0..``CLASSES - 1``; 0 without any known bucket.

    >>> import numpy as np
    >>> never, every_week, one_in_13 = [0.0] * 13, [2.0] * 13, [5.0, *[0.0] * 12]
    >>> activity_class(History(np.array([*never, *every_week, *one_in_13]), np.array([0, 13, 26, 39])))
    array([0, 5, 2])

    """
    age = np.repeat(history.indptr[1:], history.lengths) - np.arange(len(history.data))
    counted = (age <= max(1, history.season // 4)) & ~np.isnan(history.data)

    item = history.item[counted]
    known = np.bincount(item, minlength=len(history))
    sold = np.bincount(item, history.data[counted] > 0, minlength=len(history))
    return np.digitize(sold / np.maximum(known, 1), CLASS_EDGES).astype(np.int64)
