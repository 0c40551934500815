"""By when each line must be served: what was promised to it, its deadline, or the day it is wanted on."""

from __future__ import annotations

import numpy as np

from forecasting.config import Config
from forecasting.domain import LONG_AGO, IntArray
from forecasting.promises.allocation import NO_NEED, Asks
from forecasting.promises.facts import Facts
from forecasting.promises.rules import Rule


def asks(found: Facts, promised_p90: IntArray, config: Config) -> Asks:
    """What the lines want.

    A line that wins needs its goods by its deadline, one that is ordered ahead by the day it is wanted on,
    any other by the day that it was promised, if it was.

    Args:
        found: the lines.
        promised_p90: int64, shape (m,): the day that each was promised before; LONG_AGO: none.

    """
    lines, as_of = found.lines, found.as_of
    ahead = lines.not_before > as_of
    promised = np.where(promised_p90 > LONG_AGO, promised_p90 - config.delivery_days, LONG_AGO)
    by_deadline = np.where(lines.has_deadline, lines.deadline - config.delivery_days, LONG_AGO)

    by = np.where(found.rule == Rule.WIN, by_deadline, promised)
    by = np.where(ahead, np.maximum(by, lines.not_before), by)
    # Goods that come on a day without business ship on the next one: they must be there by the last before.
    days = found.last_open[np.clip(by - as_of, 0, len(found.last_open) - 1)]
    return Asks(
        rule=found.rule,
        need=np.where(days > 0, days, NO_NEED),
        moves=~ahead & np.isin(found.rule, (Rule.WIN, Rule.GAIN, Rule.IMPROVE)),
        preorder=lines.preorder,
        parts=found.wanted,
    )
