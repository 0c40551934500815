"""Everything that a run of promises works out, before it is put into tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.config import Config
from forecasting.domain import LONG_AGO, BoolArray, IntArray
from forecasting.inputs.records import Records
from forecasting.promises.allocation import Allocation, Pins, allocate
from forecasting.promises.earlier import Earlier
from forecasting.promises.eta import eta
from forecasting.promises.facts import Facts
from forecasting.promises.kits import Whole
from forecasting.promises.needs import asks
from forecasting.promises.offers import Offered, offers
from forecasting.promises.rules import Rule
from forecasting.promises.served import Served, served_by
from forecasting.promises.supply import UNDATED, Source
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
        sooner_days: a better day is told only if it is so many days sooner.
        delivery_days: from our door to the customer's.

    """

    found: Facts
    before: Earlier
    given: Allocation
    served: Served
    promised: Promised
    offered: Offered
    sooner_days: int
    delivery_days: int

    @property
    def told(self) -> Promised:
        """What lines are told: what they were told before, where a better day is hardly better, or where they
        are left as they were.
        """
        before, now = self.before, self.promised
        hardly = now.dated & (now.p90 <= before.p90) & (before.p90 - now.p90 < self.sooner_days)
        left_out = self.found.rule == Rule.SKIP
        keeps = before.promised & (hardly | left_out)
        return replace(
            now,
            p50=np.where(before.promised & left_out, before.p50, now.p50),
            p90=np.where(keeps, before.p90, now.p90),
        )

    @property
    def days_later(self) -> IntArray:
        """int64, shape (m,): by how much each promise is put off; UNDATED where there is no day any more."""
        told, before = self.told, self.before
        moved = np.where(before.promised & told.dated, told.p90 - before.p90, 0)
        return np.where(before.promised & ~told.dated, UNDATED, moved)

    @property
    def ahead(self) -> BoolArray:
        """bool, shape (m,): wanted on a day that is still to come, and there by then: it is no backorder."""
        lines, promised = self.found.lines, self.promised
        by = lines.not_before + self.delivery_days
        return (lines.not_before > self.found.as_of) & promised.dated & (promised.earliest_p90 <= by)

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
    offered = offers(found, records, given, served, promised, config)
    sooner, delivery = config.promise_sooner_days, config.delivery_days
    return Answer(found, before, given, served, promised, offered, sooner, delivery)


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
    whole = Whole.of(found)
    every = whole.found.lines
    wanted = asks(whole.found, whole.spread(before), config)
    given = allocate(every.item, wanted, found.sources, whole.pinned(pins or Pins.none()))
    served = served_by(whole.found, given)
    shut = (found.following, found.last_open)
    dates = eta(given, found.sources, ship_by(every, config, found.as_of), shut)
    promised = verdicts(every, dates, served.undated, config, found.as_of)
    return whole.of_customers(given, served, promised, config)
