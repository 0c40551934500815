"""A target whose line is bad: calls are lost, late, doubled or half answered, as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from forecasting.connectors.targets.port import AlreadyThere, Document, Target, TargetError, TargetUnavailable
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine

BEFORE = ("none", "417", "429", "500", "503", "409")
"""Answers after which nothing was done."""

AFTER = ("lost", "half", "500_after", "503_after")
"""Answers after which it was done, and nobody knows."""

CRASHES = ("crash_before", "crash_after", "crash_kept")
"""The sender dies: before it asks, before it has kept the answer, after it has."""

FAULTS = ("ok", "doubled", "late", *BEFORE, *AFTER, *CRASHES)


class Crash(Exception):
    """The sender was killed here."""


def an_order(number: int = 1, supplier: str = "ACME") -> PurchaseOrder:
    """A small order; another number, another order."""
    lines = (
        PurchaseOrderLine("A-1", Decimal(12), Decimal("2.50"), "Bolt, M8", arrives_on=date(2026, 7, 14)),
        PurchaseOrderLine(f"B-{number}", Decimal("7.5"), Decimal("11.25"), "Nut"),
    )
    return PurchaseOrder(f"run{number:04d}", date(2026, 6, 28), supplier, "main", lines, "EUR")


@dataclass
class Hostile:
    """Carries calls to a target, each with the next fault of the script; when it ends, faithfully."""

    target: Target
    script: Iterable[str] = ()
    late: list[Callable[[], object]] = field(default_factory=list)
    calls: int = 0
    dies_when_kept: bool = False

    def __post_init__(self) -> None:
        self._faults = iter(self.script)

    @property
    def guarantee(self) -> str:
        return self.target.guarantee

    @property
    def reserves(self) -> bool:
        return self.target.reserves

    def find(self, key: str) -> Sequence[Document]:
        return self._carry(lambda: self.target.find(key), changes=False)

    def write(self, order: PurchaseOrder, key: str, at: Document | None = None) -> str:
        return self._carry(lambda: self.target.write(order, key, at), changes=True)

    def read_back(self, number: str) -> Document | None:
        return self._carry(lambda: self.target.read_back(number), changes=False)

    def now(self, numbers):
        return self.target.now(numbers)

    def sweep(self, kept):
        return self.target.sweep(kept)

    def deliver(self, which: int = 0) -> None:
        """What was late arrives now; nobody waits for its answer any more."""
        with suppress(TargetError):
            self.late.pop(which)()

    def deliver_all(self) -> None:
        while self.late:
            self.deliver()

    def kept(self) -> None:
        """The sender has kept its step: where the script says so, it dies now."""
        if self.dies_when_kept:
            self.dies_when_kept = False
            raise Crash

    def _carry(self, call, *, changes: bool):
        self.calls += 1
        fault = next(self._faults, "ok")
        if fault == "crash_before":
            raise Crash
        if fault == "409":
            raise AlreadyThere("409")
        if fault in BEFORE:
            raise TargetUnavailable(fault, 3.0 if fault == "429" else None)
        if fault == "late":
            if changes:
                self.late.append(call)
            raise TargetUnavailable("no answer in time")
        if fault == "doubled":
            self.late.append(call)
            answer = call()
            self.deliver(-1)
            return answer
        answer = call()
        if fault == "crash_after":
            raise Crash
        if fault in AFTER:
            raise TargetUnavailable(fault)
        self.dies_when_kept = fault == "crash_kept"
        return answer
