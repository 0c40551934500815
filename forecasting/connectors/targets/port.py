"""The port of an ordering system: what a sender asks of it, and what it may answer.

Every call may be carried out late, twice, or not at all while its answer is lost. So a target never relies on
the order of calls or on what was answered before: it says how it keeps one order from becoming two
(``guarantee``), and the sender (``forecasting/sending``) asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from forecasting.domain.purchase_orders import PurchaseOrder

EXACTLY_ONCE = "exactly once"
"""The target itself keeps the key unique: a late or repeated write is refused there."""

RECONCILED = "at most one live draft, reconciled"
"""The target keeps nothing unique: content goes to one chosen draft, and what is left over is swept."""

AT_LEAST_ONCE = "exactly once where the receiver heeds the key"
"""The target only carries the key: that it counts once is the receiver's duty."""


class Held(StrEnum):
    """How far the target has an order."""

    RESERVED = "reserved"  # an inert draft of ours, with nothing in it yet
    PARTIAL = "partial"  # some of its lines
    WHOLE = "whole"  # all of it, as we wrote it or as someone changed it since
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Document:
    """What a target holds under a key.

    Attributes:
        number: the target's own name of it.
        held: how far it is there.
        quantities: units by SKU; None where the target cannot tell.
        payload_hash: of the order that was written; empty where the target cannot keep it.
        stamp: what a conditional write sends back. parts: the target's names of the lines.

    """

    number: str
    held: Held
    quantities: Mapping[str, Decimal] | None = None
    payload_hash: str = ""
    stamp: str = ""
    parts: tuple[str, ...] = ()


class Target(Protocol):
    """An ordering system.

    ``reserves``: whether ``write`` without a document makes an inert draft, and content goes to the one
    that the sender has chosen and kept.
    """

    guarantee: str
    reserves: bool

    def find(self, key: str) -> Sequence[Document]:
        """What is there under the key, the oldest first."""

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Write the order; returns its number. ``at``: the draft to write into.

        Raises RefusedByTarget where it never will be accepted, TargetUnavailable where it may be later.
        """

    def read_back(self, number: str) -> Document | None:
        """What is there under the target's own number; None: nothing."""

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """What became of orders that were delivered under these numbers; None: it is not there any more.

        A number is left out where nothing new can be told of it.
        """

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Take away what was left over under these keys but for the number kept of each; returns how many."""


AT_ONCE = 100
"""Names in one request."""


def in_batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The names, as many at a time as one request may hold."""
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]


def looked_up(
    numbers: Sequence[str], documents: Callable[[Sequence[str]], Iterable[Document]]
) -> dict[str, Document | None]:
    """What is there under these numbers, asked for as many at a time as one request may hold."""
    found: dict[str, Document | None] = dict.fromkeys(numbers)
    for some in in_batches(numbers):
        found |= {each.number: each for each in documents(some)}
    return found


class TargetError(Exception):
    """A target did not do what it was asked for. The message never holds a secret."""


class RefusedByTarget(TargetError):
    """The target understood, and says no: asking again changes nothing. The message says why."""


class TargetUnavailable(TargetError):
    """No answer, half of one, or one that says: not now. It may or may not have done what was asked.

    ``wait``: seconds that the target asks to be left alone; None: it does not say.
    """

    def __init__(self, said: str, wait: float | None = None) -> None:
        self.wait = wait
        super().__init__(said)


class AlreadyThere(TargetUnavailable):
    """The target's own uniqueness refused it: the key is there, or just coming. Look again at once."""

    def __init__(self, said: str) -> None:
        super().__init__(said, 0.0)
