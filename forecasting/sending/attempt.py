"""One attempt to bring one order into its target: asks, keeps what follows, asks again."""

from __future__ import annotations

import random
from collections.abc import Callable

from forecasting.connectors.targets.port import RefusedByTarget, Target, TargetUnavailable
from forecasting.domain.purchase_orders import PurchaseOrder
from forecasting.sending.machine import (
    Answer,
    Call,
    Find,
    Found,
    Progress,
    ReadBack,
    Refused,
    Step,
    Unavailable,
    Write,
    Written,
    step,
)

FIRST_WAIT = 1.0
LONGEST_WAIT = 120.0
"""Seconds: between the first two attempts, and at most."""


def attempt(
    order: PurchaseOrder, progress: Progress, target: Target, keep: Callable[[Step], None]
) -> Progress:
    """Take the order as far as the target lets it; returns where it is.

    ``keep`` is called after each answer, and has to have kept the step when it returns: the next call is made
    on the strength of it.
    """
    call: Call | None = Find()
    while call is not None:
        answer = ask(target, order, call)
        next_step = step(order, target.reserves, progress, call, answer)
        keep(next_step)
        progress, call = next_step.progress, next_step.call
    return progress


def ask(target: Target, order: PurchaseOrder, call: Call) -> Answer:
    """Put a call to the target; what it raises is an answer, too."""
    try:
        match call:
            case Find():
                return Found(target.find(order.key))
            case Write(at):
                return Written(target.write(order, order.key, at))
            case ReadBack(number):
                document = target.read_back(number)
                return Found([] if document is None else [document])
    except RefusedByTarget as error:
        return Refused(str(error))
    except TargetUnavailable as error:
        return Unavailable(str(error), error.wait)


def wait_before_retry(attempts: int, asked: float | None, chance: random.Random) -> float:
    """Seconds until the next attempt: doubled each time, and spread, so that senders do not come in step.

    ``asked``: what the target asked for, which is the least; 0 the first time: look again at once.
    """
    if asked == 0 and attempts <= 1:
        return 0.0
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 20))
    spread = longest * chance.uniform(0.5, 1.0)
    return max(spread, asked or 0.0)
