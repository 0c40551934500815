"""What buyers' pages show of a replay."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forecasting.run import Result

SHOWN = (
    "fill_rate",
    "average_on_hand_value",
    "cost_total",
    *(f"{name}{end}" for name in ("backorders_avoided", "cost_saved") for end in ("", "_low", "_high")),
)


def for_pages(result: Result) -> Mapping[str, pd.DataFrame]:
    """Tables ``policies_replayed`` and, where it was made, ``equal_terms``."""
    summary = result.tables["summary"]
    short = summary["backordered_lines"] + summary["lost_lines"].fillna(0)
    table = pd.DataFrame({"run": result.run["run"], "policy": summary["policy"]})
    table["fill_rate"], table["short_lines"] = summary["fill_rate"], short.astype(float)
    for name in SHOWN[1:]:
        table[name] = summary[name].astype(float)
    tables = {"policies_replayed": table}
    if "equal_terms" in result.tables:
        tables["equal_terms"] = result.tables["equal_terms"]
    return tables
