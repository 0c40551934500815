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
from forecasting.sending.attempt import attempt, wait_before_retry
from forecasting.sending.machine import UNFINISHED, Progress, Status, Step
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from forecasting.store.application.outbox import Kept, LostLeaseError

LEASE_SECONDS = 300.0
"""For how long an order is one sender's own since its last step: longer than any call may take."""

SWEPT_DAYS = 7
"""So long after it was delivered, what late copies left behind under an order's key is looked for."""


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
        said: what else a person should know.

    """

    ended: Mapping[str, int]
    left: int
    swept: int
    attempts: int
    said: tuple[str, ...] = field(default=())


def send(
    store: Store, name: str, target: Target, clock: Clock, chance: random.Random, patience: float
) -> Sent:
    """Bring every order of the target ``name`` there, waiting ``patience`` seconds at most in all."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    _free_orders_of_the_dead(store, name)
    ended: Counter[str] = Counter()
    tries, until = 0, clock.now() + timedelta(seconds=patience)
    while True:
        with store.writing() as transaction:
            kept = outbox.claim(transaction, name, owner, clock.now(), LEASE_SECONDS)
        if kept is None:
            with store.reading() as transaction:
                due = outbox.next_due(transaction, name)
            if due is None or due > until:
                break
            clock.sleep(max((due - clock.now()).total_seconds(), 0.01))
            continue
        tries += 1
        progress = _attempt(store, kept, target, clock, chance)
        if progress is not None and progress.status not in UNFINISHED:
            ended[progress.status] += 1

    swept, said = _sweep(store, name, target, clock.now())
    with store.reading() as transaction:
        left = outbox.unfinished(transaction, name)
    return Sent(ended, left, swept, tries, said)


def _free_orders_of_the_dead(store: Store, name: str) -> None:
    """A sender that died on this machine need not be waited for."""
    with store.writing() as transaction:
        for owner in outbox.lease_owners(transaction, name):
            host, pid, _ = owner.rsplit(":", 2)
            if host == socket.gethostname() and not _is_alive(int(pid)):
                outbox.end_leases(transaction, name, owner)


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


def _attempt(
    store: Store, kept: Kept, target: Target, clock: Clock, chance: random.Random
) -> Progress | None:
    """One attempt with an order; None where another sender took it over."""
    progress = Progress(Status(kept.status), kept.number)
    attempts = kept.attempts + 1

    def keep(step: Step) -> None:
        nonlocal kept
        now = clock.now()
        changed: dict[str, object] = {
            "status": str(step.progress.status),
            "number": step.progress.number,
            "reason": step.progress.reason,
            "lease_until": now + timedelta(seconds=LEASE_SECONDS),
        }
        if step.call is None:
            changed |= {"attempts": attempts, "lease_owner": None, "lease_until": None}
        if step.again is not None:
            wait = wait_before_retry(attempts, step.again.wait, chance)
            changed["next_at"] = now + timedelta(seconds=wait)
        with store.writing() as transaction:
            kept = outbox.keep(transaction, kept, now, **changed)

    try:
        return attempt(kept.order, progress, target, keep)
    except LostLeaseError:
        return None


def _sweep(store: Store, name: str, target: Target, now: datetime) -> tuple[int, tuple[str, ...]]:
    """Take away what late copies left behind; a target that is not there now is swept the next time."""
    with store.reading() as transaction:
        kept = outbox.delivered_since(transaction, name, now - timedelta(days=SWEPT_DAYS))
    try:
        return (target.sweep(kept) if kept else 0), ()
    except TargetError as error:
        return 0, (f"left-overs are swept the next time: {error}",)
