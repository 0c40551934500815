"""What was ordered ahead of launches, and what is likely to follow until the next ones."""

from __future__ import annotations

import numpy as np

from forecasting.domain import LONG_AGO, DemandLines, FloatArray, IntArray
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.demand import known_at
from forecasting.policies.launch_demand import LaunchDemand
from models.launch_orders import Launches, orders_to_come
from models.shared.distribution import point

FURTHEST = 182
"""No line counts as ordered further ahead than this, in days."""


def launch_demand(
    lines: DemandLines, catalogue: Catalogue, item: IntArray, first_day: int, as_of: int
) -> LaunchDemand | None:
    """Of the items of these numbers that are announced and not on sale yet; None where there is none.

    What customers order ahead is on the books, and waits for the first day. How much more they will order
    until then is learnt from the launches since ``first_day``; those without a line ahead count too.

    Args:
        lines: of all n items of the ``catalogue``.
        item: int64, shape (k,), each once.
        first_day: the first day that the data covers.
        as_of: at the close of this day.

    """
    launched = catalogue.available_from
    coming = np.flatnonzero(((launched > as_of) & (catalogue.known_from <= as_of))[item])
    if not len(coming):
        return None
    new = item[coming]
    row = np.flatnonzero(known_at(lines, as_of) & lines.usual & (lines.known_from < launched[lines.item]))
    ahead = np.minimum(launched[lines.item[row]] - lines.known_from[row], FURTHEST)
    owner, quantity, n = lines.item[row], lines.quantity[row], len(launched)
    count = np.bincount(owner, minlength=n)
    units = np.bincount(owner, quantity, n).astype(np.float64)[new]

    # A launch soon after the data begins may have had lines that it does not hold.
    longest = int(ahead.max(initial=1))
    was = (launched > LONG_AGO) & (launched <= as_of) & (launched > first_day)
    past = np.flatnonzero(was & ((count > 0) | (launched - first_day >= longest)))
    past = past[np.argsort(launched[past], kind="stable")]
    number = np.full(n, -1, dtype=np.int64)
    number[past] = np.arange(len(past))
    mine = number[owner] >= 0
    earlier = Launches(number[owner[mine]], ahead[mine], quantity[mine], len(past))

    day, known = launched[new] - as_of, len(earlier.launch) > 0
    # Nothing is guessed where no launch tells.
    more = point(np.zeros(len(new)))
    if known:
        days_left = np.minimum(day, FURTHEST)
        more = orders_to_come(earlier, days_left, count[new], units, _step(quantity, len(new)))
    return LaunchDemand(coming, day, count[new], units, more, len(past) if known else 0)


def _step(quantity: FloatArray, n: int) -> FloatArray:
    """The units that orders ahead are counted in: float64, shape (n,)."""
    for step in (1.0, 0.1, 0.01):
        if np.allclose(quantity / step, np.rint(quantity / step), rtol=0.0, atol=1e-6):
            return np.full(n, step)
    return np.full(n, 0.001)
