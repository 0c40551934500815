"""Whether a replay can tell policies apart at all: what would run short if nobody ever ordered.

Where the stock at the opening, and what was on its way, last for most of the time replayed, every policy
looks good, whatever it orders.
"""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.replay.scenario import Scenario

HARDLY_EVER = 0.1
"""A share of order lines short, without any order, below which a replay warns."""


@dataclass(frozen=True)
class WithoutOrders:
    """What comes of no order at all, of the order lines that count.

    Attributes:
        lines: how many there are.
        short: how many of them are short.

    """

    lines: int
    short: int

    def warning(self) -> str:
        """A sentence where hardly any line is short; else empty."""
        if self.lines == 0 or self.short >= HARDLY_EVER * self.lines:
            return ""
        return (
            f"Without a single order only {self.short:,} of {self.lines:,} order lines would have been short "
            f"({self.short / self.lines:.1%}): the stock at the opening, with what was on its way, lasts for "
            "most of this time. Every policy looks good here. Replay a longer time, or from a later day."
        )


def without_orders(past: Scenario) -> WithoutOrders:
    """Let the scenario run, and nobody order."""
    ledger, coming = past.ledger(), past.pipeline
    ledger.schedule(coming.item, coming.day, coming.quantity)
    ledger.advance(past.last_day)
    flows = ledger.flows
    short = flows.backordered_lines.sum() + flows.lost_lines.sum()
    return WithoutOrders(int(flows.lines.sum()), int(short))
