"""What may be ordered without a person: small lines of small orders, in a usual night, with no doubt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forecasting.config import Config
from forecasting.store.application.lines import Line
from forecasting.store.application.selection import DATA_FLAGS

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Limits:
    """The most that is approved by itself, in money; None: no limit. ``week_share``: of a usual week."""

    line_value: Decimal
    supplier_value: Decimal | None
    week_share: Decimal | None

    @classmethod
    def of(cls, config: Config) -> Limits:
        """From the settings."""

        def money(value: float | None) -> Decimal | None:
            return None if value is None else Decimal(str(value))

        line_value = Decimal(str(config.approve_line_value))
        return cls(line_value, money(config.approve_supplier_value), money(config.approve_week_share))


@dataclass(frozen=True)
class Held:
    """A line that waits for a person, and why."""

    line: Line
    why: str


@dataclass(frozen=True)
class Verdict:
    """What is approved, and what is held."""

    approved: Sequence[Line]
    held: Sequence[Held]

    @property
    def value(self) -> Decimal:
        """Money of what is approved."""
        return sum((line.value for line in self.approved), NOTHING)


def verdict(
    lines: Sequence[Line], limits: Limits, usual_week: Decimal | None, noticed: Collection[tuple[str, str]]
) -> Verdict:
    """Which of the lines that wait may be approved.

    ``usual_week``: money that is ordered in a week; None: not known. ``noticed``: items (location, sku) that
    a notice of the plan names. A supplier's order goes as a whole or not at all, and so does the night's.
    """
    held = [Held(line, why) for line in lines if (why := _doubt(line, limits, noticed))]
    doubtful = {(each.line.location, each.line.sku) for each in held}
    fine = [line for line in lines if (line.location, line.sku) not in doubtful]

    # A part of an order could miss its minimum, or what the plan chose together.
    waits = {each.line.supplier for each in held if each.why != NOT_ITS_OWN}
    totals: dict[str, Decimal] = {}
    for line in fine:
        totals[line.supplier] = totals.get(line.supplier, NOTHING) + line.value
    most = limits.supplier_value
    large = {name for name, total in totals.items() if most is not None and total > most}
    held += [Held(line, f"the order is above {most:,.2f}") for line in fine if line.supplier in large]
    fine = [line for line in fine if line.supplier not in large]
    held += [
        Held(line, "another line of the order waits for a person") for line in fine if line.supplier in waits
    ]
    fine = [line for line in fine if line.supplier not in waits]

    why = _too_much(sum((line.value for line in fine), NOTHING), limits.week_share, usual_week)
    if why:
        return Verdict([], [*held, *(Held(line, why) for line in fine)])
    return Verdict(fine, held)


NOT_ITS_OWN = "no supplier is known"


def _doubt(line: Line, limits: Limits, noticed: Collection[tuple[str, str]]) -> str:
    if not line.supplier:
        return NOT_ITS_OWN
    if line.value > limits.line_value:
        return f"the line is above {limits.line_value:,.2f}"
    if (line.location, line.sku) in noticed:
        return "a notice names the item"
    flags = sorted(set(line.flags.split(";")) & set(DATA_FLAGS))
    return f"flag {flags[0]}: look at the data" if flags else ""


def _too_much(value: Decimal, share: Decimal | None, usual: Decimal | None) -> str:
    if share is None or not value:
        return ""
    if usual is None:
        return "nothing was ordered in the last weeks, so that no night can be called usual"
    if value > share * usual:
        return f"the night comes to {value:,.2f}, above {share * usual:,.2f}, {share} of a usual week"
    return ""
