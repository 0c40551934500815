"""The sender: empties the outbox of one target, and may be killed at any moment.

All that it knows lies in the outbox. Senders lock each other out by a lease on each order that runs out when
one of them dies; the fence sees to it that one who was only slow can keep nothing any more.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forecasting.connectors.targets.port import Target, TargetError
from forecasting.sending.afterwards import LOOKED_AT_DAYS, look_again
from forecasting.sending.attempt import attempt, wait_before_retry
from forecasting.sending.machine import UNFINISHED, Progress, Status, Step
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store, answering
from forecasting.store.application.outbox import Kept, LostLeaseError
from forecasting.store.connection import UnreachableError

LEASE_SECONDS = 300.0
"""For how long an order is one sender's own since its last step: longer than any call may take."""

OVERTIME = 60.0
"""Seconds beyond its time that a sender spends on attempts that bring nothing: then the target is away."""


@dataclass(frozen=True)
class Clock:
    """Time (UTC, without saying so), and waiting for it."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


@dataclass(frozen=True)
class Sent:
    """What a sender did.

    Attributes:
        ended: orders by the status that they reached. left: how many are still unfinished.
        swept: left-overs that were taken away. attempts: how often an order was tried.
        changed: orders delivered before of which something new is known: changed or cancelled there.
        said: what else a person should know.

    """

    ended: Mapping[str, int]
    left: int
    swept: int
    attempts: int
    changed: int
    said: tuple[str, ...] = field(default=())


def send(
    store: Store, name: str, target: Target, clock: Clock, chance: random.Random, patience: float
) -> Sent:
    """Bring every order of the target ``name`` there, waiting ``patience`` seconds at most in all.

    A database that goes away meanwhile is waited for as long, and the order in hand is begun anew, as the
    next sender does after one that died. Raises UnreachableError where it does not come again.
    """
    sender = _Sender(store, name, target, clock, chance)
    began = clock.now()
    until = began + timedelta(seconds=patience)
    away, gone_at, waits = 0, clock.now(), 0
    while True:
        try:
            with answering(store.url):
                sender.begin(anew=away > 0)
                waits, away = waits + (away > 0), 0
                sender.empty(until)
                swept, said = sender.sweep()
                changed, also = look_again(store, name, target, clock.now(), began)
                with store.reading() as transaction:
                    left = outbox.unfinished(transaction, name)
            break
        except UnreachableError:
            gone_at = gone_at if away else clock.now()
            away += 1
            pause = timedelta(seconds=wait_before_retry(away, None, chance))
            if clock.now() + pause > gone_at + timedelta(seconds=patience):
                raise
            clock.sleep(pause.total_seconds())
    said = (*said, *also)
    if waits:
        often = f", {waits} times" if waits > 1 else ""
        said = (*said, f"the database went away and was waited for{often}")
    return Sent(sender.ended, left, swept, sender.tries, changed, said)


@dataclass
class _Sender:
    """A sender at work. ``key``: of the order that it has in hand; empty: none."""

    store: Store
    name: str
    target: Target
    clock: Clock
    chance: random.Random
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")
    ended: Counter[str] = field(default_factory=Counter)
    tries: int = 0
    key: str = ""

    def begin(self, anew: bool) -> None:
        """Free what the dead hold; ``anew``, after the database was away, also what was in hand then."""
        with self.store.writing() as transaction:
            for owner in outbox.lease_owners(transaction, self.name):
                if (anew and owner == self.owner) or _is_dead(owner):
                    outbox.end_leases(transaction, self.name, owner)
            # Whether its last step is kept was not heard.
            kept = outbox.one(transaction, self.key) if self.key else None
        self._ended(kept)

    def empty(self, until: datetime) -> None:
        """Try the orders that are due, until none is left that may be tried before ``until``.

        Where there are many it goes on after ``until``, unless that takes long and brings nothing: an attempt
        at a target that is away takes as long as its time-out.
        """
        lost = timedelta()
        while lost < timedelta(seconds=OVERTIME):
            with self.store.writing() as transaction:
                now = self.clock.now()
                kept = outbox.claim(transaction, self.name, self.owner, now, LEASE_SECONDS, until)
            if kept is None:
                with self.store.reading() as transaction:
                    due = outbox.next_due(transaction, self.name)
                if due is None or due > until:
                    return
                self.clock.sleep(max((due - self.clock.now()).total_seconds(), 0.01))
                continue
            self.tries, self.key = self.tries + 1, kept.key
            began, reached = self.clock.now(), self._attempt(kept)
            if reached is not None and reached.status in UNFINISHED:
                lost += max(self.clock.now() - max(began, until), timedelta())
            self._ended(reached)

    def sweep(self) -> tuple[int, tuple[str, ...]]:
        """Take away what late copies left behind; a target that is not there now is swept the next time."""
        since = self.clock.now() - timedelta(days=LOOKED_AT_DAYS)
        with self.store.reading() as transaction:
            kept = outbox.delivered_since(transaction, self.name, since)
        try:
            return (self.target.sweep(kept) if kept else 0), ()
        except TargetError as error:
            return 0, (f"left-overs are swept the next time: {error}",)

    def _ended(self, of: Progress | Kept | None) -> None:
        """Nothing is in hand any more. ``of``: where the order got to."""
        if of is not None and of.status not in UNFINISHED:
            self.ended[Status(of.status)] += 1
        self.key = ""

    def _attempt(self, kept: Kept) -> Progress | None:
        """One attempt with an order; None where another sender took it over."""
        progress = Progress(Status(kept.status), kept.number)
        attempts = kept.attempts + 1

        def keep(step: Step) -> None:
            nonlocal kept
            now = self.clock.now()
            changed: dict[str, object] = {
                "status": str(step.progress.status),
                "number": step.progress.number,
                "reason": step.progress.reason,
                "lease_until": now + timedelta(seconds=LEASE_SECONDS),
            }
            if step.call is None:
                changed |= {"attempts": attempts, "lease_owner": None, "lease_until": None}
            if step.again is not None:
                wait = wait_before_retry(attempts, step.again.wait, self.chance)
                changed["next_at"] = now + timedelta(seconds=wait)
            with self.store.writing() as transaction:
                kept = outbox.keep(transaction, kept, now, **changed)

        try:
            return attempt(kept.order, progress, self.target, keep)
        except LostLeaseError:
            return None


def _is_dead(owner: str) -> bool:
    """Whether a sender died on this machine: it need not be waited for."""
    host, pid, _ = owner.rsplit(":", 2)
    return host == socket.gethostname() and not _is_alive(int(pid))


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # To ask there would end it; its lease runs out instead.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
