"""Targets in memory, one of each guarantee: what tests hold the others against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from forecasting.connectors.targets.port import (
    EXACTLY_ONCE,
    RECONCILED,
    AlreadyThere,
    Document,
    Held,
    TargetUnavailable,
)
from forecasting.domain.purchase_orders import PurchaseOrder


@dataclass
class UniqueMemoryTarget:
    """Keeps one document a key: a second write under a key is refused."""

    documents: dict[str, Document] = field(default_factory=dict)
    guarantee: str = EXACTLY_ONCE
    reserves: bool = False

    def find(self, key: str) -> Sequence[Document]:
        """The document of the key, if there is one."""
        return [self.documents[key]] if key in self.documents else []

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Write the order, unless the key is there."""
        if key in self.documents:
            raise AlreadyThere(f"{key} is there already")
        number = f"PO{len(self.documents) + 1}"
        self.documents[key] = Document(number, Held.WHOLE, order.quantities, order.payload_hash)
        return number

    def read_back(self, number: str) -> Document | None:
        """The document of that number."""
        return next((each for each in self.documents.values() if each.number == number), None)

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """The documents of these numbers."""
        return {number: self.read_back(number) for number in numbers}

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Nothing is ever left over."""
        return 0


@dataclass
class ReservingMemoryTarget:
    """Keeps nothing unique, and refuses a write whose stamp is not that of the document now."""

    documents: dict[str, Document] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    guarantee: str = RECONCILED
    reserves: bool = True
    made: int = 0

    def find(self, key: str) -> Sequence[Document]:
        """All documents of the key, the oldest first."""
        return [each for number, each in self.documents.items() if self.keys[number] == key]

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        """Make an inert draft; or fill the one at hand, if nobody has changed it."""
        if at is None:
            self.made += 1
            number = str(self.made)
            self.documents[number] = Document(number, Held.RESERVED, {}, stamp="0")
            self.keys[number] = key
            return number
        now = self.documents.get(at.number)
        if now is None or now.stamp != at.stamp:
            raise TargetUnavailable("changed meanwhile", 0.0)
        stamp = str(int(now.stamp) + 1)
        filled = replace(now, held=Held.WHOLE, quantities=order.quantities, stamp=stamp)
        self.documents[at.number] = filled
        return at.number

    def read_back(self, number: str) -> Document | None:
        """The document of that number."""
        return self.documents.get(number)

    def now(self, numbers: Sequence[str]) -> Mapping[str, Document | None]:
        """The documents of these numbers."""
        return {number: self.read_back(number) for number in numbers}

    def sweep(self, kept: Mapping[str, str]) -> int:
        """Take away inert drafts that were not chosen."""
        surplus = [
            number
            for number, key in self.keys.items()
            if key in kept and number != kept[key] and self.documents[number].held is Held.RESERVED
        ]
        for number in surplus:
            del self.documents[number], self.keys[number]
        return len(surplus)
