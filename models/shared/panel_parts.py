"""Work on a panel part by part, on all cores.

What several passes over a part need then stays in a processor's cache, and nothing as long as the whole
panel's data is ever made.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from models.shared.compile import threads
from models.shared.history import History

BUCKETS = 24_576
"""In a part, about: 200 kB an array, and eight candidates' levels fit into a core's cache."""


def in_parts(history: History, work: Callable[[slice, History], None]) -> None:
    """Call ``work(items, part)`` with the items of each part and their history, which has no traits.

    Parts run side by side on threads, so ``work`` may write to its own items alone. Nothing may hang on
    where a part ends.

    >>> seen = []
    >>> two_items = History(np.ones(5), np.array([0, 2, 5]))
    >>> in_parts(two_items, lambda items, part: seen.append((items, part.lengths)))
    >>> seen
    [(slice(0, 2, None), array([2, 3]))]

    """
    total, n = len(history.data), len(history)
    inner = np.searchsorted(history.indptr, np.arange(BUCKETS, total, BUCKETS))
    parts = [slice(int(a), int(b)) for a, b in pairwise(np.unique(np.concatenate([[0], inner, [n]])))]

    def run(items: slice) -> None:
        indptr = history.indptr[items.start : items.stop + 1]
        work(items, History(history.data[indptr[0] : indptr[-1]], indptr - indptr[0], history.season))

    # The first part alone: it compiles the kernels, which threads would otherwise wait for in turn.
    for items in parts[:1] if threads() > 1 else parts:
        run(items)
    if threads() > 1 and len(parts) > 1:
        with ThreadPoolExecutor(threads()) as pool:
            for _ in pool.map(run, parts[1:]):
                pass
