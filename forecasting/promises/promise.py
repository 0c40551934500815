"""The use case ``promise``: by when each open order line can ship, and what can still be sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import LONG_AGO, IntArray, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.known_until import known_until
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.promises.allocation import Allocation, Pins, allocate
from forecasting.promises.eta import eta
from forecasting.promises.facts import Facts, gather
from forecasting.promises.messages import Told, messages
from forecasting.promises.needs import asks
from forecasting.promises.served import Served, missing_words, served_by
from forecasting.promises.storefront import Shop, caps, promisable, storefront
from forecasting.promises.supply import Recommended, Source
from forecasting.promises.tables import promises_table, sources_table
from forecasting.promises.verdicts import Promised, ship_by, verdicts
from forecasting.run import Clock, Result, describe, run_id


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        as_of: at the close of this day.
        applied: whether the promises are given, or only tried out.

    """

    as_of: int
    applied: bool = False


def promise(records: Records, config: Config, request: Request, recommended: Recommended) -> Result:
    """Promise every open line, and say what can still be sold.

    ``recommended``: what a plan of the same day wants to order of each item.
    """
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    as_of = request.as_of
    notices.extend(known_until(records).notices(as_of))
    found = gather(records, config, as_of, recommended, assumptions)
    clock.lap("prepare")

    given, served, promised = serve(found, config)
    clock.lap("allocate")

    run = run_id(records, config, {"promise": as_of})
    missing = missing_words(found, given, served)
    none = np.full(len(found.lines), None, dtype=object)
    told = Told(
        promised=promised,
        deadline=found.lines.deadline,
        quantity=found.parts.units(found.wanted),
        now=found.parts.units(np.where(served.now < found.wanted, served.now, 0)),
        stocked=served.last_kind == Source.STOCK,
        missing=missing,
        alternative=none,
        alternative_units=np.zeros(len(found.lines)),
    )
    said = {
        "alternative": none,
        "alternative_quantity": np.zeros(len(found.lines)),
        "message": messages(told),
    }
    shop, steps = _shop(found, records, given, recommended, config, run)
    tables = {
        "promises": promises_table(found, records, served, promised, said, run),
        "promise_sources": sources_table(found, records, given, run),
        "storefront": shop,
        "promisable": steps,
        "assumptions": assumptions.frame(),
        "notices": notices.frame(),
    }
    clock.lap("explain")
    counts = {"items": len(found.known), "open_lines": len(found.lines)}
    described = describe(run, "promise", records, config, clock, counts, notices)
    return Result(tables, {**described, "as_of": day_text(as_of), "applied": request.applied})


def serve(
    found: Facts, config: Config, promised_p90: IntArray | None = None, pins: Pins | None = None
) -> tuple[Allocation, Served, Promised]:
    """Give the supply to the lines, and say by when each is served.

    Args:
        found: lines and supply.
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


def _shop(
    found: Facts, records: Records, given: Allocation, recommended: Recommended, config: Config, run: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables ``storefront`` and ``promisable``."""
    n, sources = len(found.known), found.sources
    stocked = sources.kind[given.source] == Source.STOCK
    waits = np.where(stocked, 0, given.parts)
    item = found.lines.item
    backlog = np.bincount(item[given.line], waits, n) + np.bincount(item, given.missing, n)

    later = np.flatnonzero((sources.kind == Source.LATER) & sources.dated)
    new = np.full(n, LONG_AGO, dtype=np.int64)
    in_days = found.following[np.minimum(sources.sure_in[later], len(found.following) - 1)]
    new[sources.item[later]] = found.as_of + in_days + config.delivery_days
    shown = records.products.text["shown_as"]
    shop = Shop(
        known=found.known,
        shown_as=np.where(shown == "", config.shown_as, shown),
        left=promisable(sources, given.left, found.following, config, found.as_of),
        backlog=found.parts.units(backlog.astype(np.int64)),
        cap=caps(found.known, records.products.number["max_backorder_quantity"], recommended, config),
        new_order_on=new,
        first_day=found.as_of + int(found.following[1]) + config.delivery_days,
        as_of=found.as_of,
    )
    return storefront(shop, found.parts, run)
