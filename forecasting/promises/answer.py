"""Everything that a run of promises works out, before it is put into tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.config import Config
from forecasting.domain import LONG_AGO, IntArray
from forecasting.inputs.records import Records
from forecasting.promises.allocation import Allocation, Pins, allocate
from forecasting.promises.earlier import Earlier
from forecasting.promises.eta import eta
from forecasting.promises.facts import Facts
from forecasting.promises.needs import asks
from forecasting.promises.offers import Offered, offers
from forecasting.promises.rules import Rule
from forecasting.promises.served import Served, served_by
from forecasting.promises.supply import Source
from forecasting.promises.verdicts import Promised, ship_by, verdicts


@dataclass(frozen=True)
class Answer:
    """What is promised to whom.

    Attributes:
        found: lines and supply.
        before: what was promised before.
        given: who gets what. ``served``: the same in short.
        promised: what lines are promised.
        offered: what stands in for what is late, and what is left of the supply.

    """

    found: Facts
    before: Earlier
    given: Allocation
    served: Served
    promised: Promised
    offered: Offered

    @property
    def told(self) -> Promised:
        """What lines are told: those that are left as they were are told what they were told before."""
        left_out = (self.found.rule == Rule.SKIP) & (self.before.p90 > LONG_AGO)
        days = {name: getattr(self.before, name) for name in ("p50", "p90")}
        return replace(
            self.promised,
            **{name: np.where(left_out, day, getattr(self.promised, name)) for name, day in days.items()},
        )

    @property
    def stock_left(self) -> IntArray:
        """int64, shape (n,): parts of each item in stock that nobody was promised."""
        sources = self.found.sources
        stock = sources.kind == Source.STOCK
        left = np.bincount(sources.item[stock], self.offered.left[stock], len(self.found.known))
        return left.astype(np.int64)


def answer(found: Facts, records: Records, config: Config, before: Earlier, pins: Pins) -> Answer:
    """Serve the lines, and offer what else there is to those that are late."""
    given, served, promised = serve(found, config, before.p90, pins)
    return Answer(found, before, given, served, promised, offers(found, records, given, served, promised))


def serve(
    found: Facts, config: Config, promised_p90: IntArray | None = None, pins: Pins | None = None
) -> tuple[Allocation, Served, Promised]:
    """Give the supply to the lines, and say by when each is served.

    Args:
        found: lines and supply.
        config: settings.
        promised_p90: int64, shape (m,): what each was promised before; LONG_AGO: nothing.
        pins: what is set aside by hand.

    """
    lines = found.lines
    before = np.full(len(lines), LONG_AGO) if promised_p90 is None else promised_p90
    wanted = asks(found, before, config)
    given = allocate(lines.item, wanted, found.sources, pins or Pins.none())
    served = served_by(found, given)
    shut = (found.following, found.last_open)
    dates = eta(given, found.sources, ship_by(lines, config, found.as_of), shut)
    return given, served, verdicts(lines, dates, served.undated, config, found.as_of)
