"""Why a decision is not kept. Each says, in words for a buyer, what stands instead."""

from __future__ import annotations

from decimal import Decimal

from forecasting.errors import RequestError
from forecasting.store.application.lines import Line


class RefusedError(RequestError):
    """A decision that is not kept; nothing was changed."""


class NotAllowedError(RefusedError):
    """The person's role or money limit does not allow it."""


class NoSuchLineError(RefusedError):
    """The plan has no such line."""


class NotAQuantityError(RefusedError):
    """What was typed is no quantity that can be ordered."""


class PlanReplacedError(RefusedError):
    """A newer plan is there: decisions are made on that one."""


class ChangedMeanwhileError(RefusedError):
    """Someone changed the line since it was looked at. ``line``: as it is now; ``told``: who is told so."""

    def __init__(self, line: Line, told: str) -> None:
        self.line = line
        who = f"{line.changed_by or 'Someone'} changed this line while you had it open."
        if line.changed_by == told:
            who = "You changed this line in another window since you opened it here."
        super().__init__(f"{who} This change was not saved; this is the line now.")


class AlreadyOrderedError(RefusedError):
    """The line is in an order that is on its way to the supplier, or there."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"This line is ordered already, in {key}. Change the order in the ordering system; nothing was "
            "changed here."
        )


class ListChangedError(RefusedError):
    """A list is not what was agreed to. ``lines``, ``value``: what it holds now."""

    def __init__(self, lines: int, value: Decimal, agreed: int) -> None:
        self.lines, self.value = lines, value
        super().__init__(
            f"The list has changed: {lines:,} lines wait now, worth {value:,.2f}, not the {agreed:,} that "
            "you agreed to. Nothing was approved."
        )
