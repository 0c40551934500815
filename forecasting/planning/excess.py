"""The table of items that there is more of than any likely demand calls for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.domain import day_text
from forecasting.planning.advice import Advice
from forecasting.store.figures import exact_value, whole


def excess(advice: Advice) -> pd.DataFrame:
    """One row an item that there is more of than any likely demand calls for, the most money first."""
    situation, known = advice.situation, advice.catalogue
    beyond = advice.excess
    row = np.flatnonzero(beyond > 0)
    units = np.floor(np.minimum(beyond, situation.stock.on_hand))[row]
    mean = situation.lead_time_demand.over_lead_time(situation.review_days).mean
    daily = (mean / np.maximum(situation.protection_days, 1.0))[row]
    with np.errstate(divide="ignore", invalid="ignore"):
        cover = np.where(daily > 0, situation.stock.on_hand[row] / daily, np.nan)

    frame = pd.DataFrame(
        {
            "run": advice.run,
            "as_of": day_text(situation.as_of),
            "location": known.items.location[row],
            "sku": known.items.sku[row],
            "on_hand": whole(situation.stock.on_hand[row]),
            "excess_units": whole(np.maximum(units, 0.0)),
            "excess_value": exact_value(np.maximum(units, 0.0), known.terms.unit_cost[row]),
            "days_of_cover": np.round(cover, 1),
        }
    )
    by = ["excess_value", "location", "sku"]
    return frame.sort_values(by, ascending=[False, True, True], kind="stable", ignore_index=True)
