"""The grid that a rule's parameters are chosen from, and how it grows where the best lies on its edge.

A best value on the edge of what was tried says only that the edge was too near. So the grid is widened on
that side until the best lies inside, or a stated limit is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

STEPS = 2
"""By so many values an axis grows at a time."""


@dataclass(frozen=True)
class Axis:
    """The values of one parameter to choose from.

    Attributes:
        name: the parameter, as the policy's attribute is called.
        values: those tried first, rising.
        below, above: those tried where the first or the last of them is best, from there outwards. The
            last of each is the limit: nothing beyond it is tried.

    >>> days = Axis("days", (0.0, 7.0), below=(-7.0, -14.0, -21.0), above=(14.0,))
    >>> days.wider(7.0).values, days.wider(0.0).values
    ((0.0, 7.0, 14.0), (-14.0, -7.0, 0.0, 7.0))

    """

    name: str
    values: tuple[float, ...]
    below: tuple[float, ...] = ()
    above: tuple[float, ...] = ()

    def on_edge(self, value: float) -> bool:
        """Whether nothing was tried on one side of ``value``."""
        return value <= self.values[0] or value >= self.values[-1]

    def wider(self, best: float) -> Axis:
        """The axis with more values on the side where ``best`` is the outermost; else as it is."""
        low = self.below[:STEPS] if best <= self.values[0] else ()
        high = self.above[:STEPS] if best >= self.values[-1] else ()
        return replace(
            self,
            values=(*reversed(low), *self.values, *high),
            below=self.below[len(low) :],
            above=self.above[len(high) :],
        )

    def around(self, value: float) -> tuple[float, ...]:
        """The values, with as many more as it takes for ``value`` not to lie on the edge, if there are."""
        axis, wider = self, self.wider(value)
        while wider != axis:
            axis, wider = wider, wider.wider(value)
        return axis.values


def points(axes: Sequence[Axis]) -> Iterator[tuple[float, ...]]:
    """Every combination of the axes' values, one value an axis; one empty point where there is no axis."""
    return product(*(axis.values for axis in axes))
