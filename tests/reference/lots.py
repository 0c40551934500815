"""Lots told slowly: each unit with the day on which it expires, the first to expire leaving first."""

from __future__ import annotations


def tell(lines, receipts, lots, shelf_days, first, last):
    """One item whose short lines are lost, in whole units: on hand and written off at the close of each day.

    ``lines``, ``receipts``: (day, units); ``lots``: (last day of sale, units) at the opening.
    """
    shelf = [day for day, units in lots for _ in range(units)]
    on_hand, wasted = [], []
    for day in range(first, last + 1):
        for comes, units in receipts:
            if comes == day:
                shelf += [day + shelf_days - 1] * units
        shelf.sort()
        for when, units in lines:
            if when == day:
                shelf = shelf[units:]
        wasted.append(sum(expires <= day for expires in shelf))
        on_hand.append(len(shelf))
        shelf = [expires for expires in shelf if expires > day]
    return on_hand, wasted
