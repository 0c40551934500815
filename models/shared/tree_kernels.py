"""Grows the trees of one quantile, leaf by leaf; see ``models.shared.quantile_trees``."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from models.shared.binned_features import UNKNOWN, BinnedFeatures
from models.shared.boosted_trees import LEAF
from models.shared.compile import compiled, compiled_within
from models.shared.history import BoolArray, FloatArray, IntArray

ROW = 1 << 32
"""What a row counts in a histogram; one more where it lies above the quantile."""

ABOVE = ROW - 1  # masks the rows above
TINY = 1e-15  # what scikit-learn adds to the rows of a leaf


class Growth(NamedTuple):
    """How trees grow.

    Attributes:
        iterations: trees a quantile.
        learning_rate: the share that is added of what a tree finds.
        leaves: of a tree, at most; two or more.
        fewest_in_leaf: rows.

    """

    iterations: int
    learning_rate: float
    leaves: int
    fewest_in_leaf: int


class Task(NamedTuple):
    """One quantile that is to be learnt.

    Attributes:
        features: f features of r rows.
        target: float64, shape (r,).
        level: of the quantile.
        above, below: the slope of the pinball loss of a row above the quantile, and of another.
        growth: how trees grow.
        looked_at: bool, shape (m, f): among which features each next split is looked for.

    """

    features: BinnedFeatures
    target: FloatArray
    level: float
    above: float
    below: float
    growth: Growth
    looked_at: BoolArray


NODE = np.dtype(
    [
        ("feature", np.int64),
        ("threshold", np.float64),
        ("left", np.int64),
        ("right", np.int64),
        ("unknown_left", np.bool_),
    ]
)
"""A node, as in ``models.shared.boosted_trees.Nodes``."""

LEAF_THAT_GROWS = np.dtype(
    [
        ("begin", np.int64),
        ("stop", np.int64),
        ("above", np.int64),
        ("node", np.int64),
        ("histogram", np.int64),
        ("gain", np.float64),
        ("feature", np.int64),
        ("bin", np.int64),
        ("unknown_left", np.bool_),
        ("above_left", np.int64),
    ]
)
"""A leaf of the tree that grows.

