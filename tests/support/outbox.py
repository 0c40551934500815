"""An outbox for tests: orders put in, and a sender whose clock nobody waits for."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forecasting.sending.sender import Clock, send
from forecasting.store.application import outbox

NIGHT = datetime(2030, 7, 1, 2, 0)


@dataclass
class FakeTime:
    """A clock that nobody waits for."""

    at: datetime = NIGHT
    slept: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.at += timedelta(seconds=seconds)
            self.slept += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.sleep)


def all_orders(store):
    with store.reading() as transaction:
        return outbox.orders(transaction)


def put(store, order, target="erp", at=NIGHT):
    with store.writing() as transaction:
        return outbox.put_in(transaction, order, target, "", dict.fromkeys(order.quantities, 1), at)


def sent(store, target, time=None, patience=3600.0):
    return send(store, "erp", target, (time or FakeTime()).clock, random.Random(3), patience)
