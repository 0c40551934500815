"""What people did in the ordering system to orders that were delivered: told, and left as it is."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from forecasting.connectors.targets.port import Target, TargetError
from forecasting.sending.machine import Status, later
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from forecasting.store.application.outbox import LostLeaseError

LOOKED_AT_DAYS = 7
"""So long after it was delivered, or was last seen to be changed, an order is looked at again."""

FEW_GONE = 3
"""So many orders may be deleted there at a time. More than that, and most of them, are not believed: who may
see nothing any more sees nothing.
"""


def look_again(
    store: Store, name: str, target: Target, now: datetime, before: datetime
) -> tuple[int, tuple[str, ...]]:
    """Keep what has become of the orders that a target was brought in the days ``before``.

    Returns of how many something new is kept, and what else a person should know.
    """
    with store.reading() as transaction:
        kept = outbox.handed_over(transaction, name, before - timedelta(days=LOOKED_AT_DAYS), before)
    try:
        there = target.now([each.number for each in kept]) if kept else {}
    except TargetError as error:
        return 0, (f"what was changed there is looked at the next time: {error}",)

    gone = sum(document is None for document in there.values())
    if gone > FEW_GONE and 2 * gone > len(kept):
        said = f"{gone:,} of {len(kept):,} orders cannot be seen there any more: that is not believed"
        return 0, (f"{said}. Check what the user may see",)
    new = 0
    for each in kept:
        if each.number not in there:
            continue
        seen = later(each.order, each.number, there[each.number])
        if (seen.status, seen.reason) != (Status(each.status), each.reason):
            with suppress(LostLeaseError), store.writing() as transaction:
                outbox.keep(transaction, each, now, status=str(seen.status), reason=seen.reason)
                new += 1
    return new, ()