Its rows are ``rows[begin:stop]`` of ``Work``, ``above`` of which lie above the quantile; ``node`` and
``histogram`` are its own. Its best split lessens the loss by ``gain`` (0: there is none): rows in bins up to
``bin`` of ``feature`` go left, with ``unknown_left`` unknown ones, too; ``above_left`` of them lie above.
"""

CANDIDATE = np.dtype([("rows", np.int64), ("above", np.int64), ("gain", np.float64)])
"""A possible split: the rows that go left, those of them above the quantile, how much it lessens the loss."""


class Work(NamedTuple):
    """What is kept meanwhile.

    Attributes:
        said: float64, shape (r,): the quantile as the trees so far have it.
        counted: int64, shape (r,): what each row counts in a histogram.
        rows: int64, shape (r,): the rows, leaf by leaf.
        spare: int64, shape (r,).
        residual: float64, shape (r,).
        whole: int64, shape (f, 256): the histograms of all rows.
        histograms: int64, shape (l, f, 256): of the leaves.
        leaves: ``LEAF_THAT_GROWS``, shape (l,).
        candidates: ``CANDIDATE``, shape (255,): the possible splits of a leaf by one feature.
        nodes: ``NODE``, shape (n,): of all trees.
        used: int64, shape (2,): how many nodes there are, and how many splits were looked for.

    """

    said: FloatArray
    counted: IntArray
    rows: IntArray
    spare: IntArray
    residual: FloatArray
    whole: IntArray
    histograms: IntArray
    leaves: Any
    candidates: Any
    nodes: Any
    used: IntArray


@compiled
def boost(task: Task, work: Work, roots: IntArray) -> None:
    """Grow the trees of a quantile, each on what those before it left over. ``roots``: written."""
    _count(task.features.bins, work.rows, work.counted, work.whole)
    for tree in range(task.growth.iterations):
        _change_sides(task, work)
        roots[tree] = work.used[0]
        many = _grow(task, work)
        for leaf in range(many):
            _say(task, work, leaf)


@compiled_within
def _change_sides(task: Task, work: Work) -> None:
    """Bring what rows count up to date: from one tree to the next, few cross the quantile."""
    for row in range(len(task.target)):
        counts = ROW + (1 if task.target[row] >= work.said[row] else 0)
        change = counts - work.counted[row]
        if change != 0:
            work.counted[row] = counts
            for feature in range(len(work.whole)):
                work.whole[feature, task.features.bins[row, feature]] += change


@compiled_within
def _grow(task: Task, work: Work) -> int:
    """Grow a tree: split the leaf that gains most until none does. Returns how many leaves there are."""
    root = work.leaves[0]
    root.begin, root.stop, root.above, root.node = 0, len(work.rows), 0, work.used[0]
    work.used[0] += 1
    for row in range(len(work.rows)):
        work.rows[row] = row
        root.above += work.counted[row] & ABOVE
    for feature in range(len(work.whole)):
        for place in range(UNKNOWN + 1):
            work.histograms[root.histogram, feature, place] = work.whole[feature, place]
    _find_split(task, work, 0)

    many = 1
    while many < task.growth.leaves:
        best = 0
        for leaf in range(1, many):
            if work.leaves[leaf].gain > work.leaves[best].gain:
                best = leaf
        if work.leaves[best].gain <= 0.0:
            break
        _split(task, work, best, many)
        if many + 1 < task.growth.leaves:
            _part_histograms(task, work, best, many)
            _find_split(task, work, best)
            _find_split(task, work, many)
        many += 1
    return many


@compiled_within
def _split(task: Task, work: Work, old: int, new: int) -> None:
    """Carry out the best split of leaf ``old``: it keeps what goes left, ``new`` gets the rest."""
    left, right = work.leaves[old], work.leaves[new]
    middle, others = left.begin, 0
    for place in range(left.begin, left.stop):
        row = work.rows[place]
        its = task.features.bins[row, left.feature]
        if its <= left.bin or (left.unknown_left and its == UNKNOWN):
            work.rows[middle] = row
            middle += 1
        else:
            work.spare[others] = row
            others += 1
    for place in range(others):
        work.rows[middle + place] = work.spare[place]

    node, below = work.nodes[left.node], work.used[0]
    node.feature, node.threshold = left.feature, task.features.edges[left.feature, left.bin]
    node.left, node.right, node.unknown_left = below, below + 1, left.unknown_left
    if not task.features.unknown[left.feature]:
        # All was known when it was learnt: what is not known later goes where most rows went.
        node.unknown_left = middle - left.begin > others
    work.used[0] += 2

    right.begin, right.stop, right.above = middle, left.stop, left.above - left.above_left
    left.stop, left.above = middle, left.above_left
    left.node, right.node = below, below + 1
    left.gain = right.gain = 0.0


@compiled_within
def _part_histograms(task: Task, work: Work, old: int, new: int) -> None:
    """Histograms of both parts of what was one leaf: the smaller is counted, the larger is what remains."""
    left, right = work.leaves[old], work.leaves[new]
    larger, smaller = (right, left) if left.stop - left.begin < right.stop - right.begin else (left, right)
    if larger.stop - larger.begin < 2 * task.growth.fewest_in_leaf:
        return
    whole, part = left.histogram, right.histogram
    larger.histogram, smaller.histogram = whole, part
    _count(task.features.bins, work.rows[smaller.begin : smaller.stop], work.counted, work.histograms[part])
    for feature in range(len(work.whole)):
        for place in range(UNKNOWN + 1):
            work.histograms[whole, feature, place] -= work.histograms[part, feature, place]


@compiled_within
def _count(bins: np.ndarray, rows: IntArray, counted: IntArray, out: IntArray) -> None:
    """The histograms of some rows, int64, shape (n,). ``out``: int64, shape (f, 256), written."""
    for feature in range(len(out)):
        for place in range(UNKNOWN + 1):
            out[feature, place] = 0
    for row in rows:
        counts = counted[row]
        for feature in range(len(out)):
            out[feature, bins[row, feature]] += counts


@compiled_within
def _find_split(task: Task, work: Work, which: int) -> None:
    """Find the split of a leaf that lessens the loss most; with too few rows it keeps none."""
    leaf = work.leaves[which]
    size = leaf.stop - leaf.begin
    leaf.gain = 0.0
    if size < 2 * task.growth.fewest_in_leaf:
        return
    asked = work.used[1]
    work.used[1] += 1
    slope = leaf.above * task.above + (size - leaf.above) * task.below
    # The loss of the root, as scikit-learn has it, is 0: what all rows share is said before.
    now = 0.0 if size == len(work.rows) else slope * (-slope / (size + TINY))
    for feature in range(len(work.whole)):
        # What is not known goes right, and where there is any, left: whichever is better.
        sides = 2 if work.histograms[leaf.histogram, feature, UNKNOWN] else 1
        for side in range(sides if task.looked_at[asked, feature] else 0):
            first, last = _possible(task, work, leaf, feature, side)
            _gains(task, work.candidates, first, last, size, slope, now)
            for step in range(last - first):
                # Of equal ones the first, from the left or from the right.
                place = last - 1 - step if side else first + step
                candidate = work.candidates[place]
                if candidate.gain > leaf.gain:
                    leaf.gain, leaf.feature, leaf.bin = candidate.gain, feature, place
                    leaf.unknown_left, leaf.above_left = side == 1, candidate.above


@compiled_within
def _possible(task: Task, work: Work, leaf: Any, feature: int, side: int) -> tuple[int, int]:
    """The bins after which a leaf may be split, from the first to before the last. Notes what goes left."""
    size, histogram = leaf.stop - leaf.begin, leaf.histogram
    summed = work.histograms[histogram, feature, UNKNOWN] * side
    first, last = 0, 0
    for place in range(task.features.counts[feature]):
        summed += work.histograms[histogram, feature, place]
        rows = summed >> 32
        work.candidates[place].rows, work.candidates[place].above = rows, summed & ABOVE
        first += rows < task.growth.fewest_in_leaf
        last += size - rows >= task.growth.fewest_in_leaf
    return first, last


@compiled_within
def _gains(task: Task, candidates: Any, first: int, last: int, size: int, slope: float, now: float) -> None:
    """Note how much each possible split of a leaf lessens the loss.

    ``size``, ``slope``, ``now``: the leaf's rows, the sum of their slopes, and the loss as it is.
    """
    for place in range(first, last):
        rows, above = candidates[place].rows, candidates[place].above
        part = above * task.above + (rows - above) * task.below
        rest = slope - part
        # Numpy's division asks for no zero, so that several are done at once.
        candidates[place].gain = (
            now + part * np.divide(part, rows + TINY) + rest * np.divide(rest, size - rows + TINY)
        )


@compiled_within
def _say(task: Task, work: Work, which: int) -> None:
    """Let a leaf say the quantile of what is left over in it, in part."""
    leaf = work.leaves[which]
    rows = work.rows[leaf.begin : leaf.stop]
    for place in range(len(rows)):
        work.residual[place] = task.target[rows[place]] - work.said[rows[place]]
    value = task.growth.learning_rate * _quantile(work.residual, len(rows), task.level)
    node = work.nodes[leaf.node]
    node.feature, node.threshold = LEAF, value
    for row in rows:
        work.said[row] += value


@compiled_within
def _quantile(values: FloatArray, many: int, level: float) -> float:
    """As of ``numpy.quantile``, of the first values: between the two nearest. They are reordered."""
    place = (many - 1) * level
    below = int(np.floor(place))
    low = _of_rank(values, many, below)
    if below + 1 == many:
        return low
    high, part = values[below + 1], place - below
    for other in range(below + 2, many):
        high = min(high, values[other])
    return high - (high - low) * (1.0 - part) if part >= 0.5 else low + (high - low) * part


@compiled_within
def _of_rank(values: FloatArray, many: int, rank: int) -> float:
    """The value of a rank, counted from 0; those after it become no smaller (Hoare 1961, quickselect)."""
    low, high = 0, many - 1
    while low < high:
        pivot = values[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if right < rank < left:
            break
        if rank <= right:
            high = right
        else:
            low = left
    return values[rank]
