"""The frontier: how many backorders each policy would leave at how much stock, made to dare more or less.

Every rule has a knob: safety days, deviations of safety, or, where a decision weighs costs, how heavily it
weighs a shortage. A policy is better than another if its curve lies below, whatever the knobs are set to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from forecasting.domain import Costs, FloatArray
from forecasting.policies.base import Setting
from forecasting.replay.compare import totals
from forecasting.replay.measures import measures
from forecasting.replay.policy_run import PolicyRun

MEASURED = (
    "average_on_hand_value",
    "backordered_lines",
    "lost_lines",
    "backordered_units",
    "lost_units",
    "cost_total",
    "fill_rate",
)


def frontier(swept: Sequence[tuple[Setting, PolicyRun]], costs: Costs, unit_cost: FloatArray) -> pd.DataFrame:
    """A row a policy and setting: ``policy``, ``aggressiveness``, ``label``, ``as_replayed``, measures.

    ``aggressiveness`` is the knob's setting; a policy's rows rise in it. Costs are charged as they are,
    whatever a setting believes.
    """
    rows = []
    for setting, run in swept:
        figures: Mapping[str, FloatArray] = measures(totals(run, costs, unit_cost))
        rows.append(
            {
                "policy": setting.policy.name,
                "aggressiveness": setting.aggressiveness,
                "label": setting.label,
                "as_replayed": setting.as_replayed,
                **{name: np.round(float(figures[name]), 6) + 0.0 for name in MEASURED},
            }
        )
    return pd.DataFrame(rows)
