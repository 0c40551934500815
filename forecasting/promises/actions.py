"""The lines to act on, and what would save each: by how many days, at what cost, and what it saves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import BoolArray, IntArray
from forecasting.inputs.records import Records
from forecasting.promises.facts import Facts
from forecasting.promises.offers import Offered, days_sooner, first_day, transfer_day
from forecasting.promises.served import Served
from forecasting.promises.supply import Source
from forecasting.promises.tables import numbers, who
from forecasting.promises.verdicts import NAMES as VERDICTS
from forecasting.promises.verdicts import Promised, Verdict
from forecasting.promises.words import days_or_none
from forecasting.promises.worth import saved
from forecasting.store.figures import money

ACTED_ON = (Verdict.AT_RISK, Verdict.CANNOT_MAKE_IT, Verdict.DEADLINE_PASSED, Verdict.UNKNOWN)


def actions(
    found: Facts,
    records: Records,
    served: Served,
    promised: Promised,
    offered: Offered,
    config: Config,
    run: str,
) -> pd.DataFrame:
    """The table ``actions``: what can be done for each line that may be late, the money it saves first."""
    acted_on = np.isin(promised.verdict, ACTED_ON)
    names = who(found, records)
    blocks = [
        _expedite(found, records, served, promised, acted_on, config),
        _order(found, served, promised, acted_on),
        _transfer(found, promised, offered, acted_on, config),
        _alternative(found, promised, offered, acted_on, config),
    ]
    table = pd.concat([pd.DataFrame(block) for block in blocks], ignore_index=True)
    line = table.pop("at").to_numpy(dtype=np.int64)
    new = table.pop("new").to_numpy(dtype=np.int64)

    days = table["days"].to_numpy(dtype=np.float64)
    makes_it = found.lines.has_deadline[line] & (new <= found.lines.deadline[line])
    stake, saves = saved(found, promised, line, days, new)
    frame = pd.DataFrame(
        {
            "run": run,
            "number": numbers(found)[line],
            **{name: column[line] for name, column in names.items()},
            "verdict": VERDICTS[promised.verdict[line]],
            "action": table["action"].to_numpy(dtype=object),
            "what": table["what"].to_numpy(dtype=object),
            "days": days,
            "new_date": days_or_none(new),
            "makes_deadline": makes_it,
            "cost": money(table["cost"].to_numpy(dtype=np.float64)),
            "at_stake": money(stake),
            "saves": money(saves),
        }
    )
    frame["net"] = money(frame["saves"].to_numpy() - frame["cost"].to_numpy())
    frame = frame.sort_values(["net", "number", "action"], ascending=[False, True, True], kind="stable")
    frame.insert(1, "rank", np.arange(1, len(frame) + 1))
    return frame.reset_index(drop=True)


def _block(line: IntArray, action: str, what: Any, days: Any, new: Any, cost: Any) -> dict[str, Any]:
    each = len(line)
    return {
        "at": line,
        "action": np.full(each, action, dtype=object),
        "what": np.array(what, dtype=object),
        "days": np.broadcast_to(np.asarray(days, dtype=np.float64), (each,)),
        "new": np.broadcast_to(np.asarray(new, dtype=np.int64), (each,)),
        "cost": np.broadcast_to(np.asarray(cost, dtype=np.float64), (each,)),
    }


def _wished_day(found: Facts, promised: Promised, line: IntArray, config: Config) -> IntArray:
    """The day that would do: the deadline, or, where that has passed, the first that anything can come on."""
    lines, first = found.lines, first_day(found, config)
    wished = np.where(lines.has_deadline[line], np.maximum(lines.deadline[line], first), first)
    return np.asarray(np.maximum(wished, first))


def _expedite(
    found: Facts, records: Records, served: Served, promised: Promised, acted_on: BoolArray, config: Config
) -> dict[str, Any]:
    """Have the purchase order that decides the date, or the one about to be sent, come sooner."""
    coming = np.isin(served.last_kind, (Source.PURCHASE, Source.RECOMMENDATION))
    line = np.flatnonzero(acted_on & coming & promised.dated)
    source = served.last[line]
    wished = _wished_day(found, promised, line, config)
    days = np.maximum(promised.p90[line] - wished, 0)
    line, source, wished, days = (each[days > 0] for each in (line, source, wished, days))

    purchase = found.sources.purchase[source]
    name = np.full(len(line), "the order about to be sent", dtype=object)
    bought = purchase >= 0
    name[bought] = records.purchase_order_names[records.purchases.order[purchase[bought]]]
    # What makes one line of a purchase order come sooner does so for all customers who wait for it.
    _, same, many = np.unique(source, return_inverse=True, return_counts=True)
    return _block(line, "expedite", name, days, wished, config.expedite_cost / many[same.reshape(-1)])


def _order(found: Facts, served: Served, promised: Promised, acted_on: BoolArray) -> dict[str, Any]:
    """Order now what the plan would order at a later review."""
    line = np.flatnonzero(acted_on & (served.last_kind == Source.LATER) & promised.dated)
    source = served.last[line]
    days = found.sources.ordered_on[source] - found.as_of
    some = days > 0
    line, days = line[some], days[some]
    sku = found.known.items.sku[found.lines.item[line]]
    cost = found.known.costs.line_cost[found.lines.item[line]]
    return _block(line, "order_now", sku, days, promised.p90[line] - days, cost)


def _transfer(
    found: Facts, promised: Promised, offered: Offered, acted_on: BoolArray, config: Config
) -> dict[str, Any]:
    """Bring it from another location, where it is in stock and nobody's."""
    chosen = offered.transfer
    line = np.flatnonzero(acted_on & (chosen.row >= 0))
    day = transfer_day(found, config)
    place = found.known.items.location[chosen.item[line]]
    return _block(line, "transfer", place, days_sooner(promised, day)[line], day, chosen.cost[line])


def _alternative(
    found: Facts, promised: Promised, offered: Offered, acted_on: BoolArray, config: Config
) -> dict[str, Any]:
    """Ship the alternative; it costs what less it earns."""
    chosen = offered.alternative
    line = np.flatnonzero(acted_on & (chosen.row >= 0))
    day = first_day(found, config)
    sku = found.known.items.sku[chosen.item[line]]
    return _block(line, "alternative", sku, days_sooner(promised, day)[line], day, chosen.cost[line])
