"""From a few quantiles that were learnt to the quantiles at all levels: between them, and in the tails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.shared.distribution import LEVELS
from models.shared.history import FloatArray

LEARNT: FloatArray = np.array([0.1, 0.3, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99])
"""The levels at which quantiles are learnt."""

MEDIAN, UPPER = 2, 4
"""Where .5 and .9 stand among them: the curve is measured in widths from .1 to .5 and from .9 to .99."""

FIRST, LAST = int(np.searchsorted(LEVELS, LEARNT[0])), int(np.searchsorted(LEVELS, LEARNT[-1], "right"))
"""``LEVELS[FIRST:LAST]`` lie between those learnt."""

RAREST = 0.999
"""The tail ends here: beyond, a handful of windows would speak for all items, and for their means."""

LEAST_WIDTH = 0.05
"""Of a curve, in log ratios."""


@dataclass(frozen=True)
class Tail:
    """How far the pooled windows went beyond the outermost quantiles, in widths of the curve there.

    Attributes:
        below, above: float64, shapes (FIRST,) and (G - LAST,): for each of ``LEVELS`` below and above those
            learnt, the excess.

    """

    below: FloatArray
    above: FloatArray

    @staticmethod
    def measured(curve: FloatArray, target: FloatArray) -> Tail:
        """From log ratios ``target``, float64, shape (r,), that followed curves, float64, shape (r, 8)."""
        low, high = _widths(curve)
        under = (curve[:, 0] - target) / low
        over = (target - curve[:, -1]) / high
        return Tail(
            np.maximum(np.quantile(under, np.minimum(1.0 - LEVELS[:FIRST], RAREST)), 0.0),
            np.maximum(np.quantile(over, np.minimum(LEVELS[LAST:], RAREST)), 0.0),
        )

    def complete(self, curve: FloatArray) -> FloatArray:
        """The curve at all ``LEVELS``, never falling along a row: float64, shape (r, G), from (r, 8).

        A standard normal curve, cut off where it was learnt, is normal in between:

        >>> cut = Tail(np.zeros(FIRST), np.zeros(len(LEVELS) - LAST))
        >>> whole = cut.complete(special.ndtri(LEARNT)[None, :])[0]
        >>> whole[[0, 51, 87]].round(2), special.ndtri(LEVELS[[51, 87]]).round(2)
        (array([-1.28,  0.  ,  1.08]), array([0.  , 1.08]))

        """
        low, high = _widths(curve)
        whole = np.empty((len(curve), len(LEVELS)))
        whole[:, :FIRST] = curve[:, :1] - low[:, None] * self.below
        whole[:, FIRST:LAST] = curve @ _between(LEVELS[FIRST:LAST])
        whole[:, LAST:] = curve[:, -1:] + high[:, None] * self.above
        return np.maximum.accumulate(whole, axis=1)


def _widths(curve: FloatArray) -> tuple[FloatArray, FloatArray]:
    """From the median down to the lowest quantile learnt, and up to the highest from .9: (r,) each."""
    low = curve[:, MEDIAN] - curve[:, 0]
    high = curve[:, -1] - curve[:, UPPER]
    return np.maximum(low, LEAST_WIDTH), np.maximum(high, LEAST_WIDTH)


def _between(levels: FloatArray) -> FloatArray:
    """Weights of the quantiles learnt in those at ``levels``: linear in the normal scores of the levels.

    Returns:
        float64, shape (8, len(levels)).

    """
    known, wanted = special.ndtri(LEARNT), special.ndtri(levels)
    right = np.clip(np.searchsorted(known, wanted - 1e-12), 1, len(known) - 1)
    part = (wanted - known[right - 1]) / (known[right] - known[right - 1])
    weights = np.zeros((len(known), len(levels)))
    weights[right - 1, np.arange(len(levels))] = 1.0 - part
    weights[right, np.arange(len(levels))] += part
    return weights
