"""What to ask an ordering system next: a pure function of what is kept, what was asked and what was answered.

It holds whatever dies when, because of three rules.

1. Every attempt begins by looking. Nothing is concluded from what an earlier attempt did or was told.
2. What is decided is kept before it is acted upon: content is only ever written to a number that the outbox
   holds already (``reserves``), or under a key that the target keeps unique.
3. A write that is late, or comes twice, changes nothing: the target refuses it, or it repeats the first.

"Look, then write" alone is not enough: a write that timed out may be carried out after the next look. Rule 2
is what closes that hole, in the target or by the chosen number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from forecasting.connectors.targets.port import Document, Held
from forecasting.domain.purchase_orders import NOTHING, PurchaseOrder, plain


class Status(StrEnum):
    """Where an order is."""

    WAITING = "waiting"
    RESERVED = "reserved"
    DELIVERED = "delivered"
    LEFT_ALONE = "left_alone"
    PARKED = "parked"
    GIVEN_UP = "given_up"


MEANING = {
    Status.WAITING: "approved, and still to be written",
    Status.RESERVED: "a draft is reserved in the ordering system, and still to be filled",
    Status.DELIVERED: "in the ordering system, as it was approved",
    Status.LEFT_ALONE: "changed, cancelled or deleted in the ordering system by someone: left as it is",
    Status.PARKED: "refused, or contradictory: a person has to look at it",
    Status.GIVEN_UP: "parked, and given up by a person: its items may be ordered anew",
}
CANCELLED, GONE = "was cancelled in the ordering system", "is gone from the ordering system"
"""In the reason of an order whose goods will not come."""

UNFINISHED = (Status.WAITING, Status.RESERVED)


@dataclass(frozen=True)
class Progress:
    """What the outbox keeps of an order on its way. ``number``: the target's own, once it is chosen."""

    status: Status = Status.WAITING
    number: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Find:
    """Ask what is there under the key. ``reserved``: right after a draft was reserved."""

    reserved: bool = False


@dataclass(frozen=True)
class Write:
    """Write the order, into the document ``at`` where there is one."""

    at: Document | None = None


@dataclass(frozen=True)
class ReadBack:
    """Ask what is there under the target's number."""

    number: str


Call: TypeAlias = Find | Write | ReadBack


@dataclass(frozen=True)
class Found:
    """What is there, the oldest first."""

    documents: Sequence[Document]


@dataclass(frozen=True)
class Written:
    """It was written, under this number."""

    number: str


@dataclass(frozen=True)
class Refused:
    """It never will be accepted."""

    why: str


@dataclass(frozen=True)
class Unavailable:
    """It may or may not have been done. ``wait``: seconds that the target asks for; None: it does not say."""

    why: str
    wait: float | None = None


Answer: TypeAlias = Found | Written | Refused | Unavailable


@dataclass(frozen=True)
class Step:
    """What is to be kept now, and what to ask after it is kept. ``call`` None: the attempt is over.

    ``again``: whether the order is to be tried anew, later.
    """

    progress: Progress
    call: Call | None = None
    again: Unavailable | None = None


def step(order: PurchaseOrder, reserves: bool, progress: Progress, call: Call, answer: Answer) -> Step:
    """The next step of an order, after ``call`` was answered."""
    match answer:
        case Refused(why):
            return Step(replace(progress, status=Status.PARKED, reason=why))
        case Unavailable(why, _):
            return Step(replace(progress, reason=why), again=answer)
        case Written(number):
            return _after_writing(reserves, progress, call, number)
        case Found(documents):
            if isinstance(call, Find) and not progress.number:
                return _first_look(order, reserves, progress, call, documents)
            return _look_at_ours(order, progress, call, documents)


def _first_look(
    order: PurchaseOrder, reserves: bool, progress: Progress, call: Find, documents: Sequence[Document]
) -> Step:
    """No number is kept yet: choose one, or write."""
    live = [document for document in documents if document.held is not Held.CANCELLED]
    if not live and not reserves and documents:
        return _cancelled(progress, documents[0])
    if not live:
        if call.reserved:
            return _later(progress, "the draft that was reserved cannot be seen yet")
        return Step(progress, Write())

    # One that is filled was chosen by an outbox that is lost; otherwise the oldest, for ever.
    chosen = next((each for each in live if each.held is not Held.RESERVED), live[0])
    kept = Progress(Status.RESERVED, chosen.number)
    if chosen.held is Held.WHOLE:
        return _delivered(order, kept, chosen)
    return Step(kept, Write(chosen))


def _look_at_ours(
    order: PurchaseOrder, progress: Progress, call: Call, documents: Sequence[Document]
) -> Step:
    """The number is known: only that document counts."""
    number = call.number if isinstance(call, ReadBack) else progress.number
    ours = next((each for each in documents if each.number == number), None)
    if ours is None:
        if isinstance(call, ReadBack):
            return _later(progress, f"{number} was written and cannot be seen yet")
        gone = f"{number} {GONE}; it is not written anew"
        return Step(replace(progress, status=Status.PARKED, reason=gone))
    if ours.held is Held.CANCELLED:
        return _cancelled(progress, ours)
    if ours.held is Held.WHOLE:
        return _delivered(order, progress, ours)
    if isinstance(call, ReadBack):
        return _later(progress, f"{ours.number} was written and is still {ours.held}")
    return Step(progress, Write(ours))


def _after_writing(reserves: bool, progress: Progress, call: Call, number: str) -> Step:
    if reserves and isinstance(call, Write) and call.at is None:
        # Others may have been reserved by copies of the same call: all look, and take the oldest.
        return Step(progress, Find(reserved=True))
    # Without a reservation the key finds it again, so that no number needs to be kept before it is seen.
    return Step(progress, ReadBack(progress.number or number))


def _delivered(order: PurchaseOrder, progress: Progress, document: Document) -> Step:
    if document.payload_hash and document.payload_hash != order.payload_hash:
        other = f"the ordering system holds this key, as {document.number}, with other content"
        return Step(Progress(Status.PARKED, document.number, other))
    said = difference(order, document)
    if said:
        return Step(Progress(Status.LEFT_ALONE, document.number, said))
    return Step(Progress(Status.DELIVERED, document.number))


def later(order: PurchaseOrder, number: str, document: Document | None) -> Progress:
    """Where a delivered order is that was looked at again; ``document`` None: it is not there any more."""
    if document is None:
        return Progress(Status.LEFT_ALONE, number, f"{number} {GONE}")
    if document.held is Held.CANCELLED:
        return _cancelled(Progress(), document).progress
    said = difference(order, document)
    return Progress(Status.LEFT_ALONE if said else Status.DELIVERED, number, said)


def difference(order: PurchaseOrder, document: Document) -> str:
    """What is otherwise in the target than it was approved, in words; empty: nothing."""
    if document.quantities is None:
        return ""
    wanted, there = order.quantities, document.quantities
    said = [
        f"{sku}: {plain(there.get(sku, NOTHING))} there, {plain(wanted.get(sku, NOTHING))} approved"
        for sku in sorted({*wanted, *there})
        if wanted.get(sku) != there.get(sku)
    ]
    return "" if not said else "changed in the ordering system: " + "; ".join(said)


def _cancelled(progress: Progress, document: Document) -> Step:
    reason = f"{document.number} {CANCELLED}"
    return Step(replace(progress, status=Status.LEFT_ALONE, number=document.number, reason=reason))


def _later(progress: Progress, why: str) -> Step:
    return Step(replace(progress, reason=why), again=Unavailable(why))
