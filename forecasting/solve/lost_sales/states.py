"""The states of lost sales with a lead time, and how they are numbered, for kernels to walk through.

A state is ``x`` on hand as orders are placed, today's arrival included, and the L - 1 orders that arrive in
the next periods, each a number of packs. Those are written as the digits of one number, ``pipe``, in base
``base``, the next arrival first. Arrays over states are ``[pipe, x]``; a pipeline and a stock that together
pass the highest position are no state.

With q packs ordered, ``full = pipe * base + q``: its first digit arrives next, the others are the next pipe.
"""

from __future__ import annotations

from typing import NamedTuple

from models.shared.compile import compiled_within


class Ordering(NamedTuple):
    """What orders there are.

    lead: periods from an order to its arrival (L), 1 at least; the longest where it is random.
    pack: steps of demand in a pack.
    fewest: packs of the smallest order.
    """

    lead: int
    pack: int
    fewest: int


class States(NamedTuple):
    """How pipelines are numbered.

    lead, pack, fewest: as in ``Ordering``.
    base: one more than the most packs of an order.
    first: base ** (lead - 1), what the first digit of ``full`` counts.
    """

    lead: int
    pack: int
    fewest: int
    base: int
    first: int


def states_of(ordering: Ordering, base: int) -> States:
    """The numbering for orders of fewer than ``base`` packs."""
    return States(*ordering, base, base ** (ordering.lead - 1))


@compiled_within
def packs_on_the_way(pipe: int, states: States) -> int:
    """The packs of all orders of a pipeline."""
    total = 0
    for _ in range(states.lead - 1):
        total += pipe % states.base
        pipe //= states.base
    return total
