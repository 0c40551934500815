"""Items that are not on sale yet: what is ordered ahead of them, and how much more is likely to be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, TextArray, day_text
from forecasting.planning.advice import Advice
from forecasting.store.figures import whole

QUANTILES = (0.05, 0.5, 0.95)


def pre_orders(advice: Advice) -> pd.DataFrame:
    """The table of that name: one row an item that is announced, the next launch first."""
    found, known = advice.situation.lead_time_demand.launches, advice.catalogue
    item = np.zeros(0, dtype=np.int64) if found is None else found.item
    day = np.zeros(0, dtype=np.int64) if found is None else found.day
    none = np.zeros(0)
    low, middle, high = (none,) * 3 if found is None else (found.more.quantile(q) for q in QUANTILES)
    told = found is not None and found.earlier > 0
    words = launch_sentences(advice)
    frame = pd.DataFrame(
        {
            "run": np.full(len(item), advice.run, dtype=object),
            "as_of": np.full(len(item), day_text(advice.situation.as_of), dtype=object),
            "location": known.items.location[item],
            "sku": known.items.sku[item],
            "available_from": _days(advice.situation.as_of + day),
            "lines": np.zeros(0, dtype=np.int64) if found is None else found.lines,
            "units": whole(none if found is None else found.units),
            "earlier_launches": np.full(len(item), 0 if found is None else found.earlier),
            "more_mean": _known(np.round(none if found is None else found.more.mean, 4), told=told),
            "more_q05": _known(np.round(low, 6), told=told),
            "more_q50": _known(np.round(middle, 6), told=told),
            "more_q95": _known(np.round(high, 6), told=told),
            "words": np.array([words[each].strip() for each in item], dtype=object),
        }
    )
    return frame.iloc[np.lexsort((item, day))].reset_index(drop=True)


def launch_sentences(advice: Advice) -> list[str]:
    """What is said of each item's launch beside its recommendation; a space goes before it."""
    said = [""] * len(advice.catalogue)
    found = advice.situation.lead_time_demand.launches
    if found is None:
        return said
    low, high = (found.more.quantile(q) for q in (QUANTILES[0], QUANTILES[-1]))
    rows = zip(found.item, found.day, found.lines, found.units, found.more.mean, low, high, strict=True)
    for item, day, lines, units, more, least, most in rows:
        begins = day_text(int(advice.situation.as_of + day))
        so_far = (
            f"{units:,.10g} in {lines:,} order lines are ordered ahead"
            if lines
            else "nothing is ordered ahead"
        )
        ahead = (
            f"about {more:,.0f} more will be until then ({least:,.10g} to {most:,.10g}, 90 % sure), as "
            f"{found.earlier} earlier launches built up"
            if found.earlier
            else "how much more will be is not known, as no earlier launch had orders ahead"
        )
        said[item] = f" It is on sale from {begins}: so far {so_far}, and {ahead}."
    return said


def _days(days: np.ndarray) -> TextArray:
    return np.array([day_text(int(day)) for day in days], dtype=object)


def _known(units: FloatArray, *, told: bool) -> FloatArray:
    """The figures, or nothing where no launch tells."""
    return units if told else np.full(len(units), np.nan)
