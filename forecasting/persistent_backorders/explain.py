"""The use case ``backorders``: which items run short again and again, why, and what more would avoid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.adapters.stages import Stage, silent
from forecasting.config import Config
from forecasting.domain import FloatArray, IntArray, TextArray, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.catalogue import catalogue
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.persistent_backorders.causes import CAUSES, OTHERS, causes
from forecasting.persistent_backorders.more_stock import Recorded, more_stock
from forecasting.persistent_backorders.past import past_of
from forecasting.planning.persistent import Evidence, evidence, evidence_table
from forecasting.planning.requests import check_date, check_model
from forecasting.run import Clock, Result, describe, run_id
from forecasting.store.figures import money, whole

WORDS = {**CAUSES, **OTHERS}


@dataclass(frozen=True)
class Explained:
    """Of k items, each attribute of shape (k,), in the order of the table."""

    item: IntArray
    cause: TextArray
    removes: FloatArray
    buy_more: FloatArray
    costs: FloatArray
    avoids_units: FloatArray
    avoids: FloatArray

    @property
    def words(self) -> list[str]:
        """A sentence or two each. A space goes before it."""
        rows = zip(
            self.cause, self.removes, self.buy_more, self.costs, self.avoids_units, self.avoids, strict=True
        )
        return [_words(*row) for row in rows]


def backorders(records: Records, config: Config, as_of: int, most: int, stage: Stage = silent) -> Result:
    """Tables ``persistent_backorders``, ``assumptions`` and ``notices``, as of the close of day ``as_of``.

    ``most``: so many items, the dearest first, are replayed to tell why.

    Raises RequestError where the date or a name does not fit.
    """
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    check_model(config)
    check_date(records, config, as_of, "--as-of")
    found = evidence(records, catalogue(records, config, as_of, assumptions), config, as_of)
    run = run_id(records, config, {"backorders": [as_of, most]})
    table = evidence_table(found, records.items, run, as_of)
    clock.lap("look")
    explained = explain(records, config, as_of, found, most, stage)
    clock.lap("replay")
    counts = {
        "items": len(records.items),
        "short_lines": int(found.lines.sum()),
        "persistent": len(table),
        "replayed": len(explained.item),
    }
    tables = {
        "persistent_backorders": with_causes(table, explained),
        "assumptions": assumptions.frame(),
        "notices": notices.frame(),
    }
    said = describe(run, "backorders", records, config, clock, counts, notices)
    return Result(tables, {**said, "as_of": day_text(as_of), "days": config.persistent_days})


def explain(
    records: Records, config: Config, as_of: int, found: Evidence, most: int, stage: Stage = silent
) -> Explained:
    """The ``most`` dearest of the items that are persistently short, with their causes and advice."""
    item = found.dearest[:most]
    if not len(item):
        nothing = np.zeros(0)
        return Explained(item, nothing.astype(object), *(nothing for _ in range(5)))
    past = past_of(records, config, as_of, item)
    why = causes(past, item, found.units[item], stage)
    more = more_stock(past, item, Recorded.of(found, item, as_of - records.first_day + 1))
    return Explained(item, why.cause, why.removes, more.units, more.costs, more.avoids_units, more.avoids)


def with_causes(table: pd.DataFrame, explained: Explained) -> pd.DataFrame:
    """The table ``persistent_backorders`` with what was found out about its first rows."""
    told = table.copy()
    k = len(explained.item)
    columns: dict[str, Any] = {
        "cause": explained.cause,
        "removes": np.round(explained.removes, 4),
        "buy_more": whole(explained.buy_more),
        "costs_a_year": money(explained.costs),
        "avoids_units_a_year": np.round(explained.avoids_units, 4),
        "avoids_a_year": money(explained.avoids),
        "words": [f"{said}{why}" for said, why in zip(table["words"][:k], explained.words, strict=True)],
    }
    for name, values in columns.items():
        rest = table[name].to_numpy(dtype=object)[k:]
        told[name] = pd.Series([*values, *rest], index=told.index, dtype=table[name].dtype)
    return told


def with_reasons(recommendations: pd.DataFrame, explained: Explained) -> pd.DataFrame:
    """The recommendations, with the cause and the advice behind the sentences of these items."""
    reason = recommendations["reason"].to_numpy(dtype=object).copy()
    reason[explained.item] = reason[explained.item] + np.array(explained.words, dtype=object)
    return recommendations.assign(reason=reason)


def _words(cause: str, removes: float, more: float, costs: float, avoids_units: float, avoids: float) -> str:
    why = f" Why: {WORDS[cause]} ({cause}"
    why += (
        f"; without that {100 * removes:.0f} % of the units short would not have been)." if removes else ")."
    )
    if more == 0:
        return f"{why} To have more of it would cost more than it avoids."
    return (
        f"{why} To have {more:,g} more all the time costs {costs:,.0f} a year and avoids {avoids:,.0f}: "
        f"{avoids_units:,.0f} units short."
    )
