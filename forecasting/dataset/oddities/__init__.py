"""What an analyst would ask about in tables that break no rule: each question is a notice.

A rule looks at whole tables, and says a thing once: with the first row, how many are alike, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from forecasting.dataset.oddities import (
    amounts,
    dates,
    ends,
    keys,
    locations,
    orders,
    packs,
    promises,
    scales,
    statuses,
    suppliers,
    supply,
    terms,
    texts,
)
from forecasting.dataset.oddities.given import Given
from forecasting.dataset.source import Raw
from forecasting.errors import Notice

RULES = (
    keys,
    locations,
    amounts,
    packs,
    scales,
    dates,
    ends,
    promises,
    orders,
    statuses,
    suppliers,
    supply,
    terms,
    texts,
)


def oddities(raws: Mapping[str, Raw], frames: Mapping[str, pd.DataFrame]) -> Iterator[Notice]:
    """Every question that the tables raise. They have no problems: only then are they asked."""
    given = Given(raws, frames)
    for rules in RULES:
        yield from rules.notices(given)
